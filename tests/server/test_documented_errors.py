"""Every error a provider documents for WebSocket mode, provoked over a real socket, in its exact shape."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from openai._models import construct_type
from openai.types.responses.responses_server_event import ResponsesServerEvent, ResponseWsError
from support.server import Wire, running_server, text_of

INVALID = "invalid_request_error"
ORPHAN = [{"type": "function_call_output", "call_id": "call_nobody", "output": "1"}]
Event = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """How an error is provoked, and what it must say."""

    name: str
    provoke: Callable[[Wire], Event]
    code: str | None
    param: str | None
    status: int = 400
    kind: str = INVALID
    lane: str | None = None


def sent(**fields: Any) -> Callable[[Wire], Event]:
    return lambda wire: wire.error(**fields)


def raw(text: str) -> Callable[[Wire], Event]:
    def provoke(wire: Wire) -> Event:
        wire.socket.send(text)
        return wire.receive()

    return provoke


def unanswered(wire: Wire) -> Event:
    first = wire.response(input="call f()")
    return wire.error(input="never mind", previous_response_id=first["id"])


def one_lane_too_many(wire: Wire) -> Event:
    for number in range(2):
        wire.response(input='say "x"', stream_id=f"lane{number}")
    return wire.error(input="x", stream_id="one-more")


NOT_FOUND = "previous_response_not_found"
CASES = [
    Case("not found", sent(input="x", previous_response_id="resp_0"), NOT_FOUND, "previous_response_id"),
    Case(
        "not found on a lane",
        sent(input="x", previous_response_id="resp_0", stream_id="a"),
        NOT_FOUND,
        "previous_response_id",
        lane="a",
    ),
    Case("bad lane name", sent(input="x", stream_id="not good"), "invalid_stream_id", "stream_id"),
    Case("empty lane name", sent(input="x", stream_id=""), "invalid_stream_id", "stream_id"),
    Case("too many lanes", one_lane_too_many, "websocket_stream_limit_reached", "stream_id", lane="one-more"),
    Case("missing output", unanswered, None, "input"),
    Case("unknown output", sent(input=ORPHAN), None, "input"),
    Case("unknown model", sent(model="nobody", input="x", stream_id="a"), "model_not_found", "model", lane="a"),
    Case("missing input", sent(), "missing_required_parameter", "input"),
    Case("wrong type", sent(input=5), "invalid_type", "input"),
    Case("background", sent(input="x", background=True), None, "background"),
    Case("no json", raw("{"), "invalid_json", None),
    Case("no object", raw("[]"), "invalid_json", None),
    Case("unknown event", raw('{"type": "response.dance"}'), "unknown_event_type", "type"),
    Case("no event type", raw("{}"), "unknown_event_type", "type"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_an_error_has_its_documented_shape_and_leaves_the_socket_open(case: Case) -> None:
    with running_server("--lanes", "2") as server, server.wire() as wire:
        event = case.provoke(wire)
        error = {"type": case.kind, "code": case.code, "message": event["error"]["message"], "param": case.param}
        lane = {"stream_id": case.lane} if case.lane else {}
        assert event == {"type": "error", "status": case.status, **lane, "error": error}
        assert error["message"].endswith(".")
        assert isinstance(construct_type(type_=ResponsesServerEvent, value=event), ResponseWsError)
        assert text_of(wire.turn(input='say "still open"')) == "still open"
