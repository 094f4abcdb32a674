from __future__ import annotations

from typing import Any

from ws_notebook.server.models.fill import Filler

STRING = {"type": "string"}
INTEGER = {"type": "integer"}


def filled(prompt: str, required: list[str] | None = None, **properties: Any) -> Any:
    schema = {"type": "object", "properties": properties}
    schema["required"] = list(properties) if required is None else required
    return Filler(prompt, schema, {"weather"}).arguments()


def test_numbers_go_in_order_and_whole_ones_where_they_must() -> None:
    assert filled("2.5 and 3", a=INTEGER, b={"type": "number"}) == {"a": 3, "b": 2.5}


def test_strings_are_quoted_before_they_are_names() -> None:
    assert filled('Send "hello" to Oslo', text=STRING) == {"text": "hello"}
    assert filled("Send it to Oslo", text=STRING) == {"text": "Oslo"}


def test_a_word_at_the_start_serves_when_nothing_else_does() -> None:
    assert filled("Oslo weather", city=STRING) == {"city": "Oslo"}
    assert filled("Weather please", city=STRING) is None


def test_a_choice_is_one_the_prompt_names_or_the_first() -> None:
    unit = {"type": "string", "enum": ["celsius", "fahrenheit"]}
    assert filled("in Oslo, Fahrenheit", city=STRING, unit=unit) == {"city": "Oslo", "unit": "fahrenheit"}
    assert filled("in Oslo", city=STRING, unit=unit) == {"city": "Oslo", "unit": "celsius"}
    assert filled("in light red", colour={"enum": ["red", "light_red", 5]}) == {"colour": "light_red"}


def test_flags_follow_their_words() -> None:
    flag = {"type": "boolean"}
    assert filled("with details", details=flag) == {"details": True}
    assert filled("without details", details=flag) == {"details": False}
    assert filled("anything", details=flag) == {"details": False}


def test_lists_take_all_that_fit() -> None:
    assert filled("mean of 1, 2.5 and 3", values={"type": "array", "items": {"type": "number"}}) == {
        "values": [1, 2.5, 3]
    }
    colours = {"type": "array", "items": {"enum": ["red", "green", "blue"]}}
    assert filled("red and blue", colours=colours) == {"colours": ["red", "blue"]}


def test_what_may_be_null_is_null_and_what_may_be_left_out_is() -> None:
    limit = {"anyOf": [INTEGER, {"type": "null"}]}
    assert filled("find Oslo", query=STRING, limit=limit) == {"query": "Oslo", "limit": None}
    assert filled("find Oslo", query=STRING, limit={"type": ["integer", "null"]}) == {"query": "Oslo", "limit": None}
    assert filled("find Oslo", required=["query"], query=STRING, limit=limit) == {"query": "Oslo"}
    assert filled("find Oslo 5", query=STRING, limit=limit) == {"query": "Oslo", "limit": 5}


def test_defaults_serve() -> None:
    assert filled("nothing", n={"type": "integer", "default": 7}) == {"n": 7}


def test_the_end_of_the_sentence_serves_a_string() -> None:
    assert filled("search for cheap laptops.", query=STRING) == {"query": "cheap laptops"}


def test_without_a_value_there_is_no_call() -> None:
    assert filled("nothing here", n=INTEGER) is None


def test_nested_objects_and_references_are_followed() -> None:
    point = {"type": "object", "properties": {"x": INTEGER, "y": INTEGER}, "required": ["x", "y"]}
    schema = {
        "type": "object",
        "properties": {"at": {"$ref": "#/$defs/Point"}},
        "required": ["at"],
        "$defs": {"Point": point},
    }
    assert Filler("at 3 and 4", schema, set()).arguments() == {"at": {"x": 3, "y": 4}}


def test_a_reference_to_itself_ends() -> None:
    schema = {"type": "object", "properties": {"a": {"$ref": "#/properties/a"}}, "required": ["a"]}
    assert Filler("x", schema, set()).arguments() is None


def test_several_values_come_in_order_and_once() -> None:
    assert Filler("Paris, Oslo or Paris", {}, set()).several(STRING) == ["Paris", "Oslo"]
    assert Filler("3 and 4", {}, set()).several(INTEGER) == [3, 4]
