"""`{expr}` in a prompt: replaced when it is Python and all its names exist, otherwise left as typed.

A figure or another picture is sent as an image, at its place in the text.

So JSON, code and LaTeX pass untouched, and so does a name that does not exist. Where a replacement
would happen, braces are doubled as in an f-string: `{{expr}}` sends `{expr}`, `{{{expr}}}` the value in braces.
A value can be written as in an f-string, too: `{expr:.1f}`, `{expr!r}`, `{expr=}`.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from ..tools.values.pictures import Picture
from .placeholder import Misfit, Placeholder, placeholder, why_left

__all__ = ["interpolate", "parsed", "trimmed"]

T = TypeVar("T")

_LONGEST = 1000
"""Characters: a longer stretch between braces is text, not an expression."""

_TOKEN = re.compile(r"'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\"|[{}\n]")
"""What counts on the way to the closing brace: Python strings as a whole, braces, the line's end."""

_OPENING, _CLOSING = re.compile(r"\{+"), re.compile(r"\}+")
_NOTES, _SHORT = 8, 200
"""The most notes of what was left as typed, and characters of one."""

_ELSEWHERE = ("{", "$", "^", "_", "\\", "%", "#", "@")
"""What stands before the braces of shells, templates and formulas."""

_MEANT = re.compile(r"[^\W\d]|\(")
"""How an expression begins that somebody wants the value of."""

_FENCE = re.compile(r"^ {0,3}(?:```|~~~)", re.MULTILINE)

_COMMAND = re.compile(r"\\[A-Za-z]+\*?(?:\[[^\]\n]*\])?(?:\{[^{}\n]*\})*$")
"""What stands before the braces of a LaTeX command's argument: the command, and its arguments before this one."""

_MATH = re.compile(
    r"\$\$.{1,2000}?\$\$|\$(?=\S)[^$\n]{1,500}?(?<=\S)\$(?!\d)|\\\(.{1,2000}?\\\)|\\\[.{1,2000}?\\\]", re.DOTALL
)
"""A formula: in it `_{…}` and `^{…}` are LaTeX's."""


def interpolate(
    prompt: str,
    names: Mapping[str, Any],
    ignored: Collection[str] = (),
    noted: Callable[[str], object] | None = None,
) -> list[str | Picture]:
    """The prompt with its expressions replaced by their values: its text, in pieces where there are pictures in it.

    `names` is what the expressions see; those of `ignored` may occur, but like the names of builtins
    they make no expression by themselves. What an expression raises passes through, with the expression in a note.
    `noted` is told, in a sentence, of each that reads like an expression and was left as typed.
    """
    return _joined(_Prompt(prompt, names, ignored, noted).pieces())


def parsed(prompt: str, names: Mapping[str, Any], noted: Callable[[str], object]) -> list[str | Placeholder]:
    """The prompt as its text and its expressions, in order, which can be evaluated with other values of the names."""
    return list(filter(None, _joined(_Prompt(prompt, names, (), noted).parts())))


def _joined(pieces: Iterable[T]) -> list[T]:
    """The pieces, those of text that follow one another as one."""
    found: list[Any] = []
    for piece in pieces:
        if isinstance(piece, str) and found and isinstance(found[-1], str):
            found[-1] += piece
        else:
            found.append(piece)
    return found


def trimmed(pieces: Sequence[str | Picture]) -> list[str | Picture]:
    """The pieces without the line breaks around them all; empty where no words and no pictures are left."""
    found = list(pieces)
    if found and isinstance(found[0], str):
        found[0] = found[0].lstrip("\n")
    if found and isinstance(found[-1], str):
        found[-1] = found[-1].rstrip("\n")
    return found if any(not isinstance(piece, str) or piece.strip() for piece in found) else []


class _Prompt:
    def __init__(
        self, text: str, names: Mapping[str, Any], ignored: Collection[str], noted: Callable[[str], object] | None
    ) -> None:
        self._text = text
        self._names = names
        self._own = {name for name in names if name not in ignored}
        self._math = [found.span() for found in _MATH.finditer(text)]
        self._fences = [found.start() for found in _FENCE.finditer(text)] if noted is not None else []
        self._noted = noted
        self._left: set[str] = set()
        """What was left as typed and could have been meant."""

    def pieces(self) -> Iterator[str | Picture]:
        """What is sent, bit by bit."""
        for part in self.parts():
            yield part if isinstance(part, str) else self._value(part)

    def parts(self) -> Iterator[str | Placeholder]:
        """The text, and the expressions in it, bit by bit."""
        place = 0
        while (start := self._text.find("{", place)) >= 0:
            yield self._text[place:start]
            count = _run_length(_OPENING, self._text, start)
            shown, place = self._replaced(start, count) or (("{",), start + 1)
            yield from shown
        yield self._text[place:]

    def _value(self, part: Placeholder) -> str | Picture:
        try:
            return part.value(self._names)
        except Misfit as misfit:
            self._tell(part.source, str(misfit))
            return f"{{{part.source}}}"

    def _replaced(self, start: int, count: int) -> tuple[tuple[str | Placeholder, ...], int] | None:
        """What stands for `count` braces here and what they hold, and the place behind; None: the first is text."""
        inner = start + count
        end = _closing(self._text, inner)
        if end is None or _run_length(_CLOSING, self._text, end) < count or self._is_latex(start):
            return None
        source = self._text[inner:end]
        found = placeholder(source, self._names, self._own)
        if found is None:
            self._note(start, count, source)
            return None
        pairs = count // 2
        return ("{" * pairs, found if count % 2 else source, "}" * pairs), end + count

    def _note(self, start: int, count: int, source: str) -> None:
        """Say what was left, where a value could have been meant: not in formulas, code, or what other languages do."""
        told = self._noted is None or len(self._left) >= _NOTES or source in self._left
        if told or count > 1 or len(source) > _SHORT or not _MEANT.match(source):
            return
        if self._text[max(0, start - 1) : start] in _ELSEWHERE or self._in_math(start) or self._in_fence(start):
            return
        reason = why_left(source, self._names)
        if reason:
            self._tell(source, reason)

    def _tell(self, source: str, reason: str) -> None:
        if self._noted is not None and source not in self._left and len(self._left) < _NOTES:
            self._left.add(source)
            self._noted(f"{{{source}}} was sent as typed: {reason}{'' if reason.endswith('?') else '.'}")

    def _is_latex(self, start: int) -> bool:
        before = self._text[max(0, start - 200) : start]
        if before.endswith(("_", "^")):
            return self._in_math(start)
        return _COMMAND.search(before) is not None

    def _in_math(self, place: int) -> bool:
        """Whether the place is in a formula."""
        before = bisect(self._math, (place,)) - 1
        return before >= 0 and place < self._math[before][1]

    def _in_fence(self, place: int) -> bool:
        """Whether the place is in a block of code."""
        return bisect(self._fences, place) % 2 == 1


def _run_length(braces: re.Pattern[str], text: str, start: int) -> int:
    found = braces.match(text, start)
    return found.end() - start if found else 0


def _closing(text: str, start: int) -> int | None:
    """The place of the brace that closes the one before `start`, on the same line; None without one."""
    depth = 0
    for found in _TOKEN.finditer(text, start, start + _LONGEST):
        match found[0]:
            case "{":
                depth += 1
            case "}" if depth:
                depth -= 1
            case "}":
                return found.start()
            case "\n":
                return None
    return None
