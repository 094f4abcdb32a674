from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

import pytest
from openai._models import construct_type
from openai.types.responses.responses_server_event import ResponsesServerEvent
from support.line import Event, Line, play
from support.server import text_of

from ws_notebook.server.limits import Limits
from ws_notebook.server.models.base import Model, ModelRequest, Pieces, Text
from ws_notebook.server.models.demo import Pace
from ws_notebook.server.service import Service
from ws_notebook.server.steering import SteerError, failure, parse_steer
from ws_notebook.server.store import MemoryStore

SLOW = Pace(100, 0)


async def started(line: Line, lane: str | None = None, **fields: Any) -> str:
    """Send a create; its response's id once its first item is open."""
    line.send(**fields, **({"stream_id": lane} if lane else {}))
    created = await line.seen("response.created", lane)
    await line.seen("response.output_item.added", lane)
    return str(created["response"]["id"])


def kinds(events: list[Event]) -> list[str]:
    """The events that tell of steers and of responses."""
    told = ("response.created", "response.completed", "response.incomplete", "response.failed", "error")
    return [event["type"] for event in events if event["type"] in told or ".steer." in event["type"]]


def failed(line: Line) -> Event:
    (event,) = [event for event in line.sent if event["type"] == "response.steer.failed"]
    return event


def test_a_steer_ends_its_target_after_the_open_item_and_a_successor_follows_by_itself() -> None:
    async def story(line: Line) -> None:
        target = await started(line, "a", input='think 100 ms then say "never said"', instructions="Be brief.")
        line.steer(target, 'say "steered"')
        await line.seen("response.completed", "a")
        events = line.of("a")
        assert kinds(events) == [
            "response.created",
            "response.steer.accepted",
            "response.incomplete",
            "response.created",
            "response.completed",
        ]
        incomplete, completed = (event["response"] for event in line.ends())
        assert incomplete["incomplete_details"] == {"reason": "steered"}
        assert [item["type"] for item in incomplete["output"]] == ["reasoning"]
        assert completed["previous_response_id"] == target
        assert completed["instructions"] == "Be brief."
        assert completed["output"][0]["content"][0]["text"] == "steered"

    play(story, pace=SLOW)


def test_a_target_that_has_written_nothing_yet_ends_at_once() -> None:
    async def story(line: Line) -> None:
        line.send(input='say "never said"')
        target = (await line.seen("response.created"))["response"]["id"]
        line.steer(target, 'say "steered"')
        first, second = await line.ended(2)
        assert (first["type"], first["response"]["output"]) == ("response.incomplete", [])
        assert second["response"]["output"][0]["content"][0]["text"] == "steered"

    play(story, pace=Pace(100, 50))


def test_steering_events_are_numbered_among_their_target_s_and_known_to_the_sdk() -> None:
    async def story(line: Line) -> None:
        target = await started(line, "a", input="write 30 words")
        line.steer(target, 'say "steered"')
        line.steer("resp_nobody", "x")
        await line.ended(2)
        events = line.of("a")
        ended = next(place for place, event in enumerate(events) if event["type"] == "response.completed")
        assert [event["sequence_number"] for event in events[: ended + 1]] == list(range(ended + 1))
        for event in line.sent:
            model = construct_type(type_=ResponsesServerEvent, value=event)
            type(model).model_validate(event)
            assert model.type == event["type"]

    play(story, pace=SLOW)


def test_a_target_that_completes_first_has_its_successor_all_the_same() -> None:
    async def story(line: Line) -> None:
        target = await started(line, input="write 20 words")
        line.steer(target, [{"role": "user", "content": [{"type": "input_text", "text": 'say "one"'}]}])
        line.steer(target, 'say "two"')
        await line.ended(2)
        first, second = line.ends()
        assert [first["type"], second["type"]] == ["response.completed", "response.completed"]
        # Both are in the history; the last one is the prompt.
        assert second["response"]["output"][0]["content"][0]["text"] == "two"
        asked = await line.ask(input="What did I ask before?", previous_response_id=second["response"]["id"])
        assert "two" in asked["response"]["output"][0]["content"][0]["text"]

    play(story, pace=SLOW)


