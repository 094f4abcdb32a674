"""Single values, of Python and of libraries, as JSON data: numbers, texts, times, what is missing."""

from __future__ import annotations

import math
import sys
from enum import Enum
from typing import Any

from ws_notebook.tools.values.loaded import loaded
from ws_notebook.values import as_text, number

__all__ = ["NOT_SCALAR", "is_missing", "key_text", "scalar"]

NOT_SCALAR: Any = object()
"""What `scalar` gives for a container, and for what it does not know."""


def scalar(value: Any) -> Any:
    """The value as a string, number, boolean or None, or `NOT_SCALAR`.

    Numbers keep every digit, and have no more than it takes to read the same number back. NaN is None; infinities
    are "Infinity" and "-Infinity"; times are ISO 8601.
    """
    if isinstance(value, str) and not isinstance(value, Enum):
        return str(value)
    if is_missing(value):
        return None
    if isinstance(value, Enum):
        return scalar(value.value)
    if isinstance(value, loaded("numpy", "generic")):
        return _numpy(value)
    if isinstance(value, bool | int):
        return int(value) if not isinstance(value, bool) else value
    if isinstance(value, float):
        return number(float(value))
    return _textual(value)


def is_missing(value: Any) -> bool:
    """Whether it stands for a value that is not there: None, pandas' NA and NaT, a masked element. Not NaN."""
    if value is None:
        return True
    for module, name in (("pandas", "NA"), ("pandas", "NaT"), ("numpy.ma", "masked")):
        if module in sys.modules and value is getattr(sys.modules[module], name, NOT_SCALAR):
            return True
    return isinstance(value, (loaded("numpy", "datetime64"), loaded("numpy", "timedelta64"))) and str(value) == "NaT"


def key_text(key: Any) -> str | None:
    """The key of a JSON object for a key of any type; None for one that has no such form."""
    if isinstance(key, bool):
        return str(key).lower()
    if isinstance(key, tuple):
        parts = [key_text(part) for part in key]
        return None if None in parts else ", ".join(map(str, parts))
    found = scalar(key)
    return None if found is NOT_SCALAR else "null" if found is None else str(found)


def _textual(value: Any) -> Any:
    if isinstance(value, (loaded("pandas", "Period"), loaded("pandas", "Interval"))):
        return str(value)
    text = as_text(value)
    return NOT_SCALAR if text is None else text


def _numpy(value: Any) -> Any:
    match value.dtype.kind:
        case "V":
            return NOT_SCALAR
        case "S":
            return _decoded(bytes(value))
        case "f":
            return _floating(value)
        case "M" | "m" | "c":
            return str(value)
        case _:
            return scalar(value.item())


def _floating(value: Any) -> Any:
    """The shortest decimal that is read back as this number, whatever its width."""
    if value.dtype.itemsize == 8 or not math.isfinite(value):
        return number(float(value))
    narrowed = float(value)
    # A number of 16 or 32 bits has more digits as one of 64; one of more bits does not fit into one of 64.
    return float(str(value)) if value.dtype.itemsize < 8 else narrowed if narrowed == value else str(value)


def _decoded(value: bytes) -> Any:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return NOT_SCALAR
