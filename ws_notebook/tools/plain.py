"""Python values as JSON data: nested dicts, lists, strings, numbers, booleans and None."""

from __future__ import annotations

import dataclasses
import datetime
import itertools
import math
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from pathlib import PurePath
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from ws_notebook.exceptions import ToolError
from ws_notebook.tools.frames import MAX_ROWS, as_frame, is_table
from ws_notebook.tools.library import loaded

__all__ = ["plain"]

_ATOMS = (str, int, bool, type(None))
"""Types JSON carries as they are; a float may be infinite, so it is looked at."""

_MAX_DEPTH = 100
"""Levels of nesting; well inside Python's own limit on recursion."""

_MAX_ITEMS = 50_000
"""Items taken from what may have no end."""

Place = tuple[Any, str, Any] | None
"""Where a value stands: (place around it, "." or "[]", name or key). Written out only when it is refused."""

_REMEDY = "Return a str, number, bool, list, dict, dataclass, DataFrame or figure."


def plain(value: Any, *, limit: int = sys.maxsize, picture: Callable[[Any], str | None] | None = None) -> Any:
    """The value as JSON data. NaN and infinities become the strings "NaN", "Infinity" and "-Infinity".

    Arrays and iterators that cannot fit into `limit` characters are shortened, with a note. `picture(value)` may give
    what stands for a picture. Raises `ToolError` that names the type and the place of what JSON cannot carry.
    """
    return _Plain(limit, picture).convert(value, None)


