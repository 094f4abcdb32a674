"""What people look at in a tool's result besides its text: the beginning of a table, a plotly figure as data."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from ws_notebook.render.format import shortened
from ws_notebook.tools.values.grid import grid, is_table
from ws_notebook.tools.values.loaded import loaded
from ws_notebook.tools.values.tables import table_lines

__all__ = ["exhibits"]

_MOST, _MEMBERS = 4, 50
"""Exhibits of one result, and members of a container that are looked at."""
_ROWS, _COLUMNS, _CELL = 20, 12, 80
"""Of a table: rows, columns besides its index, characters of a cell."""
_FIGURE = 300_000
"""Characters of a figure's JSON; of a larger one there are words only."""
_WORDS = 200
_BREAKS = re.compile(r"[\t\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")


def exhibits(value: Any) -> tuple[Mapping[str, Any], ...]:
    """Those of a result, and of the members of a list, tuple or dictionary; never raises.

    A table is `{"kind": "table", "cells": …, "head": …, "index": …, "rows": …, "columns": …}`: its first cells as
    lines with tabs, how many lines are its head and how many columns its index, and its rows (None: not counted) and
    columns in all. A figure is `{"kind": "plotly", "words": …, "figure": …}`: its data and layout as JSON, or None.
    """
    try:
        found = [one for one in map(_exhibit, _members(value)) if one is not None]
    except Exception:  # noqa: BLE001 - a value of the user's may do anything, and its text has been made already
        return ()
    return tuple(found[:_MOST])


def _members(value: Any) -> Iterable[Any]:
    if type(value) in (list, tuple) and len(value) <= _MEMBERS:
        return list(value)
    return list(value.values()) if type(value) is dict and len(value) <= _MEMBERS else [value]


def _exhibit(value: Any) -> Mapping[str, Any] | None:
    if isinstance(value, loaded("plotly.basedatatypes", "BaseFigure")):
        return _figure(value)
    return _table(value) if is_table(value) and not _is_costly(value) else None


def _is_costly(value: Any) -> bool:
    """What is computed or converted as a whole when it is looked at: once, for its text, is enough."""
    known = [("pandas", "DataFrame"), ("pandas", "Series"), ("polars", "DataFrame"), ("polars", "Series")]
    known += [("pyarrow", "Table"), ("pyarrow", "RecordBatch"), ("numpy", "ndarray")]
    return not isinstance(value, tuple(loaded(*each) for each in known))


def _table(value: Any) -> Mapping[str, Any]:
    found = grid(value, rows=_ROWS)
    head, rows = table_lines(found)
    width = found.index + min(found.columns, _COLUMNS)
    lines = [
        "\t".join(shortened(_BREAKS.sub(" ", text or ""), _CELL) for text in line[:width]) for line in (*head, *rows)
    ]
    return {
        "kind": "table",
        "cells": "\n".join(lines),
        "head": len(head),
        "index": found.index,
        "rows": found.total,
        "columns": found.width,
    }


def _figure(figure: Any) -> Mapping[str, Any]:
    spec = msgspec.json.decode(figure.to_json(validate=False))
    layout = {name: value for name, value in (spec.get("layout") or {}).items() if name != "template"}
    data = msgspec.json.encode({"data": spec.get("data") or [], "layout": layout}).decode()
    return {
        "kind": "plotly",
        "words": _words(spec.get("data") or [], layout),
        "figure": data if len(data) <= _FIGURE else None,
    }


def _words(data: list[Mapping[str, Any]], layout: Mapping[str, Any]) -> str:
    """plotly figure “Towns”: bar, scatter."""
    title = layout.get("title")
    title = title.get("text") if isinstance(title, dict) else title
    kinds = ", ".join(dict.fromkeys(str(trace.get("type", "scatter")) for trace in data))
    name = f"plotly figure “{title}”" if isinstance(title, str) and title else "plotly figure"
    return _BREAKS.sub(" ", f"{name}: {kinds}" if kinds else name)[:_WORDS]
