from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from openai.types.responses.responses_server_event import ResponseWsError
from support.server import RunningServer, Wire, running_server, text_of
from websockets.exceptions import ConnectionClosed, InvalidStatus

DELTA = "response.output_text.delta"


@contextmanager
def faulty(*rules: str) -> Iterator[RunningServer]:
    with running_server(*(flag for rule in rules for flag in ("--fault", rule))) as server:
        yield server


def until_closed(wire: Wire) -> tuple[list[dict[str, Any]], int | None]:
    """The events before the end, and the close code; None for a connection lost without one."""
    events: list[dict[str, Any]] = []
    while True:
        try:
            events.append(wire.receive())
        except ConnectionClosed as closed:
            return events, closed.rcvd.code if closed.rcvd else None


def test_drop_resets_the_connection_before_the_event() -> None:
    with faulty(f"drop at {DELTA} 3") as server:
        with server.wire() as wire:
            wire.send(input='say "one two three four"')
            events, code = until_closed(wire)
        assert (text_of(events), code) == ("one two ", None)
        with server.wire() as wire:
            assert text_of(wire.turn(input='say "once only"')) == "once only"


def test_drop_at_a_create_answers_nothing() -> None:
    with faulty("drop at response.create 2") as server, server.wire() as wire:
        assert text_of(wire.turn(input='say "first"')) == "first"
        wire.send(input='say "second"')
        assert until_closed(wire) == ([], None)


def test_close_sends_its_code() -> None:
    with faulty(f"close 1011 at {DELTA}") as server, server.wire() as wire:
        wire.send(input='say "x"')
        events, code = until_closed(wire)
    assert (text_of(events), code) == ("", 1011)


def test_stall_holds_everything_up() -> None:
    with faulty(f"stall 0.5 at {DELTA}") as server, server.wire() as wire:
        began = time.monotonic()
        assert text_of(wire.turn(input='say "late"')) == "late"
        assert time.monotonic() - began >= 0.5


@pytest.mark.parametrize(
    ("rule", "status", "code"),
    [
        ("error previous_response_not_found at response.create", 400, "previous_response_not_found"),
        ("error websocket_connection_limit_reached at response.create", 400, "websocket_connection_limit_reached"),
        ("error 401 at response.create", 401, "invalid_api_key"),
        ("error 429 at response.created", 429, "rate_limit_exceeded"),
        ("error 500 at response.in_progress", 500, "server_error"),
        (f"error 503 at {DELTA} 2", 503, "server_is_overloaded"),
        ("error 418 at response.create", 418, None),
        ("error my_own_code at response.completed", 400, "my_own_code"),
    ],
)
def test_error_ends_the_response_with_one_frame_and_the_socket_goes_on(
    rule: str, status: int, code: str | None
) -> None:
    with faulty(rule) as server, server.wire() as wire:
        last = wire.turn(input='say "one two three"', stream_id="a")[-1]
        ResponseWsError.model_validate(last)
        assert (last["type"], last["status"], last["error"]["code"], last["stream_id"]) == ("error", status, code, "a")
        assert text_of(wire.turn(input='say "goes on"')) == "goes on"


def test_limit_says_when_to_try_again() -> None:
    with faulty("limit 2.5 at response.create") as server, server.wire() as wire:
        event = wire.error(input="x")
    assert event["status"] == 429
    assert event["error"] == {
        "type": "rate_limit_error",
        "code": "rate_limit_exceeded",
        "message": "Rate limit reached. Please try again in 2.5s.",
        "param": None,
        "headers": {"retry-after": "2.5"},
    }


def test_fail_ends_the_response_as_failed_and_forgets_its_parent() -> None:
    with faulty(f"fail rate_limit_exceeded at {DELTA} 3") as server, server.wire() as wire:
        seed = wire.response(input='say "x"')
        events = wire.turn(input='say "one two three"', previous_response_id=seed["id"])
        assert [event["sequence_number"] for event in events] == list(range(len(events)))
        failed = events[-1]["response"]
        assert (events[-1]["type"], failed["status"]) == ("response.failed", "failed")
        assert failed["error"]["code"] == "rate_limit_exceeded"
        assert "try again in" in failed["error"]["message"]
        assert text_of(events) == "one two "
        assert wire.error(input="x", previous_response_id=seed["id"])["error"]["code"] == "previous_response_not_found"


