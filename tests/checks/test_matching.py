"""Values from the wire against values expected in Python."""

from __future__ import annotations

import datetime as dt
import enum
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest
from support.names import named

from ws_notebook.checks.matching import fits, found_in
from ws_notebook.exceptions import SettingsError

__all__: list[str] = []


class Colour(enum.Enum):
    RED = "red"


@dataclass
class Point:
    lat: float
    lon: float | None = None


@pytest.mark.parametrize(
    ("expected", "value"),
    [
        ("Oslo", "Oslo"),
        (3, 3.0),
        (0.1 + 0.2, 0.3),
        (Colour.RED, "red"),
        (dt.date(2026, 1, 2), "2026-01-02"),
        (Point(1.0), {"lat": 1}),
        (np.float32(0.1), 0.1),
        (np.array([1, 2]), [1, 2]),
        (pd.NA, None),
        (pd.DataFrame({"a": [1, 2]}), [{"a": 1}, {"a": 2}]),
        ((1, 2), [1, 2]),
        ({"a": None}, {}),
        ({"a": 1}, '{"a": 1}'),
        (3, "3"),
        (None, None),
        (re.compile("sl"), "Oslo"),
        (re.compile("1"), [1, 2]),
        (lambda value: value > 2, 3),
        (..., 0),
    ],
    ids=named,
)
def test_what_is_expected_fits(expected: Any, value: Any) -> None:
    assert fits(expected, value)


@pytest.mark.parametrize(
    ("expected", "value"),
    [
        ("Oslo", "oslo"),
        (True, 1),
        (1, True),
        (0, False),
        ([1], [1, 2]),
        ({"a": 1}, {"a": 1, "b": 2}),
        (None, "null"),
        (..., None),
        (re.compile("x"), None),
        (lambda value: False, 3),
        (object(), "object"),
        (3, "three"),
    ],
    ids=named,
)
def test_what_is_not_expected_does_not(expected: Any, value: Any) -> None:
    assert not fits(expected, value)


def test_a_pattern_is_found_anywhere_and_a_broken_one_is_refused() -> None:
    assert found_in(r"\d", "a1b")
    assert not found_in("^b", "ab")
    with pytest.raises(SettingsError, match="no regular expression"):
        found_in("[", "")
