from __future__ import annotations

import asyncio
import logging
from itertools import groupby
from typing import Any

import pytest
from support.line import Line, play
from support.server import TERMINAL, text_of

from ws_notebook.server.create import Create
from ws_notebook.server.generation import Generation
from ws_notebook.server.limits import Limits
from ws_notebook.server.models.demo import Pace
from ws_notebook.server.service import Service
from ws_notebook.server.store import MemoryStore

ORPHAN = [{"type": "function_call_output", "call_id": "call_nobody", "output": "1"}]


def test_creates_are_answered_in_order_and_never_overlap() -> None:
    async def story(line: Line) -> None:
        for number in range(3):
            line.send(input=f'say "answer {number}"')
        await line.ended(3)

    sent = play(story)
    starts = [place for place, event in enumerate(sent) if event["type"] == "response.created"]
    ends = [place for place, event in enumerate(sent) if event["type"] == "response.completed"]
    assert starts == [0, ends[0] + 1, ends[1] + 1]
    assert [
        event["response"]["output"][0]["content"][0]["text"] for event in sent if event["type"] == "response.completed"
    ] == [
        "answer 0",
        "answer 1",
        "answer 2",
    ]


def test_a_bad_message_is_answered_in_its_turn() -> None:
    async def story(line: Line) -> None:
        line.send(input='say "first"')
        line.connection.receive("{")
        line.connection.receive('{"type": "response.dance"}')
        line.connection.receive("[]")
        line.send(input='say "second"')
        await line.ended(5)

    ends = [event for event in play(story) if event["type"] in TERMINAL]
    assert [event["type"] for event in ends] == ["response.completed", "error", "error", "error", "response.completed"]
    assert [event["error"]["code"] for event in ends[1:4]] == ["invalid_json", "unknown_event_type", "invalid_json"]


def test_a_failed_continuation_forgets_its_parent() -> None:
    async def story(line: Line) -> None:
        parent = (await line.ask(input='say "seed"'))["response"]["id"]
        refused = await line.ask(input=ORPHAN, previous_response_id=parent)
        assert refused["error"]["param"] == "input"
        gone = await line.ask(input="hello", previous_response_id=parent)
        assert gone["error"]["code"] == "previous_response_not_found"

    play(story)


def test_a_failed_fork_leaves_the_source_lane_alone() -> None:
    async def story(line: Line) -> None:
        parent = (await line.ask(input='say "seed"', stream_id="source"))["response"]["id"]
        await line.ask(input=ORPHAN, previous_response_id=parent, stream_id="fork")
        again = await line.ask(input="hello", previous_response_id=parent, stream_id="source")
        assert again["type"] == "response.completed"

    play(story)


def test_each_lane_remembers_its_most_recent_response_only() -> None:
    async def story(line: Line) -> None:
        old = (await line.ask(input='say "old"'))["response"]["id"]
        other = (await line.ask(input='say "other"', stream_id="b"))["response"]["id"]
        new = (await line.ask(input='say "new"'))["response"]["id"]
        found = [
            (await line.ask(input="hello", previous_response_id=name, stream_id="c"))["type"]
            for name in (old, other, new)
        ]
        assert found == ["error", "response.completed", "response.completed"]

    play(story)


def test_a_named_lane_is_echoed_on_every_event_and_error() -> None:
    async def story(line: Line) -> None:
        await line.ask(input='say "hello"', stream_id="left")
        await line.ask(model="nobody", input="x", stream_id="left")

    assert {event.get("stream_id") for event in play(story)} == {"left"}


def test_the_default_lane_and_a_bad_name_are_not_echoed() -> None:
    async def story(line: Line) -> None:
        await line.ask(input='say "hello"')
        await line.ask(input="x", stream_id="not good")

    sent = play(story)
    assert all("stream_id" not in event for event in sent)
    assert sent[-1]["error"]["code"] == "invalid_stream_id"


def test_too_many_waiting_creates_are_refused_with_429() -> None:
    async def story(line: Line) -> None:
        for _ in range(3):
            line.send(input='say "x"')
        await line.ended(3)

    ends = [event for event in play(story, limits=Limits(queued_creates=2)) if event["type"] in TERMINAL]
    assert [event.get("status") for event in ends] == [None, None, 429]


