"""The fast road in whole sessions: with TLS, through a proxy, recorded, on named lanes, compressed, to a slow peer.

Each tells what a plain transport, which only has `send` and `receive`, tells of the same answers.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme
from support.events import answer, call, completed, created, encoded, item_done, message
from support.gateway import running_gateway
from support.peer import Peer, Talk, running_peer

import ws_notebook as wsn
from ws_notebook.transports.base import Connection, Endpoint, Prompt
from ws_notebook.transports.websocket import WebSocketTransport

__all__: list[str] = []

WORDS = [f"w{number} " for number in range(400)]
TEXT = "".join(WORDS)


class Plain:
    """A transport of somebody's, without the ways that do things at once."""

    name = "websocket"
    memory = True

    async def connect(self, endpoint: Endpoint) -> Connection:
        return PlainConnection(await WebSocketTransport().connect(endpoint))


class PlainConnection:
    memory = True

    def __init__(self, inner: Connection) -> None:
        self._inner = inner
        self.answers, self.send, self.receive, self.close = inner.answers, inner.send, inner.receive, inner.close

    @property
    def usable(self) -> bool:
        return self._inner.usable


def delta(text: str, number: int, **lane: Any) -> dict[str, Any]:
    place = {"item_id": "msg_0", "output_index": 0, "content_index": 0}
    return {"type": "response.output_text.delta", **place, "delta": text, "sequence_number": number, **lane}


async def script(talk: Talk, request: dict[str, Any]) -> None:
    """A call first, then a long text in one burst."""
    number = len(talk.peer.requests)
    lane = {"stream_id": request["stream_id"]} if "stream_id" in request else {}
    if request["input"][-1]["type"] == "message":
        await talk.send([{**each, **lane} for each in answer(f"resp_{number}", call("call_1", "add", n=1))])
        return
    pieces = [delta(word, at + 2, **lane) for at, word in enumerate(WORDS)]
    end = [item_done(0, message(TEXT)), completed(f"resp_{number}", message(TEXT))]
    frames = [{**created(f"resp_{number}"), **lane}, *pieces, *[{**each, **lane} for each in end]]
    # All of them in as few writes as there can be.
    for each in frames:
        talk.socket.protocol.send_text(encoded(each))
    talk.socket.send_data()
    await asyncio.sleep(0)


def add(n: int) -> int:
    """Add one."""
    return n + 1


def told(session: wsn.Session) -> dict[str, Any]:
    run = session.ask("go", timeout=60)
    turns = session.turns
    return {
        "text": run.text,
        "items": [dict(item) for item in run.items],
        "calls": [(each.call_id, each.arguments, each.output) for each in run.tool_calls],
        "turns": turns[["response_id", "parent_id", "events", "bytes_received", "status"]].values.tolist(),
        "frames": session.frames[["direction", "type", "bytes"]].values.tolist(),
    }


Open = Callable[..., wsn.Session]


@pytest.fixture
def opened() -> Iterator[Open]:
    sessions: list[wsn.Session] = []

    def open_one(url: str, **options: Any) -> wsn.Session:
        settings: dict[str, Any] = {"profile": "openai", "api_key": "none", "model": "m", "tools": [wsn.tool(add)]}
        sessions.append(wsn.Session(provider=url, **settings, **options))
        return sessions[-1]

    yield open_one
    for each in sessions:
        each.close()


@pytest.fixture
def peer() -> Iterator[Peer]:
    with running_peer(script) as found:
        yield found


def by_the_plain_road(opened: Open) -> dict[str, Any]:
    with running_peer(script) as peer:
        return told(opened(peer.url, transport=Plain()))


def test_both_roads_tell_the_same(opened: Open, peer: Peer) -> None:
    session = opened(peer.url)
    fast = told(session)
    assert fast == by_the_plain_road(opened)
    assert fast["text"] == TEXT
    assert isinstance(session._engine.traffic._pumps[0]._connection, Prompt)


def test_with_tls(opened: Open) -> None:
    authority = trustme.CA()
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("127.0.0.1").configure_cert(server)
    authority.configure_trust(client)
    with running_peer(script, tls=server) as peer:
        session = opened(peer.url.replace("http:", "https:"), ssl=client)
        assert told(session) == by_the_plain_road(opened)


def test_through_a_proxy(opened: Open, peer: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    with running_gateway() as gateway:
        monkeypatch.setenv("HTTP_PROXY", gateway.url)
        session = opened(f"http://provider.invalid:{peer.port}/v1")
        found = told(session)
        session.close()
        assert gateway.asked == [f"CONNECT provider.invalid:{peer.port} HTTP/1.1"]
    assert found == by_the_plain_road(opened)


def test_recorded_and_replayed(opened: Open, peer: Peer, tmp_path: Path) -> None:
    session = opened(peer.url)
    with session.record(tmp_path / "tape.jsonl"):
        found = told(session)
    replay = wsn.Session(
        transport=wsn.ReplayTransport(wsn.Cassette.load(tmp_path / "tape.jsonl"), speed=0), tools=[wsn.tool(add)]
    )
    again = told(replay)
    replay.close()
    assert found == by_the_plain_road(opened)
    assert (again["text"], again["calls"], again["items"]) == (found["text"], found["calls"], found["items"])


def test_on_named_lanes_at_once(opened: Open, peer: Peer) -> None:
    session = opened(peer.url)
    runs = [session.start("go", parent=None) for _ in range(4)]
    assert [run.result(60).text for run in runs] == [TEXT] * 4
    assert {run.state.lane for run in runs} == {None, "lane-1", "lane-2", "lane-3"}
    assert {turn.events for run in runs for turn in run.turns[1:]} == {len(WORDS) + 3}


def test_compressed_where_the_server_agrees(opened: Open) -> None:
    with running_peer(script, compression="deflate") as peer:
        session = opened(peer.url, compression="deflate")
        assert told(session) == by_the_plain_road(opened)
        assert session.compression is not None
        assert session.compression.agreed


def test_a_request_of_many_megabytes_leaves_as_the_peer_takes_it(opened: Open, peer: Peer) -> None:
    session = opened(peer.url)
    large = session.start("x" * 20_000_000, parent=None)
    small = session.start("go", parent=None)
    assert small.result(60).text == TEXT
    assert large.result(60).text == TEXT
