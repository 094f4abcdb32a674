"""What a batch is asked over: the rows of a table of pandas, polars or pyarrow, of any iterable, or single values."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..exceptions import SettingsError
from ..tools.values.loaded import loaded
from ..tools.values.scalars import is_missing
from ..values import fields

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["VALUE", "Data", "is_lazy", "missing"]

VALUE = "value"
"""The column of what has none."""


class Data:
    """Rows by position. `columns`: their names; `kind`: "pandas", "polars" or "pyarrow", as which the answers come.

    Raises SettingsError, with what to do, for what has no rows or columns that cannot be told apart.
    """

    def __init__(self, source: Any, only: Sequence[str] | None = None) -> None:
        self.kind = "pandas"
        self.index: Any = None
        """The pandas index of the rows; None for a plain count."""
        self._columns: dict[str, Sequence[Any]] = {}
        self._values: Sequence[Any] | None = None
        self._read(source)
        if not len(self):
            raise SettingsError("There are no rows to ask over: the data is empty. Look at what was passed.")
        if only is not None:
            self._narrow(only)

    def __len__(self) -> int:
        if self._values is not None:
            return len(self._values)
        return len(next(iter(self._columns.values()), ()))

    @property
    def columns(self) -> list[str]:
        """The names that a template may use."""
        return list(self._columns)

    def row(self, position: int) -> dict[str, Any]:
        """The cells of a row by the names of their columns."""
        return {name: cells[position] for name, cells in self._columns.items()}

    def whole(self, position: int) -> Any:
        """The row as a function of the row gets it: a value as such, a row of a table as a dict."""
        return self._values[position] if self._values is not None else self.row(position)

    def label(self, position: int) -> Any:
        """What the index calls the row."""
        return position if self.index is None else self.index[position]

    def missing_in(self, names: Iterable[str]) -> dict[str, int]:
        """How many cells of these columns are empty, where some are."""
        counts = {name: sum(map(missing, self._columns[name])) for name in names if name in self._columns}
        return {name: count for name, count in counts.items() if count}

    # Reading.

    def _read(self, source: Any) -> None:
        if isinstance(source, loaded("pandas", "DataFrame")):
            self._read_pandas(source)
        elif isinstance(source, loaded("pandas", "Series")):
            self.index = source.index
            name = source.name if isinstance(source.name, str) else VALUE
            self._values = source.tolist()
            self._columns = {name: self._values, VALUE: self._values}
        elif isinstance(source, loaded("polars", "DataFrame")):
            self.kind = "polars"
            self._columns = {name: source.get_column(name).to_list() for name in source.columns}
        elif isinstance(source, loaded("pyarrow", "Table")):
            self.kind = "pyarrow"
            _refuse_twins(source.column_names)
            self._columns = {name: source.column(name).to_pylist() for name in source.column_names}
        else:
            self._read_rows(_listed(source))

    def _read_pandas(self, frame: pd.DataFrame) -> None:
        _refuse_twins(frame.columns)
        self.index = frame.index
        self._columns = {str(name): frame[name].tolist() for name in frame.columns}
        if not self._columns and len(frame):
            raise SettingsError("The table has no columns, so there is nothing to ask over.")

    def _read_rows(self, rows: list[Any]) -> None:
        records = [_record(each) for each in rows]
        self._values = rows
        known = [record for record in records if record is not None]
        if len(known) < len(rows):
            self._columns = {VALUE: rows}
            return
        names = dict.fromkeys(name for record in known for name in record)
        self._columns = {name: [record.get(name) for record in known] for name in names}

    def _narrow(self, names: Sequence[str]) -> None:
        for name in names:
            if name not in self._columns:
                raise SettingsError(f"There is no column {name!r}. There are: {', '.join(self._columns)}.")
        self._columns = {name: self._columns[name] for name in names}
        self._values = None


def missing(cell: Any) -> bool:
    """Whether a cell is empty: None, NaN, NaT or NA."""
    return is_missing(cell) or (isinstance(cell, float) and cell != cell)


def is_lazy(source: Any) -> bool:
    """Whether it is a DataFrame of Dask, which is not read before its result is."""
    module = sys.modules.get("dask.dataframe")
    return module is not None and isinstance(source, module.DataFrame)


def _listed(source: Any) -> list[Any]:
    if isinstance(source, str | bytes | bytearray | Mapping):
        raise SettingsError(
            f"The data of a batch is a DataFrame or a list of rows, not a {type(source).__name__}. "
            "To ask a single question use session.ask(…)."
        )
    try:
        return list(source)
    except TypeError:
        raise SettingsError(
            f"The data of a batch is a DataFrame, or an iterable of rows or values, not a {type(source).__name__}."
        ) from None


def _record(row: Any) -> dict[str, Any] | None:
    if isinstance(row, Mapping):
        return {str(key): value for key, value in row.items()}
    return fields(row)


def _refuse_twins(names: Iterable[Any]) -> None:
    twins = [name for name, count in Counter(map(str, names)).items() if count > 1]
    if twins:
        raise SettingsError(
            f"Several columns are called {twins[0]!r}, so {{{twins[0]}}} could be any of them. Rename them, as with "
            "df.columns = […]."
        )
