"""Tables of any library as rows of Python values: pandas, polars, pyarrow, structured arrays, `__dataframe__`."""

from __future__ import annotations

import datetime
import warnings
from collections.abc import Sequence
from typing import Any

import msgspec

from ws_notebook.tools.values.loaded import PYTHONS, loaded

__all__ = ["MAX_COLUMNS", "MAX_ROWS", "Grid", "grid", "is_table"]

MAX_ROWS, MAX_COLUMNS = 200, 100
"""Rows and columns of a table shown at most."""

_KNOWN = (
    ("pandas", "DataFrame"), ("pandas", "Series"),
    ("polars", "DataFrame"), ("polars", "LazyFrame"), ("polars", "Series"),
    ("pyarrow", "Table"), ("pyarrow", "RecordBatch"), ("pyarrow", "ChunkedArray"), ("pyarrow", "Array"),
)  # fmt: skip
_COLUMN = "value"
"""The name of a column that has none."""

_FLOATS = ("float16", "float32", "Float32", "halffloat[pyarrow]", "float[pyarrow]", "Sparse[float32, nan]")
"""pandas' names of numbers that have more digits as Python's floats than they had."""


class Grid(msgspec.Struct, frozen=True):
    """The first rows and columns of a table. Values keep their types; what is missing is None, NA or NaT."""

    heads: tuple[tuple[Any, ...], ...]
    """Of each column the name on each level, as many for all; the index's columns first, with None for no name."""
    rows: list[tuple[Any, ...]]
    """A value for each head."""
    index: int
    """How many of the columns are the index; 0 where it only counts the rows."""
    total: int | None
    """Rows in all; None where there are more, and counting them is not for free."""
    width: int
    """Columns in all, without the index."""
    is_column: bool = False
    """Whether it is one column, such as a Series, and not a table."""
    levels: tuple[Any, ...] = ()
    """What the levels of the names are called, where they are called something."""

    @property
    def columns(self) -> int:
        """Columns that are here, without the index."""
        return len(self.heads) - self.index

    @property
    def whole(self) -> bool:
        """Whether nothing is left out."""
        return self.total == len(self.rows) and self.width == self.columns


def is_table(value: object) -> bool:
    """Whether `grid` takes the value."""
    if type(value) in PYTHONS:
        return False
    known = tuple(loaded(module, name) for module, name in _KNOWN)
    return isinstance(value, known) or _is_structured(value) or callable(getattr(type(value), "__dataframe__", None))


def grid(value: Any, *, rows: int = MAX_ROWS) -> Grid:
    """The first `rows` rows and `MAX_COLUMNS` columns of a table. A polars LazyFrame is collected so far."""
    if isinstance(value, (loaded("pandas", "DataFrame"), loaded("pandas", "Series"))):
        return _of_pandas(value, rows)
    if isinstance(value, tuple(loaded("polars", name) for name in ("DataFrame", "LazyFrame", "Series"))):
        return _of_polars(value, rows)
    if isinstance(value, (loaded("pyarrow", "Table"), loaded("pyarrow", "RecordBatch"))):
        return _of_arrow(list(value.schema.names), value.columns, value.num_rows, rows)
    if isinstance(value, (loaded("pyarrow", "ChunkedArray"), loaded("pyarrow", "Array"))):
        return _of_arrow([_COLUMN], [value], len(value), rows, is_column=True)
    if _is_structured(value):
        names = value.dtype.names
        columns = [list(value[name][:rows]) for name in names[:MAX_COLUMNS]]
        return _flat(names, columns, len(value))
    import pandas as pd

    with warnings.catch_warnings():
        # The protocol is on its way out; where a library has nothing newer, it still works.
        warnings.simplefilter("ignore")
        return _of_pandas(pd.api.interchange.from_dataframe(value), rows)


def _is_structured(value: object) -> bool:
    """Whether it is a numpy array with a row for each element and a column for each of its named fields."""
    return isinstance(value, loaded("numpy", "ndarray")) and value.ndim == 1 and value.dtype.names is not None


def _flat(names: Sequence[Any], columns: list[list[Any]], total: int | None, *, is_column: bool = False) -> Grid:
    """Columns, perhaps not all, with plain names and without an index."""
    heads = tuple((name,) for name, _ in zip(names, columns, strict=False))
    return Grid(heads, list(zip(*columns, strict=True)), 0, total, len(names), is_column)


# pandas.