def test_a_target_that_stops_for_tools_leaves_its_steers_to_the_next_create() -> None:
    async def story(line: Line) -> None:
        tools = [{"type": "custom", "name": "note"}]
        prompt = 'call add(a=1, b=2) and note("free text") then say "never said"'
        target = await started(line, "a", input=prompt, tools=tools)
        line.steer(target, 'say "steered"')
        line.steer(target, "and be quick")
        await line.until(lambda: kinds(line.of("a")).count("response.steer.pending") == 2)
        assert kinds(line.of("a")) == [
            "response.created",
            "response.steer.accepted",
            "response.steer.accepted",
            "response.completed",
            "response.steer.pending",
            "response.steer.pending",
        ]
        pending = line.of("a")[-1]
        assert pending["reason"] == "waiting_for_required_input"
        calls = [item["call_id"] for item in line.ends()[0]["response"]["output"]]
        assert pending["required_input"] == [
            {"type": "function_call_output", "call_id": calls[0], "name": "add"},
            {"type": "custom_tool_call_output", "call_id": calls[1]},
        ]
        outputs = [{**stub, "output": "3"} for stub in pending["required_input"]]
        line.send(input=outputs, previous_response_id=target, stream_id="a", instructions="Its own.", store=True)
        await line.ended(2)
        completed = line.ends()[1]["response"]
        assert completed["instructions"] == "Its own."
        assert "I found neither" in completed["output"][0]["content"][0]["text"]
        asked = await line.ask(input="What did I ask before?", previous_response_id=completed["id"], stream_id="a")
        assert "and be quick" in asked["response"]["output"][0]["content"][0]["text"]

    play(story, pace=Pace(100, 30))


def test_a_pending_steer_is_obeyed_when_the_outputs_are_there() -> None:
    async def story(line: Line) -> None:
        target = await started(line, input="call add(a=1, b=2)")
        line.steer(target, 'say "steered"')
        pending = await line.seen("response.steer.pending")
        outputs = [{**stub, "output": "3"} for stub in pending["required_input"]]
        ended = await line.ask(input=outputs, previous_response_id=target)
        assert ended["response"]["output"][0]["content"][0]["text"] == "steered"

    play(story, pace=Pace(100, 30))


def test_pending_steers_are_given_back_when_their_create_is_refused() -> None:
    async def story(line: Line) -> None:
        target = await started(line, "a", input="call add(a=1, b=2)")
        line.steer(target, "shorter")
        await line.seen("response.steer.pending", "a")
        await line.ask(input="no outputs", previous_response_id=target, stream_id="a")
        assert kinds(line.of("a"))[-2:] == ["response.steer.failed", "error"]
        event = failed(line)
        assert event["error"]["code"] == "successor_creation_failed"
        assert event["steer"]["input"] == "shorter"
        assert event["steer"]["id"].startswith("steer_")
        assert event["stream_id"] == "a"

    play(story, pace=Pace(100, 30))


def test_pending_steers_are_given_back_when_the_lane_goes_on_without_them() -> None:
    async def story(line: Line) -> None:
        target = await started(line, input="call add(a=1, b=2)")
        line.steer(target, "shorter")
        await line.seen("response.steer.pending")
        assert (await line.ask(input='say "afresh"'))["type"] == "response.completed"
        assert failed(line)["error"]["code"] == "response_not_active"

    play(story, pace=Pace(100, 30))


def test_a_steer_of_nothing_fails_and_the_lanes_go_on() -> None:
    async def story(line: Line) -> None:
        line.send(input="write 20 words", stream_id="a")
        await line.seen("response.output_text.delta", "a")
        line.steer("resp_nobody", "shorter")
        await line.seen("response.completed", "a")
        event = failed(line)
        assert event["error"]["code"] == "response_not_found"
        assert event["steer"] == {"previous_response_id": "resp_nobody", "input": "shorter"}
        assert "stream_id" not in event
        assert (await line.ask(input='say "x"', stream_id="a"))["type"] == "response.completed"

    play(story, pace=SLOW)


def test_a_steer_that_comes_too_late_says_so() -> None:
    async def story(line: Line) -> None:
        done = (await line.ask(input='say "x"'))["response"]["id"]
        line.steer(done, "shorter")
        await line.until(lambda: "response.steer.failed" in kinds(line.sent))
        assert failed(line)["error"]["code"] == "response_already_completed"

    async def cut(line: Line) -> None:
        done = (await line.ask(input="write 9 words", max_output_tokens=2, stream_id="a"))["response"]["id"]
        line.steer(done, "shorter")
        await line.until(lambda: "response.steer.failed" in kinds(line.sent))
        assert failed(line)["error"]["code"] == "response_not_active"
        assert failed(line)["stream_id"] == "a"

    play(story)
    play(cut)


