"""Tables as compact text: CSV, cut after a number of rows and columns with a note."""

from __future__ import annotations

from typing import Any

from ws_notebook.tools.frames import MAX_ROWS, as_frame
from ws_notebook.tools.library import loaded

__all__ = ["table_text"]

_MAX_COLUMNS = 100
"""Columns shown at most."""

_MAX_CELL = 200
"""Characters of a cell shown at most, in a table that is too long."""


def table_text(table: Any, *, max_rows: int = MAX_ROWS, max_output: int = 100_000) -> str:
    """A table that `as_frame` takes as CSV of at most `max_output` characters, with a note where something is left out.

    The index is shown unless it only counts the rows. Numbers have at most 12 significant digits.
    """
    frame, total = as_frame(table)
    width = len(frame.columns)
    shown = frame.iloc[:max_rows, :_MAX_COLUMNS]
    text = _csv(shown)
    if not total:
        return f"{text}\n[0 rows]".lstrip("\n")[:max_output]
    columns = f"{width:,}" if width <= _MAX_COLUMNS else f"{_MAX_COLUMNS:,} of {width:,}"
    if total <= max_rows and width <= _MAX_COLUMNS and len(text) <= max_output:
        return text
    if len(text) > max_output:
        text = _csv(shown.map(_clipped))
    return _shortened(text, min(total, max_rows), total, columns, max_output)


def _csv(frame: Any) -> str:
    counts = isinstance(frame.index, loaded("pandas", "RangeIndex")) and frame.index.name is None
    plain_count = counts and frame.index.start == 0 and frame.index.step == 1
    text: str = frame.to_csv(index=not plain_count, float_format="%.12g", lineterminator="\n")
    return text.rstrip("\n")


def _clipped(cell: Any) -> Any:
    return f"{cell[:_MAX_CELL]}…" if isinstance(cell, str) and len(cell) > _MAX_CELL else cell


def _shortened(text: str, shown: int, total: int, columns: str, max_output: int) -> str:
    """Whole lines of `text` that fit, and the note."""
    while True:
        note = f"\n[{shown:,} of {total:,} rows, {columns} columns; ask for a smaller part or a summary]"
        room = max_output - len(note)
        if len(text) <= room or room <= 0:
            break
        end = text.rfind("\n", 0, room + 1)
        if end <= 0:
            return (text[:room] + note)[:max_output]
        shown -= text.count("\n", end)
        text = text[:end]
    return (text + note)[:max_output]
