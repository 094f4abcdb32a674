"""One question asked several ways, one after another: over WebSocket and HTTP, or of several models; side by side."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from ..core.items import Item
from ..exceptions import SettingsError, WsNotebookError
from ..render.format import aligned, markdown_table
from ..tools import Toolable
from ..transports.replay import ReplayTransport
from .arguments import check
from .run import Run
from .session import Session

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Comparison", "Variant", "compare", "variants_of"]

TRANSPORTS = ("websocket", "http")
_COLUMNS = {
    "status": "status",
    "turns": "turns",
    "calls": "calls",
    "connect_ms": "connect",
    "first_token_ms": "first token",
    "total_ms": "total",
    "bytes_sent": "bytes sent",
    "input_tokens": "tokens in",
    "output_tokens": "tokens out",
    "error": "",
}


class Variant(msgspec.Struct, frozen=True):
    """One way to ask."""

    transport: str
    model: str

    def label(self, others: Sequence[Variant]) -> str:
        """What tells it from the others."""
        parts = [self.transport] if len({each.transport for each in others}) > 1 else []
        parts += [self.model] if len({each.model for each in others}) > 1 else []
        return " ".join(parts) or self.transport


class Comparison:
    """The runs by what tells them apart, in the order in which they were asked. Shows itself as a table."""

    def __init__(self, runs: Mapping[str, Run]) -> None:
        self.runs = dict(runs)

    @property
    def table(self) -> pd.DataFrame:
        """A row for each run; times in milliseconds from the question. One sample each: repeat it before you judge."""
        import pandas as pd

        return pd.DataFrame([_row(run) for run in self.runs.values()], index=list(self.runs))

    @property
    def same_answer(self) -> bool:
        """Whether all gave the same text."""
        return len({run.text for run in self.runs.values()}) == 1

    def __repr__(self) -> str:
        return f"{aligned(self._cells())}\n{self._note()}"

    def _repr_markdown_(self) -> str:
        head, *rows = [["" if cell == "" else cell.replace("|", "\\|") for cell in row] for row in self._cells()]
        return f"{markdown_table(head, rows)}\n\n{self._note()}"

    def _note(self) -> str:
        answers = "The answers are the same." if self.same_answer else "The answers differ."
        runs = ", ".join(f"runs[{label!r}]" for label in self.runs)
        return (
            f"One sample each, asked one after another. {answers} They are here and not among the session's runs: "
            f"{runs}, each with .text, .error and .turns (right after the cell: _.runs[{next(iter(self.runs), '')!r}])."
        )

    def _cells(self) -> list[list[str]]:
        rows = {label: _row(run) for label, run in self.runs.items()}
        names = [name for name in _COLUMNS if any(row[name] not in (None, "") for row in rows.values())]
        return [
            ["", *(_COLUMNS[name] for name in names)],
            *([label, *(_shown(name, row[name]) for name in names)] for label, row in rows.items()),
        ]


def variants_of(session: Session, transports: Sequence[str], models: Sequence[str], model: str = "") -> list[Variant]:
    """Each transport with each model. By default WebSocket and HTTP, or over WebSocket where models are named.

    Raises SettingsError for a transport that is none, and where there is nothing to compare.
    """
    check(transports=transports, models=models)
    wrong = next((each for each in transports if each not in TRANSPORTS), None)
    if wrong is not None:
        raise SettingsError(f"A comparison is over {' and '.join(TRANSPORTS)}, not {wrong!r}.")
    ways = tuple(dict.fromkeys(transports)) or (TRANSPORTS if len(models) < 2 else TRANSPORTS[:1])
    asked = tuple(dict.fromkeys(models)) or (model or session.settings.model,)
    found = [Variant(way, name) for way in ways for name in asked]
    if len(found) < 2:
        raise SettingsError("There is nothing to compare: name two transports, or two models.")
    return found


def compare(
    session: Session, input: str | Sequence[Item], variants: Sequence[Variant], *, tools: Iterable[Toolable] = ()
) -> Comparison:
    """Ask the question afresh in each way, over connections of their own. A run that fails is a row like any other.

    The session itself is not asked. KeyboardInterrupt stops the run in progress, and the comparison. Raises
    SettingsError for a session whose provider is a recording.
    """
    if session.header().transport == ReplayTransport.name:
        raise SettingsError("A replay answers only what was recorded. Compare over a session with a provider.")
    check(tools=tools)
    offered = list(tools)
    runs: dict[str, Run] = {}
    for variant in variants:
        with _like(session, variant) as other:
            run = other.start(input, tools=offered)
            # The table tells of what went wrong.
            with contextlib.suppress(WsNotebookError):
                run.result()
            runs[variant.label(variants)] = run
    return Comparison(runs)


def _like(session: Session, variant: Variant) -> Session:
    """A session of the same provider and settings, with a transport and model of its own."""
    held = session.settings
    return Session(
        provider=held.base_url or held.profile.name,
        profile=held.profile,
        model=variant.model,
        api_key=held.api_key,
        headers=held.headers,
        ssl=held.ssl,
        transport=variant.transport,
        compression=held.compression,
        store=session.store,
        instructions=session.instructions,
        max_turns=session.max_turns,
        options=session.options,
    )


def _row(run: Run) -> dict[str, Any]:
    turns, usage = run.turns, run.usage
    first = next((turn for turn in turns if turn.timing.first_token is not None), None)
    asked, ended = run.state.asked, run.state.ended
    return {
        "status": run.status,
        "turns": len(turns),
        "calls": len(run.tool_calls),
        "connect_ms": sum(turn.timing.connect_ms or 0.0 for turn in turns),
        "first_token_ms": None if first is None else ((first.timing.first_token or asked) - asked) * 1000,
        "total_ms": None if ended is None else (ended - asked) * 1000,
        "bytes_sent": sum(turn.bytes_sent for turn in turns),
        "input_tokens": int(usage.get("input_tokens", 0)),
        "output_tokens": int(usage.get("output_tokens", 0)),
        "error": "" if run.error is None else " ".join(str(run.error).split()),
    }


def _shown(name: str, value: Any) -> str:
    if value is None:
        return ""
    if name.endswith("_ms"):
        return f"{value:,.0f} ms" if value < 10_000 else f"{value / 1000:,.1f} s"
    return f"{value:,}" if isinstance(value, int) else str(value)
