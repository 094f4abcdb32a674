"""Of several tellings of what a call is called with, the one that says most."""

from __future__ import annotations

import json

import pytest

from ws_notebook.core import calltext

__all__: list[str] = []


@pytest.mark.parametrize(
    ("tellings", "chosen"),
    [
        (["", '{"n": 21}'], '{"n": 21}'),
        (["{}", '{"n": 21}'], '{"n": 21}'),
        (['{"n": 21}', '{"n":21}'], '{"n": 21}'),
        (['{"a": 1}', '{"a": 1, "b": 2}'], '{"a": 1, "b": 2}'),
        (['{"a": 1}', '{"a": 1}{"a": 1}'], '{"a": 1}'),
        (['{"a', '{"a": 1'], '{"a": 1'),
        (["", " "], ""),
    ],
)
def test_the_fullest_that_can_be_read_is_taken(tellings: list[str], chosen: str) -> None:
    assert calltext.best("function_call", tellings) == chosen


def test_of_an_input_the_longest_is_taken() -> None:
    assert calltext.best("custom_tool_call", ["SELECT", "SELECT 1"]) == "SELECT 1"


def test_an_object_raw_control_characters_and_json_in_json_are_arguments_all_the_same() -> None:
    assert json.loads(calltext.repaired(calltext.text_of({"a": 1}))) == {"a": 1}
    assert json.loads(calltext.repaired('{"text": "one\ntwo\tthree\x01"}')) == {"text": "one\ntwo\tthree\x01"}
    assert json.loads(calltext.repaired('"{\\"a\\": 1}"')) == {"a": 1}
    assert calltext.repaired('{"a"') == '{"a"'


def test_the_same_said_otherwise_is_the_same() -> None:
    assert calltext.same("function_call", '{"a": 1}', '{"a":1}')
    assert not calltext.same("function_call", '{"a": 1}', '{"a": 2}')
    assert not calltext.same("custom_tool_call", "a", "a ")
