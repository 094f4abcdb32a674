"""Parsed answers as tables."""

from __future__ import annotations

import dataclasses
from typing import Any, NamedTuple

import pytest
from pydantic import BaseModel

from ws_notebook.tools.values.records import records_frame

__all__: list[str] = []


class Place(NamedTuple):
    lat: float
    lon: float


@dataclasses.dataclass
class Mayor:
    name: str
    at: Place


class City(BaseModel):
    name: str
    population: int | None = None


class Country(BaseModel):
    country: str
    cities: list[City]


def rows(value: Any) -> list[dict[str, Any]]:
    return list(records_frame(value).astype(object).to_dict("records"))


def test_a_list_of_records_has_a_row_for_each() -> None:
    dataframe = records_frame([City(name="Oslo", population=709000), City(name="Rome", population=2800000)])
    assert list(dataframe.columns) == ["name", "population"]
    assert dataframe["population"].sum() == 3509000


def test_records_of_different_fields_leave_holes() -> None:
    dataframe = records_frame([{"a": 1}, {"b": "x"}])
    assert dataframe.notna().to_dict("list") == {"a": [True, False], "b": [False, True]}


def test_a_record_that_holds_a_list_of_records_is_spread_over_its_rows() -> None:
    assert rows(Country(country="Norway", cities=[City(name="Oslo"), City(name="Bergen", population=1)])) == [
        {"country": "Norway", "name": "Oslo", "population": pytest.approx(float("nan"), nan_ok=True)},
        {"country": "Norway", "name": "Bergen", "population": 1},
    ]


def test_records_inside_records_become_columns_with_a_dot() -> None:
    assert rows(Mayor("Ada", Place(1.0, 2.0))) == [{"name": "Ada", "at.lat": 1.0, "at.lon": 2.0}]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ([1, 2], [{"value": 1}, {"value": 2}]),
        (3, [{"value": 3}]),
        ({"a": [1, 2]}, [{"a": [1, 2]}]),
        (Place(1.0, 2.0), [{"lat": 1.0, "lon": 2.0}]),
        ([], []),
    ],
)
def test_other_values_stand_in_a_column_of_their_own(value: Any, expected: list[dict[str, Any]]) -> None:
    assert rows(value) == expected