def _of_pandas(table: Any, rows: int) -> Grid:
    is_column = isinstance(table, loaded("pandas", "Series"))
    if is_column:
        table = table.to_frame(_COLUMN if table.name is None else table.name)
    shown = table.iloc[:rows, :MAX_COLUMNS]
    names = shown.columns
    depth = names.nlevels
    levels = 0 if _only_counts(table.index) else shown.index.nlevels
    index = [shown.index.get_level_values(place) for place in range(levels)]
    columns = [_pandas_values(shown.iloc[:, place]) for place in range(len(names))]
    heads = [(*(None,) * (depth - 1), level.name) for level in index]
    heads += [name if depth > 1 else (name,) for name in names]
    values = [*map(_pandas_values, index), *columns]
    found = list(zip(*values, strict=True)) if values else [()] * len(shown)
    called = tuple(names.names) if any(name is not None for name in names.names) and not is_column else ()
    return Grid(tuple(heads), found, len(index), len(table), len(table.columns), is_column, called)


def _only_counts(index: Any) -> bool:
    counts = isinstance(index, loaded("pandas", "RangeIndex")) and index.name is None
    return counts and index.start == 0 and index.step == 1


def _pandas_values(column: Any) -> list[Any]:
    """The values of a Series or an Index. NaN is missing, but where a column of that type can hold it as a number."""
    kind = str(column.dtype)
    values = list(column)
    if kind in _FLOATS:
        width = "float16" if kind.startswith(("float16", "half")) else "float32"
        values = list(column.to_numpy(dtype=width, na_value=float("nan")))
    if kind == "object" or (kind.startswith(("float", "complex", "Sparse")) and "pyarrow" not in kind):
        return values
    if kind in ("Float64", "double[pyarrow]"):
        return values  # has NaN as well as NA
    return [None if gone else value for value, gone in zip(values, column.isna(), strict=True)]


# polars.


def _of_polars(table: Any, rows: int) -> Grid:
    is_column = isinstance(table, loaded("polars", "Series"))
    if isinstance(table, loaded("polars", "LazyFrame")):
        table = table.head(rows + 1).collect()
        total = None if len(table) > rows else len(table)
    else:
        total = len(table)
    if is_column:
        table = table.to_frame(table.name or _COLUMN)
    columns = table.head(rows).get_columns()[:MAX_COLUMNS]
    return _flat(table.columns, list(map(_polars_values, columns)), total, is_column=is_column)


def _polars_values(column: Any) -> list[Any]:
    """Python's times have microseconds, polars' may have nanoseconds."""
    kind = str(column.dtype)
    if kind == "Float32":
        return _singles(column.to_list())
    if kind == "Time":
        return [None if one is None else _time_text(one) for one in column.to_physical().to_list()]
    if kind.startswith(("Datetime(time_unit='ns'", "Duration(time_unit='ns'")):
        import pandas as pd

        made: Any = pd.Timedelta if kind.startswith("Duration") else pd.Timestamp
        zone = getattr(column.dtype, "time_zone", None)
        more = {"tz": "UTC"} if zone else {}
        found = [None if one is None else made(one, unit="ns", **more) for one in column.to_physical().to_list()]
        return [one.tz_convert(zone) if zone and one is not None else one for one in found]
    return list(column.to_list())


def _singles(values: list[Any]) -> list[Any]:
    """Numbers of 32 bits, as such."""
    import numpy as np

    return [None if value is None else np.float32(value) for value in values]


def _time_text(nanoseconds: int) -> Any:
    """A time of day, as text where Python's has too few digits."""
    seconds, rest = divmod(nanoseconds, 1_000_000_000)
    clock = datetime.time(seconds // 3600, seconds // 60 % 60, seconds % 60, rest // 1000)
    return clock if rest % 1000 == 0 else f"{clock.replace(microsecond=0).isoformat()}.{rest:09d}"


# pyarrow.


def _of_arrow(names: list[str], columns: list[Any], total: int, rows: int, *, is_column: bool = False) -> Grid:
    # By their places: names may occur twice.
    values = [_arrow_values(column.slice(0, rows)) for column in columns[:MAX_COLUMNS]]
    return _flat(names, values, total, is_column=is_column)


def _arrow_values(column: Any) -> list[Any]:
    match str(column.type):
        case "float" | "halffloat":
            return _singles(column.to_pylist())
        case "time64[ns]":
            return [None if one is None else _time_text(one) for one in column.cast("int64").to_pylist()]
        case _:
            return list(column.to_pylist())
