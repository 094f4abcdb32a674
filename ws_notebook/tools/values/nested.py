"""A table inside a larger result as JSON data: records with the index among their fields, or lists under names."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from ws_notebook.tools.values.cut import json_length, shares
from ws_notebook.tools.values.grid import Grid
from ws_notebook.tools.values.scalars import key_text

__all__ = ["cut_cells", "left_out", "table_data"]

_MAX_CUTS = 10
"""Cells that were cut, each of which a note names."""

Convert = Callable[[Any, str], Any]
"""Makes JSON data of a cell, given the name of its column."""


def table_data(found: Grid, convert: Convert, room: int) -> tuple[Any, int, str]:
    """The table as JSON data, the characters that it takes of `room`, and what is left out, in words.

    Rows are left out whole until the rest fits; only where there is no room for one, its texts are cut. The data say
    so in a note.
    """
    names = _names(found)
    rows: list[list[Any]] = []
    used, cuts = 2, ""
    for row in found.rows:
        made = [convert(held, name) for held, name in zip(row, names, strict=True)]
        size = json_length(made) + sum(len(name) + 3 for name in names)
        if used + size > room and not rows:
            made, cuts = _clipped(made, names, room)
            size = json_length(made)
        elif used + size > room:
            break
        rows.append(made)
        used += size
        if cuts:
            break
    data, note = _shaped(found, names, rows), _note(found, len(rows), cuts)
    return {"note": note, _what(found): data} if note else data, used, note


def left_out(found: Grid, shown: int, what: str = "rows") -> str:
    """How much of a table is shown, in words."""
    if found.total is None:
        return f"the first {shown:,} {what}, there are more"
    return f"{shown:,} of {found.total:,} {what}"


def cut_cells(cuts: list[tuple[str, int, int]]) -> str:
    """Which cells were cut: of each its name, the characters that are shown, and those that it had."""
    named = [f"{name} ({size:,} of {length:,} characters)" for name, size, length in cuts[:_MAX_CUTS]]
    more = f" and {len(cuts) - _MAX_CUTS:,} more cells" if len(cuts) > _MAX_CUTS else ""
    return f"cut: {', '.join(named)}{more}"


def _what(found: Grid) -> str:
    return "values" if found.is_column else "rows"


def _note(found: Grid, shown: int, cuts: str) -> str:
    if found.whole and shown == len(found.rows) and not cuts:
        return ""
    columns = f"{found.columns:,} of {found.width:,} columns" if found.columns < found.width else ""
    return "; ".join(filter(None, (left_out(found, shown, _what(found)), columns, cuts)))


def _shaped(found: Grid, names: list[str], rows: list[list[Any]]) -> Any:
    if found.is_column and not found.index:
        return [row[0] for row in rows]
    if found.is_column and found.index == 1 and found.heads[0][-1] is None:
        keys = [key_text(row[0]) for row in rows]
        if None not in keys and len(set(keys)) == len(keys):
            return {key: row[1] for key, row in zip(keys, rows, strict=True)}
    if len(set(names)) == len(names):
        return [dict(zip(names, row, strict=True)) for row in rows]
    return [names, *rows]


def _names(found: Grid) -> list[str]:
    """The names of the columns as keys; the index's as pandas gives them where it has none."""
    # Of the index's name only the last level is one.
    names = [_name(head[-1:] if place < found.index else head) for place, head in enumerate(found.heads)]
    for place in range(found.index):
        if found.heads[place][-1] is None:
            single = found.index == 1 and "index" not in names
            names[place] = "index" if single else f"level_{place}"
    return names


def _name(head: tuple[Any, ...]) -> str:
    parts = [key_text(part) for part in head]
    return ", ".join(str(part) if text is None else text for part, text in zip(head, parts, strict=True))


def _clipped(row: list[Any], names: list[str], room: int) -> tuple[list[Any], str]:
    """The row with its long texts cut, and which they are."""
    lengths = [json_length(cell) for cell in row]
    fixed = sum(len(name) + 4 for name in names)
    kept, cuts = [], []
    for cell, name, length, most in zip(row, names, lengths, shares(lengths, room - fixed), strict=True):
        if length <= most:
            kept.append(cell)
            continue
        text = cell if isinstance(cell, str) else json.dumps(cell, ensure_ascii=False)
        # Quotes and escapes take their part of what is written.
        size = max(0, len(text) * (most - 3) // (length + 1))
        kept.append(f"{text[:size]}…")
        cuts.append((name, size, len(text)))
    return kept, cut_cells(cuts)
