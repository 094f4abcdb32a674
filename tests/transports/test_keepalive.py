"""What is concluded from silence: doubt, and in the end the end. Over real sockets."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable

import pytest
from support.deaf import deaf_server
from support.events import delta
from support.peer import Talk, running_peer
from support.relay import Relay, running_relay

from ws_notebook.exceptions import ConnectionLost
from ws_notebook.transports import keepalive
from ws_notebook.transports.base import Endpoint
from ws_notebook.transports.websocket import WebSocketConnection, WebSocketTransport

__all__: list[str] = []

Story = Callable[[WebSocketConnection, Relay], Awaitable[None]]
EAGER = {"ping_interval": 0.05, "doubt": 0.1}


async def answers(talk: Talk, request: object) -> None:
    await talk.send(delta("one"))


def play(story: Story, **options: float) -> None:
    """Connect through a relay, have the story told, close."""

    async def told(relay: Relay) -> None:
        connection = await WebSocketTransport(**options).connect(Endpoint(base_url=relay.url))
        try:
            await asyncio.wait_for(story(connection, relay), 30)
        finally:
            await connection.close()

    with running_peer(answers) as peer, running_relay(peer.url) as relay:
        asyncio.run(told(relay))


async def until(condition: Callable[[], bool]) -> None:
    while not condition():  # noqa: ASYNC110 - nothing else tells
        await asyncio.sleep(0.01)


def test_a_server_that_falls_silent_is_in_doubt_until_it_is_heard_again() -> None:
    async def story(connection: WebSocketConnection, relay: Relay) -> None:
        assert connection.usable
        await asyncio.to_thread(relay.hold)
        await until(lambda: not connection.usable)
        await asyncio.to_thread(relay.go_on)
        await until(lambda: connection.usable)
        await connection.send(b"{}")
        assert b'"one"' in (await connection.receive())[0]

    play(story, **EAGER, ping_timeout=30)


def test_a_connection_into_which_everything_vanishes_is_given_up() -> None:
    async def story(connection: WebSocketConnection, relay: Relay) -> None:
        relay.swallow()
        with pytest.raises(ConnectionLost, match="keepalive ping was not answered in time") as raised:
            await connection.receive()
        assert raised.value.code == 1011
        assert not connection.usable

    play(story, **EAGER, ping_timeout=0.2)


def test_one_that_cannot_even_take_what_is_sent_is_given_up_too() -> None:
    async def story(connection: WebSocketConnection, relay: Relay) -> None:
        await asyncio.to_thread(relay.hold)
        sending = asyncio.create_task(connection.send(os.urandom(8_000_000)))
        with pytest.raises(ConnectionLost, match="keepalive ping was not answered in time"):
            await connection.receive()
        await sending

    play(story, **EAGER, ping_timeout=0.3)


def test_closing_does_not_wait_for_what_cannot_be_sent() -> None:
    async def story(connection: WebSocketConnection, relay: Relay) -> None:
        await asyncio.to_thread(relay.hold)
        sending = asyncio.create_task(connection.send(os.urandom(8_000_000)))
        await asyncio.sleep(0.1)
        assert not sending.done()
        await connection.close()
        await sending

    play(story)


def test_a_request_that_goes_on_leaving_is_a_sign_of_life() -> None:
    async def story(connection: WebSocketConnection, relay: Relay) -> None:
        relay.slow(0.05)
        raw = connection._socket.transport.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)  # what has left is out of sight: let it be little
        await connection.send(f'"{os.urandom(3_000_000).hex()}"'.encode())
        assert b'"one"' in (await connection.receive())[0]

    play(story, ping_interval=0.05, doubt=1, ping_timeout=1)


def test_whatever_comes_is_a_sign_of_life() -> None:
    async def told() -> None:
        async with deaf_server(b'"still at it"', every=0.02) as endpoint:
            connection = await WebSocketTransport(ping_interval=0.02, ping_timeout=0.3).connect(endpoint)
            for _ in range(50):
                assert await connection.receive() == [b'"still at it"']
                assert connection.usable
            await connection.close()

    asyncio.run(told())


def test_a_machine_that_slept_trusts_no_connection_before_it_was_pinged(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(connection: WebSocketConnection, relay: Relay) -> None:
        apart = keepalive._clocks_apart
        monkeypatch.setattr(keepalive, "_clocks_apart", lambda: apart() + 3600)
        assert not connection.usable
        await until(lambda: connection.usable)

    play(story, ping_interval=0.2, doubt=5, ping_timeout=30)
