"""Python values as JSON data."""

from __future__ import annotations

import collections
import datetime as dt
import enum
import itertools
import json
import sys
import types
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import PurePosixPath
from types import SimpleNamespace
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, RootModel, SecretStr, field_serializer
from support.names import named

from ws_notebook.exceptions import ToolError
from ws_notebook.tools.values.grid import MAX_ROWS
from ws_notebook.tools.values.plain import plain

__all__: list[str] = []


class Colour(enum.Enum):
    RED = "red"
    POINT = (1, 2)


class Word(enum.StrEnum):
    YES = "yes"


class Number(enum.IntEnum):
    ONE = 1


class Pair(NamedTuple):
    left: int
    right: object


@dataclass
class Place:
    name: str
    parts: list[object]


class Struct(msgspec.Struct):
    a: int
    b: object = None


class Model(BaseModel):
    at: dt.datetime
    price: Decimal = Field(exclude=True)
    key: SecretStr

    @field_serializer("at")
    def year(self, value: dt.datetime) -> int:
        return value.year


class Numbered(BaseModel):
    number: int = Field(serialization_alias="No.")
    key: bytes = b""


class Quantity:
    def __str__(self) -> str:
        return "3 m"


class Note:
    def _repr_markdown_(self) -> str:
        return "**note**"


class Tensor:
    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return np.array([[1, 2]])


class Lines:
    def __iter__(self) -> Iterator[str]:
        return iter(["a", "b"])


class Free(BaseModel):
    model_config = ConfigDict(arbitrary_types_allowed=True)
    thing: object


class Numbers(RootModel[list[int]]):
    pass


class Text(str):
    __slots__ = ()


ID = "12345678-1234-5678-1234-567812345678"

VALUES = [
    (None, None),
    (True, True),
    (3, 3),
    (1.5, 1.5),
    (float("nan"), None),
    (float("inf"), "Infinity"),
    (float("-inf"), "-Infinity"),
    ("text", "text"),
    (Text("x"), "x"),
    ([1, "a", None], [1, "a", None]),
    ((1, [2.0, float("nan")]), [1, [2.0, None]]),
    ({"a": {"b": (1,)}}, {"a": {"b": [1]}}),
    ({3, 1, 2}, [1, 2, 3]),
    (frozenset("ba"), ["a", "b"]),
    (range(3), [0, 1, 2]),
    (collections.deque([1, 2]), [1, 2]),
    ({"a": 1}.items(), [["a", 1]]),
    (collections.Counter("aab"), {"a": 2, "b": 1}),
    (types.MappingProxyType({"a": 1}), {"a": 1}),
    (collections.UserList([1]), [1]),
    ({3: "a", 2.5: "b", True: "c", None: "d"}, {"3": "a", "true": "c", "2.5": "b", "null": "d"}),
    ({(1, "a"): 1, Colour.RED: 2, dt.date(2026, 1, 2): 3}, {"1, a": 1, "red": 2, "2026-01-02": 3}),
    (Colour.RED, "red"),
    (Colour.POINT, [1, 2]),
    (Word.YES, "yes"),
    (Number.ONE, 1),
    (dt.datetime(2026, 1, 2, 3, 4, tzinfo=dt.UTC), "2026-01-02T03:04:00+00:00"),
    (dt.date(2026, 1, 2), "2026-01-02"),
    (dt.time(3, 4), "03:04:00"),
    (dt.timedelta(days=1, seconds=2, microseconds=500_000), "P1DT2.5S"),
    (dt.timedelta(minutes=-1), "-PT60S"),
    (Decimal("1.10"), "1.10"),
    (Fraction(1, 3), "1/3"),
    (UUID(ID), ID),
    (PurePosixPath("a/b"), "a/b"),
    (1 + 2j, "(1+2j)"),
    (Pair(1, Pair(2, None)), {"left": 1, "right": {"left": 2, "right": None}}),
    (Place("Oslo", [Place("Majorstuen", [])]), {"name": "Oslo", "parts": [{"name": "Majorstuen", "parts": []}]}),
    (Struct(1, Struct(2)), {"a": 1, "b": {"a": 2, "b": None}}),
    (Numbers([1, 2]), [1, 2]),
    (np.int64(3), 3),
    (np.float32(0.5), 0.5),
    (np.float64("nan"), None),
    (np.bool_(True), True),
    (np.str_("a"), "a"),
    (np.datetime64("2026-01-02"), "2026-01-02"),
    (np.array([[1, 2], [3, 4]]), [[1, 2], [3, 4]]),
    (np.array([1.0, float("nan")]), [1.0, None]),
    (np.array(["2026-01-02"], dtype="datetime64[ns]"), ["2026-01-02T00:00:00.000000000"]),
    (np.array(3), 3),
    (pd.Timestamp("2026-01-02"), "2026-01-02T00:00:00"),
    (pd.NaT, None),
    (pd.NA, None),
    (pd.Timedelta(minutes=1), "PT60S"),
    (pd.Index([1, 2]), [1, 2]),
    ({"dataframe": pd.DataFrame({"a": [1], "b": ["x"]})}, {"dataframe": [{"a": 1, "b": "x"}]}),
    ({"dataframe": pd.DataFrame({"a": [1.5, None]})}, {"dataframe": [{"a": 1.5}, {"a": None}]}),
    ([pd.DataFrame([[1, 2]], columns=["a", "a"])], [[["a", "a"], [1, 2]]]),
    (pd.Period("2026-01"), "2026-01"),
    (pd.Categorical(["x", "y"]), ["x", "y"]),
    (pd.array([1, None]), [1, None]),
    (Numbered(number=1), {"No.": 1, "key": ""}),
    (SimpleNamespace(a=1), {"a": 1}),
    (Quantity(), "3 m"),
    (Note(), "**note**"),
    (Tensor(), [[1, 2]]),
    (Lines(), ["a", "b"]),
    (range(3), [0, 1, 2]),
    ({"a", 1}, [1, "a"]),
    (ValueError("x"), {"type": "ValueError", "message": "x"}),
    ([pd.Series([1, 2])], [[1, 2]]),
    ([pd.Series([1, 2], index=["a", "b"])], [{"a": 1, "b": 2}]),
    ([pd.Series([1, 2], index=["a", "a"])], [[{"index": "a", "value": 1}, {"index": "a", "value": 2}]]),
    (np.float32(0.1), 0.1),
    (np.array([0.1, 1e10], dtype="float32"), [0.1, 1e10]),
    (pd.Index([0.1], dtype="float32"), [0.1]),
    (pd.array([0.1, None], dtype="Float32"), [0.1, None]),
    (np.timedelta64(5, "ns"), "5 nanoseconds"),
    (np.datetime64("NaT"), None),
    (pd.Timedelta(1, "ns"), "PT0.000000001S"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "expected"), VALUES, ids=lambda value: f"{type(value).__name__} {named(value):.30}")
