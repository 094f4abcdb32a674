"""The delaying proxy, on a loop whose clock the test moves, and once on this machine's own."""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import socket
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from ws_notebook.network.proxy import Proxy, Task, _Side

__all__: list[str] = []

RTT = 0.08


class _FastLoop(asyncio.SelectorEventLoop):
    """A loop whose clock jumps to the next timer when there is nothing else to do: a delay is exact, and takes no time.

    It jumps only when sockets have been silent for a moment, since what was written on this machine is there then.
    """

    def __init__(self) -> None:
        super().__init__()
        self._skipped = 0.0

    def time(self) -> float:
        # Whole seconds of the real clock would blur what is measured.
        return self._skipped

    def _run_once(self) -> None:
        loop: Any = self
        if not loop._ready and loop._scheduled and not loop._stopping:
            events = loop._selector.select(0.02)
            loop._process_events(events)
            while loop._scheduled and loop._scheduled[0]._cancelled:
                heapq.heappop(loop._scheduled)._scheduled = False
            if not loop._ready and loop._scheduled:
                self._skipped = max(self._skipped, loop._scheduled[0]._when)
        loop_run: Callable[[], None] = super()._run_once  # type: ignore[misc]
        loop_run()


def play(scene: Callable[[], Any]) -> Any:
    """Run a scene on a loop with that clock."""
    with asyncio.Runner(loop_factory=_FastLoop) as runner:
        return runner.run(scene())


@contextlib.asynccontextmanager
async def proxied(answer: Any, **line: Any) -> AsyncIterator[int]:
    """A server behind a proxy; the proxy's port."""
    open_ones = set[asyncio.Task[Any]]()

    async def answered(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        open_ones.add(task)
        with contextlib.suppress(ConnectionError):
            await answer(reader, writer)
        writer.close()

    server = await asyncio.start_server(answered, "127.0.0.1", 0)
    proxy = Proxy(Task(host="127.0.0.1", port=0, to=server.sockets[0].getsockname()[1], **line))
    try:
        yield await proxy.start()
    finally:
        proxy.close()
        server.close()
        await asyncio.gather(*open_ones)
        await asyncio.sleep(0.1)


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()


def now() -> float:
    return asyncio.get_running_loop().time()


def test_the_first_question_takes_two_round_trips_and_the_next_one() -> None:
    async def scene() -> list[float]:
        async with proxied(echo, rtt=RTT) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            took = []
            for _ in range(3):
                began = now()
                writer.write(b"hello")
                assert await reader.readexactly(5) == b"hello"
                took.append(now() - began)
            writer.close()
            return took

    assert play(scene) == pytest.approx([2 * RTT, RTT, RTT], abs=1e-6)


def test_bytes_that_are_read_before_the_other_end_is_reached_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Python before 3.11.4, which reads on although that was paused when the connection was made."""
    made, dial = _Side.connection_made, asyncio.SelectorEventLoop.create_connection

    def made_and_read(side: _Side, transport: asyncio.BaseTransport) -> None:
        made(side, transport)
        side.read(True)

    async def dial_late(loop: Any, *arguments: Any, **more: Any) -> Any:
        await asyncio.sleep(0.05)
        return await dial(loop, *arguments, **more)

    async def scene() -> None:
        async with proxied(echo, rtt=RTT) as port:
            client = socket.create_connection(("127.0.0.1", port))
            client.sendall(b"hello")
            client.shutdown(socket.SHUT_WR)
            reader, writer = await asyncio.open_connection(sock=client)
            assert await reader.read() == b"hello"
            writer.close()

    monkeypatch.setattr(_Side, "connection_made", made_and_read)
    monkeypatch.setattr(asyncio.SelectorEventLoop, "create_connection", dial_late)
    play(scene)


def test_bandwidth_is_that_of_each_direction_and_bytes_stay_as_they_are() -> None:
    sent = bytes(range(256)) * 200

    async def scene() -> float:
        async with proxied(echo, rtt=0.0, up=10_000.0, down=None) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            began = now()
            writer.write(sent)
            assert await reader.readexactly(len(sent)) == sent
            took = now() - began
            writer.close()
            return took

    assert play(scene) == pytest.approx(5.12, abs=1e-3)


def test_a_first_flight_beyond_the_window_takes_another_round_trip() -> None:
    async def scene() -> list[float]:
        took = []
        async with proxied(echo, rtt=RTT) as port:
            for size in (14_000, 20_000):
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                began = now()
                writer.write(b"x" * size)
                await reader.readexactly(size)
                took.append(now() - began)
                writer.close()
        return took

    short, long = play(scene)
    assert short == pytest.approx(2 * RTT, abs=1e-6)
    # The echo of the first flight is on its way back meanwhile.
    assert long == pytest.approx(3 * RTT, abs=1e-6)


def test_an_end_is_heard_behind_the_bytes_and_the_other_direction_goes_on() -> None:
    async def late(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.read() == b"question"
        writer.write(b"answer")
        writer.close()

    async def scene() -> tuple[bytes, float]:
        async with proxied(late, rtt=RTT) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            began = now()
            writer.write(b"question")
            writer.write_eof()
            found = await reader.read()
            took = now() - began
            writer.close()
            return found, took

    found, took = play(scene)
    assert found == b"answer"
    assert took == pytest.approx(2 * RTT, abs=1e-6)


def test_a_connection_that_is_torn_off_behind_it_is_torn_off_before_it() -> None:
    async def tear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(1)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        writer.transport.abort()

    async def scene() -> None:
        async with proxied(tear, rtt=RTT) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"x")
            with pytest.raises(ConnectionResetError):
                assert await reader.read() == b"never"
            writer.close()

    play(scene)


def test_nobody_behind_it_ends_the_connection() -> None:
    async def scene() -> bytes:
        with socket.socket() as unused:
            unused.bind(("127.0.0.1", 0))
            proxy = Proxy(Task(host="127.0.0.1", port=0, to=unused.getsockname()[1], rtt=RTT))
            reader, writer = await asyncio.open_connection("127.0.0.1", await proxy.start())
            try:
                return await reader.read()
            except ConnectionResetError:
                return b""
            finally:
                writer.close()
                proxy.close()

    assert play(scene) == b""


def test_a_large_message_to_a_slow_reader_stays_whole() -> None:
    sent = b"0123456789" * 300_000

    async def scene() -> bytes:
        async with proxied(echo, rtt=0.01, up=5e6, down=5e6) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(sent)
            await asyncio.sleep(1)
            found = await reader.readexactly(len(sent))
            writer.close()
            return found

    assert play(scene) == sent


def test_on_the_clock_of_this_machine_it_delays_at_least_as_much() -> None:
    async def scene() -> list[float]:
        async with proxied(echo, rtt=RTT) as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            took = []
            for _ in range(3):
                began = now()
                writer.write(b"hello")
                await reader.readexactly(5)
                took.append(now() - began)
            writer.close()
            return took

    first, *others = asyncio.run(scene())
    assert first >= 2 * RTT - 0.002
    assert min(others) >= RTT - 0.002
