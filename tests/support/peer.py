"""A WebSocket server whose answers a test writes, on a thread of its own."""

from __future__ import annotations

import asyncio
import contextlib
import json
import ssl
import threading
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from support.events import Event, answer, encoded, message
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

__all__ = ["Peer", "Script", "Talk", "running_peer", "says"]


class Talk:
    """One connection, as a script uses it."""

    def __init__(self, peer: Peer, socket: ServerConnection) -> None:
        self.peer = peer
        self.socket = socket

    async def send(self, *events: Event | bytes | str | list[Event]) -> None:
        """Send events in order, each in a frame."""
        for event in events:
            for each in event if isinstance(event, list) else [event]:
                await self.socket.send(encoded(each), text=True)

    async def close(self, code: int = 1000, reason: str = "") -> None:
        await self.socket.close(code, reason)

    def break_off(self) -> None:
        """End the connection without a word, as a killed server does."""
        self.socket.transport.abort()

    async def wait_closed(self) -> None:
        await self.socket.wait_closed()


Script = Callable[[Talk, dict[str, Any]], Awaitable[None]]


class Peer:
    """A running server. What it was asked is there for the test to look at."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.requests: list[dict[str, Any]] = []
        self.sizes: list[int] = []
        self.headers: list[dict[str, str]] = []
        """Of each connection."""
        self.talks: list[Talk] = []
        self.failures: list[BaseException] = []
        """What a script raised."""
        self.port = 0
        self.scheme = "http"
        self.loop = asyncio.new_event_loop()

    @property
    def url(self) -> str:
        """The base URL."""
        return f"{self.scheme}://127.0.0.1:{self.port}/v1"

    def call(self, coroutine: Any) -> Any:
        """Run a coroutine on the server's loop and return its result."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(20)

    def call_soon(self, function: Callable[[], object]) -> None:
        self.loop.call_soon_threadsafe(function)

    async def handle(self, socket: ServerConnection) -> None:
        talk = Talk(self, socket)
        self.talks.append(talk)
        assert socket.request is not None
        self.headers.append(dict(socket.request.headers.raw_items()))
        running: set[asyncio.Task[None]] = set()
        try:
            async for frame in socket:
                self.sizes.append(len(frame.encode() if isinstance(frame, str) else frame))
                self.requests.append(json.loads(frame))
                task = asyncio.create_task(self.play(talk, self.requests[-1]))
                running.add(task)
                task.add_done_callback(running.discard)
        except ConnectionClosed:
            pass
        finally:
            for task in running:
                task.cancel()

    async def play(self, talk: Talk, request: dict[str, Any]) -> None:
        try:
            await self.script(talk, request)
        except ConnectionClosed:
            pass
        except Exception as error:
            self.failures.append(error)
            raise


@contextlib.contextmanager
def running_peer(script: Script, *, tls: ssl.SSLContext | None = None, **options: Any) -> Iterator[Peer]:
    """Serve `script`, which is called with each request; `options` are those of websockets' serve."""
    peer = Peer(script)
    peer.scheme = "http" if tls is None else "https"
    options.setdefault("max_size", None)
    ready = threading.Event()
    stop = asyncio.Event()

    async def run() -> None:
        async with serve(peer.handle, "127.0.0.1", 0, ssl=tls, **options) as server:
            peer.port = next(iter(server.sockets)).getsockname()[1]
            ready.set()
            await stop.wait()
            server.close(close_connections=True)
            for talk in peer.talks:
                talk.break_off()

    def thread() -> None:
        asyncio.set_event_loop(peer.loop)
        with contextlib.closing(peer.loop):
            peer.loop.run_until_complete(run())

    worker = threading.Thread(target=thread, name="peer", daemon=True)
    worker.start()
    assert ready.wait(20)
    try:
        yield peer
    finally:
        peer.call_soon(stop.set)
        worker.join(20)
    assert peer.failures == []


def says(*texts: str) -> Script:
    """A script that answers each request with the next text, and then with the last one."""
    left = list(texts)

    async def script(talk: Talk, request: dict[str, Any]) -> None:
        number = len(talk.peer.requests)
        text = left.pop(0) if len(left) > 1 else left[0]
        await talk.send(answer(f"resp_{number}", message(text, f"msg_{number}")))

    return script