def test_a_value_becomes_json_data(value: Any, expected: Any) -> None:
    found = plain(value)
    assert found == expected
    assert json.loads(json.dumps(found, allow_nan=False)) == expected


def test_a_pydantic_model_is_written_by_its_own_serialisers() -> None:
    model = Model(at=dt.datetime(2026, 1, 2, tzinfo=dt.UTC), price=Decimal(1), key=SecretStr("made-up"))
    assert plain({"model": model}) == {"model": {"at": 2026, "key": "**********"}}


def test_only_plain_types_are_left() -> None:
    for value, _ in VALUES:
        waiting = [plain(value)]
        while waiting:
            one = waiting.pop()
            assert type(one) in (dict, list, str, int, float, bool, type(None))
            waiting.extend(one.values() if isinstance(one, dict) else one if isinstance(one, list) else ())


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=20,
    )
)
def test_json_data_stays_as_it_is(value: object) -> None:
    assert plain(value) == value


def test_the_value_itself_is_never_handed_on() -> None:
    value = {"a": [1, 2]}
    found = plain(value)
    found["a"].append(3)
    assert value == {"a": [1, 2]}


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (object(), r"^The result is of type object, which cannot be sent to the model\. Return a str, number"),
        ({"a": [1, object()]}, r"of type object at result\['a'\]\[1\]"),
        (Place("x", [{1: object()}]), r"at result\.parts\[0\]\[1\]"),
        ([b"raw"], r"of type bytes at result\[0\].*data\.decode\(\)"),
        (len, r"of type builtin_function_or_method.*Call it, and return what it gives"),
        (Place, r"of type type.*Call it"),
        ({object(): 1}, r"a key of type object.*Use strings as keys"),
        ({"a": {frozenset(): 1}}, r"a key of type frozenset at result\['a'\].*Use strings"),
        (Free(thing=object()), r"of type object at result\['thing'\], which cannot be sent"),
        (Numbered(number=1, key=b"\xff"), r"of type bytes at result\['key'\]"),
        (open, r"Call it"),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else type(value).__name__,
)
def test_what_json_cannot_carry_is_named_with_its_place_and_the_remedy(value: object, message: str) -> None:
    with pytest.raises(ToolError, match=message):
        plain(value)


