"""Answers in JSON as people read them: indented, also while they are still being written."""

from __future__ import annotations

from typing import Any

from ..core.items import at
from ..core.run import RunState

__all__ = ["Indenter", "answer_markdown", "answer_text", "asks_for_json", "indented"]

_STEP = "  "
_DEEPEST = 40
"""Steps of an indent at most: without a bound, brackets alone would take space as the square of their number."""


class Indenter:
    """Indents JSON text piece by piece: what is written stays, so it may be shown while the rest is yet to come.

    White space between values is its own; all else passes as it is, JSON or not.
    """

    def __init__(self) -> None:
        self._depth = 0
        self._string = False
        self._escaped = False
        self._opened = False
        """A bracket was just opened: whether it holds anything is not known yet."""

    def add(self, text: str) -> str:
        """The next piece, indented."""
        return "".join(map(self._character, text))

    def _character(self, character: str) -> str:
        if self._string:
            self._string = self._escaped or character != '"'
            self._escaped = character == "\\" and not self._escaped
            return character
        if character in " \t\r\n":
            return ""
        closes = character in "}]"
        opened, self._opened = self._opened, character in "{["
        before = ""
        if closes:
            self._depth = max(0, self._depth - 1)
            before = "" if opened else self._line()
        elif opened:
            before = self._line()
        if character in "{[":
            self._depth += 1
        self._string = character == '"'
        if character == ",":
            return before + character + self._line()
        return before + (": " if character == ":" else character)

    def _line(self) -> str:
        return "\n" + _STEP * min(self._depth, _DEEPEST)


def indented(text: str) -> str:
    """JSON text, indented."""
    return Indenter().add(text)


def asks_for_json(run: RunState) -> bool:
    """Whether the run's request wants the answer in JSON."""
    return at(run.settings.options, "text", "format", "type") in ("json_schema", "json_object")


def answer_markdown(run: dict[str, Any]) -> str:
    """The answer of a bundle as Markdown: JSON in a fence, all else as the model wrote it."""
    return "\n\n".join(f"```json\n{indented(text)}\n```" if is_json else text for text, is_json in _texts(run))


def answer_text(run: dict[str, Any]) -> str:
    """The answer of a bundle as plain text."""
    return "\n\n".join(indented(text) if is_json else text for text, is_json in _texts(run))


def _texts(run: dict[str, Any]) -> list[tuple[str, bool]]:
    texts = [turn["text"] for turn in run["turns"] if turn["text"]] if run.get("format") == "json" else []
    return [(text, _is_json(text)) for text in texts] or [(run["text"], False)]


def _is_json(text: str) -> bool:
    """By its first character; a fence inside would end ours."""
    return text.lstrip()[:1] in ("{", "[") and "```" not in text
