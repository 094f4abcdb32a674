"""Schemas narrowed to what was said, values kept apart, and what of a question is left."""

from __future__ import annotations

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws_notebook.server.models.llama.narrow import apart, left_over, narrowed, numbers_in, spans_of

__all__: list[str] = []

TEXT, WHOLE, NUMBER = {"type": "string"}, {"type": "integer"}, {"type": "number"}


def test_plain_strings_and_numbers_are_those_that_were_said() -> None:
    schema = {"type": "object", "properties": {"a": TEXT, "n": WHOLE, "x": NUMBER}}
    found = narrowed(schema, "Find 3 or 2.5 in the blue box.")["properties"]
    assert "blue box" in found["a"]["enum"]
    assert "3" not in found["a"]["enum"]
    assert not any(each.startswith("Find") for each in found["a"]["enum"])
    assert found["n"]["enum"] == [3]
    assert found["x"]["enum"] == [3, 2.5]


def test_choices_are_those_that_are_named_if_any_is() -> None:
    schema = {"properties": {"size": {"enum": ["small", "large"]}, "n": {"enum": [1, 2]}}}
    assert narrowed(schema, "A LARGE one")["properties"]["size"]["enum"] == ["large"]
    assert narrowed(schema, "Just one")["properties"] == schema["properties"]


@pytest.mark.parametrize(
    "part",
    [{"type": "string", "pattern": "^a"}, {"type": "string", "format": "date"}],
)
def test_what_the_schema_limits_itself_stays(part: dict[str, object]) -> None:
    assert narrowed({"properties": {"a": part}}, "Take 3 of it")["properties"]["a"] == part


@given(said=st.text(max_size=80))
def test_a_narrowed_schema_is_a_schema_that_allows_something(said: str) -> None:
    found = narrowed({"type": "object", "properties": {"a": TEXT, "n": WHOLE}, "required": ["a", "n"]}, said)
    jsonschema.Draft202012Validator.check_schema(found)
    assert all(part.get("enum", [1]) for part in found["properties"].values())


@pytest.mark.parametrize(
    ("said", "enum"), [("Take 7 or 3.", [7]), ("Take 3.", [3]), ("Some, please.", list(range(5, 101)))]
)
def test_numbers_keep_their_limits_where_one_can(said: str, enum: list[int]) -> None:
    part = {"type": "integer", "minimum": 5}
    assert narrowed({"properties": {"a": part}}, said)["properties"]["a"]["enum"] == enum


def test_quoted_words_come_first_and_small_words_are_numbers() -> None:
    assert spans_of('Say "good day, all of you out there today" now')[0] == "good day, all of you out there today"
    assert numbers_in("two of 30, or 1,000") == [30, 1000, 2]


def test_two_arguments_that_are_the_same_are_kept_apart() -> None:
    schema = {"properties": {"a": {"enum": [7, 30]}, "b": {"enum": [7, 30]}}}
    better = apart(schema, {"a": 30, "b": 30})
    assert better is not None
    assert [part["enum"] for part in better["properties"].values()] == [[30], [7]]
    assert apart(schema, {"a": 30, "b": 7}) is None
    assert apart({"properties": {"a": {"enum": [7]}, "b": {"enum": [7]}}}, {"a": 7, "b": 7}) is None


@pytest.mark.parametrize(
    ("said", "values", "rest"),
    [
        ("How many live in Paris and Oslo?", ["Paris"], "Oslo"),
        ("Rome, Berlin and Vienna, please.", ["Rome"], "Berlin"),
        ("Call Ann in 15 minutes, please.", ["Ann", 15], ""),
        ("What is 3 plus 4?", [3, 4], ""),
        ("The weather in Rome today and in Oslo tomorrow?", ["Rome", "today"], "Oslo"),
        ("Paris", ["Oslo"], ""),
        ("Paris and so on", ["Paris"], ""),
    ],
)
def test_a_question_goes_on_where_values_of_its_kind_follow(said: str, values: list[object], rest: str) -> None:
    found = left_over(said, values)
    assert rest in found if rest else not found
