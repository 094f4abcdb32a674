"""Python's own values as JSON carries them: what a tool's result and what somebody expects of it have in common."""

from __future__ import annotations

import dataclasses
import datetime
import math
from collections.abc import Callable, Set
from decimal import Decimal
from fractions import Fraction
from pathlib import PurePath
from types import SimpleNamespace
from typing import Any
from uuid import UUID

__all__ = ["as_text", "fields", "number", "ordered", "own_text", "replaced"]

_AS_TEXT = (Decimal, UUID, PurePath, Fraction, complex, datetime.tzinfo)


def number(value: float) -> float | str | None:
    """None for NaN; "Infinity" and "-Infinity" for these."""
    if math.isfinite(value):
        return value
    return None if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")


def as_text(value: Any) -> str | None:
    """A time in ISO 8601, or another single value that JSON carries as text; None for all else."""
    if isinstance(value, datetime.timedelta):
        return _duration(value)
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return str(value) if isinstance(value, _AS_TEXT) else None


def fields(value: Any) -> dict[str, Any] | None:
    """The named fields of a record: dataclass, named tuple, namespace, msgspec's or attrs'. None for all else."""
    if isinstance(value, type):
        return None
    if dataclasses.is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return dict(value._asdict())
    if isinstance(value, SimpleNamespace):
        return dict(vars(value))
    names = getattr(type(value), "__struct_fields__", None)  # msgspec
    if names is None and hasattr(type(value), "__attrs_attrs__"):
        names = [attribute.name for attribute in type(value).__attrs_attrs__]
    return None if names is None else {name: getattr(value, name) for name in names}


def ordered(values: Set[Any]) -> list[Any]:
    """A set in an order that is the same at every run, where its members have one."""
    try:
        return sorted(values)
    except TypeError:
        return sorted(values, key=lambda value: (type(value).__name__, str(value)))


def replaced(value: Any, change: Callable[[Any], Any]) -> Any:
    """JSON with *change* made of each value in it that is no list and no object."""
    if isinstance(value, list):
        return [replaced(each, change) for each in value]
    if isinstance(value, dict):
        return {name: replaced(each, change) for name, each in value.items()}
    return change(value)


def own_text(value: Any) -> str | None:
    """What an object says of itself where its class was given words for it, and not only an address."""
    if isinstance(value, type | bytes | bytearray | memoryview) or callable(value):
        return None
    for name in ("_repr_markdown_", "_repr_latex_"):
        shown = getattr(value, name, None)
        text = shown() if callable(shown) else None
        if isinstance(text, str):
            return text
    method: Any = type(value).__str__
    return None if method is object.__str__ else str(value)


def _duration(value: datetime.timedelta) -> str:
    """ISO 8601, which a tool with a `timedelta` parameter reads back."""
    sign, value = ("-", -value) if value < datetime.timedelta() else ("", value)
    nanoseconds = value.microseconds * 1000 + getattr(value, "nanoseconds", 0)  # those of pandas have some
    fraction = f".{nanoseconds:09d}".rstrip("0") if nanoseconds else ""
    days = f"{value.days}D" if value.days else ""
    return f"{sign}P{days}T{value.seconds}{fraction}S"
