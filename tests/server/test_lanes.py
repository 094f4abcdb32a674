from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from ws_notebook.server.create import Create
from ws_notebook.server.lanes import Lanes
from ws_notebook.server.models.demo import DemoModel, Pace
from ws_notebook.server.service import Service
from ws_notebook.server.store import Store

Event = dict[str, Any]
TERMINAL = ("response.completed", "response.incomplete", "response.failed", "error")
ORPHAN = [{"type": "function_call_output", "call_id": "call_nobody", "output": "1"}]


class Line:
    """Lanes with a list for a client."""

    def __init__(self, capacity: int = 10, service: Service | None = None) -> None:
        service = service or Service({"demo": DemoModel(Pace(0, 0))}, Store(10))
        self.sent: list[Event] = []
        self._ended = asyncio.Event()
        self.lanes = Lanes(service, self._take, capacity=capacity)

    async def _take(self, event: Event) -> None:
        self.sent.append(event)
        if event["type"] in TERMINAL:
            self._ended.set()

    def send(self, **fields: Any) -> None:
        self.lanes.receive(json.dumps({"type": "response.create", "model": "demo", "store": False, **fields}))

    async def ended(self, turns: int) -> list[Event]:
        """The terminal events, once there are *turns* of them."""
        while len(found := [event for event in self.sent if event["type"] in TERMINAL]) < turns:
            self._ended.clear()
            await self._ended.wait()
        return found

    async def ask(self, **fields: Any) -> Event:
        """One create's terminal event."""
        before = sum(event["type"] in TERMINAL for event in self.sent)
        self.send(**fields)
        return (await self.ended(before + 1))[-1]


def play(story: Any, **options: Any) -> list[Event]:
    """Run *story(line)* beside the worker; what was sent."""

    async def run() -> list[Event]:
        line = Line(**options)
        worker = asyncio.create_task(line.lanes.work())
        try:
            await asyncio.wait_for(story(line), 20)
        finally:
            worker.cancel()
        return line.sent

    return asyncio.run(run())


def test_creates_are_answered_in_order_and_never_overlap() -> None:
    async def story(line: Line) -> None:
        for number in range(3):
            line.send(input=f'say "answer {number}"')
        await line.ended(3)

    sent = play(story)
    starts = [place for place, event in enumerate(sent) if event["type"] == "response.created"]
    ends = [place for place, event in enumerate(sent) if event["type"] == "response.completed"]
    assert starts == [0, ends[0] + 1, ends[1] + 1]
    assert [event["response"]["output"][0]["content"][0]["text"] for event in sent if event["type"] == TERMINAL[0]] == [
        "answer 0",
        "answer 1",
        "answer 2",
    ]


def test_a_bad_message_is_answered_in_its_turn() -> None:
    async def story(line: Line) -> None:
        line.send(input='say "first"')
        line.lanes.receive("{")
        line.lanes.receive('{"type": "response.dance"}')
        line.lanes.receive("[]")
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

    ends = [event for event in play(story, capacity=2) if event["type"] in TERMINAL]
    assert [event.get("status") for event in ends] == [None, None, 429]


def test_a_request_that_breaks_the_server_is_a_500(caplog: pytest.LogCaptureFixture) -> None:
    class Broken(Service):
        async def respond(self, create: Create, **_: Any) -> AsyncGenerator[Event, None]:
            raise RuntimeError("a secret of the server")
            yield {}

    async def story(line: Line) -> None:
        for _ in range(2):
            failed = await line.ask(input="x")
            assert (failed["type"], failed["status"]) == ("error", 500)
            assert "secret" not in str(failed)

    with caplog.at_level(logging.ERROR):
        play(story, service=Broken({}, Store(1)))


def test_the_worker_ends_when_the_client_is_gone() -> None:
    async def gone(_: Event) -> None:
        raise ConnectionResetError

    async def run() -> None:
        lanes = Lanes(Service({"demo": DemoModel(Pace(0, 0))}, Store(1)), gone, capacity=1)
        lanes.receive('{"type": "response.create", "model": "demo", "input": "x"}')
        await lanes.work()

    with pytest.raises(ConnectionResetError):
        asyncio.run(run())
