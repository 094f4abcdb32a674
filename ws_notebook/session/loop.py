"""What a comparison asks: a loop of tool calls that is built in, a run of before, or the user's own words."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec

from ..core import lineage
from ..core.items import Item
from ..core.run import RunState
from ..core.turn import CallState, TurnState
from ..exceptions import SettingsError
from ..tools import Toolable, tool
from ..tools.bench.player import Player
from .run import Run

__all__ = ["MOST", "Loop", "built_in", "own", "recorded"]

MOST: Final = 1000
"""Calls of the built-in loop, at most."""
_LONGEST: Final = 10_000_000
"""Bytes of one output, at most."""
_BYTES_A_TOKEN: Final = 4
_BESIDE: Final = 40
"""Tokens, about, that a call and what stands around it take beside its output."""
_WORDS: Final = (
    "river stone amber north signal quiet ledger maple orbit canvas hollow ember violet anchor meadow".split()
)
_CUSTOM: Final = "custom_tool_call"


class Loop(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked, each time from the beginning."""

    input: Any
    """Words, or items."""
    make_tools: Callable[[], list[Toolable]]
    """The tools of one run: a recorded one's give its outputs one after the other."""
    words: str
    """What it is, as in "25 calls with outputs of 4,000 bytes"."""
    options: Mapping[str, Any] | None = None
    max_turns: int | None = None
    tokens_in: int | None = None
    """What one run of it reads, about, all turns together; None: nobody knows."""
    tokens_out: int | None = None


def built_in(turns: int, output: int) -> Loop:
    """So many calls, one after the other, each of which gives so many bytes. Raises SettingsError for other amounts."""
    if not _is_whole(turns) or not 1 <= turns <= MOST:
        raise SettingsError(f"turns must be a whole number from 1 to {MOST}, not {turns!r}.")
    if not _is_whole(output) or not 0 <= output <= _LONGEST:
        raise SettingsError(f"output must be a whole number of bytes, at most {_LONGEST:,}, not {output!r}.")

    @tool(max_output=max(1, output))
    def page(number: int) -> str:
        """One page of the report, by its number. Ask for one page at a time."""
        return _text(number, output)

    each = output // _BYTES_A_TOKEN + _BESIDE
    return Loop(
        input=f'Read the report, page after page. {turns} times: call page(number=…), then say "All pages are read."',
        make_tools=lambda: [page],
        words=f"{turns} calls with outputs of {output:,} bytes",
        options={"parallel_tool_calls": False},
        max_turns=turns + 5,
        tokens_in=sum(2 * _BESIDE + number * each for number in range(turns + 1)),
        tokens_out=(turns + 1) * _BESIDE,
    )


def own(prompt: str | Sequence[Item], tools: Iterable[Toolable]) -> Loop:
    """The user's own question, with tools that are called each time."""
    offered = list(tools)
    return Loop(input=prompt, make_tools=lambda: list(offered), words="your question")


def recorded(run: Run, *, plays: bool) -> Loop:
    """A run of before: its question, with tools that give what they gave then and call no function.

    `plays`: the embedded server's script is asked, which can be told to call and say what was called and said.
    Raises SettingsError for a run that has not ended, or that called nothing that can be called again.
    """
    state = run.state
    if not state.done or not state.turns:
        raise SettingsError(f"{run.id} has not ended. Wait for it with run.result(), then compare.")
    usage = state.usage
    before = lineage.history(state.parent.turns[-1])[1] if state.parent is not None and state.parent.turns else []
    return Loop(
        input=_script(state) if plays else [*before, *state.input],
        make_tools=lambda: list(_players(state)),
        words=f"{run.id} as it was: {len(state.tool_calls)} calls in {len(state.turns)} turns",
        max_turns=max(50, 2 * len(state.turns)),
        tokens_in=int(usage.get("input_tokens", 0)) or None,
        tokens_out=int(usage.get("output_tokens", 0)) or None,
    )


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _text(number: int, size: int) -> str:
    """So many bytes of words, the same each time, of which no page is like another."""
    chosen = random.Random(number).choices(_WORDS, k=size // 4 + 1)
    return f"Page {number}: {' '.join(chosen)}"[:size]


def _players(state: RunState) -> Iterable[Toolable]:
    """For each function that the run could call one of the same face, which gives the outputs of then."""
    given: dict[str, list[tuple[str, Any]]] = defaultdict(list)
    for call in state.tool_calls:
        given[call.name].append((call.arguments, call.output))
    for definition in state.settings.tools:
        if definition.get("type") in ("function", "custom"):
            yield Player(definition, given[str(definition.get("name"))])


def _script(state: RunState) -> str:
    """The run as directives of the embedded server's script: a line for each turn."""
    lines = [_line(turn) for turn in state.turns]
    return "\n".join(filter(None, lines)) or 'say ""'


def _line(turn: TurnState) -> str:
    said = f"say {_quoted(turn.text)}" if turn.text else ""
    calls = " and ".join(f"call {_called(call)}" for call in turn.tool_calls)
    return " ".join(filter(None, (said, calls)))


def _called(call: CallState) -> str:
    return f"{call.name}({_quoted(call.arguments) if call.kind == _CUSTOM else call.arguments})"


def _quoted(text: str) -> str:
    plain = re.sub(r"\s+", " ", text).strip()
    return '"' + plain.replace('"', '\\"') + '"'
