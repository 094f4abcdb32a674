"""A value that somebody expects, as JSON would carry it: the form in which a tool's arguments and results are compared.

Tools write their results by the same rules (tools/values). Here they are for what people write into a check: no limits,
no pictures, and libraries are known by their methods, so that nothing is imported.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from enum import Enum
from typing import Any

from ..values import as_text, fields, number, ordered, own_text

__all__ = ["as_json"]

_MISSING = ("NAType", "NaTType")
"""pandas' types of a value that is not there."""


def as_json(value: Any) -> Any:
    """Nested dicts, lists, strings, numbers, booleans and None. Raises TypeError for what has no such form."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Enum):
        return as_json(value.value)
    if isinstance(value, str):
        return str(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return number(float(value))
    if type(value).__name__ in _MISSING:
        return None
    text = as_text(value)
    return _container(value) if text is None else text


def _container(value: Any) -> Any:
    if isinstance(value, type | bytes | bytearray | memoryview):
        raise TypeError(f"JSON carries no {type(value).__name__}.")
    held_by_name = _fields(value)
    if held_by_name is not None:
        return {name: as_json(held) for name, held in held_by_name.items()}
    if isinstance(value, Mapping):
        return {_key(key): as_json(held) for key, held in value.items()}
    simpler = _simpler(value)
    if simpler is not value:
        return as_json(simpler)
    if isinstance(value, Set):
        return [as_json(held) for held in ordered(value)]
    if isinstance(value, Iterable):
        return [as_json(held) for held in value]
    text = own_text(value)
    if text is None:
        raise TypeError(f"JSON carries no {type(value).__name__}.")
    return text


def _fields(value: Any) -> dict[str, Any] | None:
    """The named fields of a record of any kind, or None."""
    if hasattr(value, "model_dump"):  # pydantic
        dumped: dict[str, Any] = value.model_dump(mode="json", by_alias=True)
        return dumped
    if isinstance(value, BaseException):
        return {"type": type(value).__name__, "message": str(value)}
    return fields(value)


def _simpler(value: Any) -> Any:
    """The Python values in a library's array, table or single value; the value itself where it is none of these."""
    for method in ("to_dicts", "to_pylist", "as_py"):  # polars, pyarrow
        if hasattr(value, method):
            return getattr(value, method)()
    if hasattr(value, "iloc"):  # pandas
        return _table(value)
    if not hasattr(value, "tolist"):
        return value
    kind = getattr(getattr(value, "dtype", None), "kind", "")
    narrow = kind == "f" and value.dtype.itemsize < 8
    if not narrow and kind not in ("M", "m"):
        return value.tolist()
    if value.ndim:
        return list(value)
    # The shortest decimal that is read back as this number: as one of 64 bits it has more digits.
    return float(str(value)) if narrow else None if str(value) == "NaT" else str(value)


def _table(table: Any) -> Any:
    """A DataFrame as records with its index among their fields; a Series as a list, or as a dict by its index."""
    index = table.index
    counts = type(index).__name__ == "RangeIndex" and (index.start, index.step, index.name) == (0, 1, None)
    if hasattr(table, "columns"):
        return (table if counts else table.reset_index()).to_dict(orient="records")
    return list(table) if counts else table.to_dict()


def _key(key: Any) -> str:
    if isinstance(key, bool):
        return str(key).lower()
    if isinstance(key, tuple):
        return ", ".join(map(_key, key))
    found = as_json(key)
    if isinstance(found, dict | list):
        raise TypeError(f"JSON has no key of type {type(key).__name__}.")
    return "null" if found is None else str(found)
