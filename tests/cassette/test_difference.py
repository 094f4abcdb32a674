"""The first difference, by its path, with both sides in view."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ws_notebook.cassette.difference import difference_of, first_difference, shown
from ws_notebook.cassette.exchanges import Exchange

__all__: list[str] = []

TOOL = {"type": "function", "name": "f", "parameters": {"type": "object", "required": ["a"]}}
PROMPT = "Which has more inhabitants, Paris or Oslo?"


def test_a_word_in_a_prompt_is_named_by_its_place_and_shown_on_both_sides() -> None:
    told = first_difference({"input": PROMPT}, {"input": PROMPT.replace("Oslo", "Rome")})
    assert told == (
        "First difference, in input[0].content[0].text, at character 38:\n"
        "  recorded: …as more inhabitants, Paris or Oslo?\n"
        "  now:      …as more inhabitants, Paris or Rome?"
    )


@pytest.mark.parametrize(
    ("now", "path"),
    [
        ({"model": "n"}, "model, at character 1"),
        ({"tools": [{**TOOL, "name": "g"}]}, "tools[0].name, at character 1"),
        ({"tools": [{**TOOL, "parameters": {"type": "object", "required": []}}]}, "tools[0].parameters.required[0]"),
        ({"tools": None}, "tools"),
        ({"input": [{"role": "user", "content": "hi"}, {"role": "user", "content": "more"}]}, "input[1]"),
        ({"input": [{"role": "developer", "content": "hi"}]}, "input[0].role, at character 1"),
        ({"max_output_tokens": 5}, "max_output_tokens"),
        ({"temperature": True}, "temperature"),
    ],
)
def test_whatever_differs_is_named(now: dict[str, Any], path: str) -> None:
    recorded = {"model": "m", "tools": [TOOL], "input": "hi", "temperature": 1}
    told = first_difference(recorded, {**recorded, **now})
    assert told.startswith(f"First difference, in {path}:\n")


def test_how_a_request_is_written_and_sent_makes_no_difference() -> None:
    part = [{"type": "input_text", "text": "hi"}]
    one = {"type": "response.create", "input": "hi", "stream_id": "a", "previous_response_id": "r1", "tools": None}
    other = {"input": [{"type": "message", "role": "user", "content": part, "id": "x"}], "stream": True, "store": False}
    assert first_difference(one, other) == ""


def test_of_what_is_asked_alone_neither_history_nor_settings_count() -> None:
    history = [{"role": "user", "content": "before"}, {"type": "message", "role": "assistant", "content": "Yes."}]
    one, other = {"input": "hi", "model": "m"}, {"input": [*history, {"role": "user", "content": "hi"}], "model": "n"}
    assert first_difference(one, other, whole=False) == ""
    assert "in model" in first_difference(one, other)


def exchange(asked: str, *events: dict[str, Any], **more: Any) -> Exchange:
    frames = tuple((float(place), json.dumps(event).encode()) for place, event in enumerate(events))
    return Exchange({"input": asked}, frames, **more)


def done(text: str, name: str = "i1") -> dict[str, Any]:
    return {"type": "response.output_item.done", "item": {"id": name, "type": "message", "text": text}}


def test_two_recordings_are_compared_request_by_request_and_ids_are_none_of_it() -> None:
    one, other = [exchange("a", done("x")), exchange("b")], [exchange("a", done("x", "i2")), exchange("b")]
    assert difference_of(one, other) == ""
    assert difference_of(one, one[:1]) == "Only the first of them has a request 2."
    assert difference_of(one[:1], one) == "Only the second of them has a request 2."
    assert difference_of(one, [one[0], exchange("c")]).startswith("Request 2. First difference, in input[0].content")
    told = difference_of(one, [exchange("a", done("y")), one[1]])
    assert told.startswith("What came for request 1. First difference, in answer[0].text, at character 1:")
    lost = [exchange("a", done("x"), closed={"code": 1006}), one[1]]
    assert "answer[1]" in difference_of(one, lost)


def test_values_are_shown_in_a_line() -> None:
    assert shown("a\nb\\") == "a\\nb\\\\"
    assert shown("") == "(empty)"
    assert shown({"a": "ü"}) == '{"a": "ü"}'
    long = shown("x" * 500, 300)
    assert (long[0], long[-1], len(long)) == ("…", "…", 82)
