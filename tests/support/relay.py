"""A network between a client and a server: it passes bytes on, holds them up, slows them down, or loses them."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Coroutine, Iterator
from typing import Any
from urllib.parse import urlsplit

__all__ = ["Relay", "Route", "running_relay"]


class Route:
    """One connection through it."""

    def __init__(self) -> None:
        self.swallows = False
        """Whether everything is taken and nothing passed on, ends included: what a half-open connection is like."""
        self.flows = asyncio.Event()
        self.flows.set()
        self.pause = 0.0
        """Seconds between two pieces."""
        self.ended = asyncio.Event()
        """Whether one side has ended it and the other was told."""

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One direction, to its end. A route that swallows has none."""
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65536):
                await self.flows.wait()
                await asyncio.sleep(self.pause)
                if not self.swallows:
                    writer.write(data)
                    await writer.drain()
        if not self.swallows:
            self.ended.set()
            writer.close()


class Relay:
    """A running one. What is said of all routes holds for those that are open; later ones are as new."""

    def __init__(self, target: str) -> None:
        self._host, self._port = urlsplit(target).hostname, urlsplit(target).port
        self._path = urlsplit(target).path
        self.port = 0
        self.routes: list[Route] = []
        self.loop = asyncio.new_event_loop()
        self._carriers: list[asyncio.Task[None]] = []
        self._writers: list[asyncio.StreamWriter] = []

    @property
    def url(self) -> str:
        """The base URL of the server, by this way."""
        return f"http://127.0.0.1:{self.port}{self._path}"

    def swallow(self) -> None:
        """From now on nothing passes and nobody is told."""
        self._set(swallows=True)

    def hold(self) -> None:
        """From now on nothing passes, until `go_on`; what is said meanwhile waits."""
        self._call(self._flow(False))

    def go_on(self) -> None:
        """Let everything pass again."""
        self._call(self._flow(True))

    def slow(self, pause: float) -> None:
        """Pass on at most 64 KiB at a time, `pause` seconds apart."""
        self._set(pause=pause)

    def wait_ended(self, number: int) -> None:
        """Wait until one side has ended the route of this number."""
        self._call(self.routes[number].ended.wait())

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        route = Route()
        self.routes.append(route)
        up_reader, up_writer = await asyncio.open_connection(self._host, self._port)
        self._writers += (writer, up_writer)
        self._carriers += map(asyncio.create_task, (route.carry(reader, up_writer), route.carry(up_reader, writer)))

    async def stop(self) -> None:
        for task in self._carriers:
            task.cancel()
        for writer in self._writers:
            writer.transport.abort()
        await asyncio.gather(*self._carriers, return_exceptions=True)

    async def _flow(self, flows: bool) -> None:
        for route in self.routes:
            route.flows.set() if flows else route.flows.clear()

    def _set(self, **values: Any) -> None:
        for route in self.routes:
            for name, value in values.items():
                setattr(route, name, value)

    def _call(self, coroutine: Coroutine[Any, Any, object]) -> None:
        asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(20)


@contextlib.contextmanager
def running_relay(target: str) -> Iterator[Relay]:
    """Relay to the server with the base URL `target`, on a thread of its own."""
    relay = Relay(target)
    ready = threading.Event()
    stop = asyncio.Event()

    async def run() -> None:
        listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)  # what is held up here is to be noticed there
        listening.bind(("127.0.0.1", 0))
        server = await asyncio.start_server(relay.handle, sock=listening)
        relay.port = listening.getsockname()[1]
        ready.set()
        await stop.wait()
        server.close()
        await relay.stop()

    def thread() -> None:
        with contextlib.closing(relay.loop):
            relay.loop.run_until_complete(run())

    worker = threading.Thread(target=thread, name="relay", daemon=True)
    worker.start()
    assert ready.wait(20)
    try:
        yield relay
    finally:
        relay.loop.call_soon_threadsafe(stop.set)
        worker.join(20)
