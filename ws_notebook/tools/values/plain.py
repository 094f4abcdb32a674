"""Python values as JSON data: nested dicts, lists, strings, numbers, booleans and None."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from enum import Enum
from typing import Any

from ws_notebook.exceptions import ToolError
from ws_notebook.tools.values.arrays import array_data, is_array
from ws_notebook.tools.values.cut import Notes, json_length, shares
from ws_notebook.tools.values.grid import Grid, grid, is_table
from ws_notebook.tools.values.loaded import loaded
from ws_notebook.tools.values.nested import table_data
from ws_notebook.tools.values.scalars import NOT_SCALAR, key_text, scalar
from ws_notebook.values import fields as record_fields
from ws_notebook.values import ordered, own_text, replaced

__all__ = ["plain"]

_ATOMS = (str, int, bool, type(None))
"""Types JSON carries as they are; a float may be infinite, so it is looked at."""

_MAX_DEPTH = 100
"""Levels of nesting; well inside Python's own limit on recursion."""

_MAX_ITEMS = 50_000
"""Items taken from what may have no end."""

_NOTE = 120
"""Characters for the note of a table that is shortened."""

Place = tuple[Any, str, Any] | None
"""Where a value stands: (place around it, "." or "[]", name or key). Written out only when it is refused."""

_REMEDY = "Return a str, number, bool, list, dict, dataclass, DataFrame or figure."


def plain(
    value: Any,
    *,
    limit: int = sys.maxsize,
    picture: Callable[[Any], str | None] | None = None,
    notes: Notes | None = None,
) -> Any:
    """The value as JSON data. NaN becomes None; infinities become the strings "Infinity" and "-Infinity".

    Tables, arrays and iterators that cannot fit into `limit` characters are shortened, with a note; `notes` is told
    so, too. `picture(value)` may give what stands for a picture. Raises `ToolError` that names the type and the place
    of what JSON cannot carry.
    """
    return _Plain(limit, picture, [] if notes is None else notes).whole(value)


class _Plain:
    def __init__(self, limit: int, picture: Callable[[Any], str | None] | None, notes: Notes) -> None:
        self._limit, self._notes = limit, notes
        self._tables: list[_Table] | None = []
        """Those that were met, to be written down when it is known how much room they have; then None."""
        self._picture = picture
        self._open: set[int] = set()
        """Containers being converted: one that turns up again contains itself."""

    def whole(self, value: Any) -> Any:
        """The value, its tables in the room that all the rest leaves them."""
        data = self.convert(value, None)
        tables, self._tables = self._tables or [], None
        if not tables:
            return data
        room = self._limit - json_length(data)
        found = [table_data(table.grid, self._cell(table.place), sys.maxsize) for table in tables]
        sizes = [size for _, size, _ in found]
        if sum(sizes) > room:
            given = zip(tables, sizes, shares(sizes, room - _NOTE * len(tables)), strict=True)
            found = [
                table_data(table.grid, self._cell(table.place), sys.maxsize if size <= most else most)
                for table, size, most in given
            ]
        for table, (written, _, note) in zip(tables, found, strict=True):
            table.data = written
            self._notes.extend([note] if note else ())
        return replaced(data, lambda held: held.data if isinstance(held, _Table) else held)

    def convert(self, value: Any, place: Place) -> Any:
        kind = type(value)
        if kind in _ATOMS:
            return value
        if kind is not dict and kind is not list:
            found = scalar(value)
            if found is not NOT_SCALAR:
                return found
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
        if is_table(value):
            return self._table(value, place)
        simpler = self._simpler(value, place)
        if simpler is not value:
            return self.convert(simpler, place)
        fields = record_fields(value)
        if fields is not None:
            return {name: self.convert(item, (place, ".", name)) for name, item in fields.items()}
        if isinstance(value, Mapping):
            return self._entries(value, place)
        if isinstance(value, Set):
            return self._items(ordered(value), place)
        if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray | memoryview):
            return self._items(value, place)
        if isinstance(value, Iterable) and not isinstance(value, type | bytes | bytearray | memoryview):
            return self._drawn(value, place)
        text = own_text(value)
        if text is None:
            raise _refusal(value, place)
        return text

    def _simpler(self, value: Any, place: Place) -> Any:
        """The lists and dicts of a library's container, or the value itself."""
        if isinstance(value, (loaded("pandas", "Index"), loaded("pandas.api.extensions", "ExtensionArray"))):
            # Iterated, a number of 32 bits becomes one of 64, with more digits.
            return value.to_numpy() if str(value.dtype) in ("float16", "float32") else self._drawn(value, place)
        if isinstance(value, loaded("plotly.basedatatypes", "BaseFigure")):
            return _plotted(value)
        if is_array(value):
            return array_data(value, self._limit, self._notes)
        if isinstance(value, loaded("pyarrow", "Scalar")):
            return value.as_py()
        if isinstance(value, Enum):
            return value.value
        if isinstance(value, BaseException):
            return {"type": type(value).__name__, "message": str(value)}
        if isinstance(value, loaded("pydantic", "BaseModel")):
            return _dumped(value)
        return value

    def _table(self, value: Any, place: Place) -> Any:
        """A table inside a larger result; by itself it is CSV."""
        if self._tables is None:
            data, _, note = table_data(grid(value), self._cell(place), self._limit)
            self._notes.extend([note] if note else ())
            return data
        self._tables.append(_Table(grid(value), place))
        return self._tables[-1]

    def _cell(self, place: Place) -> Callable[[Any, str], Any]:
        """What converts the cells of the table at that place."""

        def cell(held: Any, name: str) -> Any:
            try:
                return self.convert(held, (place, "[]", name))
            except ToolError:
                return str(held)

        return cell

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
        if len(items) == most and next(source, NOT_SCALAR) is not NOT_SCALAR:
            note = f"the first {most:,} items of a longer {type(values).__name__}"
            self._notes.append(note)
            return {"note": note, "values": items}
        return items


class _Table:
    """A table, before and after it is written down."""

    def __init__(self, grid: Grid, place: Place) -> None:
        self.grid, self.place = grid, place
        self.data: Any = None


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


def _key(key: Any, place: Place) -> str:
    text = key_text(key)
    if text is None:
        raise ToolError(
            f"The result has a key of type {type(key).__name__}{_at(place)}, which JSON cannot carry. "
            "Use strings as keys."
        )
    return text


def _refusal(value: Any, place: Place) -> ToolError:
    kind = type(value)
    module = "" if kind.__module__ in ("builtins", "__main__") else f"{kind.__module__}."
    name = f"{module}{kind.__qualname__}"
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
