"""The arguments of a directive's call: Python literals or JSON, as people type them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

__all__ = ["INDEX", "CallArguments", "LiteralError", "find_close", "parse_arguments"]

INDEX = ...
"""Stands for ``…`` or ``...``, which a repetition replaces by its index."""

_SPACE = re.compile(r"\s*")
_KEYWORD = re.compile(r"""([A-Za-z_]\w*)\s*(?:=(?!=)|:)|"([^"\\]+)"\s*[:=]|'([^'\\]+)'\s*[:=]""")
_NUMBER = re.compile(r"[+-]?(?:\d[\d_]*\.?[\d_]*|\.\d+)(?:[eE][+-]?\d+)?\Z")
_BARE = re.compile(r"""[^,()\[\]{}"“”]+""")
_WORDS: dict[str, Any] = {
    "true": True,
    "True": True,
    "false": False,
    "False": False,
    "null": None,
    "None": None,
    "…": INDEX,
    "...": INDEX,
}
_QUOTES = {'"': '"', "'": "'", "“": "”", "‘": "’"}
_STRINGS = {
    opener: re.compile(rf"{opener}(?:[^\\{closer}]|\\.)*+{closer}", re.DOTALL) for opener, closer in _QUOTES.items()
}
_MARK = re.compile(r"""["'“‘()\[\]{}]""")
_CLOSERS = {"[": "]", "(": ")", "{": "}"}
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "/": "/"}
_DEEPEST = 50


class LiteralError(ValueError):
    """The text is no argument list; the message says where it stopped making sense."""


@dataclass(frozen=True, slots=True)
class CallArguments:
    """What stood between the parentheses."""

    positional: list[Any] = field(default_factory=list)
    named: dict[str, Any] = field(default_factory=dict)


def find_close(text: str, start: int) -> int | None:
    """Where the bracket at *start* closes, quotes respected; None when it does not."""
    stack: list[str] = []
    position = start
    while mark := _MARK.search(text, position):
        position = mark.start()
        char = text[position]
        if char in _QUOTES and _opens_string(text, position):
            end = _string_end(text, position)
            if end is None:
                return None
            position = end
        elif char in _CLOSERS:
            stack.append(_CLOSERS[char])
        elif stack and char == stack[-1]:
            stack.pop()
            if not stack:
                return position
        position += 1
    return None


def parse_arguments(text: str) -> CallArguments:
    """Read *text*, what is between the parentheses; LiteralError when it cannot be read."""
    return _Reader(text).arguments()


def _opens_string(text: str, position: int) -> bool:
    # An apostrophe within a bare word (don't) opens nothing.
    return text[position] not in "'‘" or not text[position - 1 : position].isalnum()


def _string_end(text: str, position: int) -> int | None:
    found = _STRINGS[text[position]].match(text, position)
    return found.end() - 1 if found else None


class _Reader:
    """One pass over the text; ``_position`` is the next character."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._position = 0
        self._depth = 0

    def arguments(self) -> CallArguments:
        found = CallArguments()
        while self._peek():
            keyword = _KEYWORD.match(self._text, self._position)
            if keyword:
                self._position = keyword.end()
                found.named[next(name for name in keyword.groups() if name)] = self._value()
            else:
                found.positional.append(self._value())
            self._comma("")
        return found

    def _value(self) -> Any:
        char = self._peek()
        self._depth += 1
        if self._depth > _DEEPEST:
            raise LiteralError("values are nested too deeply")
        try:
            if char in _QUOTES:
                return self._string()
            if char == "{":
                return self._mapping()
            if char and char in "[(":
                return self._sequence(_CLOSERS[char])
            return self._bare()
        finally:
            self._depth -= 1

    def _sequence(self, closer: str) -> list[Any]:
        self._position += 1
        values: list[Any] = []
        while self._peek() != closer:
            values.append(self._value())
            self._comma(closer)
        self._position += 1
        return values

    def _mapping(self) -> dict[str, Any]:
        self._position += 1
        values: dict[str, Any] = {}
        while self._peek() != "}":
            key = self._string() if self._peek() in _QUOTES else self._bare(":")
            if self._peek() not in (":", "="):
                raise self._error("':' after a key")
            self._position += 1
            values[key if isinstance(key, str) else _key(key)] = self._value()
            self._comma("}")
        self._position += 1
        return values

    def _string(self) -> str:
        end = _string_end(self._text, self._position)
        if end is None:
            raise self._error("a closing quote")
        raw = self._text[self._position + 1 : end]
        self._position = end + 1
        return _unescape(raw) if "\\" in raw else raw

    def _bare(self, also_ends: str = "") -> Any:
        match = _BARE.match(self._text, self._position)
        word = match.group() if match else ""
        if also_ends and also_ends in word:
            word = word[: word.index(also_ends)]
        self._position += len(word)
        word = word.strip()
        if not word:
            raise self._error("a value")
        if word in _WORDS:
            return _WORDS[word]
        if _NUMBER.match(word):
            return _number(word)
        return word

    def _comma(self, closer: str) -> None:
        char = self._peek()
        if char == ",":
            self._position += 1
        elif char != closer:
            raise self._error("','")

    def _peek(self) -> str:
        match = _SPACE.match(self._text, self._position)
        assert match is not None
        self._position = match.end()
        return self._text[self._position : self._position + 1]

    def _error(self, wanted: str) -> LiteralError:
        rest = self._text[self._position : self._position + 20]
        return LiteralError(f"expected {wanted} at {rest!r}" if rest else f"expected {wanted} at the end")


def _number(word: str) -> int | float:
    try:
        return int(word)
    except ValueError:
        value = float(word)
        # JSON has no infinity.
        return value if abs(value) != float("inf") else 1.7976931348623157e308 * (1 if value > 0 else -1)


def _key(value: Any) -> str:
    """A key that is no string, as JSON would write it."""
    if value is None or isinstance(value, bool):
        return "null" if value is None else str(value).lower()
    return str(value)


def _unescape(raw: str) -> str:
    """Escapes as Python and JSON have them; an unknown one stays as typed."""

    def replace(match: re.Match[str]) -> str:
        code = match.group(1)
        if code[0] in "ux" and len(code) > 1:
            return chr(int(code[1:], 16))
        return _ESCAPES.get(code, code if code in "\\\"'“”‘’" else match.group())

    text = re.sub(r"\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)", replace, raw, flags=re.DOTALL)
    # \ud83d\ude00 is one character in two escapes; half of one is none.
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
