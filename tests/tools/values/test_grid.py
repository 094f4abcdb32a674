"""Tables of every library as rows of Python values."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

from ws_notebook.tools.values.grid import MAX_COLUMNS, MAX_ROWS, grid, is_table
from ws_notebook.tools.values.tables import table_text

__all__: list[str] = []

CITIES = pd.DataFrame({"city": ["Oslo", "Bergen"], "n": [1, 2]})


class Interchanging:
    """Offers its columns by the interchange protocol, as tables of several libraries do."""

    def __init__(self, dataframe: pd.DataFrame) -> None:
        self._frame = dataframe

    def __dataframe__(self, nan_as_null: bool = False, allow_copy: bool = True) -> Any:
        import warnings

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return self._frame.__dataframe__(nan_as_null, allow_copy)


def test_pandas_tables_are_tables() -> None:
    assert is_table(CITIES)
    assert is_table(CITIES["n"])
    assert not is_table(pd.DataFrame)
    assert not is_table({"n": [1]})
    found = grid(CITIES["n"])
    assert (found.heads, found.total, found.is_column) == ((("n",),), 2, True)


def test_whatever_offers_its_columns_is_a_table() -> None:
    assert is_table(Interchanging(CITIES))
    assert table_text(Interchanging(CITIES)) == "city,n\nOslo,1\nBergen,2"


def test_rows_and_columns_over_the_limits_are_counted_and_not_taken() -> None:
    found = grid(pd.DataFrame([range(300)] * 500))
    assert (len(found.rows), found.columns) == (MAX_ROWS, MAX_COLUMNS)
    assert (found.total, found.width, found.whole) == (500, 300, False)
    assert grid(CITIES).whole


def test_the_index_stands_first_unless_it_only_counts() -> None:
    assert grid(CITIES).index == 0
    assert grid(CITIES.tail(1)).rows == [(1, "Bergen", 2)]
    several = CITIES.set_index(["city", "n"], drop=False).rename_axis(["at", None])
    assert grid(several).heads == (("at",), (None,), ("city",), ("n",))
    levels = CITIES.set_index("city")
    levels.columns = pd.MultiIndex.from_tuples([("a", 1)], names=["letter", None])
    assert grid(levels).heads == ((None, "city"), ("a", 1))
    assert grid(levels).levels == ("letter", None)


def test_values_keep_their_types_and_every_digit() -> None:
    stamp = pd.Timestamp("2026-01-02 03:04:05.123456789")
    dataframe = pd.DataFrame(
        {
            "id": [2**63 - 1],
            "unsigned": np.array([2**64 - 1], dtype="uint64"),
            "nullable": pd.array([2**62 + 1], dtype="Int64"),
            "at": [stamp],
            "money": [Decimal("1.10")],
            "single": np.array([0.1], dtype="float32"),
        }
    )
    assert grid(dataframe).rows == [(2**63 - 1, 2**64 - 1, 2**62 + 1, stamp, Decimal("1.10"), np.float32(0.1))]


def test_what_is_missing_is_told_from_nan_and_from_an_empty_text() -> None:
    dataframe = pd.DataFrame(
        {
            "text": pd.array(["", None], dtype="string"),
            "object": pd.Series([None, float("nan")], dtype=object),
            "number": [float("nan"), 1.0],
            "kind": pd.Categorical(["x", None]),
            "single": pd.array([0.5, None], dtype="Float32"),
        }
    )
    first, second = grid(dataframe).rows
    assert first[0] == ""
    assert first[1] is None
    assert np.isnan(first[2])
    assert np.isnan(second[1])
    assert [second[place] for place in (0, 3, 4)] == [None, None, None]


def test_an_array_with_named_fields_is_a_table() -> None:
    array = np.array([(1, 0.5), (2, 1.5)], dtype=[("n", "i8"), ("share", "f8")])
    assert is_table(array)
    assert grid(array).rows == [(1, 0.5), (2, 1.5)]
    assert table_text(array.view(np.recarray)) == "n,share\n1,0.5\n2,1.5"
    assert not is_table(array["n"])


@pytest.mark.packages
def test_tables_of_polars_are_exact() -> None:
    polars = pytest.importorskip("polars")
    dataframe = polars.DataFrame(
        {
            "single": polars.Series([0.1, None], dtype=polars.Float32),
            "number": [float("nan"), None],
            "text": ["", None],
            "big": polars.Series([2**64 - 1, None], dtype=polars.UInt64),
            "at": polars.Series([1, None]).cast(polars.Datetime("ns", "Europe/Oslo")),
            "took": polars.Series([1, None]).cast(polars.Duration("ns")),
            "clock": polars.Series([1, 1_000]).cast(polars.Time),
        }
    )
    first, second = table_text(dataframe).splitlines()[1:]
    assert first.startswith(
        '0.1,NaN,"",18446744073709551615,1970-01-01 01:00:00.000000001+01:00,0 days 00:00:00.000000001,'
    )
    assert first.endswith(",00:00:00.000000001")
    assert second == ",,,,,,00:00:00.000001"
    assert is_table(dataframe["text"])
    assert grid(dataframe["text"]).is_column


@pytest.mark.packages
def test_a_lazy_frame_is_collected_as_far_as_it_is_shown() -> None:
    polars = pytest.importorskip("polars")
    text = table_text(polars.LazyFrame({"a": range(1_000)}))
    assert text.endswith("\n199\n[the first 200 rows, there are more, 1 columns; ask for a smaller part or a summary]")
    assert table_text(polars.LazyFrame({"a": [1, 2]})) == "a\n1\n2"


@pytest.mark.packages
def test_tables_of_pyarrow_are_exact() -> None:
    arrow = pytest.importorskip("pyarrow")
    columns = [
        arrow.array([0.1, None], arrow.float32()),
        arrow.array(["", None]),
        arrow.array([1, None], arrow.timestamp("ns")),
        arrow.array([1, None], arrow.time64("ns")),
    ]
    table = arrow.table(columns, names=["a", "a", "at", "clock"])
    assert table_text(table) == 'a,a,at,clock\n0.1,"",1970-01-01 00:00:00.000000001,00:00:00.000000001\n,,,'
    assert table_text(table.to_batches()[0]) == table_text(table)
    assert table_text(arrow.array([1, 2])) == "value\n1\n2"