def test_duplicate_and_unknown_events() -> None:
    with faulty(f"duplicate at {DELTA} 2", "unknown at response.completed") as server, server.wire() as wire:
        events = wire.turn(input='say "one two three"')
    assert text_of(events) == "one two two three"
    assert events[-2]["type"] == "x_ws_notebook.unknown"


def test_split_messages_and_slow_links_are_whole_in_the_end() -> None:
    with faulty("split 7 at response.created", f"slow 20000 at {DELTA} 2") as server, server.wire() as wire:
        events = wire.turn(input="write 20 words")
    assert [event["sequence_number"] for event in events] == list(range(len(events)))
    assert len(text_of(events).split()) == 20


def test_hold_lets_another_lane_overtake() -> None:
    with faulty(f"hold at {DELTA}") as server, server.wire() as wire:
        wire.send(input='think 200 ms then say "second"', stream_id="b")
        wire.send(input='say "first"', stream_id="a")
        events = [*wire.rest_of_turn(), *wire.rest_of_turn()]
        for lane in ("a", "b"):
            numbers = [event["sequence_number"] for event in events if event["stream_id"] == lane]
            assert numbers == list(range(len(numbers)))
        # With nobody to overtake it, a held lane ends all the same.
    with faulty(f"hold at {DELTA}") as server, server.wire() as wire:
        assert text_of(wire.turn(input='say "alone"')) == "alone"


@pytest.mark.parametrize("status", [403, 404, 405, 426, 429, 501, 503])
def test_an_upgrade_is_refused_once(status: int) -> None:
    with faulty(f"refuse {status} at upgrade") as server:
        with pytest.raises(InvalidStatus) as caught, server.wire():
            pass
        assert caught.value.response.status_code == status
        assert ("retry-after" in caught.value.response.headers) == (status in (429, 503))
        with server.wire() as wire:
            assert text_of(wire.turn(input='say "in"')) == "in"


def test_a_lane_s_error_leaves_the_others_alone() -> None:
    with faulty("error 500 at response.output_item.added 2") as server, server.wire() as wire:
        wire.send(input='think 100 ms then say "unharmed"', stream_id="a")
        assert wire.receive()["stream_id"] == "a"
        wire.send(input='say "x"', stream_id="b")
        events = [*wire.rest_of_turn(), *wire.rest_of_turn()]
    ends = {event["stream_id"]: event["type"] for event in events if event["type"] in ("error", "response.completed")}
    assert ends in ({"a": "response.completed", "b": "error"}, {"a": "error", "b": "response.completed"})


DONE = "response.output_item.done"


def test_what_an_item_holds_can_be_told_by_other_events_only() -> None:
    with faulty(f"hollow at {DONE} 1", f"omit at {DONE} 2") as server, server.wire() as wire:
        first, second = wire.turn(input='say "one"'), wire.turn(input='say "two"')
    assert [event["item"]["content"] for event in first if event["type"] == DONE] == [[]]
    assert (text_of(first), text_of(second)) == ("one", "two")
    assert [event for event in second if event["type"] == DONE] == []


def test_the_reason_of_a_failure_can_come_in_a_frame_behind_it() -> None:
    with faulty(f"explain server_error at {DELTA}") as server, server.wire() as wire:
        *_, failure = wire.turn(input='say "one two"')
        behind = wire.receive()
        assert text_of(wire.turn(input='say "three"')) == "three"
    assert (failure["type"], failure["response"]["error"]) == ("response.failed", None)
    assert (behind["type"], behind["error"]["code"]) == ("error", "server_error")
    assert behind["sequence_number"] == failure["sequence_number"] + 1


def test_an_error_can_come_without_its_type_and_half_an_event() -> None:
    with faulty(f"untyped server_error at {DELTA}", "garble at response.completed") as server, server.wire() as wire:
        wire.send(input='say "one"')
        events = [wire.receive()]
        while "error" not in events[-1]:
            events.append(wire.receive())
        assert "type" not in events[-1]
        wire.send(input='say "two"')
        with pytest.raises(json.JSONDecodeError):
            until_closed(wire)
