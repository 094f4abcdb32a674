"""DataFrames and Series as compact tables: CSV, cut after a number of rows with a note.

pandas is never imported here: a value can only be a table when pandas is in use.
"""

from __future__ import annotations

from typing import Any

from ws_notebook.tools.plain import MAX_ROWS, loaded

__all__ = ["is_table", "table_text"]


def is_table(value: object) -> bool:
    """Whether the value is a pandas DataFrame or Series."""
    return isinstance(value, (loaded("pandas", "DataFrame"), loaded("pandas", "Series")))


def table_text(table: Any, *, max_rows: int = MAX_ROWS, max_output: int = 100_000) -> str:
    """A DataFrame or Series as CSV of at most `max_output` characters, with a note where rows were left out.

    The index is shown unless it only counts the rows. Numbers have at most 12 significant digits.
    """
    frame = table if isinstance(table, loaded("pandas", "DataFrame")) else table.to_frame(_name(table))
    total = len(frame)
    text = _csv(frame.head(max_rows))
    if total <= max_rows and len(text) <= max_output:
        return text
    return _shortened(text, min(total, max_rows), total, len(frame.columns), max_output)


def _name(series: Any) -> Any:
    return "value" if series.name is None else series.name


def _csv(frame: Any) -> str:
    counts = isinstance(frame.index, loaded("pandas", "RangeIndex")) and frame.index.name is None
    plain_count = counts and frame.index.start == 0 and frame.index.step == 1
    text: str = frame.to_csv(index=not plain_count, float_format="%.12g", lineterminator="\n")
    return text.rstrip("\n")


def _shortened(text: str, shown: int, total: int, columns: int, max_output: int) -> str:
    """Whole lines of `text` that fit, and the note."""
    while True:
        note = f"\n[{shown:,} of {total:,} rows, {columns:,} columns; ask for a smaller part or a summary]"
        room = max_output - len(note)
        if len(text) <= room or room <= 0:
            break
        end = text.rfind("\n", 0, room + 1)
        if end <= 0:
            return (text[:room] + note)[:max_output]
        shown -= text.count("\n", end)
        text = text[:end]
    return (text + note)[:max_output]
