"""Tables of other libraries than pandas."""

from __future__ import annotations

import sys
import types
from typing import Any

import pandas as pd
import pytest

from ws_notebook.tools.frames import MAX_ROWS, as_frame, is_table
from ws_notebook.tools.tabular import table_text

__all__: list[str] = []

CITIES = pd.DataFrame({"city": ["Oslo", "Bergen"], "n": [1, 2]})


class Interchanging:
    """Offers its columns by the interchange protocol, as tables of several libraries do."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self._frame = frame

    def __dataframe__(self, nan_as_null: bool = False, allow_copy: bool = True) -> Any:
        import warnings

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return self._frame.__dataframe__(nan_as_null, allow_copy)


class Polar:
    """The part of a polars DataFrame that is asked for."""

    def __init__(self, columns: dict[str, list[Any]]) -> None:
        self._columns = columns
        self.columns = list(columns)

    def __len__(self) -> int:
        return len(next(iter(self._columns.values())))

    def head(self, count: int) -> Polar:
        return Polar({name: values[:count] for name, values in self._columns.items()})

    def to_dict(self, *, as_series: bool) -> dict[str, list[Any]]:
        assert not as_series
        return self._columns


@pytest.fixture
def polars(monkeypatch: pytest.MonkeyPatch) -> None:
    module = types.ModuleType("polars")
    module.DataFrame = Polar  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "polars", module)


def test_pandas_tables_are_tables() -> None:
    assert is_table(CITIES)
    assert is_table(CITIES["n"])
    assert not is_table(pd.DataFrame)
    assert not is_table({"n": [1]})
    frame, total = as_frame(CITIES["n"])
    assert (list(frame.columns), total) == (["n"], 2)


def test_whatever_offers_its_columns_is_a_table() -> None:
    assert is_table(Interchanging(CITIES))
    assert table_text(Interchanging(CITIES)) == "city,n\nOslo,1\nBergen,2"


@pytest.mark.usefixtures("polars")
def test_only_the_rows_that_are_shown_are_taken_from_a_long_table() -> None:
    frame, total = as_frame(Polar({"a": list(range(1_000)), "b": ["x"] * 1_000}))
    assert (len(frame), total) == (MAX_ROWS, 1_000)
    assert table_text(Polar({"a": list(range(1_000))})).endswith(
        "\n199\n[200 of 1,000 rows, 1 columns; ask for a smaller part or a summary]"
    )
