"""Calls by the real model, whose template knows no tools, over a real socket."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import pytest
from support.real_model import NAME, patient, real_model
from support.server import Wire, running_server

from ws_notebook.server.models.llama.calling import objections

__all__: list[str] = []

TEXT = {"type": "string"}


def tool(name: str, description: str, **parameters: Any) -> dict[str, Any]:
    schema = {"type": "object", "properties": parameters, "required": list(parameters), "additionalProperties": False}
    return {"type": "function", "name": name, "description": description, "parameters": schema}


RIVER = tool("river_length", "The length of a river.", river=TEXT)
LIGHT = tool("switch_light", "Switch the light of a room on or off.", room=TEXT, state={"enum": ["on", "off"]})
TOOLS = [RIVER, LIGHT]
ASK = {"model": NAME, "tools": TOOLS, "max_output_tokens": 60}


@pytest.fixture(scope="module")
def line() -> Iterator[Wire]:
    real_model()
    with running_server("--model", NAME) as server, patient(server) as line:
        yield line


def calls(response: dict[str, Any]) -> list[tuple[str, Any]]:
    return [
        (each["name"], json.loads(each["arguments"])) for each in response["output"] if each["type"] == "function_call"
    ]


def test_a_call_and_then_words_from_its_output(line: Wire) -> None:
    first = line.response(**ASK, input="How long is the river Elbe?")
    assert calls(first) == [("river_length", {"river": "Elbe"})]
    output = {"type": "function_call_output", "call_id": first["output"][-1]["call_id"], "output": "1094 km"}
    second = line.response(**ASK, input=[output], previous_response_id=first["id"])
    assert calls(second) == []
    assert "1094" in second["output"][-1]["content"][0]["text"]
    read = second["usage"]["input_tokens"] - second["usage"]["input_tokens_details"]["cached_tokens"]
    assert read < 40 < second["usage"]["input_tokens"]


def test_several_values_are_several_calls_unless_that_is_forbidden(line: Wire) -> None:
    asked = "What is the length of the rivers Elbe and Rhine?"
    both = calls(line.response(**ASK, input=asked))
    assert [name for name, _ in both] == ["river_length"] * 2
    assert [arguments["river"] for _, arguments in both][1] == "Rhine"
    assert len(calls(line.response(**ASK, input=asked, parallel_tool_calls=False))) == 1


def test_what_needs_no_tool_is_answered_in_words(line: Wire) -> None:
    found = line.response(**ASK, input="Good morning!")
    assert calls(found) == []
    assert found["output"][-1]["content"][0]["text"]


def test_tool_choice_is_obeyed(line: Wire) -> None:
    asked = "How long is the river Elbe?"
    assert calls(line.response(**ASK, input=asked, tool_choice="none")) == []
    assert len(calls(line.response(**ASK, input="Good morning!", tool_choice="required"))) >= 1
    named: dict[str, Any] = {"type": "function", "name": "switch_light"}
    ((name, arguments), *_) = calls(line.response(**ASK, input=asked, tool_choice=named))
    assert name == "switch_light"
    jsonschema.validate(arguments, LIGHT["parameters"])
    allowed = {"type": "allowed_tools", "mode": "required", "tools": [named]}
    assert calls(line.response(**ASK, input=asked, tool_choice=allowed))[0][0] == "switch_light"


def test_what_a_grammar_cannot_keep_is_said(line: Wire) -> None:
    even = tool("pay", "Pay an amount of money.", amount={"type": "integer", "minimum": 5000})
    found = line.response(model=NAME, tools=[even], tool_choice="required", input="Pay 7 coins.", max_output_tokens=60)
    assert calls(found) == [("pay", {"amount": 7})]
    (told,) = (each for each in found["output"] if each["type"] == "reasoning")
    assert "7 is less than the minimum of 5000" in told["summary"][0]["text"]


def test_arguments_that_are_cut_make_the_response_incomplete(line: Wire) -> None:
    named: dict[str, Any] = {"type": "function", "name": "switch_light"}
    found = line.response(**{**ASK, "max_output_tokens": 3}, input="Light on in the hall.", tool_choice=named)
    assert found["status"] == "incomplete"
    assert found["incomplete_details"] == {"reason": "max_output_tokens"}


@pytest.mark.nightly
def test_a_schema_without_a_grammar_is_called_all_the_same(line: Wire) -> None:
    odd = {**RIVER, "parameters": {**RIVER["parameters"], "properties": {"river": TEXT, "more": {"$ref": "#"}}}}
    found = calls(
        line.response(model=NAME, tools=[odd], tool_choice="required", input="The river Elbe.", max_output_tokens=60)
    )
    assert found[0][0] == "river_length"


@pytest.mark.parametrize(
    ("schema", "text", "words"),
    [
        (
            {"type": "object", "properties": {"a": {"maximum": 3}}},
            '{"a": 4}',
            "$.a: 4 is greater than the maximum of 3",
        ),
        ({"type": "object", "propertyNames": {"pattern": "^x"}}, '{"a": 1}', "does not match"),
        ({"properties": {"a": {"pattern": r"^\d+$"}}}, '{"a": "b"}', "does not match"),
        ({"type": "object"}, "{}", ""),
        ({"type": "object"}, '{"a"', "no JSON"),
        ({"type": 3}, "{}", ""),
    ],
)
def test_objections_are_words(schema: dict[str, Any], text: str, words: str) -> None:
    found = objections(schema, text)
    assert words in found if words else not found
