"""What is expected is written as tools write their results: the two are compared."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
import math
import uuid
from array import array
from collections import OrderedDict, deque
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from pathlib import PurePosixPath
from types import SimpleNamespace
from typing import Any, NamedTuple

import msgspec
import numpy as np
import pandas as pd
import pytest
from pydantic import BaseModel, Field
from support.names import named

from ws_notebook.checks.expected import as_json
from ws_notebook.exceptions import ToolError
from ws_notebook.tools.values.plain import plain

__all__: list[str] = []

UTC = dt.UTC


class Colour(enum.Enum):
    RED = "red"
    BOTH = ("a", 1)


class Level(enum.IntEnum):
    LOW = 1


@dataclasses.dataclass
class Point:
    lat: float
    lon: float | None = None


class Pair(NamedTuple):
    a: int
    b: Any


class Struct(msgspec.Struct):
    x: int
    y: list[int]


class Model(BaseModel):
    how_deep: int = Field(serialization_alias="howDeep")
    day: dt.date


class Word(str):
    __slots__ = ()


class Speaking:
    def __str__(self) -> str:
        return "spoken"


class Formula:
    def _repr_latex_(self) -> str:
        return "$x$"


VALUES: list[Any] = [
    None, True, 0, -3, 2**70, 1.5, math.nan, math.inf, -math.inf, "text", "", Word("w"),
    Colour.RED, Colour.BOTH, Level.LOW,
    dt.date(2026, 1, 2), dt.datetime.fromisoformat("2026-01-02T03:04"),
    dt.datetime(2026, 1, 2, tzinfo=UTC), dt.time(1, 2, 3), UTC,
    dt.timedelta(days=1, seconds=2, microseconds=3), -dt.timedelta(hours=1), dt.timedelta(),
    Decimal("1.10"), Fraction(1, 3), 1 + 2j, uuid.UUID(int=5), PurePosixPath("a/b"),
    [1, [2, "x"]], (1, 2), {3, 1, 2}, frozenset(["b", "a"]), {1, "a"}, deque([1]), range(3), array("i", [1]),
    {"a": 1, 2: None, None: 3, True: 4, (1, "b"): 5, dt.date(2026, 1, 2): 6}, OrderedDict(a=[1]),
    Point(1.0), [Point(1.0, math.nan)], Pair(1, Colour.RED), SimpleNamespace(a=1), Struct(1, [2]),
    Model(how_deep=3, day=dt.date(2026, 1, 2)), ValueError("no"), Speaking(), Formula(),
    np.int8(3), np.float32(0.1), np.float16(0.1), np.float64(0.1), np.float32("nan"), np.bool_(True), np.str_("s"),
    np.datetime64("2026-01-02"), np.datetime64("NaT"), np.complex128(1 + 2j),
    np.array([1, 2]), np.array([[1.5, np.nan]]), np.array([0.1], dtype="float32"), np.array(3), np.array(["a"]),
    np.array(["2026-01-02"], dtype="datetime64[D]"),
    pd.NA, pd.NaT, pd.Timestamp("2026-01-02 03:04"), pd.Timedelta(nanoseconds=5), pd.Period("2026-01", "M"),
    pd.Series([1, 2]), pd.Series([1, 2], index=["a", "b"]), pd.Index([1, 2]),
    pd.DataFrame({"a": [1, 2], "b": ["x", None]}), pd.DataFrame({"a": [1]}, index=["r"]),
    pd.DataFrame({"a": [1]}, index=pd.Index(["r"], name="row")), {"table": pd.DataFrame({"a": [1.5]})},
]  # fmt: skip


def same(one: Any, other: Any) -> bool:
    return repr(one) == repr(other)


@pytest.mark.parametrize("value", VALUES, ids=lambda value: f"{type(value).__name__} {named(value):.30}")
def test_it_is_written_as_a_tools_result_is(value: Any) -> None:
    assert same(as_json(value), plain(value))


def test_an_iterator_is_read_to_its_end() -> None:
    def numbers() -> Iterator[int]:
        yield from (1, 2)

    assert as_json(numbers()) == [1, 2]


@pytest.mark.parametrize("value", [object(), b"x", int, len, {object(): 1}, [b"x"]], ids=named)
def test_what_json_cannot_carry_is_refused_as_it_is_there(value: Any) -> None:
    with pytest.raises(ToolError):
        plain(value)
    with pytest.raises(TypeError):
        as_json(value)
