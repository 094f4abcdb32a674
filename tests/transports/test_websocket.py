"""The WebSocket transport alone, over real sockets."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from support.deaf import deaf_server
from support.events import delta
from support.peer import Peer, Talk, running_peer

from ws_notebook.exceptions import ConnectionFailed, ConnectionLost
from ws_notebook.transports.base import Endpoint
from ws_notebook.transports.websocket import WebSocketConnection, WebSocketTransport

__all__: list[str] = []

Story = Callable[[WebSocketConnection], Awaitable[None]]
REQUEST = b'{"type": "response.create", "text": "\xc3\xa9"}'


def play(peer: Peer, story: Story, **options: Any) -> None:
    """Connect, have the story told, close."""

    async def told() -> None:
        connection = await WebSocketTransport(**options).connect(Endpoint(base_url=peer.url))
        try:
            await story(connection)
        finally:
            await connection.close()

    asyncio.run(told())


async def sends_two(talk: Talk, request: dict[str, Any]) -> None:
    await talk.send(delta("one"), delta("two"))


def test_frames_go_as_text_and_come_as_bytes() -> None:
    async def story(connection: WebSocketConnection) -> None:
        assert connection.usable
        await connection.send(REQUEST)
        frames: list[bytes] = []
        while len(frames) < 2:
            frames += await connection.receive()
        assert [b'"one"' in frames[0], b'"two"' in frames[1]] == [True, True]

    with running_peer(sends_two) as peer:
        play(peer, story)
        assert peer.requests == [{"type": "response.create", "text": "é"}]


def test_a_connection_that_has_ended_is_not_usable() -> None:
    async def story(connection: WebSocketConnection) -> None:
        await connection.send(REQUEST)
        with pytest.raises(ConnectionLost, match=r"code 1001") as raised:
            await connection.receive()
        assert (raised.value.code, raised.value.reason) == (1001, "bye")
        assert not connection.usable
        with pytest.raises(ConnectionLost):
            await connection.send(REQUEST)

    async def ends(talk: Talk, request: dict[str, Any]) -> None:
        await talk.close(1001, "bye")

    with running_peer(ends) as peer:
        play(peer, story)
        assert len(peer.requests) == 1


def test_what_was_sent_before_the_end_is_still_received() -> None:
    async def story(connection: WebSocketConnection) -> None:
        await connection.send(REQUEST)
        frames: list[bytes] = []
        while len(frames) < 300:
            frames += await connection.receive()
        assert b'"299"' in frames[-1]
        with pytest.raises(ConnectionLost):
            await connection.receive()

    async def sends_and_ends(talk: Talk, request: dict[str, Any]) -> None:
        await talk.send([delta(str(number)) for number in range(300)])
        await talk.close(1000)

    with running_peer(sends_and_ends) as peer:
        play(peer, story)


def test_closing_ends_a_receiver_that_waits() -> None:
    async def story(connection: WebSocketConnection) -> None:
        receiving = asyncio.create_task(connection.receive())
        await asyncio.sleep(0)
        await connection.close()
        with pytest.raises(ConnectionLost):
            await receiving
        await connection.close()

    with running_peer(sends_two) as peer:
        play(peer, story)


def test_pings_are_answered_although_nobody_receives() -> None:
    async def story(connection: WebSocketConnection) -> None:
        await connection.send(REQUEST)
        await asyncio.get_running_loop().run_in_executor(None, done.result, 20)

    async def pings(talk: Talk, request: dict[str, Any]) -> None:
        # More than a reader with a bounded queue would take in.
        await talk.send([delta("x" * 1000)] * 200)
        pong = await talk.socket.ping()
        done.set_result(await asyncio.wait_for(pong, 10))

    from concurrent.futures import Future

    done: Future[float] = Future()
    with running_peer(pings, ping_interval=None) as peer:
        play(peer, story)


def test_a_server_that_answers_no_ping_is_given_up() -> None:
    async def told() -> None:
        async with deaf_server() as endpoint:
            connection = await WebSocketTransport(ping_interval=0.05, ping_timeout=0.05).connect(endpoint)
            with pytest.raises(ConnectionLost, match="keepalive ping was not answered"):
                await connection.receive()
            await connection.close()

    asyncio.run(told())


def test_a_server_that_never_answers_the_handshake_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        endpoint = Endpoint(base_url=f"http://127.0.0.1:{deaf.getsockname()[1]}/v1")
        with pytest.raises(ConnectionFailed, match="did not answer in time"):
            asyncio.run(WebSocketTransport(open_timeout=0.1).connect(endpoint))


def test_a_server_that_speaks_something_else_is_explained() -> None:
    async def gibberish(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example ready\r\n")
        await writer.drain()
        writer.close()

    async def told() -> None:
        server = await asyncio.start_server(gibberish, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            with pytest.raises(ConnectionFailed, match="Check the address"):
                await WebSocketTransport().connect(Endpoint(base_url=f"http://127.0.0.1:{port}/v1"))

    asyncio.run(told())


def test_a_limit_for_frames_can_be_set() -> None:
    async def story(connection: WebSocketConnection) -> None:
        await connection.send(REQUEST)
        with pytest.raises(ConnectionLost, match="larger than the receiver allows"):
            await connection.receive()

    async def sends_much(talk: Talk, request: dict[str, Any]) -> None:
        await talk.send(delta("x" * 5000))

    with running_peer(sends_much) as peer:
        play(peer, story, max_size=1000)


def test_the_library_logs_nothing_of_ours(caplog: pytest.LogCaptureFixture) -> None:
    async def story(connection: WebSocketConnection) -> None:
        await connection.send(REQUEST)
        await connection.receive()

    with caplog.at_level(logging.DEBUG), running_peer(sends_two) as peer:
        play(peer, story)
    assert not [record for record in caplog.records if record.name in ("websockets.client", "ws_notebook.websocket")]
