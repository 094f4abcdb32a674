"""`{expr}` in a prompt: replaced when it is Python and all its names exist, otherwise left as typed.

A figure or another picture is sent as an image, at its place in the text.

So JSON, code and LaTeX pass untouched, and so does a name that does not exist. Where a replacement
would happen, braces are doubled as in an f-string: `{{expr}}` sends `{expr}`, `{{{expr}}}` the value in braces.
"""

from __future__ import annotations

import ast
import builtins
import re
import warnings
from collections.abc import Collection, Iterator, Mapping, Sequence
from types import CodeType
from typing import Any

from ..tools.frames import is_table
from ..tools.pictures import Picture, as_picture, is_picture
from ..tools.tabular import table_text

__all__ = ["interpolate", "trimmed"]

_LONGEST = 1000
"""Characters: a longer stretch between braces is text, not an expression."""

_TOKEN = re.compile(r"'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\"|[{}\n]")
"""What counts on the way to the closing brace: Python strings as a whole, braces, the line's end."""

_OPENING, _CLOSING = re.compile(r"\{+"), re.compile(r"\}+")
_NAME = re.compile(r"[^\W\d]\w*")
_JSON = re.compile(r"\s*\"(?:[^\"\\\n]|\\.)*\"\s*:")
"""How a JSON object goes on behind its brace, which no expression does."""

_COMMAND = re.compile(r"\\[A-Za-z]+\*?(?:\[[^\]\n]*\])?(?:\{[^{}\n]*\})*$")
"""What stands before the braces of a LaTeX command's argument: the command, and its arguments before this one."""

_MATH = re.compile(
    r"\$\$.{1,2000}?\$\$|\$(?=\S)[^$\n]{1,500}?(?<=\S)\$(?!\d)|\\\(.{1,2000}?\\\)|\\\[.{1,2000}?\\\]", re.DOTALL
)
"""A formula: in it `_{…}` and `^{…}` are LaTeX's."""


def interpolate(prompt: str, names: Mapping[str, Any], ignored: Collection[str] = ()) -> list[str | Picture]:
    """The prompt with its expressions replaced by their values: its text, in pieces where there are pictures in it.

    `names` is what the expressions see; those of `ignored` may occur, but like the names of builtins
    they make no expression by themselves. What an expression raises passes through, with the expression in a note.
    """
    found: list[str | Picture] = []
    for piece in _Prompt(prompt, names, ignored).pieces():
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
    def __init__(self, text: str, names: Mapping[str, Any], ignored: Collection[str]) -> None:
        self._text = text
        self._names = names
        self._own = {name for name in names if name not in ignored}
        self._math = [found.span() for found in _MATH.finditer(text)]

    def pieces(self) -> Iterator[str | Picture]:
        """What is sent, bit by bit."""
        place = 0
        while (start := self._text.find("{", place)) >= 0:
            yield self._text[place:start]
            count = _run_length(_OPENING, self._text, start)
            shown, place = self._replaced(start, count) or (("{",), start + 1)
            yield from shown
        yield self._text[place:]

    def _replaced(self, start: int, count: int) -> tuple[tuple[str | Picture, ...], int] | None:
        """What stands for `count` braces here and what they hold, and the place behind; None: the first is text."""
        inner = start + count
        end = _closing(self._text, inner)
        if end is None or _run_length(_CLOSING, self._text, end) < count or self._is_latex(start):
            return None
        source = self._text[inner:end]
        code = self._code(source)
        if code is None:
            return None
        shown = self._value(code, source) if count % 2 else source
        pairs = count // 2
        return ("{" * pairs, shown, "}" * pairs), end + count

    def _code(self, source: str) -> CodeType | None:
        """The expression's code when it uses a name of the notebook's own and none that exists nowhere."""
        if _JSON.match(source) or self._own.isdisjoint(_NAME.findall(source)):
            return None
        try:
            with warnings.catch_warnings(action="ignore"):
                tree = ast.parse(source.strip(), mode="eval")
                code = compile(tree, "<prompt>", "eval")
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            return None
        free = _free_names(tree)
        known = all(name in self._names or hasattr(builtins, name) for name in free)
        return code if known and not self._own.isdisjoint(free) else None

    def _value(self, code: CodeType, source: str) -> str | Picture:
        try:
            # The user's own code, in the user's own notebook.
            return _shown(eval(code, dict(self._names)), source.strip())  # noqa: S307
        except Exception as error:
            error.add_note(
                f"It came of {{{source}}} in the prompt. Double the braces, or use --raw, to send it as typed."
            )
            raise

    def _is_latex(self, start: int) -> bool:
        before = self._text[max(0, start - 200) : start]
        if before.endswith(("_", "^")):
            return any(begin < start < end for begin, end in self._math)
        return _COMMAND.search(before) is not None


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


def _free_names(tree: ast.Expression) -> set[str]:
    """The names that the expression takes from outside."""
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    bound = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    bound |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    return {node.id for node in names if isinstance(node.ctx, ast.Load)} - bound


def _shown(value: Any, name: str) -> str | Picture:
    """A value as the model reads it. Tables go in as compact CSV, pictures as such."""
    if is_picture(value):
        return as_picture(value, name)
    return table_text(value) if is_table(value) else str(value)
