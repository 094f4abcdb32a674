"""Tables as compact text: CSV, of which whole rows are left out where it is too long, with a note."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Sequence
from typing import Any

from ws_notebook.exceptions import ToolError
from ws_notebook.tools.values.cut import Notes, cut, shares
from ws_notebook.tools.values.grid import MAX_ROWS, Grid, grid
from ws_notebook.tools.values.nested import cut_cells, left_out
from ws_notebook.tools.values.plain import plain
from ws_notebook.tools.values.scalars import NOT_SCALAR, is_missing, scalar

__all__ = ["table_lines", "table_text"]

_SEPARATING = re.compile(r'[,"\r\n]')
_QUOTED = re.compile(r'[,"\r\n]|^$|^(?:NaN|-?Infinity)$')
"""Texts that stand in quotes: among them those that read like a number that is written as a word."""

_ADVICE = "ask for a smaller part or a summary"


def table_text(table: Any, *, max_rows: int = MAX_ROWS, max_output: int = 100_000, notes: Notes | None = None) -> str:
    """A table that `grid` takes as CSV of at most `max_output` characters, with a note where something is left out.

    The index is shown unless it only counts the rows. What is missing is empty, an empty text `""`, and NaN `NaN`.
    Rows are left out whole; only where there is no room for one, its long cells are cut, and the note says which.
    """
    found = grid(table, rows=max_rows)
    head = [",".join(map(_quoted, line)) for line in _head(found)]
    cells = _cells(found)
    if found.total == 0 or not found.heads:
        rows = f"[{found.total or 0:,} rows{'' if found.heads or not found.total else ', no columns'}]"
        return cut("\n".join([*filter(None, head), rows]), max_output, notes)
    lines = [",".join(map(_quoted, row)) for row in cells]
    text = "\n".join([*head, *lines])
    if found.whole and len(text) <= max_output:
        return text
    shorter, note = _whole_rows(found, head, lines, max_output)
    if not shorter:
        shorter, note = _first_row(found, head, cells[0], max_output)
    if not shorter:
        # Where not even the names fit: as much as does, with a mark.
        note = _note(found, 0)
        none = "\n".join([*head, note])
        shorter = none if len(none) <= max_output else cut(f"{text}\n{none}", max_output)
    if notes is not None:
        notes.append(note[1:-1].removesuffix(f"; {_ADVICE}"))
    return shorter


def table_lines(found: Grid) -> tuple[list[list[str | None]], list[list[str | None]]]:
    """The lines above the rows, and the rows: of each column a text, or None for what is missing."""
    return _head(found), _cells(found)


def _whole_rows(found: Grid, head: list[str], lines: list[str], limit: int) -> tuple[str, str]:
    """As many whole rows as fit, and the note; nothing where not even one does."""
    length, count = sum(len(line) + 1 for line in head), 0
    for line in lines:
        if length + len(line) + 1 + len(_note(found, count + 1)) > limit:
            break
        length, count = length + len(line) + 1, count + 1
    note = _note(found, count)
    return "\n".join([*head, *lines[:count], note]) if count else "", note


def _first_row(found: Grid, head: list[str], row: list[str | None], limit: int) -> tuple[str, str]:
    """The first row with its longest cells cut, and a note that says which; nothing where there is no room for it."""
    lengths = [len(cell or "") for cell in row]
    room = limit
    while room > 0:
        most = shares(lengths, room)
        kept = [
            cell if cell is None or len(cell) <= size else f"{cell[:size]}…"
            for cell, size in zip(row, most, strict=True)
        ]
        note = _note(found, 1, _cuts(found, lengths, most))
        text = "\n".join([*head, ",".join(map(_quoted, kept)), note])
        if len(text) <= limit:
            return text, note
        room = min(room, sum(lengths)) - (len(text) - limit)
    return "", ""


def _cuts(found: Grid, lengths: Sequence[int], most: Sequence[int]) -> str:
    names = [" ".join(_text(part) or "" for part in head).strip() or "the index" for head in found.heads]
    sizes = zip(names, most, lengths, strict=True)
    return cut_cells([(name, size, length) for name, size, length in sizes if size < length])


def _note(found: Grid, shown: int, cuts: str = "") -> str:
    columns = f"{found.width:,}" if found.columns == found.width else f"{found.columns:,} of {found.width:,}"
    parts = (f"{left_out(found, shown)}, {columns} columns", cuts, _ADVICE)
    return f"[{'; '.join(filter(None, parts))}]"


# Cells.


class _Word(str):
    """What is no text, as text: NaN needs no quotes."""

    __slots__ = ()


def _head(found: Grid) -> list[list[str | None]]:
    """The lines above the rows: one for each level of the columns' names."""
    depth = len(found.heads[0]) if found.heads else 0
    lines = [[_text(head[level]) for head in found.heads] for level in range(depth)]
    if not found.levels or not found.index:
        return lines
    # The levels' own names stand before them, so the index's need a line of their own.
    names = [*lines[-1][: found.index], *[None] * found.columns]
    for line, name in zip(lines, found.levels, strict=True):
        line[: found.index] = [*[None] * (found.index - 1), _text(name)]
    return [*lines, names] if any(names) else lines


def _cells(found: Grid) -> list[list[str | None]]:
    """The text of each cell; None for what is missing."""
    columns = [_column(values) for values in zip(*found.rows, strict=True)]
    return [list(row) for row in zip(*columns, strict=True)] if columns else [[] for _ in found.rows]


def _column(values: Sequence[Any]) -> list[str | None]:
    times = [value for value in values if isinstance(value, datetime.datetime) and not is_missing(value)]
    dates = bool(times) and all(map(_is_midnight, times))
    return [
        _text(value.date() if dates and isinstance(value, datetime.datetime) and not is_missing(value) else value)
        for value in values
    ]


def _is_midnight(value: datetime.datetime) -> bool:
    return value.tzinfo is None and value.time() == datetime.time() and not getattr(value, "nanosecond", 0)


def _text(value: Any) -> str | None:
    """A value as it is written in a cell; None for what is missing."""
    if type(value) is str:
        return value
    if is_missing(value):
        return None
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return str(value)
    if isinstance(value, datetime.timedelta):
        import pandas as pd

        return str(pd.Timedelta(value))
    found = scalar(value)
    if found is NOT_SCALAR:
        return _inner(value)
    return _Word("NaN" if found is None else found)


def _inner(value: Any) -> str:
    """A list or another container in a cell, as JSON where it has such a form."""
    try:
        return json.dumps(plain(value), ensure_ascii=False, separators=(",", ":"))
    except (ToolError, ValueError):
        return str(value)


def _quoted(cell: str | None) -> str:
    if cell is None:
        return ""
    quoted = _SEPARATING if isinstance(cell, _Word) else _QUOTED
    if quoted.search(cell):
        return '"' + cell.replace('"', '""') + '"'
    return cell
