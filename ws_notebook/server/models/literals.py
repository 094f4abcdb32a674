"""The arguments of a directive's call: Python literals or JSON, as people type them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ws_notebook.server.models.words import number

__all__ = ["INDEX", "CallArguments", "LiteralError", "find_close", "parse_arguments"]

INDEX = ...
"""Stands for ``…`` or ``...``, which a repetition replaces by its index."""

_WORDS: dict[str, Any] = {"true": True, "false": False, "null": None, "…": INDEX, "...": INDEX}
_WORDS |= {"True": True, "False": False, "None": None}
_SPACE = re.compile(r"\s*")
_NUMBER = re.compile(r"[+-]?(?:\d[\d_]*\.?[\d_]*|\.\d+)(?:[eE][+-]?\d+)?\Z")
_CLOSERS = {"[": "]", "(": ")", "{": "}"}
_DOUBLE = r'"(?:[^\\"]|\\.)*+"|“(?:[^\\”]|\\.)*+”'
_SINGLE = r"'(?:[^\\']|\\.)*+'|‘(?:[^\\’]|\\.)*+’"
_MARK = re.compile(rf"""{_DOUBLE}|(?<![^\W_])(?:{_SINGLE}|['‘])|["“()\[\]{{}}]""", re.DOTALL)
"""What counts on the way to a closing bracket. An apostrophe within a bare word (don't) opens nothing."""
_SCALAR = re.compile(rf"""(?P<text>{_DOUBLE}|{_SINGLE})|(?P<word>[^,()\[\]{{}}"'“”‘][^,()\[\]{{}}"“”]*)""", re.DOTALL)
_KEYS = {
    "": re.compile(rf"(?:(?P<text>{_DOUBLE}|{_SINGLE})\s*[:=]|(?P<word>[A-Za-z_]\w*)\s*(?::|=(?!=)))", re.DOTALL),
    "}": re.compile(rf"(?:(?P<text>{_DOUBLE}|{_SINGLE})\s*|(?P<word>[^,:()\[\]{{}}\"“”]+))[:=]", re.DOTALL),
}
"""How a value's name stands before it, by the bracket that closes where it may have one; the end closes a call."""
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
    closers: list[str] = []
    for mark in _MARK.finditer(text, start):
        if mark[0] in _CLOSERS:
            closers.append(_CLOSERS[mark[0]])
        elif mark[0] in "\"“'‘":
            return None
        elif closers and mark[0] == closers[-1]:
            closers.pop()
            if not closers:
                return mark.start()
    return None


def parse_arguments(text: str) -> CallArguments:
    """Read *text*, what is between the parentheses; LiteralError when it cannot be read."""
    found = CallArguments()
    for name, value in _Reader(text).items("", 0):
        if name is None:
            found.positional.append(value)
        else:
            found.named[name] = value
    return found


class _Reader:
    """One pass over the text; ``_position`` is the next character."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._position = 0

    def items(self, closer: str, depth: int) -> Iterator[tuple[str | None, Any]]:
        """The values up to *closer*, each with its name; None: it has none."""
        while self._peek() != closer:
            yield self._name(closer), self._value(depth)
            if self._peek() == ",":
                self._position += 1
            elif self._peek() != closer:
                raise self._error("','")
        self._position += 1

    def _name(self, closer: str) -> str | None:
        found = self._match(_KEYS[closer]) if closer in _KEYS else None
        if found is None:
            if closer == "}":
                raise self._error("a key with ':' behind it")
            return None
        value = _scalar(found)
        return value if isinstance(value, str) else json.dumps(value, default=str)

    def _value(self, depth: int) -> Any:
        char = self._peek()
        found = self._match(_SCALAR)
        if found is not None:
            return _scalar(found)
        if char not in _CLOSERS:
            raise self._error("a closing quote" if char and char in "\"“'‘" else "a value")
        if depth >= _DEEPEST:
            raise LiteralError("values are nested too deeply")
        self._position += 1
        items = list(self.items(_CLOSERS[char], depth + 1))
        return dict(items) if char == "{" else [value for _, value in items]

    def _match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self._text, self._position)
        self._position = found.end() if found else self._position
        return found

    def _peek(self) -> str:
        """The next character that is no blank; empty at the end."""
        self._match(_SPACE)
        return self._text[self._position : self._position + 1]

    def _error(self, wanted: str) -> LiteralError:
        rest = self._text[self._position : self._position + 20]
        return LiteralError(f"expected {wanted} at {rest!r}" if rest else f"expected {wanted} at the end")


def _scalar(found: re.Match[str]) -> Any:
    """A text in quotes, or what a bare word means."""
    if found["text"] is not None:
        return _unescape(found["text"][1:-1])
    word = found["word"].strip()
    if word in _WORDS:
        return _WORDS[word]
    return number(word) if _NUMBER.match(word) else word


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
