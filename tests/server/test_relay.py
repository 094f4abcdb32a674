from __future__ import annotations

from typing import Any

from ws_notebook.server.relay import Relay


def through(*events: dict[str, Any], before: int = 0) -> tuple[Relay, list[dict[str, Any]]]:
    relay = Relay(before)
    return relay, [told for event in events for told in relay.events(event)]


def test_places_and_ids_that_an_upstream_leaves_out_are_filled_in() -> None:
    relay, told = through(
        {"type": "response.output_item.added", "item": {"type": "message", "id": "msg_a", "content": []}},
        {"type": "response.content_part.added", "item_id": "msg_a", "part": {}},
        {"type": "response.output_text.delta", "delta": "x"},
        {"type": "response.output_item.done", "item": {"type": "message", "id": "msg_a", "content": []}},
        {"type": "response.output_item.added", "item": {"type": "message"}},
    )
    assert [event["output_index"] for event in told] == [0, 0, 0, 0, 1]
    assert told[2] == {**told[2], "item_id": "msg_a", "content_index": 0}
    assert told[4]["item"]["id"].startswith("msg_")
    assert [item["id"] for item in relay.items] == ["msg_a"]
    assert not relay.idle


def test_arguments_that_were_never_told_whole_are_told_before_their_item_is_done() -> None:
    call = {"type": "function_call", "id": "fc_a", "call_id": "c", "name": "f", "arguments": "{}"}
    _, told = through(
        {"type": "response.output_item.added", "item": {**call, "arguments": ""}},
        {"type": "response.function_call_arguments.delta", "item_id": "fc_a", "delta": "{}"},
        {"type": "response.output_item.done", "item": call},
    )
    done = {"item_id": "fc_a", "output_index": 0, "arguments": "{}"}
    assert told[2] == {"type": "response.function_call_arguments.done", **done}
    assert told[3]["item"] is call


def test_what_is_whole_is_left_as_it_is_but_for_items_that_stand_before_it() -> None:
    event = {"type": "response.output_text.delta", "item_id": "m", "output_index": 2, "content_index": 1, "x": {"y": 1}}
    assert through(event)[1] == [event]
    assert through(event, before=1)[1] == [{**event, "output_index": 3}]
    other = {"type": "response.of_tomorrow", "field": 1}
    assert through(other)[1] == [other]
