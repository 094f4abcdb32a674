"""Single values as JSON data."""

from __future__ import annotations

import datetime as dt
import enum
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws_notebook.tools.values.scalars import NOT_SCALAR, is_missing, key_text, scalar

__all__: list[str] = []


class Colour(enum.Enum):
    RED = "red"
    POINT = (1, 2)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.float32(0.1), 0.1),
        (np.float16(0.1), 0.1),
        (np.float32("nan"), None),
        (np.float32("inf"), "Infinity"),
        (np.uint64(2**64 - 1), 2**64 - 1),
        (np.bytes_(b"text"), "text"),
        (np.datetime64("2026-01-02T03:04:05.123456789"), "2026-01-02T03:04:05.123456789"),
        (np.timedelta64(5, "h"), "5 hours"),
        (np.complex64(1j), "1j"),
        (float("-inf"), "-Infinity"),
        (True, True),
        (Decimal("1.10"), "1.10"),
        (dt.timedelta(days=-1, microseconds=1), "-PT86399.999999S"),
        (pd.Timedelta(days=2, nanoseconds=5), "P2DT0.000000005S"),
        (Colour.RED, "red"),
    ],
    ids=repr,
)
def test_a_value_is_exact(value: Any, expected: Any) -> None:
    found = scalar(value)
    assert found == expected
    assert type(found) is type(expected)


@given(st.floats(width=32, allow_nan=False, allow_infinity=False))
def test_a_number_of_32_bits_is_read_back_as_the_same_number(value: float) -> None:
    assert np.float32(scalar(np.float32(value))) == np.float32(value)


def test_a_number_of_more_than_64_bits_loses_no_digit() -> None:
    assert scalar(np.longdouble(0.5)) == 0.5
    if np.finfo(np.longdouble).bits > 64:
        tenth = np.longdouble(1) / 10
        assert np.longdouble(scalar(tenth)) == tenth


@pytest.mark.parametrize("value", [[1], object(), b"raw", Colour.POINT, np.bytes_(b"\xff"), np.zeros(1, "i4,i4")[0]])
def test_what_is_no_scalar_is_said_to_be_none(value: Any) -> None:
    assert scalar(value) is NOT_SCALAR


def test_missing_is_what_stands_for_nothing_and_not_nan() -> None:
    for value in (None, pd.NA, pd.NaT, np.ma.masked, np.datetime64("NaT"), np.timedelta64("NaT")):
        assert is_missing(value)
        assert scalar(value) is None
    assert not any(map(is_missing, (float("nan"), 0, "", (), False)))


def test_keys_are_texts() -> None:
    assert [key_text(key) for key in (1, True, None, ("a", 2), dt.date(2026, 1, 2))] == [
        "1",
        "true",
        "null",
        "a, 2",
        "2026-01-02",
    ]
    assert key_text(frozenset()) is None
    assert key_text(("a", object())) is None
