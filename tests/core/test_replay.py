"""What goes back to a provider is something that it takes, whatever had come."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.drive import Drive
from support.events import call, completed, created, item_added, item_done, message, reasoning

from ws_notebook.core import lineage
from ws_notebook.core.items import Item, kind
from ws_notebook.core.replay import arguments_as_object, replayed_items

__all__: list[str] = []

THOUGHT = reasoning("Hm", "rs_1", encrypted_content="ENC")
SEARCH = {"type": "web_search_call", "id": "ws_1", "status": "completed", "action": {"type": "search"}}


def kinds(*items: dict[str, Any], unfinished: tuple[dict[str, Any], ...] = ()) -> list[str]:
    return [kind(item) for item in replayed_items(map(Item, items), list(map(Item, unfinished)))]


def test_reasoning_goes_back_with_the_item_that_it_led_to() -> None:
    assert kinds(THOUGHT, message("Yes.")) == ["reasoning", "message"]
    assert kinds(THOUGHT, THOUGHT, call("c1")) == ["reasoning", "reasoning", "function_call"]


def test_reasoning_that_nothing_follows_stays_behind() -> None:
    assert kinds(THOUGHT) == []
    assert kinds(message("Yes."), THOUGHT, THOUGHT) == ["message"]


def test_reasoning_before_a_text_that_was_cut_off_goes_with_that() -> None:
    assert kinds(THOUGHT, unfinished=(message("Half"),)) == ["reasoning", "message"]


def test_reasoning_before_a_message_that_never_said_a_word_stays_behind() -> None:
    assert kinds(THOUGHT, {**message(""), "content": [], "status": "incomplete"}) == []


def test_reasoning_that_nobody_can_read_stays_behind_with_the_hosted_call_that_needs_it() -> None:
    assert kinds(reasoning("Hm"), SEARCH, message("Yes.")) == ["message"]
    assert kinds(THOUGHT, SEARCH, message("Yes.")) == ["reasoning", "web_search_call", "message"]


def test_an_open_model_whose_reasoning_cannot_be_sent_keeps_its_hosted_calls() -> None:
    open_thought = reasoning("Hm", content=[{"type": "reasoning_text", "text": "Hm"}])
    assert kinds(open_thought, SEARCH, message("Yes.")) == ["web_search_call", "message"]


def test_hosted_calls_without_any_reasoning_go_back_as_they_came() -> None:
    assert replayed_items([Item(SEARCH)]) == [SEARCH]


def test_a_call_without_an_id_of_its_own_is_named_as_its_answer_names_it() -> None:
    found = replayed_items([Item({key: value for key, value in call("c1").items() if key != "call_id"})])
    assert found[0]["call_id"] == "fc_c1"


@pytest.mark.parametrize(
    ("arguments", "sent"),
    [
        ('{"a": 1}', {"a": 1}),
        (' {"a":1}\n', {"a": 1}),
        ("", {}),
        (" ", {}),
        ("null", {}),
        (None, {}),
        ({"a": 1}, {"a": 1}),
        ('{"a": "x\ny"}', {"a": "x\ny"}),
        ('{"path": "a.txt", "text": "once upon a ti', {"arguments": '{"path": "a.txt", "text": "once upon a ti'}),
        ('{"a": NaN}', {"arguments": '{"a": NaN}'}),
        ("[1, 2]", {"arguments": "[1, 2]"}),
        ("7", {"arguments": "7"}),
        ('{"a": 1}{"a": 1}', {"arguments": '{"a": 1}{"a": 1}'}),
        ('{"a": 1e999}', {"arguments": '{"a": 1e999}'}),
        ([1], {"arguments": [1]}),
    ],
)
def test_arguments_go_back_as_a_json_object(arguments: Any, sent: dict[str, Any]) -> None:
    assert json.loads(arguments_as_object(arguments)) == sent


def test_arguments_that_are_an_object_are_not_touched() -> None:
    assert arguments_as_object('{ "a":1.0 }') == '{ "a":1.0 }'


@given(st.text() | st.text(alphabet='{}[]",:\\ \n0123456789eE+-.aNI') | st.none() | st.integers())
def test_whatever_the_arguments_were_they_go_back_as_a_json_object(arguments: Any) -> None:
    found = arguments_as_object(arguments)
    found.encode()
    assert isinstance(json.loads(found, parse_constant=pytest.fail), dict)


def test_a_call_that_was_cut_off_is_replayed_whole_and_answered_as_cut_off() -> None:
    drive = Drive()
    run = drive.ask("Write")
    cut = {**call("c1"), "arguments": '{"a": "once upon', "status": "incomplete"}
    details = {"incomplete_details": {"reason": "max_output_tokens"}}
    drive.receive(created("resp_1"), item_added(0, {**cut, "arguments": ""}), item_done(0, cut))
    drive.receive(completed("resp_1", cut, status="incomplete", **details))
    if not run.done:
        drive.submit(run.tool_calls[0], lineage.CUT_OFF_OUTPUT, status="failed")
    drive.eof()
    drive.ask("And now?")
    sent = drive.requests[-1]["input"]
    assert [item.get("type") for item in sent] == ["message", "function_call", "function_call_output", "message"]
    assert json.loads(sent[1]["arguments"]) == {"arguments": '{"a": "once upon'}
    assert "cut off" in sent[2]["output"]
