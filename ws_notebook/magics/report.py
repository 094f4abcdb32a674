"""What the magics show beside runs: a small table, and an error as one paragraph."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Any, TypeVar

from ..render.format import in_cell, markdown_table

__all__ = ["Report", "brief", "columns", "reached"]

ErrorT = TypeVar("ErrorT", bound=BaseException)

STOPPED = "The run was stopped. What has streamed is kept, and the next cell goes on from it."


def columns(rows: Iterable[tuple[str, str]]) -> str:
    """Names and what is said of each, in lines."""
    table = list(rows)
    width = max((len(name) for name, _ in table), default=0)
    return "\n".join(f"  {name:<{width}}  {text}" for name, text in table)


class Report:
    """Rows of name and value under a title, but for those without a value; shows itself as Markdown and as text."""

    def __init__(self, title: str, rows: Sequence[tuple[str, object]]) -> None:
        self.title = title
        self.rows = [(name, str(value)) for name, value in rows if value is not None]

    def __repr__(self) -> str:
        return "\n".join([self.title, *filter(None, [columns(self.rows)])])

    def _repr_markdown_(self) -> str:
        return markdown_table([in_cell(self.title), ""], [list(map(in_cell, row)) for row in self.rows])


def brief(error: ErrorT, shell: Any = None) -> ErrorT:
    """The same error; IPython will show it as one paragraph instead of the path through this package.

    With `shell`, what the user's own code of a prompt's expression had called is shown above that.
    """
    text = str(error) or (STOPPED if isinstance(error, KeyboardInterrupt) else "")
    notes = " ".join(getattr(error, "__notes__", ()))
    if notes and text and text[-1] not in ".!?":
        text += "."
    lines = [" ".join(filter(None, [f"\x1b[31m{type(error).__name__}\x1b[0m:", text, notes]))]
    expression = reached(error.__traceback__, "<prompt>")
    called = expression and expression.tb_next
    if shell is not None and called is not None:
        above = shell.InteractiveTB.structured_traceback(type(error), error, called, tb_offset=0)
        lines = [*above, *([] if notes in "\n".join(above) else [notes])]
    error._render_traceback_ = lambda: lines  # type: ignore[attr-defined]
    return error


def reached(traceback: TracebackType | None, filename: str) -> TracebackType | None:
    """The part of a traceback from this file on; None where it does not get there."""
    while traceback is not None and traceback.tb_frame.f_code.co_filename != filename:
        traceback = traceback.tb_next
    return traceback
