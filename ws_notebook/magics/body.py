"""The first line of a cell, and what of it IPython reads otherwise."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from IPython.core.inputtransformer2 import EscapedCommand, MagicAssign

from ..exceptions import SettingsError

__all__ = ["AssignedLine", "ResponsesLine", "refuse_second_line", "with_body"]

_FIRST_LINE = re.compile(r"%%(?:responses|tool)(?!\w|\?)")
_SECOND_LINE = re.compile(r"^%%(?:responses|tool)(?!\w).*$", re.MULTILINE)
_FENCE = re.compile(r"^ {0,3}(?:```|~~~)", re.MULTILINE)
_LINE = re.compile(r"%responses[ \t]+\S")


def with_body(lines: list[str]) -> list[str]:
    """An input transformer: a lone first line gets an empty body.

    So this package answers it; IPython itself would advise `%responses`, which does not ask.
    """
    if lines and _FIRST_LINE.match(lines[0]) and not "".join(lines[1:]):
        return [lines[0].rstrip("\n") + "\n", "\n"]
    return lines


# IPython then leaves it out when it looks whether a cell is complete: in a terminal the body is yet to be typed.
with_body.has_side_effects = True  # type: ignore[attr-defined]


class ResponsesLine(EscapedCommand):
    """An input transformer: `%responses compare What is a monad?` is a line of this magic, no question about `monad`.

    IPython's own help syntax comes before its magics, and would take it.
    """

    priority = 1

    @classmethod
    def find(cls, tokens_by_line: Any) -> Any:
        return _first(super().find, tokens_by_line)


class AssignedLine(MagicAssign):
    """The same behind a name: `found = %responses compare What is a monad?`."""

    priority = 1
    column = 0
    """Where the magic begins in its line."""

    @classmethod
    def find(cls, tokens_by_line: Any) -> Any:
        found = _first(super().find, tokens_by_line)
        if found is not None:
            # IPython takes what begins first, and its help begins where the line does.
            found.column, found.start_col = found.start_col, 0
        return found

    def transform(self, lines: list[str]) -> list[str]:
        self.start_col = self.column
        changed: list[str] = super().transform(lines)
        return changed


def _first(find: Callable[[Any], Any], tokens_by_line: Any) -> Any:
    """What is found in the first line that is one of `%responses`."""
    for line in tokens_by_line:
        found = find([line])
        if found is not None and _LINE.match(line[0].line, found.start_col):
            return found
    return None


def refuse_second_line(cell: str, otherwise: str = "") -> None:
    """Raise SettingsError where the body of a cell holds the first line of another; one in a block of code is text.

    `otherwise`: what else can be done, as the last sentence.
    """
    for found in _SECOND_LINE.finditer(cell):
        if len(_FENCE.findall(cell, 0, found.start())) % 2 == 0:
            number = cell.count("\n", 0, found.start()) + 2
            raise SettingsError(
                f"Line {number} of this cell begins a second one: {found[0].strip()[:60]} A cell is one prompt or one "
                f"tool: put that line, and what is below it, into a cell of its own. Nothing was done yet.{otherwise}"
            )
