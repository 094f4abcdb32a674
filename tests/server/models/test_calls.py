from __future__ import annotations

import json
from typing import Any

import pytest
from support.server import add_tool

from ws_notebook.server.models.calls import BoundCall, bind, describe
from ws_notebook.server.models.directives import Invoke, parse

NOTE = {"type": "custom", "name": "note"}
PUT = {"type": "function", "name": "put", "parameters": {"type": "object", "properties": {"value": {"type": "object"}}}}
TOOLS = [add_tool(), NOTE, PUT]


def bound(prompt: str) -> BoundCall | None:
    ((part,),) = parse(prompt)
    assert isinstance(part, Invoke)
    return bind(part, TOOLS)


def arguments(prompt: str) -> Any:
    call = bound(prompt)
    assert call is not None
    return json.loads(call.text)


@pytest.mark.parametrize(
    "prompt",
    [
        "call add(2, 3)",
        "call add(a=2, b=3)",
        "call add(3, a=2)",
        'call add({"a": 2, "b": 3})',
        'call add {"a": 2, "b": 3}',
    ],
)
def test_values_find_the_tools_parameters(prompt: str) -> None:
    call = bound(prompt)
    assert call == BoundCall("add", '{"a":2,"b":3}')


def test_an_object_for_a_parameter_is_one() -> None:
    assert arguments('call put({"x": 1})') == {"value": {"x": 1}}
    assert arguments('call put({"value": {"x": 1}})') == {"value": {"x": 1}}


def test_a_tool_nobody_registered_is_called_all_the_same() -> None:
    assert arguments("call unknown(1, 2, c=3)") == {"arg1": 1, "arg2": 2, "c": 3}
    assert arguments("call unknown()") == {}


def test_more_values_than_parameters_are_sent_for_the_tool_to_refuse() -> None:
    assert arguments("call add(1, 2, 3)") == {"a": 1, "b": 2, "arg3": 3}


def test_large_numbers_and_other_scripts_survive() -> None:
    call = bound(f'call unknown(n={10**30}, s="東京")')
    assert call is not None
    assert call.text == f'{{"n":{10**30},"s":"東京"}}'


def test_a_custom_tool_gets_free_text() -> None:
    assert bound('call note("free (text), with more")') == BoundCall("note", "free (text), with more", custom=True)
    assert bound("call note(2 + f(3))") == BoundCall("note", "2 + f(3)", custom=True)


def test_unreadable_arguments_are_no_call() -> None:
    assert bound("call add(2 + f(3))") is None


@pytest.mark.parametrize(
    ("item", "text"),
    [
        ({"name": "add", "arguments": '{"a": 2, "b": null}'}, "add(a=2)"),
        ({"name": "f", "arguments": '{"s": "東京", "t": true}'}, 'f(s="東京", t=true)'),
        ({"name": "f", "arguments": "no json"}, "f(no json)"),
        ({"name": "f", "arguments": ""}, "f()"),
        ({"type": "custom_tool_call", "name": "note", "input": "a\nb"}, 'note("a\\nb")'),
    ],
)
def test_a_call_is_written_as_a_directive_would(item: dict[str, Any], text: str) -> None:
    assert describe(item) == text


def test_long_arguments_are_cut_for_reading() -> None:
    assert len(describe({"name": "f", "arguments": json.dumps({"x": "long " * 100})})) < 80