def test_a_request_that_breaks_the_server_is_a_500(caplog: pytest.LogCaptureFixture) -> None:
    class Broken(Service):
        def begin(self, create: Create, **_: Any) -> Generation:
            raise RuntimeError("a secret of the server")

    async def story(line: Line) -> None:
        for _ in range(2):
            failed = await line.ask(input="x")
            assert (failed["type"], failed["status"]) == ("error", 500)
            assert "secret" not in str(failed)

    with caplog.at_level(logging.ERROR):
        play(story, service=Broken({}, MemoryStore(1)))


def test_lanes_run_beside_one_another_and_take_turns() -> None:
    async def story(line: Line) -> None:
        for name in ("left", "right", None):
            line.send(input="write 200 words", **({"stream_id": name} if name else {}))
        await line.ended(3)

    sent = play(story)
    deltas = [event.get("stream_id") for event in sent if event["type"] == "response.output_text.delta"]
    assert len(deltas) == 600
    # Nobody is ever more than a few words ahead.
    assert max(len(list(run)) for _, run in groupby(deltas)) <= 3


def test_each_lane_s_events_stay_in_order_with_numbers_of_their_own() -> None:
    async def story(line: Line) -> None:
        for name in ("left", "right"):
            line.send(input=f'say "one two three {name}"', stream_id=name)
        await line.ended(2)

    async def run(line: Line) -> None:
        await story(line)
        for name in ("left", "right"):
            events = line.of(name)
            assert [event["sequence_number"] for event in events] == list(range(len(events)))
            assert text_of(events) == f"one two three {name}"

    play(run)


def test_creates_of_one_lane_wait_for_each_other_while_another_lane_goes_on() -> None:
    async def story(line: Line) -> None:
        line.send(input="think 600 seconds", stream_id="slow")
        line.send(input='say "after"', stream_id="slow")
        await line.seen("response.in_progress", "slow")
        assert (await line.ask(input='say "beside"', stream_id="quick"))["type"] == "response.completed"
        assert len([event for event in line.of("slow") if event["type"] == "response.created"]) == 1

    play(story)


def test_only_so_many_responses_are_in_flight_and_the_rest_is_queued() -> None:
    async def story(line: Line) -> None:
        for number in range(3):
            line.send(input="think 600 seconds", stream_id=f"busy{number}")
            await line.seen("response.in_progress", f"busy{number}")
        line.send(input='say "at last"', stream_id="late")
        # An error needs no place among those in flight.
        assert (await line.ask(input="x", stream_id="not good"))["error"]["code"] == "invalid_stream_id"
        assert line.of("late") == []

    play(story, limits=Limits(responses_in_flight=3))


def test_a_queued_create_begins_when_a_place_is_free() -> None:
    async def story(line: Line) -> None:
        for number in range(5):
            line.send(input=f'say "number {number}"', stream_id=f"lane{number}")
        await line.ended(5)
        kinds = [event["type"] for event in line.sent if event["type"] in ("response.created", "response.completed")]
        assert kinds == ["response.created", "response.completed"] * 5

    play(story, limits=Limits(responses_in_flight=1))


def test_the_33rd_name_is_refused_and_old_names_go_on() -> None:
    async def story(line: Line) -> None:
        for number in range(32):
            await line.ask(input='say "x"', stream_id=f"lane{number}")
        refused = await line.ask(input='say "x"', stream_id="one-more")
        assert refused["error"]["code"] == "websocket_stream_limit_reached"
        assert (refused["status"], refused["error"]["param"]) == (400, "stream_id")
        assert refused["stream_id"] == "one-more"
        assert (await line.ask(input='say "x"', stream_id="lane7"))["type"] == "response.completed"
        assert (await line.ask(input='say "x"'))["type"] == "response.completed"

    play(story)


def test_a_fork_inherits_its_parent_while_the_source_goes_on() -> None:
    async def story(line: Line) -> None:
        parent = (await line.ask(input="My name is Ada", stream_id="source"))["response"]["id"]
        fields: dict[str, Any] = {"input": "What is my name?", "previous_response_id": parent}
        line.send(**fields, stream_id="fork")
        await line.seen("response.in_progress", "fork")
        line.send(**fields, stream_id="source")
        for name in ("fork", "source"):
            await line.until(lambda name=name: "Ada" in text_of(line.of(name)))

    play(story)


