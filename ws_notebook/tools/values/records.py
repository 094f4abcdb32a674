"""Parsed answers as a pandas DataFrame: a row for each record, a column for each field."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from ws_notebook.values import fields as record_fields

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["record_columns", "records_frame"]

_DEEPEST = 20
"""Levels of records in records that become columns; what is deeper stays a value."""


def records_frame(value: Any) -> pd.DataFrame:
    """A table of the value.

    A list of records has a row for each. So has a record whose only list of records holds them all; its other
    fields are repeated in each row. Any other record is one row. A record inside a record becomes columns with a dot
    (`place.city`). What is no record stands in the column `value`.
    """
    import pandas as pd

    rows = [_columns(each) for each in _rows(value)]
    names = list(dict.fromkeys(name for row in rows for name in row))
    return pd.DataFrame({name: [row.get(name) for row in rows] for name in names})


def record_columns(value: Any) -> dict[str, Any]:
    """The fields of one record; of what is none, itself as `value`. Records within it stay values."""
    return _fields(value) or {"value": value}


def _rows(value: Any) -> list[Any]:
    if _is_list(value):
        return list(value)
    fields = _fields(value)
    if fields is None:
        return [value]
    lists = [name for name, held in fields.items() if _is_list(held) and held and all(map(_is_record, held))]
    if len(lists) != 1:
        return [value]
    (name,) = lists
    rest = {other: held for other, held in fields.items() if other != name}
    # A record's own field of a name comes before the one around it.
    return [{**rest, **(_fields(each) or {})} for each in fields[name]]


def _columns(record: Any, prefix: str = "", depth: int = 0) -> dict[str, Any]:
    fields = _fields(record)
    if fields is None or depth >= _DEEPEST:
        return {prefix or "value": record}
    found: dict[str, Any] = {}
    for name, held in fields.items():
        found.update(_columns(held, f"{prefix}.{name}" if prefix else name, depth + 1))
    return found


def _is_record(value: Any) -> bool:
    return _fields(value) is not None


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple | Set) and not _is_record(value)


def _fields(value: Any) -> dict[str, Any] | None:
    """The named fields of a record, or None where it is none. An empty dictionary is a value."""
    if isinstance(value, BaseModel):
        return {name: getattr(value, name) for name in [*type(value).model_fields, *(value.model_extra or {})]}
    known = record_fields(value)
    if known is not None:
        return known
    return {str(key): held for key, held in value.items()} if isinstance(value, Mapping) and value else None
