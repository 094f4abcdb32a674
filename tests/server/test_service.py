from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from ws_notebook.network.units import Overhead
from ws_notebook.server.create import parse_create
from ws_notebook.server.errors import ApiError
from ws_notebook.server.lineage import Record
from ws_notebook.server.models.base import Model, ModelRequest, Pieces, Text
from ws_notebook.server.models.demo import DemoModel, Pace
from ws_notebook.server.service import Service
from ws_notebook.server.store import MemoryStore

FAST = DemoModel(Pace(0, 0))


class Broken(Model):
    """A model that fails in the middle of its answer."""

    name = "broken"

    async def respond(self, request: ModelRequest) -> AsyncGenerator[Pieces, None]:
        yield [Text("half ")]
        raise ValueError("a secret of the model")


class Desk:
    """A service with a connection's memory, used without any connection."""

    def __init__(self, overhead: Overhead | None = None) -> None:
        self.service = Service({"demo": FAST, "broken": Broken()}, MemoryStore(10), overhead=overhead)
        self.memory: dict[str, Record] = {}

    def ask(self, **fields: Any) -> list[dict[str, Any]]:
        return asyncio.run(self._ask({"model": "demo", "store": False, **fields}))

    def response(self, **fields: Any) -> dict[str, Any]:
        found: dict[str, Any] = self.ask(**fields)[-1]["response"]
        return found

    async def _ask(self, fields: dict[str, Any]) -> list[dict[str, Any]]:
        def remember(record: Record) -> None:
            self.memory = {record.id: record}

        generation = self.service.begin(parse_create(fields), "me", recall=self.memory.get, remember=remember)
        return [event async for batch in generation.batches() for event in batch]


def test_an_answer_ends_with_the_whole_response() -> None:
    events = Desk().ask(input='say "one two"')
    assert events[-1]["type"] == "response.completed"
    assert events[-1]["response"]["output"][0]["content"][0]["text"] == "one two"
    assert events[-1]["response"]["usage"]["output_tokens"] == 2


def test_a_continued_response_knows_what_was_said() -> None:
    desk = Desk()
    first = desk.response(input="My name is Ada")
    second = desk.response(input="What is my name?", previous_response_id=first["id"])
    assert "Ada" in second["output"][0]["content"][0]["text"]
    assert second["previous_response_id"] == first["id"]
    assert second["usage"]["input_tokens_details"]["cached_tokens"] > 0


def test_a_full_replay_gives_the_same_answer_as_a_continued_response() -> None:
    desk = Desk()
    prompt = {"type": "message", "role": "user", "content": "call f(a=1) then call g(b=2)"}
    first = desk.response(input=[prompt])
    output = {"type": "function_call_output", "call_id": first["output"][0]["call_id"], "output": "5"}
    continued = desk.response(input=[output], previous_response_id=first["id"])
    replayed = desk.response(input=[prompt, *first["output"], output])
    assert continued["output"][0]["name"] == replayed["output"][0]["name"] == "g"


def test_usage_is_the_same_every_time() -> None:
    fields: dict[str, Any] = {"input": "write 80 words", "instructions": "Be brief."}
    assert Desk().response(**fields)["usage"] == Desk().response(**fields)["usage"]


def test_a_response_that_was_not_stored_is_not_found_elsewhere() -> None:
    desk = Desk()
    first = desk.response(input="hello")
    desk.memory.clear()
    with pytest.raises(ApiError) as caught:
        desk.ask(input="hello", previous_response_id=first["id"])
    assert caught.value.code == "previous_response_not_found"


def test_a_stored_response_is_found_elsewhere() -> None:
    desk = Desk()
    first = desk.response(input="hello", store=True)
    desk.memory.clear()
    assert desk.response(input="hello", previous_response_id=first["id"])["status"] == "completed"


def test_an_unknown_model_is_named() -> None:
    with pytest.raises(ApiError, match="nobody") as caught:
        Desk().ask(model="nobody", input="hello")
    assert (caught.value.code, caught.value.param) == ("model_not_found", "model")


def test_a_warm_up_writes_nothing_and_can_be_continued() -> None:
    desk = Desk()
    events = desk.ask(input='say "warm"', generate=False)
    assert [event["type"] for event in events] == ["response.created", "response.in_progress", "response.completed"]
    warm = events[-1]["response"]
    assert warm["output"] == []
    assert warm["usage"]["input_tokens"] > 0
    assert warm["usage"]["output_tokens"] == 0
    answer = desk.response(input=[], previous_response_id=warm["id"])
    assert answer["output"][0]["content"][0]["text"] == "warm"


def test_an_answer_stops_at_max_output_tokens_and_can_be_continued() -> None:
    desk = Desk()
    response = desk.response(input="write 50 words", max_output_tokens=7)
    assert response["status"] == "incomplete"
    assert response["usage"]["output_tokens"] == 7
    assert response["id"] in desk.memory


def test_a_model_that_fails_fails_its_response_and_is_not_remembered(caplog: pytest.LogCaptureFixture) -> None:
    desk = Desk()
    with caplog.at_level(logging.ERROR):
        events = desk.ask(model="broken", input="hello", store=True)
    assert events[-1]["type"] == "response.failed"
    assert events[-1]["response"]["error"]["code"] == "server_error"
    assert "secret" not in str(events)
    assert desk.memory == {}


def test_closing_the_events_stops_the_model() -> None:
    stopped = asyncio.Event()

    class Endless(Model):
        name = "demo"

        async def respond(self, request: ModelRequest) -> AsyncGenerator[Pieces, None]:
            try:
                while True:
                    yield [Text("more ")]
            finally:
                stopped.set()

    async def read_a_little() -> None:
        service = Service({"demo": Endless()}, MemoryStore(1))
        create = parse_create({"model": "demo", "input": "x"})
        events = service.respond(create, "me")
        for _ in range(9):
            await anext(events)
        await events.aclose()

    asyncio.run(read_a_little())
    assert stopped.is_set()


def test_what_the_connection_remembers_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr("ws_notebook.server.generation.asyncio.sleep", sleep)
    desk = Desk(Overhead(0.25, 0.0))
    first = desk.response(input='say "one"', store=True)
    assert slept == [0.25]
    desk.response(input='say "two"', previous_response_id=first["id"])
    assert slept == [0.25]
    # The store has it, this connection has not.
    desk.response(input='say "three"', previous_response_id=first["id"])
    assert slept == [0.25, 0.25]
