from __future__ import annotations

import ast

import pytest

from ws_notebook.server.models.script.nodes import compose
from ws_notebook.server.models.script.spelling import counted_value, like_time, literal, near, nearest_times, seconds

__all__: list[str] = []


@pytest.mark.parametrize(("text", "found"), [("300ms", 0.3), ("1.5 s", 1.5), ("2min", 120.0), ("4", 4), ("x", "x")])
def test_times_are_seconds(text: str, found: object) -> None:
    assert seconds(compose(text, "s")) == found


@pytest.mark.parametrize(
    ("text", "meant"), [("2 sec", "2s"), ("3,5 secs", "3.5s"), ("4 msec", "4ms"), ("1 minute", "1min"), ("7 sx", "7s")]
)
def test_what_is_nearly_a_time_is_guessed(text: str, meant: str) -> None:
    assert f"Did you mean '{meant}'?" in like_time(text)


def test_literals_are_those_of_python_and_of_json() -> None:
    def read(text: str) -> object:
        return literal(ast.parse(text, mode="eval").body)

    assert read("[1, True, true, null, {'a': false}]") == [1, True, True, None, {"a": False}]
    with pytest.raises(ValueError, match="malformed"):
        read("open('x')")


def test_counters_stand_in_texts_and_alone() -> None:
    assert counted_value({"a": ["{n}", "no. {n}", 5]}, (2, 7)) == {"a": [7, "no. 7", 5]}
    assert counted_value("{n}", ()) == "{n}"


def test_the_nearest_is_named_and_nothing_where_none_is_near() -> None:
    assert near("Speeed", ["speed", "say"]) == "Did you mean 'speed'?"
    assert near("zzz", ["speed"]) == ""
    assert [nearest_times(value) for value in (5000, 0, "for ever", True)] == [1000, 3, 3, 3]
