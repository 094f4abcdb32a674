"""The answer of a run as a value of the type that was asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..core.items import Item
from ..core.run import RunState
from ..core.turn import TurnState
from ..exceptions import FormatError
from ..render.format import shortened

if TYPE_CHECKING:
    import pandas as pd

    from ..tools.schema.structured import TextFormat

__all__ = ["ParsedAnswer", "answer_format", "text_options"]

_SHOWN = 300
"""Characters of a refusal that an error repeats."""


def answer_format(kind: Any) -> TextFormat | None:
    """The form that a type asks for, or None for None. Raises SettingsError for what is no such type."""
    if kind is None:
        return None
    from ..tools.schema.structured import TextFormat

    return kind if isinstance(kind, TextFormat) else TextFormat(kind)


def text_options(options: dict[str, Any], wanted: TextFormat | None) -> dict[str, Any]:
    """The options of a request with the answer's form among them; what else `text` held stays."""
    if wanted is None:
        return options
    held = options.get("text")
    return {**options, "text": {**(held if isinstance(held, dict) else {}), "format": wanted.wire}}


class ParsedAnswer:
    """Reads the answer of one run, once it is there."""

    def __init__(self, state: RunState, wanted: TextFormat | None) -> None:
        self.wanted = wanted
        self._state = state
        self._read: list[Any] = []
        """The value, once it was read."""

    def value(self) -> Any:
        """The parsed answer; None while the run lasts, or where no form was asked for.

        Raises FormatError, with what to do, where the answer is not of that form.
        """
        if self.wanted is None or not self._state.done:
            return None
        if not self._read:
            self._read.append(self._parsed(self.wanted))
        return self._read[0]

    def dataframe(self) -> pd.DataFrame:
        """The parsed answer as a table. Raises FormatError where there is none."""
        from ..tools.values.records import records_frame

        state = self._state
        if self.wanted is None:
            raise FormatError(f"Run {state.id} was asked without a form. Ask with text_format=… (--format in a cell).")
        if not state.done:
            raise FormatError(f"Run {state.id} is still in progress. Wait for it with run.result().")
        return records_frame(self.value())

    def _parsed(self, wanted: TextFormat) -> Any:
        state = self._state
        last = state.turns[-1] if state.turns else None
        text = _answer(last) if last is not None else ""
        kept = f"What came is in run.text and run.items of {state.id}."
        if last is not None and last.refusal and not text:
            shown = shortened(" ".join(last.refusal.split()), _SHOWN)
            raise FormatError(
                f"The model refused, so there is no {wanted.label}. It said: “{shown}” Ask in other words."
            )
        if state.status == "incomplete":
            why = f" ({last.reason})" if last is not None and last.reason else ""
            raise FormatError(
                f"The answer broke off{why} before its {wanted.label} was whole. {kept} "
                "Ask again with more room: max_output_tokens is the usual limit."
            )
        if state.status != "completed":
            raise FormatError(f"The run is {state.status}, so there is no {wanted.label} to read. {kept} Ask again.")
        if not text.strip():
            raise FormatError(f"The answer is empty, so there is no {wanted.label} to read. {kept} Ask again.")
        try:
            return wanted.parse(text)
        except FormatError as error:
            raise FormatError(
                f"The answer does not fit {wanted.label}: {error}. {kept} Ask again, or widen the type."
            ) from None


def _answer(turn: TurnState) -> str:
    """The text of the turn's last message: earlier ones are comments on the way."""
    messages = [item for item in turn.output if item.get("type") == "message"]
    return _text(messages[-1]) if messages else turn.text


def _text(message: Item) -> str:
    content = message.get("content")
    parts = content if isinstance(content, list) else []
    return "".join(str(part.get("text") or "") for part in parts if part.get("type") == "output_text")
