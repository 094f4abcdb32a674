"""A value that somebody expects, as JSON would carry it: the form in which a tool's arguments and results are compared.

Tools write their results by the same rules (tools/values). Here they are for what people write into a check: no limits,
no pictures, and libraries are known by their methods, so that nothing is imported.
"""

from __future__ import annotations

import dataclasses
import datetime
import math
from collections.abc import Iterable, Mapping, Set
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from pathlib import PurePath
from types import SimpleNamespace
from typing import Any
from uuid import UUID

__all__ = ["as_json"]

_AS_TEXT = (Decimal, UUID, PurePath, Fraction, complex, datetime.tzinfo)
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
        return _number(value)
    if type(value).__name__ in _MISSING:
        return None
    text = _text(value)
    return _container(value) if text is None else text


def _number(value: float) -> float | str | None:
    if math.isfinite(value):
        return float(value)
    return None if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")


def _text(value: Any) -> str | None:
    """A time, or another single value that JSON carries as text; None for all else."""
    if isinstance(value, datetime.timedelta):
        return _duration(value)
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return str(value) if isinstance(value, _AS_TEXT) else None


def _duration(value: datetime.timedelta) -> str:
    """ISO 8601."""
    sign, value = ("-", -value) if value < datetime.timedelta() else ("", value)
    nanoseconds = value.microseconds * 1000 + getattr(value, "nanoseconds", 0)
    fraction = f".{nanoseconds:09d}".rstrip("0") if nanoseconds else ""
    return f"{sign}P{f'{value.days}D' if value.days else ''}T{value.seconds}{fraction}S"


def _container(value: Any) -> Any:
    if isinstance(value, type | bytes | bytearray | memoryview):
        raise TypeError(f"JSON carries no {type(value).__name__}.")
    fields = _fields(value)
    if fields is not None:
        return {name: as_json(held) for name, held in fields.items()}
    if isinstance(value, Mapping):
        return {_key(key): as_json(held) for key, held in value.items()}
    simpler = _simpler(value)
    if simpler is not value:
        return as_json(simpler)
    if isinstance(value, Set):
        return [as_json(held) for held in _ordered(value)]
    if isinstance(value, Iterable):
        return [as_json(held) for held in value]
    return _own_text(value)


def _fields(value: Any) -> dict[str, Any] | None:
    """The named fields of a record of any kind, or None."""
    if dataclasses.is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if hasattr(value, "model_dump"):  # pydantic
        dumped: dict[str, Any] = value.model_dump(mode="json", by_alias=True)
        return dumped
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return dict(value._asdict())
    if isinstance(value, SimpleNamespace):
        return dict(vars(value))
    if isinstance(value, BaseException):
        return {"type": type(value).__name__, "message": str(value)}
    names = getattr(type(value), "__struct_fields__", None)  # msgspec
    if names is None and hasattr(type(value), "__attrs_attrs__"):
        names = [attribute.name for attribute in type(value).__attrs_attrs__]
    return None if names is None else {name: getattr(value, name) for name in names}


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


def _ordered(values: Set[Any]) -> list[Any]:
    try:
        return sorted(values)
    except TypeError:
        return sorted(values, key=lambda value: (type(value).__name__, str(value)))


def _key(key: Any) -> str:
    if isinstance(key, bool):
        return str(key).lower()
    if isinstance(key, tuple):
        return ", ".join(map(_key, key))
    found = as_json(key)
    if isinstance(found, dict | list):
        raise TypeError(f"JSON has no key of type {type(key).__name__}.")
    return "null" if found is None else str(found)


def _own_text(value: Any) -> str:
    """What an object says of itself where its class was given words for it, and not only an address."""
    for name in ("_repr_markdown_", "_repr_latex_"):
        shown = getattr(value, name, None)
        text = shown() if callable(shown) else None
        if isinstance(text, str):
            return text
    method: Any = type(value).__str__
    if callable(value) or method is object.__str__:
        raise TypeError(f"JSON carries no {type(value).__name__}.")
    return str(value)
