"""Values of Python that JSON has no form for, in the form that tools' results and what is expected of them share."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math
from decimal import Decimal
from pathlib import PurePosixPath
from types import SimpleNamespace
from typing import Any, NamedTuple

import msgspec
import pytest

from ws_notebook.values import as_text, fields, number, ordered, own_text

__all__: list[str] = []


@dataclasses.dataclass
class Point:
    x: int


class Pair(NamedTuple):
    x: int


class Struct(msgspec.Struct):
    x: int


class Speaking:
    def __str__(self) -> str:
        return "spoken"


class Formula:
    def _repr_latex_(self) -> str:
        return "$x$"


def test_numbers_that_json_lacks_are_words_or_missing() -> None:
    assert [number(each) for each in (1.5, math.inf, -math.inf, math.nan)] == [1.5, "Infinity", "-Infinity", None]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (dt.date(2026, 1, 2), "2026-01-02"),
        (dt.datetime(2026, 1, 2, tzinfo=dt.UTC), "2026-01-02T00:00:00+00:00"),
        (dt.timedelta(days=1, seconds=2, microseconds=500_000), "P1DT2.5S"),
        (dt.timedelta(seconds=-5), "-PT5S"),
        (Decimal("1.10"), "1.10"),
        (PurePosixPath("a/b"), "a/b"),
        (5, None),
        ([], None),
    ],
)
def test_single_values_are_text(value: Any, text: str | None) -> None:
    assert as_text(value) == text


@pytest.mark.parametrize("record", [Point(1), Pair(1), Struct(1), SimpleNamespace(x=1)])
def test_records_have_fields(record: Any) -> None:
    assert fields(record) == {"x": 1}


@pytest.mark.parametrize("value", [Point, (1, 2), {"x": 1}, object()])
def test_all_else_has_none(value: Any) -> None:
    assert fields(value) is None


def test_sets_have_an_order_that_stays() -> None:
    assert ordered({3, 1, 2}) == [1, 2, 3]
    assert ordered({"b", 1, "a"}) == [1, "a", "b"]


def test_an_object_is_taken_at_its_word_where_it_has_one() -> None:
    assert (own_text(Speaking()), own_text(Formula())) == ("spoken", "$x$")
    assert [own_text(each) for each in (object(), Speaking, len, b"x")] == [None] * 4