def test_a_fork_that_waits_while_the_source_advances_does_not_find_its_parent() -> None:
    async def story(line: Line) -> None:
        parent = (await line.ask(input="My name is Ada", stream_id="source"))["response"]["id"]
        line.send(input="think 1 ms", stream_id="busy")
        await line.seen("response.in_progress", "busy")
        line.send(input="hello", stream_id="source", previous_response_id=parent)
        line.send(input="What is my name?", stream_id="fork", previous_response_id=parent)
        await line.seen("response.completed", "source")
        refused = await line.seen("error", "fork")
        assert refused["error"]["code"] == "previous_response_not_found"

    play(story, limits=Limits(responses_in_flight=1))


def test_a_parent_is_bound_before_in_progress_is_sent() -> None:
    async def story(line: Line) -> None:
        parent = (await line.ask(input="My name is Ada", stream_id="source"))["response"]["id"]
        line.send(input="What is my name?", stream_id="fork", previous_response_id=parent)
        await line.seen("response.created", "fork")
        await line.ask(input=ORPHAN, stream_id="source", previous_response_id=parent)
        await line.until(lambda: "Ada" in text_of(line.of("fork")))

    play(story, pace=Pace(200, 50))


def test_a_lane_used_again_without_a_parent_starts_afresh() -> None:
    async def story(line: Line) -> None:
        await line.ask(input="My name is Ada", stream_id="a")
        await line.ask(input="What is my name?", stream_id="a")
        assert "not told me" in text_of(line.of("a"))

    play(story)


def test_closing_stops_every_lane() -> None:
    async def story(line: Line) -> None:
        for name in ("a", "b"):
            line.send(input="think 600 seconds", stream_id=name)
            await line.seen("response.in_progress", name)
        line.connection.close()
        count = len(line.sent)
        await asyncio.sleep(0)
        assert len(line.sent) == count

    play(story)


def test_an_old_connection_finishes_what_runs_and_refuses_what_waits() -> None:
    async def story(line: Line) -> None:
        line.send(input='think 20 ms then say "finished"', stream_id="running")
        line.send(input='say "never"', stream_id="running")
        await line.seen("response.in_progress", "running")
        await line.connection.expire()
        assert text_of(line.of("running")) == "finished"
        kinds = [event["type"] for event in line.ends()]
        assert kinds == ["response.completed", "error"]
        refused = line.ends()[-1]
        assert (refused["status"], refused["error"]["code"]) == (400, "websocket_connection_limit_reached")
        assert refused["stream_id"] == "running"
        assert line.closed is not None
        assert line.closed.code == 1000

    play(story)


def test_an_old_connection_that_does_nothing_is_told_once_and_closed() -> None:
    async def story(line: Line) -> None:
        await line.connection.expire()
        (error,) = line.sent
        assert error["error"]["code"] == "websocket_connection_limit_reached"
        assert error["error"]["message"].startswith("Responses websocket connection limit reached (6 seconds)")
        assert "stream_id" not in error
        assert line.closed is not None

    play(story, limits=Limits(connection_seconds=6))


def test_what_waits_on_a_connection_may_be_so_large_together() -> None:
    async def story(line: Line) -> None:
        for _ in range(3):
            line.send(input="x" * 600)
        await line.ended(3)
        line.send(input="x" * 2000)
        await line.ended(4)

    ends = [event for event in play(story, limits=Limits(queued_bytes=1500)) if event["type"] in TERMINAL]
    refused = [event["error"]["code"] for event in ends if event["type"] == "error"]
    assert refused == ["websocket_queue_full"]
    assert ends[-1]["response"]["status"] == "completed"


def test_refusals_that_wait_are_weighed_and_settled() -> None:
    async def story(line: Line) -> None:
        assert line.connection.receive("{") is None
        assert line.outbox.backlog.bytes > 0
        await line.ended(1)
        await line.ask(input='say "x"')
        assert line.outbox.backlog.bytes == 0

    play(story)