def test_invalid_input_fails_and_the_target_goes_on_unharmed() -> None:
    async def story(line: Line) -> None:
        target = await started(line, input='think 50 ms then say "said"')
        line.steer(target, [], stream_id="a")
        await line.ended(1)
        assert failed(line)["error"]["code"] == "invalid_input"
        assert text_of(line.sent) == "said"

    play(story, pace=SLOW)


def test_too_many_steers_and_automatic_compaction_are_refused() -> None:
    async def many(line: Line) -> None:
        target = await started(line, input="write 20 words")
        for _ in range(3):
            line.steer(target, 'say "x"')
        await line.ended(2)
        assert failed(line)["error"]["code"] == "too_many_pending_steers"

    async def compacting(line: Line) -> None:
        management = [{"type": "compaction", "compact_threshold": 100_000}]
        target = await started(line, input="write 20 words", context_management=management)
        line.steer(target, 'say "x"')
        await line.ended(1)
        assert failed(line)["error"]["code"] == "steering_not_supported"

    play(many, pace=SLOW, limits=Limits(pending_steers=2))
    play(compacting, pace=SLOW)


def test_steers_of_a_response_that_fails_are_given_back(caplog: pytest.LogCaptureFixture) -> None:
    class Breaking(Model):
        name = "demo"

        def __init__(self, line: list[Line]) -> None:
            self._line = line

        async def respond(self, request: ModelRequest) -> AsyncGenerator[Pieces, None]:
            yield [Text("half ")]
            await self._line[0].seen("response.steer.accepted")
            raise ValueError("broken")

    lines: list[Line] = []

    async def story(line: Line) -> None:
        lines.append(line)
        target = await started(line, input="x")
        line.steer(target, "shorter")
        await line.until(lambda: "response.steer.failed" in kinds(line.sent))
        assert kinds(line.sent)[-2:] == ["response.failed", "response.steer.failed"]
        assert failed(line)["error"]["code"] == "successor_creation_failed"

    play(story, service=Service({"demo": Breaking(lines)}, MemoryStore(1)))


def test_a_connection_that_is_too_old_begins_no_successor() -> None:
    async def story(line: Line) -> None:
        target = await started(line, input="write 20 words")
        line.steer(target, "shorter")
        await line.connection.expire()
        assert kinds(line.sent) == [
            "response.created",
            "response.steer.accepted",
            "response.completed",
            "response.steer.failed",
            "error",
        ]
        assert failed(line)["error"]["code"] == "successor_creation_failed"

    play(story, pace=SLOW)


TEXT = {"type": "input_text", "text": "shorter"}


def steer(input: Any, **fields: Any) -> dict[str, Any]:
    return {"type": "response.steer", "previous_response_id": "resp_1", "input": input, **fields}


@pytest.mark.parametrize(
    "given",
    [
        "shorter",
        [{"role": "user", "content": "shorter"}],
        [{"type": "message", "role": "user", "content": [TEXT]}],
        [
            {"role": "user", "content": [{"type": "input_image", "image_url": "data:,"}]},
            {"role": "user", "content": "x"},
        ],
    ],
)
def test_strings_and_user_messages_pass(given: Any) -> None:
    parsed = parse_steer(steer(given))
    assert parsed.target == "resp_1"
    assert parsed.id.startswith("steer_")
    assert parsed.input == given
    assert all((item["type"], item["role"]) == ("message", "user") for item in parsed.items)


@pytest.mark.parametrize(
    "fields",
    [
        steer(None),
        steer([]),
        steer(5),
        steer(["x"]),
        steer([{"role": "assistant", "content": "x"}]),
        steer([{"type": "function_call_output", "call_id": "call_1", "output": "1"}]),
        steer([{"role": "user", "content": None}]),
        steer([{"role": "user", "content": [{"type": "output_text", "text": "x"}]}]),
        steer([{"role": "user", "content": "x", "name": "Ada"}]),
        steer("x", stream_id="a"),
        steer("x", previous_response_id=None),
    ],
)
def test_anything_else_is_invalid_input(fields: dict[str, Any]) -> None:
    with pytest.raises(SteerError) as caught:
        parse_steer(fields)
    assert caught.value.code == "invalid_input"


def test_a_failure_gives_the_input_back() -> None:
    error = SteerError("response_not_found", "It is not there.")
    assert failure(steer("shorter"), error, "steer_1") == {
        "type": "response.steer.failed",
        "steer": {"id": "steer_1", "previous_response_id": "resp_1", "input": "shorter"},
        "error": {"code": "response_not_found", "message": "It is not there.", "type": "invalid_request_error"},
    }
    assert failure({}, error)["steer"] == {"previous_response_id": "", "input": ""}
