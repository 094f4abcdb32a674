"""What can be asked over, and what is refused in words."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest

from ws_notebook import SettingsError
from ws_notebook.batch.data import VALUE, Data, is_lazy, missing

__all__: list[str] = []


class Pair(NamedTuple):
    a: int
    b: str


@dataclass
class Point:
    x: int


def test_a_table_keeps_its_index_whatever_that_is() -> None:
    frame = pd.DataFrame({"a": [1, 2], 3: ["x", "y"]}, index=pd.MultiIndex.from_tuples([("k", 1), ("k", 1)]))
    data = Data(frame)
    assert data.columns == ["a", "3"]
    assert data.row(1) == {"a": 2, "3": "y"}
    assert data.label(1) == ("k", 1)
    assert len(data) == 2


@pytest.mark.parametrize(
    ("rows", "columns", "first"),
    [
        ([{"a": 1}, {"a": 2, "b": 3}], ["a", "b"], {"a": 1, "b": None}),
        ([Pair(1, "x")], ["a", "b"], {"a": 1, "b": "x"}),
        ([Point(5)], ["x"], {"x": 5}),
        (["one", {"a": 2}], [VALUE], {VALUE: "one"}),
        (range(3), [VALUE], {VALUE: 0}),
        (np.array([4.0]), [VALUE], {VALUE: 4.0}),
        ((each for each in "ab"), [VALUE], {VALUE: "a"}),
        (pd.Series(["p"], name="text"), ["text", VALUE], {"text": "p", VALUE: "p"}),
    ],
)
def test_rows_and_values_of_any_iterable(rows: Any, columns: list[str], first: dict[str, Any]) -> None:
    data = Data(rows)
    assert data.columns == columns
    assert data.row(0) == first


def test_a_function_gets_values_as_such_and_rows_as_dicts() -> None:
    assert Data([Pair(1, "x")]).whole(0) == Pair(1, "x")
    assert Data(pd.DataFrame({"a": [1]})).whole(0) == {"a": 1}


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (pd.DataFrame({"a": []}), "no rows"),
        ([], "no rows"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "Several columns are called 'a'"),
        ("text", "not a str"),
        ({"a": [1]}, "not a dict"),
        (5, "not a int"),
        (pd.DataFrame(index=[1, 2]), "no rows|no columns"),
    ],
)
def test_what_cannot_be_asked_over_is_refused_in_words(source: Any, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        Data(source)


def test_some_columns_can_be_chosen() -> None:
    frame = pd.DataFrame({"a": [1], "b": [2]})
    assert Data(frame, ["b"]).row(0) == {"b": 2}
    with pytest.raises(SettingsError, match=r"no column 'c'\. There are: a, b"):
        Data(frame, ["c"])


def test_empty_cells_are_counted() -> None:
    data = Data(pd.DataFrame({"a": [1.0, float("nan")], "t": pd.to_datetime(["2026-01-01", None]), "n": [1, 2]}))
    assert data.missing_in(["a", "t", "n", "z"]) == {"a": 1, "t": 1}
    assert all(map(missing, (None, float("nan"), pd.NA, pd.NaT)))
    assert not any(map(missing, (0, "", datetime.date(2026, 1, 1))))


def test_only_a_dask_table_is_lazy() -> None:
    assert not is_lazy(pd.DataFrame({"a": [1]}))


@pytest.mark.packages
def test_polars_and_pyarrow_come_back_as_such() -> None:
    polars, pyarrow = pytest.importorskip("polars"), pytest.importorskip("pyarrow")
    assert Data(polars.DataFrame({"a": [1, 2]})).kind == "polars"
    assert Data(pyarrow.table({"a": [1, 2]})).row(1) == {"a": 2}
    with pytest.raises(SettingsError, match="Several columns"):
        Data(pyarrow.Table.from_arrays([pyarrow.array([1]), pyarrow.array([2])], names=["a", "a"]))
