"""Tables inside a larger result."""

from __future__ import annotations

import json
import sys
from typing import Any

import pandas as pd
import pytest

from ws_notebook.tools.values.grid import grid
from ws_notebook.tools.values.nested import cut_cells, left_out, table_data
from ws_notebook.tools.values.plain import plain

__all__: list[str] = []

DAYS = pd.DatetimeIndex(["2026-01-02", "2026-01-03"])


def data(table: Any, room: int = sys.maxsize) -> Any:
    return table_data(grid(table), lambda held, _: plain(held), room)[0]


def test_a_dataframe_is_records_with_its_index_among_their_fields() -> None:
    assert data(pd.DataFrame({"a": [1]})) == [{"a": 1}]
    assert data(pd.DataFrame({"a": [1]}, index=["x"])) == [{"index": "x", "a": 1}]
    assert data(pd.DataFrame({"index": [1]}, index=["x"])) == [{"level_0": "x", "index": 1}]
    several = pd.MultiIndex.from_tuples([("a", 1)], names=["letter", None])
    assert data(pd.DataFrame({"n": [5]}, index=several)) == [{"letter": "a", "level_1": 1, "n": 5}]
    deep = pd.MultiIndex.from_tuples([("n", "min"), ("n", "max")])
    assert data(pd.DataFrame([[1, 2]], index=several, columns=deep)) == [
        {"letter": "a", "level_1": 1, "n, min": 1, "n, max": 2}
    ]
    assert data(pd.DataFrame({"n": [5]}, index=DAYS[:1])) == [{"index": "2026-01-02T00:00:00", "n": 5}]


def test_columns_of_several_levels_are_joined() -> None:
    assert data(pd.DataFrame({("a", "x"): [1], ("a", 2): [2]}, index=["r"])) == [{"index": "r", "a, x": 1, "a, 2": 2}]


def test_columns_of_the_same_name_stand_under_a_line_of_names() -> None:
    dataframe = pd.DataFrame([[1, 2]], columns=["a", "a"], index=["r"])
    assert data(dataframe) == [["index", "a", "a"], ["r", 1, 2]]
    assert data(pd.DataFrame([[1, 2]], columns=["1", 1])) == [["1", "1"], [1, 2]]


@pytest.mark.parametrize(
    ("series", "expected"),
    [
        (pd.Series([1, 2]), [1, 2]),
        (pd.Series([1, 2, 3]).tail(2), {"1": 2, "2": 3}),
        (pd.Series([1.5, 2], index=DAYS), {"2026-01-02T00:00:00": 1.5, "2026-01-03T00:00:00": 2.0}),
        (pd.Series([1, 2], index=["a", "a"], name="n"), [{"index": "a", "n": 1}, {"index": "a", "n": 2}]),
        (pd.Series([1, 2], index=["1", 1], name="n"), [{"index": "1", "n": 1}, {"index": 1, "n": 2}]),
        (pd.Series([1], index=pd.Index(["Oslo"], name="city"), name="people"), [{"city": "Oslo", "people": 1}]),
        (pd.Series([1], index=pd.MultiIndex.from_tuples([("a", 1)])), [{"level_0": "a", "level_1": 1, "value": 1}]),
        (pd.Series([], dtype=float), []),
    ],
    ids=str,
)
def test_a_series_keeps_what_its_index_says(series: Any, expected: Any) -> None:
    assert data(series) == expected


def test_what_is_left_out_is_counted() -> None:
    assert data(pd.Series(range(1_000)))["note"] == "200 of 1,000 values"
    assert len(data(pd.Series(range(1_000)))["values"]) == 200
    wide = data(pd.DataFrame([range(300)] * 300))
    assert wide["note"] == "200 of 300 rows; 100 of 300 columns"
    assert left_out(grid(pd.Series([1])), 1, "values") == "1 of 1 values"


def test_whole_rows_are_left_out_where_there_is_no_room() -> None:
    dataframe = pd.DataFrame({"a": ["x" * 100] * 20})
    found = data(dataframe, 500)
    assert found["note"] == "4 of 20 rows"
    assert found["rows"] == [{"a": "x" * 100}] * 4


def test_of_one_row_without_room_the_long_texts_are_cut_and_named() -> None:
    found = data(pd.DataFrame({"id": [7, 8], "text": ["x\n" * 5_000, "y"]}), 300)
    (row,) = found["rows"]
    shown = len(row["text"]) - 1
    assert row["id"] == 7
    assert shown > 80
    assert found["note"] == f"1 of 2 rows; cut: text ({shown:,} of 10,000 characters)"
    assert len(json.dumps(found["rows"])) <= 310


def test_many_cut_cells_are_counted() -> None:
    assert cut_cells([("a", 1, 2_000)]) == "cut: a (1 of 2,000 characters)"
    assert cut_cells([("a", 1, 2)] * 12).endswith("a (1 of 2 characters) and 2 more cells")