class _Plain:
    def __init__(self, limit: int, picture: Callable[[Any], str | None] | None) -> None:
        self._limit = limit
        self._picture = picture
        self._open: set[int] = set()
        """Containers being converted: one that turns up again contains itself."""

    def convert(self, value: Any, place: Place) -> Any:
        kind = type(value)
        if kind in _ATOMS:
            return value
        if kind is float:
            return _number(value)
        if kind is not dict and kind is not list:
            scalar = _scalar(value)
            if scalar is not _NOT_SCALAR:
                return scalar
        return self._container(value, place)

    def _container(self, value: Any, place: Place) -> Any:
        if id(value) in self._open or len(self._open) >= _MAX_DEPTH:
            why = "contains itself" if id(value) in self._open else "is nested too deeply"
            raise ToolError(f"The result {why}{_at(place)}, so it cannot be sent. {_REMEDY}")
        self._open.add(id(value))
        try:
            return self._opened(value, place)
        finally:
            self._open.discard(id(value))

    def _opened(self, value: Any, place: Place) -> Any:
        if type(value) is list:
            return self._items(value, place)
        if type(value) is dict:
            return self._entries(value, place)
        shown = None if self._picture is None else self._picture(value)
        if shown is not None:
            return shown
        simpler = self._simpler(value, place)
        if simpler is not value:
            return self.convert(simpler, place)
        fields = _fields(value)
        if fields is not None:
            return {name: self.convert(item, (place, ".", name)) for name, item in fields.items()}
        if isinstance(value, Mapping):
            return self._entries(value, place)
        if isinstance(value, Set):
            return self._items(_ordered(value), place)
        if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray | memoryview):
            return self._items(value, place)
        if isinstance(value, Iterable) and not isinstance(value, type | bytes | bytearray | memoryview):
            return self._drawn(value, place)
        text = _own_text(value)
        if text is None:
            raise _refusal(value, place)
        return text

    def _simpler(self, value: Any, place: Place) -> Any:
        """The lists and dicts of a library's container, or the value itself."""
        if isinstance(value, loaded("numpy", "ndarray")):
            return self._array(value)
        if isinstance(value, loaded("pandas", "Series")):
            return _series(value)
        if is_table(value):
            return _records(value)
        if isinstance(value, (loaded("pandas", "Index"), loaded("pandas.api.extensions", "ExtensionArray"))):
            return value.tolist()
        if isinstance(value, loaded("plotly.basedatatypes", "BaseFigure")):
            return _plotted(value)
        numpy = sys.modules.get("numpy")
        if numpy is not None and hasattr(type(value), "__array__") and not isinstance(value, type):
            return self._array(numpy.asarray(value))
        if isinstance(value, BaseException):
            return {"type": type(value).__name__, "message": str(value)}
        if isinstance(value, loaded("pydantic", "BaseModel")):
            return _dumped(value)
        return value

    def _entries(self, values: Mapping[Any, Any], place: Place) -> dict[str, Any]:
        return {
            key if type(key) is str else _key(key, place): self.convert(item, (place, "[]", key))
            for key, item in values.items()
        }

    def _items(self, values: Sequence[Any], place: Place) -> list[Any]:
        if set(map(type, values)) <= set(_ATOMS):
            return list(values)
        return [self.convert(item, (place, "[]", index)) for index, item in enumerate(values)]

    def _drawn(self, values: Iterable[Any], place: Place) -> Any:
        """The items of an iterator, or as many as can be shown: it may have no end."""
        most = min(max(self._limit // 2, 1), _MAX_ITEMS)
        source = iter(values)
        items = self._items(list(itertools.islice(source, most)), place)
        if len(items) == most and next(source, _NOT_SCALAR) is not _NOT_SCALAR:
            return {"note": f"the first {most:,} items of a longer {type(values).__name__}", "values": items}
        return items

    def _array(self, array: Any) -> Any:
        dated = array.dtype.kind in "Mm"
        # Every element takes two characters or more.
        most = max(self._limit // 2, 1)
        if array.size > most:
            first = array.ravel()[:most]
            return {
                "note": f"array of shape {array.shape}, {array.dtype}; the first {most:,} of {array.size:,} values",
                "values": (first.astype(str) if dated else first).tolist(),
            }
        return (array.astype(str) if dated else array).tolist()


_NOT_SCALAR = object()


def _scalar(value: Any) -> Any:
    """One value that is no container, or `_NOT_SCALAR`."""
    if isinstance(value, Enum):
        return plain(value.value)
    if any(value is missing for missing in (loaded("pandas", "NA"), loaded("pandas", "NaT"))):
        return None
    if isinstance(value, loaded("numpy", "generic")):
        return str(value) if value.dtype.kind in "Mm" else plain(value.item())
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool | int):
        return int(value)
    if isinstance(value, float):
        return _number(float(value))
    if isinstance(value, datetime.timedelta):
        return _duration(value)
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, Decimal | UUID | PurePath | Fraction | complex | datetime.tzinfo):
        return str(value)
    if isinstance(value, (loaded("pandas", "Period"), loaded("pandas", "Interval"))):
        return str(value)
    return _NOT_SCALAR


def _number(value: float) -> float | str:
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")


def _duration(value: datetime.timedelta) -> str:
    """ISO 8601, which a tool with a `timedelta` parameter reads back."""
    sign, value = ("-", -value) if value < datetime.timedelta() else ("", value)
    seconds = (
        f"{value.seconds}.{value.microseconds:06d}".rstrip("0").rstrip(".") if value.microseconds else value.seconds
    )
    return f"{sign}P{value.days}DT{seconds}S" if value.days else f"{sign}PT{seconds}S"


def _fields(value: Any) -> dict[str, Any] | None:
    """The named fields of a record of any kind, or None."""
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


def _own_text(value: Any) -> str | None:
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


def _dumped(model: Any) -> Any:
    """A pydantic model as its own serialisers write it, by the names that the model has in JSON."""
    try:
        return model.model_dump(mode="json", by_alias=True)
    except (ValueError, TypeError):
        # Pydantic does not say which field it is; the fields one by one do.
        return model.model_dump(by_alias=True)


def _plotted(figure: Any) -> dict[str, Any]:
    """A plotly figure where it cannot be drawn: what it would show."""
    note = "The figure could not be drawn as an image here (that takes kaleido and Chrome). This is its data."
    return {"note": note, "title": figure.layout.title.text, "data": [one.to_plotly_json() for one in figure.data]}


def _records(table: Any) -> Any:
    """A table inside a larger result; by itself it is CSV."""
    frame, total = as_frame(table)
    shown = _with_nulls(frame.head(MAX_ROWS))
    if frame.columns.is_unique:
        rows: Any = shown.to_dict("records")
    else:
        rows = [list(map(str, frame.columns)), *shown.values.tolist()]
    return rows if total <= MAX_ROWS else {"note": f"{MAX_ROWS:,} of {total:,} rows", "rows": rows}


def _with_nulls(values: Any) -> Any:
    """Without the NaN that stands for what is missing in a table."""
    return values.astype(object).where(values.notna(), None)


def _series(series: Any) -> Any:
    series = _with_nulls(series.head(MAX_ROWS))
    if isinstance(series.index, loaded("pandas", "RangeIndex")):
        return series.tolist()
    return series.to_dict() if series.index.is_unique else list(series.items())


def _ordered(values: Set[Any]) -> list[Any]:
    """A set in an order that is the same at every run, where its members have one."""
    try:
        return sorted(values)
    except TypeError:
        return sorted(values, key=lambda value: (type(value).__name__, str(value)))


def _key(key: Any, place: Place) -> str:
    if key is None:
        return "null"
    if isinstance(key, bool):
        return str(key).lower()
    if isinstance(key, tuple):
        return ", ".join(_key(part, place) for part in key)
    name = _scalar(key)
    if name is _NOT_SCALAR:
        raise ToolError(
            f"The result has a key of type {type(key).__name__}{_at(place)}, which JSON cannot carry. "
            "Use strings as keys."
        )
    return str(name)


def _refusal(value: Any, place: Place) -> ToolError:
    kind = type(value)
    name = (
        kind.__qualname__ if kind.__module__ in ("builtins", "__main__") else f"{kind.__module__}.{kind.__qualname__}"
    )
    if isinstance(value, bytes | bytearray | memoryview):
        remedy = "Return text (data.decode()), or the bytes of a PNG, JPEG, GIF or WebP image by themselves."
    elif hasattr(value, "__aiter__"):
        remedy = "Return [item async for item in it]."
    elif hasattr(value, "__await__"):
        remedy = "Await it inside the tool (async def), and return what it gives."
    elif callable(value):
        remedy = "Call it, and return what it gives."
    else:
        remedy = _REMEDY
    return ToolError(f"The result is of type {name}{_at(place)}, which cannot be sent to the model. {remedy}")


def _at(place: Place) -> str:
    text = ""
    while place is not None:
        place, kind, part = place
        text = (f".{part}" if kind == "." else f"[{part!r:.40}]") + text
    return f" at result{text}" if text else ""