def test_a_coroutine_should_have_been_awaited() -> None:
    async def f() -> None: ...

    coroutine = f()
    with pytest.raises(ToolError, match=r"of type coroutine.*Await it inside the tool"):
        plain(coroutine)
    coroutine.close()


def test_what_contains_itself_is_refused_and_what_occurs_twice_is_not() -> None:
    endless: list[Any] = [1]
    endless.append({"again": endless})
    with pytest.raises(ToolError, match=r"contains itself at result\[1\]\['again'\]"):
        plain(endless)
    shared = [1]
    assert plain([shared, shared]) == [[1], [1]]


def test_nesting_without_end_is_refused() -> None:
    deep: list[Any] = []
    for _ in range(5_000):
        deep = [deep]
    with pytest.raises(ToolError, match="is nested too deeply"):
        plain(deep)


def test_a_large_array_is_shortened_with_a_note() -> None:
    found = plain(np.zeros((1_000, 1_000)), limit=20)
    assert found == {
        "note": "array of shape (1000, 1000), float64; the first 10 of 1,000,000 values",
        "values": [0.0] * 10,
    }


def test_a_long_table_inside_a_result_is_shortened_with_a_note() -> None:
    found = plain({"t": pd.DataFrame({"a": range(1_000)})})
    assert found["t"]["note"] == "200 of 1,000 rows"
    assert len(found["t"]["rows"]) == MAX_ROWS


def test_a_table_inside_a_result_keeps_its_index() -> None:
    dataframe = pd.DataFrame({"n": [1, 2]}, index=pd.Index(["x", "y"], name="key"))
    records = [{"key": "x", "n": 1}, {"key": "y", "n": 2}]

    class Holder(BaseModel):
        model_config = ConfigDict(arbitrary_types_allowed=True)
        part: Any

    holders = ({"part": dataframe}, Place("a", [dataframe]), Pair(1, dataframe), (dataframe,), Holder(part=dataframe))
    for value in holders:
        assert json.dumps(records) in json.dumps(plain(value))


def test_nan_in_records_of_pandas_is_null() -> None:
    dataframe = pd.DataFrame({"text": ["", None], "n": [1.0, None]})
    first, second = plain(dataframe.to_dict("records"))
    assert first == {"text": "", "n": 1.0}
    assert second == {"text": None, "n": None}


def test_tables_share_the_room_that_the_rest_leaves_them() -> None:
    small, large = pd.DataFrame({"a": ["s"]}), pd.DataFrame({"a": ["x" * 40] * 100})
    value = {"before": "b" * 500, "large": large, "small": small, "other": large, "after": "a" * 500}
    found = plain(value, limit=3_000)
    assert len(json.dumps(found, separators=(",", ":"))) <= 3_000
    assert (found["small"], found["after"]) == ([{"a": "s"}], "a" * 500)
    assert found["large"]["note"] == f"{len(found['large']['rows'])} of 100 rows"
    assert abs(len(found["large"]["rows"]) - len(found["other"]["rows"])) <= 1


def test_a_table_in_a_cell_of_a_table_is_written_too() -> None:
    dataframe = pd.DataFrame({"inner": [pd.DataFrame({"a": [1]}, index=["k"]), object]})
    first, second = plain([dataframe])[0]
    assert first == {"inner": [{"index": "k", "a": 1}]}
    assert second["inner"] == str(object)


def test_an_empty_tuple_is_an_empty_list_where_no_library_is_in_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "pandas")
    assert plain(()) == []


def test_an_iterator_is_run_to_its_end_or_as_far_as_can_be_shown() -> None:
    assert plain({"squares": (i * i for i in range(3)), "words": map(str, [1, 2])}) == {
        "squares": [0, 1, 4],
        "words": ["1", "2"],
    }
    assert plain(itertools.count(), limit=6) == {"note": "the first 3 items of a longer count", "values": [0, 1, 2]}
    assert plain(iter([1, 2, 3]), limit=6) == [1, 2, 3]


def test_what_stands_for_a_picture_is_asked_for() -> None:
    def picture(value: Any) -> str | None:
        return "[picture]" if isinstance(value, Quantity) else None

    assert plain({"a": [Quantity(), 1], "b": Place("x", [Quantity()])}, picture=picture) == {
        "a": ["[picture]", 1],
        "b": {"name": "x", "parts": ["[picture]"]},
    }
