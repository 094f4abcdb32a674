"""The library's connection with whole reads handed over: over real sockets, and however the bytes are split."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
from collections.abc import Awaitable, Callable

import pytest

from ws_notebook.exceptions import ConnectionFailed, ConnectionLost
from ws_notebook.transports.base import Endpoint, Prompt
from ws_notebook.transports.socket import TRIED, is_tried
from ws_notebook.transports.websocket import FastConnection, WebSocketTransport

__all__: list[str] = []

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter, bytes], Awaitable[None]]
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def text(data: bytes) -> bytes:
    length = len(data)
    return b"\x81" + (bytes((length,)) if length < 126 else b"\x7e" + length.to_bytes(2, "big")) + data


def play(serve: Serve, story: Callable[[FastConnection], Awaitable[None]]) -> None:
    """A server that answers the upgrade as `serve` writes it, and a connection to it."""

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        key = next(line for line in head.split(b"\r\n") if line.lower().startswith(b"sec-websocket-key:"))
        digest = base64.b64encode(hashlib.sha1(key.split(b":")[1].strip() + GUID).digest())
        upgrade = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        try:
            await serve(reader, writer, upgrade + b"Sec-WebSocket-Accept: " + digest + b"\r\n\r\n")
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def told() -> None:
        server = await asyncio.start_server(accept, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server:
            connection = await WebSocketTransport().connect(Endpoint(base_url=f"http://127.0.0.1:{port}/v1"))
            assert isinstance(connection, FastConnection)
            try:
                await asyncio.wait_for(story(connection), 10)
            finally:
                await connection.close()

    asyncio.run(told())


async def gathered(connection: FastConnection, count: int) -> list[bytes]:
    frames: list[bytes] = []
    while len(frames) < count:
        frames += await connection.receive()
    return frames


@pytest.mark.parametrize("step", [1, 2, 3, 7, 64, 10_000])
def test_frames_right_behind_the_upgrade_arrive_however_it_is_split(step: int) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, upgrade: bytes) -> None:
        data = upgrade + text(b"first") + text(b"x" * 300) + text(b"last")
        for at in range(0, len(data), step):
            writer.write(data[at : at + step])
            await writer.drain()
            await asyncio.sleep(0)
        await reader.read()

    async def story(connection: FastConnection) -> None:
        assert await gathered(connection, 3) == [b"first", b"x" * 300, b"last"]

    play(serve, story)


def test_a_refused_upgrade_is_told_with_what_stands_behind_it() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, upgrade: bytes) -> None:
        writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\nnot here!")
        await writer.drain()

    async def story(connection: FastConnection) -> None:
        pytest.fail("there is none")

    with pytest.raises(ConnectionFailed, match="HTTP 404"):
        play(serve, story)


def test_whoever_listens_is_told_of_a_read_at_once_and_then_of_the_end() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, upgrade: bytes) -> None:
        writer.write(upgrade)
        await reader.readexactly(6)  # a client's frame
        writer.write(b"".join(text(b"%d" % number) for number in range(100)))
        await writer.drain()
        writer.close()

    async def story(connection: FastConnection) -> None:
        reads: list[list[bytes]] = []
        listening = asyncio.create_task(connection.listen(lambda frames: bool(reads.append(frames)) or True))
        await asyncio.sleep(0)
        await connection.send(b"")
        with pytest.raises(ConnectionLost):
            await listening
        assert [each for frames in reads for each in frames] == [b"%d" % number for number in range(100)]
        assert len(reads) < 10
        assert not connection.takes_now(1)

    play(serve, story)


def test_who_listens_no_more_is_told_no_more() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, upgrade: bytes) -> None:
        writer.write(upgrade + text(b"one"))
        await reader.readexactly(6)
        writer.write(text(b"two"))
        await reader.read()

    async def story(connection: FastConnection) -> None:
        told: list[bytes] = []
        await connection.listen(lambda frames: bool(told.extend(frames)))
        await connection.send(b"")
        assert await gathered(connection, 1) == [b"two"]
        assert told == [b"one"]

    play(serve, story)


def test_what_the_listener_raises_is_his_own_error_and_no_end_of_the_connection() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, upgrade: bytes) -> None:
        writer.write(upgrade + text(b"one"))
        await reader.readexactly(6)
        writer.write(text(b"two"))
        await reader.read()

    async def story(connection: FastConnection) -> None:
        def fails(frames: list[bytes]) -> bool:
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await connection.listen(fails)
        assert connection.usable
        await connection.send(b"")
        assert await gathered(connection, 1) == [b"two"]

    play(serve, story)


def test_a_peer_that_reads_nothing_takes_no_frame_at_once() -> None:
    """What is in the way of a request is waited for, as ever: the sender is held up by a slow peer."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, upgrade: bytes) -> None:
        writer.write(upgrade)
        await writer.drain()
        await over.wait()

    async def story(connection: FastConnection) -> None:
        assert isinstance(connection, Prompt)
        assert connection.takes_now(60_000)
        assert not connection.takes_now(70_000)
        while connection.takes_now(60_000):
            connection.send_now(b"x" * 60_000)
        sending = asyncio.create_task(connection.send(b"x" * 1_000_000))
        await asyncio.wait({sending}, timeout=0.05)
        assert not sending.done()
        sending.cancel()
        over.set()

    over = asyncio.Event()
    play(serve, story)


def test_which_versions_of_the_library_were_tried() -> None:
    assert is_tried()
    assert {15, 16, 17} == TRIED
    assert [is_tried(each) for each in ("15.0.1", "16.1", "17.4.dev1", "18.0", "14.2", "x")] == [True] * 3 + [False] * 3
