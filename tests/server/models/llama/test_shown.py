"""Shown calls: made of the user's own tools, conforming to their schemas, the same each time."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
from hypothesis import given
from hypothesis import strategies as st

from ws_notebook.server.models.llama.shown import call_text, schema_of, shown_messages

__all__: list[str] = []

NAMES = ("alpha", "beta_two", "gamma")


def tool(name: str, description: str = "", /, **parameters: Any) -> dict[str, Any]:
    schema = {"type": "object", "properties": parameters, "required": list(parameters)}
    return {"type": "function", "name": name, "description": description, "parameters": schema}


def calls_of(messages: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    told = [each["content"] for each in messages if each["role"] == "assistant"]
    lines = [json.loads(line) for each in told for line in each.splitlines() if line.startswith('{"tool"')]
    return [line["arguments"] for line in lines if line["tool"] == name]


KINDS = st.sampled_from(
    [
        {"type": "string"},
        {"type": "integer"},
        {"type": "number", "minimum": 100, "maximum": 200},
        {"type": "boolean"},
        {"enum": ["a", "b", 3]},
        {"type": ["string", "null"]},
        {"type": "array", "items": {"type": "integer"}, "minItems": 2},
        {"type": "object", "properties": {"x": {"type": "string"}}, "required": ["x"], "additionalProperties": False},
        {"anyOf": [{"type": "integer"}, {"type": "null"}]},
        {"type": "string", "format": "date"},
    ]
)


@given(parameters=st.dictionaries(st.sampled_from(["one", "two", "three_words_long"]), KINDS, max_size=3))
def test_what_is_shown_conforms_to_the_schema_and_is_the_same_each_time(parameters: dict[str, Any]) -> None:
    tools = [tool(name, "Does it.", **parameters) for name in NAMES]
    messages = shown_messages(tools, "Be brief.")
    assert messages == shown_messages(tools, "Be brief.")
    assert messages[0]["content"].startswith("Be brief.")
    for each in tools:
        calls = calls_of(messages, each["name"])
        assert len(calls) == 2
        for arguments in calls:
            jsonschema.validate(arguments, each["parameters"])
    assert [message["role"] for message in messages[1:3]] == ["user", "assistant"]


def test_examples_in_a_docstring_are_shown_first() -> None:
    described = 'Where it is.\n\nExamples:\n    >>> place("Café (old)", floor=2)\n    place(unknown)\n    other(1)'
    text, number = {"type": "string"}, {"type": "integer"}
    first, second = calls_of(shown_messages([tool("place", described, name=text, floor=number)], ""), "place")
    assert first == {"name": "Café (old)", "floor": 2}
    assert second != first


def test_examples_of_a_parameter_are_shown() -> None:
    (first, second) = calls_of(shown_messages([tool("f", x={"type": "string", "examples": ["p", "q"]})], ""), "f")
    assert {first["x"], second["x"]} == {"p", "q"}


def test_a_free_form_tool_has_its_input() -> None:
    custom = {"type": "custom", "name": "note", "description": "Writes a note."}
    for arguments in calls_of(shown_messages([custom], ""), "note"):
        jsonschema.validate(arguments, schema_of(custom))


def test_many_tools_are_shown_once_or_only_listed() -> None:
    tools = [tool(f"tool{place}", x={"type": "string"}) for place in range(30)]
    messages = shown_messages(tools, "")
    assert [len(calls_of(messages, each["name"])) for each in tools] == [1] * 20 + [0] * 10
    assert all(f"{each['name']}(x: string)" in messages[0]["content"] for each in tools)


def test_a_call_keeps_its_letters() -> None:
    assert call_text("f", {"x": "é"}) == '{"tool": "f", "arguments": {"x": "é"}}'
