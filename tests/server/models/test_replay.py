"""A cassette in a model's place: its events, its errors, and what is said of requests that are not on it."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from ws_notebook.cassette import Answers, Cassette, Entry
from ws_notebook.server.errors import ApiError
from ws_notebook.server.models.base import Lost, ModelRequest, Passed
from ws_notebook.server.models.replay import Replayed, ReplayModel, asked_by

__all__: list[str] = []

CREATED = {"type": "response.created", "response": {"id": "r1"}, "sequence_number": 0, "stream_id": "a"}
COMPLETED = {"type": "response.completed", "response": {"id": "r1"}, "sequence_number": 1, "stream_id": "a"}


def answers(*frames: Any, kind: str = "received", **request: Any) -> Answers:
    entries = [Entry(0, 1, "sent", json.dumps({"input": "hi", "model": "m", **request}).encode())]
    for place, frame in enumerate(frames, 1):
        last = kind if place == len(frames) else "received"
        entries.append(Entry(place * 20, 1, last, frame if isinstance(frame, bytes) else json.dumps(frame).encode()))
    return Answers(Cassette(entries))


def events(model: ReplayModel, words: str = "hi", lane: str | None = None) -> list[dict[str, Any]]:
    async def run() -> list[dict[str, Any]]:
        request = ModelRequest(items=[], tools=[], fields={"input": words, "model": "m"}, lane=lane)
        return [piece.event async for batch in model.respond(request) for piece in batch if isinstance(piece, Passed)]

    return asyncio.run(run())


@pytest.mark.parametrize("speed", [0, 4])
def test_events_are_passed_on_without_lanes_and_numbers_up_to_the_end(speed: float) -> None:
    steer = {"type": "response.steer.accepted", "steer": {}}
    model = ReplayModel(answers(CREATED, steer, COMPLETED, {**CREATED, "response": {"id": "r2"}}), "m", speed)
    assert events(model, lane="b") == [
        {"type": "response.created", "response": {"id": "r1"}},
        {"type": "response.completed", "response": {"id": "r1"}},
    ]


@pytest.mark.parametrize(
    ("frames", "kind", "code", "status"),
    [
        ([{"type": "error", "status": 429, "error": {"code": "slow", "message": "No."}}], "received", "slow", 429),
        ([{"type": "error", "code": "flat", "message": "No."}], "received", "flat", 400),
        ([{"error": {"code": "untyped", "message": "No."}}], "received", "untyped", 400),
        ([CREATED], "received", "recording_ended", 502),
        ([CREATED, b"no json", b"[]"], "received", "recording_ended", 502),
    ],
)
def test_errors_and_ends_of_the_recording_are_errors(frames: list[Any], kind: str, code: str, status: int) -> None:
    with pytest.raises(ApiError) as caught:
        events(ReplayModel(answers(*frames, kind=kind), "m"))
    assert (caught.value.code, caught.value.status) == (code, status)


@pytest.mark.parametrize(("code", "sent"), [(1006, None), (1011, 1011), (None, None), (4000, 4000), (99, None)])
def test_a_connection_that_was_lost_is_lost_again(code: int | None, sent: int | None) -> None:
    end = json.dumps({"code": code, "reason": "tired" * 90}).encode()
    with pytest.raises(Lost) as caught:
        events(ReplayModel(answers(CREATED, end, kind="closed"), "m"))
    assert (caught.value.code, len(caught.value.reason)) == (sent, 100)


def test_what_was_not_recorded_is_refused_with_the_first_difference() -> None:
    with pytest.raises(ApiError, match="recorded: hi\n  now:      ho\n") as caught:
        events(ReplayModel(answers(CREATED, COMPLETED), "m"), "ho")
    assert (caught.value.code, caught.value.status) == ("not_recorded", 404)


def test_a_request_is_known_again_although_its_secret_was_taken_out() -> None:
    asked = asked_by({"input": "my key is sk-abcdefgh12345678"}, "a")
    assert (asked["input"], asked["stream_id"]) == ("my key is [secret]", "a")


def test_every_model_is_served_and_those_of_the_recording_are_listed() -> None:
    source = Replayed(answers(CREATED, COMPLETED), "words")
    assert (source.model("any").name, source.said) == ("any", "words")
    assert asyncio.run(source.names()) == ["m"]
    assert asyncio.run(source.described()) == "words"
