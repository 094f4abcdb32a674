"""The WebSocket checks of the Open Responses compliance suite, by their ids; the SDK's types read every frame too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import httpx2
from openai._models import construct_type
from openai.types.responses import ResponseStreamEvent
from support.server import RunningServer, Wire, text_of

ORPHAN = [{"type": "function_call_output", "call_id": "call_nobody_made", "output": "1"}]


def valid(events: Sequence[dict[str, Any]]) -> Sequence[dict[str, Any]]:
    """*events*, each of a known type and with all that type requires, numbered without a gap."""
    for event in events:
        model = construct_type(type_=ResponseStreamEvent, value=event)
        type(model).model_validate(event)
        assert model.type == event["type"]
    assert [event["sequence_number"] for event in events] == list(range(len(events)))
    return events


def is_not_found(event: dict[str, Any]) -> bool:
    named = (event["status"], event["error"]["code"], event["error"]["param"])
    return named == (400, "previous_response_not_found", "previous_response_id")


def test_websocket_response(wire: Wire) -> None:
    events = valid(wire.turn(input=[{"type": "message", "role": "user", "content": 'say "hello"'}]))
    assert events[-1]["type"] == "response.completed"
    assert events[-1]["response"]["status"] == "completed"
    assert text_of(events) == "hello"


def test_websocket_sequential_responses(wire: Wire) -> None:
    first = valid(wire.turn(input='say "one"'))
    # The next frame leaves the moment the terminal event is there: nothing may come after it.
    second = valid(wire.turn(input='say "two"'))
    assert (text_of(first), text_of(second)) == ("one", "two")
    assert first[0]["response"]["id"] != second[0]["response"]["id"]


def test_websocket_continuation(wire: Wire) -> None:
    first = wire.response(input="My name is Ada")
    events = valid(wire.turn(input="What is my name?", previous_response_id=first["id"]))
    assert "Ada" in text_of(events)
    assert events[-1]["response"]["previous_response_id"] == first["id"]


def test_websocket_reconnect_store_false_recovery(server: RunningServer, wire: Wire) -> None:
    first = wire.response(input="hello")
    with server.wire() as other:
        assert is_not_found(other.error(input="hello", previous_response_id=first["id"]))
        assert text_of(valid(other.turn(input='say "fresh"'))) == "fresh"


def test_websocket_previous_response_not_found(wire: Wire) -> None:
    assert is_not_found(wire.error(input="hello", previous_response_id="resp_nobody_knows"))


def test_websocket_failed_continuation_evicts_cache(wire: Wire) -> None:
    seed = wire.response(input="hello")
    refused = wire.error(input=ORPHAN, previous_response_id=seed["id"])
    assert 400 <= refused["status"] < 500
    assert is_not_found(wire.error(input="hello", previous_response_id=seed["id"]))


def test_websocket_compact_new_chain(server: RunningServer, wire: Wire) -> None:
    def user(text: str) -> dict[str, Any]:
        return {"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]}

    body = {"model": "demo", "input": [user("My name is Ada")]}
    answer = httpx2.post(f"{server.base_url}/responses/compact", headers=server.headers, json=body, timeout=20)
    window = answer.json()["output"]
    events = valid(wire.turn(input=[*window, user("What is my name?")], tools=[]))
    assert "Ada" in text_of(events)
    assert events[-1]["response"]["previous_response_id"] is None


def test_a_stored_response_outlives_its_socket_and_its_eviction(server: RunningServer, wire: Wire) -> None:
    seed = wire.response(input="My name is Ada", store=True)
    wire.error(input=ORPHAN, previous_response_id=seed["id"])
    with server.wire() as other:
        events = other.turn(input="What is my name?", previous_response_id=seed["id"])
    assert "Ada" in text_of(events)


def test_a_tool_without_strict_is_called_and_shown_with_it(wire: Wire) -> None:
    tool = {"type": "function", "name": "get_weather", "parameters": {"type": "object", "properties": {}}}
    response = wire.response(input="call get_weather()", tools=[tool])
    assert response["output"][0]["type"] == "function_call"
    assert response["tools"][0]["strict"] is None
