"""What is known comes from the cassette, the rest from a server, over one connection that is opened only then."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from support.server import RunningServer

import ws_notebook as wsn
from ws_notebook.cassette import Cassette
from ws_notebook.exceptions import ConnectionFailed, ConnectionLost
from ws_notebook.transports.base import Endpoint, Transport
from ws_notebook.transports.episodes import EpisodesTransport
from ws_notebook.transports.recording import RecordingTransport
from ws_notebook.transports.websocket import WebSocketTransport

__all__: list[str] = []


@pytest.fixture
def known(server: RunningServer, tmp_path: Path) -> Cassette:
    asked = wsn.Session(provider=server.base_url, profile="local", model="demo", api_key=server.token)
    with asked as session, session.record(tmp_path / "known.jsonl"):
        session.ask("say 'known'")
    return Cassette.load(tmp_path / "known.jsonl")


def test_only_what_is_new_is_asked_and_the_new_file_has_both(
    server: RunningServer, known: Cassette, tmp_path: Path
) -> None:
    inner = RecordingTransport(WebSocketTransport(), tmp_path / "new.jsonl.gz", after=known)
    transport = EpisodesTransport(known, inner)
    assert isinstance(transport, Transport)
    with wsn.Session(
        provider=server.base_url, profile="local", model="demo", api_key=server.token, transport=transport
    ) as session:
        before = inner.recorder.frames
        assert session.ask("say 'known'").text == "known"
        assert inner.recorder.frames == before == len(known)
        # It goes on from a response that the server never had: it is told the history then.
        assert session.ask("say 'new'").text == "new"
        assert session.ask("What did I ask before?").text.startswith("Before this you wrote")
        assert session.ask("say 'known'", parent=None).text == "known"
    inner.recorder.stop()
    kept = Cassette.load(tmp_path / "new.jsonl.gz")
    assert kept.entries[: len(known)] == known.entries
    assert {each.connection for each in kept.entries} == {1, 2}
    assert [each.ms for each in kept.entries] == sorted(each.ms for each in kept.entries)
    with wsn.Session(transport=wsn.ReplayTransport(kept, speed=0)) as again:
        texts = [again.ask(words).text for words in ("say 'known'", "say 'new'", "What did I ask before?")]
        assert texts[:2] == ["known", "new"]
        assert texts[2].startswith("Before this you wrote")


def test_the_end_of_the_inner_connection_is_the_end(known: Cassette) -> None:
    async def run() -> None:
        nobody = Endpoint(base_url="http://127.0.0.1:9/v1")
        connection = await EpisodesTransport(known, WebSocketTransport()).connect(nobody)
        assert connection.usable
        assert await connection.answers()
        await connection.send(json.dumps(known.exchanges()[0].request).encode())
        assert await connection.receive()
        with pytest.raises(ConnectionFailed):
            await connection.send(b'{"type": "response.create", "input": "new"}')
        await connection.close()
        while True:
            try:
                await connection.receive()
            except ConnectionLost:
                break

    asyncio.run(run())


def test_a_steer_goes_where_its_response_is(server: RunningServer, known: Cassette) -> None:
    async def run() -> list[dict[str, Any]]:
        endpoint = Endpoint(base_url=server.base_url, headers=server.headers)
        connection = await EpisodesTransport(known, WebSocketTransport()).connect(endpoint)
        await connection.send(json.dumps(known.exchanges()[0].request).encode())
        found: list[dict[str, Any]] = []
        while not found or found[-1]["type"] != "response.completed":
            found += [json.loads(frame) for frame in await connection.receive()]
        for target in (found[-1]["response"]["id"], "resp_nobody"):
            steer = {"type": "response.steer", "previous_response_id": target, "input": "more"}
            await connection.send(json.dumps(steer).encode())
            found += [json.loads(frame) for frame in await connection.receive()]
        await connection.close()
        return found[-2:]

    replayed, asked = asyncio.run(run())
    assert replayed["error"]["message"] == "The recorded response was not steered."
    assert asked["type"] == "response.steer.failed"
    assert "recorded" not in asked["error"]["message"]
