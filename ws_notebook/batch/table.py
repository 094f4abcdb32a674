"""The answers of a batch as a table, aligned with what was asked over, of the same kind."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..tools.values.records import record_columns
from .data import Data
from .row import Row

if TYPE_CHECKING:
    from ..tools.schema.structured import TextFormat

__all__ = ["FACTS", "answer_names", "empty_answers", "table"]

FACTS = ("status", "error", "input_tokens", "output_tokens", "cost", "ms", "attempts")
"""The columns behind those of the answer."""


def answer_names(wanted: TextFormat | None) -> list[str]:
    """The columns of the answer: the fields of the form, else `answer`. One called as a fact is `answer.NAME`."""
    fields = [] if wanted is None else wanted.field_names
    return [f"answer.{name}" if name in FACTS else name for name in fields] or ["answer"]


def table(data: Data, rows: Sequence[Row], wanted: TextFormat | None, *, priced: bool) -> Any:
    """A line for each row, in order: a pandas DataFrame with the data's index, or one of polars, or a pyarrow Table."""
    columns = _answers(rows, wanted)
    columns |= {name: [_fact(row, name) for row in rows] for name in FACTS if name != "cost" or priced}
    if data.kind == "polars":
        return importlib.import_module("polars").DataFrame(columns, strict=False)
    if data.kind == "pyarrow":
        return importlib.import_module("pyarrow").table(columns)
    return _pandas(columns, data, rows)


def empty_answers(wanted: TextFormat | None) -> Any:
    """The same of no rows, as pandas has it: which columns there will be."""
    import pandas as pd

    names = [*answer_names(wanted), *(name for name in FACTS if name != "cost")]
    return pd.DataFrame({name: pd.Series([], dtype=_TYPES.get(name, object)) for name in names})


def _answers(rows: Sequence[Row], wanted: TextFormat | None) -> dict[str, list[Any]]:
    names = answer_names(wanted)
    if names == ["answer"]:
        return {"answer": [row.answer if row.status in ("completed", "incomplete") else None for row in rows]}
    fields = [record_columns(row.value) if row.value is not None else {} for row in rows]
    return {name: [each.get(name.removeprefix("answer.")) for each in fields] for name in names}


def _fact(row: Row, name: str) -> Any:
    if name == "error":
        return row.error or None
    asked = row.attempts > 0 or row.done
    return getattr(row, name) if asked or name in ("status", "attempts") else None


_TYPES = {"input_tokens": "Int64", "output_tokens": "Int64", "attempts": "Int64", "ms": "Float64", "cost": "Float64"}


def _pandas(columns: Mapping[str, Iterable[Any]], data: Data, rows: Sequence[Row]) -> Any:
    import pandas as pd

    positions = [row.position for row in rows]
    index = pd.RangeIndex(len(data)) if data.index is None else data.index
    made = {
        name: pd.Series(list(values), dtype=_TYPES[name])
        if name in _TYPES
        else pd.Series(list(values), dtype=object).infer_objects()
        for name, values in columns.items()
    }
    frame = pd.DataFrame(made)
    frame.index = index if len(positions) == len(data) else index[positions]
    return frame
