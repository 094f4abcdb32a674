from __future__ import annotations

import json
from typing import Any

from support.server import add_tool, population_tool

from ws_notebook.server.models.choose import choose


def tool(name: str, description: str = "", **properties: Any) -> dict[str, Any]:
    schema = {"type": "object", "properties": properties, "required": list(properties)}
    return {"type": "function", "name": name, "description": description, "parameters": schema}


WEATHER = tool("get_weather", "Weather in a city.", city={"type": "string"})
TOOLS = [add_tool(), population_tool(), WEATHER]


def called(prompt: str, tool_choice: Any = "auto") -> list[tuple[str, Any]]:
    return [(call.name, json.loads(call.text)) for call in choose(prompt, TOOLS, tool_choice).calls]


def test_a_tool_is_picked_by_its_name_or_its_description() -> None:
    assert called("add 2 and 3") == [("add", {"a": 2, "b": 3})]
    assert called("How many inhabitants has Oslo?") == [("population", {"city": "Oslo"})]


def test_common_words_for_sums_are_known() -> None:
    assert called("What is 2 plus 3?") == [("add", {"a": 2, "b": 3})]
    assert called("2 + 3") == [("add", {"a": 2, "b": 3})]


def test_a_tool_of_one_parameter_is_called_for_each_value() -> None:
    cities = [("population", {"city": "Paris"}), ("population", {"city": "Oslo"})]
    assert called("Which has more inhabitants, Paris or Oslo?") == cities


def test_two_tools_are_called_when_both_are_named() -> None:
    assert called("Weather and population of Oslo") == [
        ("population", {"city": "Oslo"}),
        ("get_weather", {"city": "Oslo"}),
    ]


def test_no_tool_is_called_when_none_is_spoken_of() -> None:
    assert called("Tell me a joke") == []


def test_a_tool_without_values_is_told() -> None:
    choice = choose("add something", TOOLS, "auto")
    assert choice.calls == ()
    assert choice.unfilled == TOOLS[0]


def test_tool_choice_is_obeyed() -> None:
    assert called("add 2 and 3", "none") == []
    assert called("Tell me a joke", "required") == [("add", {"a": 0, "b": 0})]
    assert called("Oslo", {"type": "function", "name": "get_weather"}) == [("get_weather", {"city": "Oslo"})]
    allowed = {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "function", "name": "add"}]}
    assert called("Population of Oslo", allowed) == []


def test_a_tool_without_a_schema_is_called_without_arguments() -> None:
    choice = choose("what is the time", [{"type": "function", "name": "time", "parameters": None}], "auto")
    assert [(call.name, call.text) for call in choice.calls] == [("time", "{}")]
