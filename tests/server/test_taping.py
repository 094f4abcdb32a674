"""What a server writes down of its answers: each request on a line of its own, errors, and clients that go away."""

from __future__ import annotations

import json
from pathlib import Path

import httpx2
from support.server import TERMINAL, running_server

from ws_notebook.cassette import Cassette

__all__: list[str] = []


def test_requests_of_both_roads_are_written_with_their_lanes_and_errors(tmp_path: Path) -> None:
    path = tmp_path / "talk.jsonl"
    with running_server("--cassette", str(path)) as server:
        with server.wire() as wire:
            wire.send(input="write 30 words", stream_id="a")
            wire.send(input="write 30 words", stream_id="b")
            left = {"a", "b"}
            while left:
                event = wire.receive()
                left -= {event["stream_id"]} if event["type"] in TERMINAL else set()
        with httpx2.Client(base_url=server.base_url, headers=server.headers) as client:
            body = {"model": "demo", "input": "say 'over http'", "stream": False}
            assert client.post("/responses", json=body).json()["status"] == "completed"
            assert client.post("/responses", json={"model": "demo", "input": "hi", "background": True}).is_error
    kept = Cassette.load(path)
    exchanges = kept.exchanges()
    assert [each.request.get("stream_id") for each in exchanges] == ["a", "b", None]
    assert [each.whole for each in exchanges] == [True] * 3
    assert "stream" not in exchanges[2].request
    lanes = [{json.loads(frame).get("stream_id") for _, frame in each.frames} for each in exchanges]
    assert lanes == [{"a"}, {"b"}, {None}]


def test_a_client_that_goes_away_leaves_the_end_of_a_connection(tmp_path: Path) -> None:
    path = tmp_path / "talk.jsonl"
    with running_server("--cassette", str(path), fast=False) as server, server.wire() as wire:
        wire.send(input="write 2000 words")
        assert [wire.receive()["type"] for _ in range(2)] == ["response.created", "response.in_progress"]
    (exchange,) = Cassette.load(path).exchanges()
    assert exchange.closed == {"code": 1006, "reason": "the client went away"}
    assert exchange.frames
