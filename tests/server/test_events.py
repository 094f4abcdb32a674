from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from openai._models import construct_type
from openai.types.responses import ResponseStreamEvent

from ws_notebook.server.create import parse_create
from ws_notebook.server.events import ResponseWriter
from ws_notebook.server.models.base import Arguments, Call, Cut, Passed, Piece, Read, Refusal, Text, Thought
from ws_notebook.server.responses import new_response, usage

USAGE = usage(total_input=1, cached=0, output=1, reasoning=0)
Event = dict[str, Any]


def writer() -> ResponseWriter:
    return ResponseWriter(new_response(parse_create({"model": "demo", "input": "x"}), 5))


def write(pieces: Sequence[Piece], into: ResponseWriter | None = None) -> list[Event]:
    into = into or writer()
    events = [*into.begin()]
    for piece in pieces:
        events += into.write(piece)
    return [*events, *into.end(9, USAGE)]


def kinds(events: Sequence[Event]) -> list[str]:
    return [event["type"].removeprefix("response.") for event in events]


def test_a_plain_answer_has_the_documented_events() -> None:
    events = write([Text("Hello "), Text("there")])
    assert kinds(events) == [
        "created",
        "in_progress",
        "output_item.added",
        "content_part.added",
        "output_text.delta",
        "output_text.delta",
        "output_text.done",
        "content_part.done",
        "output_item.done",
        "completed",
    ]
    assert events[0]["response"]["output"] == []
    response = events[-1]["response"]
    assert response["status"] == "completed"
    assert response["completed_at"] == 9
    assert response["usage"] == USAGE
    assert response["output"][0]["content"][0]["text"] == "Hello there"


def test_events_are_numbered_from_0_without_a_gap() -> None:
    events = write([Thought("hm "), Text("a"), Call("f"), Arguments("{}")])
    assert [event["sequence_number"] for event in events] == list(range(len(events)))


def test_items_follow_one_another_in_the_order_of_their_pieces() -> None:
    events = write([Thought("hm "), Text("a"), Call("f"), Arguments("{}"), Call("g"), Arguments("{"), Arguments("}")])
    opened = [event["item"]["type"] for event in events if event["type"] == "response.output_item.added"]
    assert opened == ["reasoning", "message", "function_call", "function_call"]
    indices = [event["output_index"] for event in events if "output_index" in event]
    assert indices == sorted(indices)
    assert [item["type"] for item in events[-1]["response"]["output"]] == opened


def test_a_delta_names_its_item() -> None:
    events = write([Call("f"), Arguments("{}")])
    added = next(event for event in events if event["type"] == "response.output_item.added")
    delta = next(event for event in events if event["type"] == "response.function_call_arguments.delta")
    assert delta["item_id"] == added["item"]["id"]
    assert delta["output_index"] == added["output_index"]


def test_an_empty_answer_is_complete() -> None:
    assert kinds(write([])) == ["created", "in_progress", "completed"]


def test_a_cut_answer_closes_its_item_as_incomplete() -> None:
    short = writer()
    events = [*short.begin(), *short.write(Text("half"))]
    short.cut_short("max_output_tokens")
    events += short.end(9, USAGE)
    assert kinds(events)[-2:] == ["output_item.done", "incomplete"]
    assert events[-2]["item"]["status"] == "incomplete"
    response = events[-1]["response"]
    assert response["incomplete_details"] == {"reason": "max_output_tokens"}
    assert response["completed_at"] is None
    assert response["output"] == [events[-2]["item"]]


def test_a_broken_answer_fails_with_its_code() -> None:
    broken = writer()
    events = [*broken.begin(), *broken.write(Text("half"))]
    broken.break_off("server_error", "It broke.")
    events += broken.end(9, USAGE)
    assert events[-1]["type"] == "response.failed"
    assert events[-1]["response"]["error"] == {"code": "server_error", "message": "It broke."}
    assert events[-1]["response"]["status"] == "failed"


def test_tokens_are_the_deltas() -> None:
    into = writer()
    write([Thought("hm "), Text("a "), Text("b"), Call("f"), Arguments("{}")], into)
    assert (into.tokens, into.reasoning_tokens) == (4, 1)


def test_arguments_without_a_call_are_a_programming_error() -> None:
    with pytest.raises(TypeError, match="Call must come first"):
        list(writer().write(Arguments("{}")))


def test_the_sdk_knows_every_event() -> None:
    pieces: list[Piece] = [Thought("hm"), Text("a"), Refusal("no"), Call("f"), Arguments("{}")]
    for event in write([*pieces, Call("g", custom=True), Arguments("x")]):
        model = construct_type(type_=ResponseStreamEvent, value=event)
        type(model).model_validate(event)
        assert model.type == event["type"]


def test_what_the_model_counted_and_why_it_was_cut_are_no_events() -> None:
    into = writer()
    events = write([Text("a"), Read(5, 2, 1), Cut("content_filter"), Text("b")], into)
    assert into.read == Read(5, 2, 1)
    assert events[-1]["response"]["incomplete_details"] == {"reason": "content_filter"}
    assert events[-2]["item"]["content"][0]["text"] == "ab"


def test_an_item_is_never_left_half_written_for_what_is_no_part_of_it() -> None:
    into = writer()
    list(into.write(Text("half")))
    assert [into.safe_before(piece) for piece in (Read(1), Cut("x"), Text("b"), Thought("b"))] == [
        False,
        False,
        False,
        True,
    ]


def test_reasoning_that_models_show_themselves_is_content() -> None:
    events = write([Thought("hm ", raw=True), Thought("so.", raw=True), Call("f", call_id="call_theirs")])
    assert "reasoning_text.delta" in kinds(events)
    reasoning, call = events[-1]["response"]["output"]
    assert reasoning["content"] == [{"type": "reasoning_text", "text": "hm so."}]
    assert call["call_id"] == "call_theirs"


def test_events_of_an_upstream_pass_with_this_server_s_numbers_and_what_only_it_knows() -> None:
    into = writer()
    theirs = {"id": "resp_theirs", "status": "in_progress", "previous_response_id": None, "of_tomorrow": 1}
    item = {"id": "msg_theirs", "type": "message", "content": []}
    passed = [
        {"type": "response.created", "response": theirs, "sequence_number": 7},
        {"type": "response.in_progress", "response": theirs},
        {"type": "response.output_item.added", "output_index": 0, "item": item},
        {"type": "response.output_item.done", "output_index": 0, "item": item},
        {"type": "response.completed", "response": {**theirs, "status": "completed", "output": []}, "extra": 2},
    ]
    events = [event for each in passed for event in into.write(Passed(each))]
    events += into.end(9, USAGE)
    assert kinds(events) == ["created", "in_progress", "output_item.added", "output_item.done", "completed"]
    assert [event["sequence_number"] for event in events] == list(range(5))
    response = events[-1]["response"]
    assert (response["id"], response["of_tomorrow"], response["output"], events[-1]["extra"]) == (
        "resp_theirs",
        1,
        [],
        2,
    )
    # What it finished is there to be continued from, whether or not it lists it.
    assert into.output == [item]
