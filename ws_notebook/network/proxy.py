"""The delaying proxy: passes bytes on to one address of this machine, and lets each wait as a network would.

A process of its own, so that it waits for no server and no client: `python -m ws_notebook.network.proxy`, told a `Task`
as one line of JSON. It answers with one line, `{"port": …}` or `{"error": …, "errno": …}`, and ends where its standard
input does.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import struct
import sys
import threading
import weakref
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final, cast

import msgspec

from .line import Direction, Link

__all__ = ["Proxy", "Task", "input_ended", "main", "set_after"]

_WAITING: Final = 256 * 1024
"""Bytes that wait for a link, about, until no more are read."""
_UNBOUND: Final = 16 * 1024 * 1024
"""The same where it has no bound but its length."""


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """What one proxy does. Seconds, and bytes a second."""

    host: str
    port: int
    to: int
    """The port of 127.0.0.1 that it passes everything on to."""
    rtt: float = 0.0
    up: float | None = None
    down: float | None = None


class Proxy:
    """Accepts connections and passes them on. On one loop; what it knows of time is the loop's."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._up, self._down = Link(task.rtt / 2, task.up), Link(task.rtt / 2, task.down)
        self._servers: list[asyncio.Server] = []
        self._dialing: set[asyncio.Task[None]] = set()
        self._sides: weakref.WeakSet[_Side] = weakref.WeakSet()

    async def start(self) -> int:
        """Listen; the port. OSError where that cannot be had."""
        from tornado.netutil import bind_sockets

        loop = asyncio.get_running_loop()
        sockets = bind_sockets(self._task.port, self._task.host)
        self._servers = [await loop.create_server(self._accept, sock=each) for each in sockets]
        return int(sockets[0].getsockname()[1])

    def close(self) -> None:
        """Listen no more, and tear off what is open."""
        for server in self._servers:
            server.close()
        for side in list(self._sides):
            side.abort()

    def _accept(self) -> _Side:
        client = _Side(self._reach)
        self._sides.add(client)
        return client

    def _reach(self, client: _Side) -> None:
        dialing = asyncio.get_running_loop().create_task(self._join(client))
        self._dialing.add(dialing)
        dialing.add_done_callback(self._dialing.discard)

    async def _join(self, client: _Side) -> None:
        """Connect the other end, and have each side's bytes go to the other."""
        loop, rtt = asyncio.get_running_loop(), self._task.rtt
        now = loop.time()
        server = _Side()
        self._sides.add(server)
        try:
            await loop.create_connection(lambda: server, "127.0.0.1", self._task.to)
        except OSError:
            client.abort()
            return
        # The client's first byte leaves when the connection is made, which took a round trip.
        up = _Pipe(Direction(self._up, opened=now + rtt, rtt=rtt), client, server, _bound(self._up, rtt))
        down = _Pipe(Direction(self._down, opened=now, rtt=rtt), server, client, _bound(self._down, rtt))
        client.join(up)
        server.join(down)
        if client.gone:
            server.abort()
        client.read(True)
        server.read(True)


def _bound(link: Link, rtt: float) -> int:
    return _UNBOUND if link.rate is None else _WAITING + int(link.rate * rtt)


class _Side(asyncio.Protocol):
    """One end of a connection. `made`: told once it is there. Nothing is read until it is told to.

    Where Python reads on although that was paused when the connection was made, as it does before 3.11.4
    (python/cpython#103607), what comes meanwhile is kept.
    """

    def __init__(self, made: Callable[[_Side], None] | None = None) -> None:
        self._made = made
        self._transport: asyncio.Transport | None = None
        self.pipe: _Pipe | None = None
        """Where its bytes go."""
        self.writer: _Pipe | None = None
        """What writes to it."""
        self.blocked = False
        self._early: list[bytes | None] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.pause_reading()
        if self._made is not None:
            self._made(self)

    @property
    def gone(self) -> bool:
        return self._transport is None

    def join(self, pipe: _Pipe) -> None:
        """Have its bytes go there."""
        self.pipe = pipe
        for each in self._early:
            pipe.take(each)
        self._early.clear()

    def data_received(self, data: bytes | None) -> None:
        if self.pipe is None:
            self._early.append(data)
        else:
            self.pipe.take(data)

    def eof_received(self) -> bool:
        self.data_received(None)
        return True  # the other direction may go on

    def connection_lost(self, error: Exception | None) -> None:
        self._transport = None
        if self.pipe is not None:
            self.pipe.lose(error)

    def pause_writing(self) -> None:
        self.blocked = True

    def resume_writing(self) -> None:
        self.blocked = False
        if self.writer is not None:
            self.writer.deliver()

    def read(self, on: bool) -> None:
        if self._transport is not None and not self._transport.is_closing():
            (self._transport.resume_reading if on else self._transport.pause_reading)()

    def write(self, data: bytes | None) -> None:
        """Pass bytes on; None: their end."""
        if self._transport is None or self._transport.is_closing():
            return
        if data is not None:
            self._transport.write(data)
        else:
            with suppress(OSError):
                self._transport.write_eof()

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """End it as a lost route does: the peer is told by a reset."""
        if self._transport is None:
            return
        found: Any = self._transport.get_extra_info("socket")
        if found is not None:
            with suppress(OSError):
                found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()


class _Pipe:
    """The bytes of one side on their way to the other: what was taken is delivered in order, each piece in its time."""

    def __init__(self, direction: Direction, source: _Side, target: _Side, bound: int) -> None:
        self._direction = direction
        self._source = source
        self._target = target
        self._bound = bound
        self._loop = asyncio.get_running_loop()
        self._pieces: deque[tuple[float, bytes | None]] = deque()
        self._size = 0
        self._timer: asyncio.TimerHandle | None = None
        self._ended = self.told = False
        """Whether the source has said its last, and whether the target knows."""
        self._lost: bool | None = None
        """Whether the source was torn off; None: it is there."""
        target.writer = self

    def take(self, data: bytes | None) -> None:
        """Bytes of the source, or their end."""
        now = self._loop.time()
        if data is None:
            self._ended = True
            self._pieces.append((self._direction.end(now), None))
        else:
            begin = 0
            for arrives, size in self._direction.schedule(now, len(data)):
                self._pieces.append((arrives, data[begin : begin + size]))
                begin += size
            self._size += len(data)
            if self._size > self._bound:
                self._source.read(False)
        self._wait()

    def lose(self, error: Exception | None) -> None:
        """The source is gone: that is heard on the other side after what it sent, and as late."""
        self._lost = error is not None
        if not self._ended:
            self.take(None)
        self._finish()

    def deliver(self) -> None:
        """Write what has arrived."""
        self._timer = None
        now = self._loop.time()
        while self._pieces and self._pieces[0][0] <= now and not self._target.blocked:
            _, data = self._pieces.popleft()
            if data is None:
                self._tell_end()
            else:
                self._target.write(data)
                self._size -= len(data)
        if self._size <= self._bound // 2 and self._lost is None:
            self._source.read(True)
        self._wait()
        self._finish()

    def _tell_end(self) -> None:
        self.told = True
        back = self._target.pipe
        if self._lost:
            self._target.abort()
        elif back is not None and back.told:
            self._target.close()
            self._source.close()
        else:
            self._target.write(None)

    def _wait(self) -> None:
        if self._timer is None and self._pieces and not self._target.blocked:
            self._timer = self._loop.call_at(self._pieces[0][0], self.deliver)

    def _finish(self) -> None:
        """Close the target when the source is gone, and all is told."""
        if self._lost is not None and not self._pieces:
            self._target.close()


async def _run(task: Task) -> None:
    stop, proxy = asyncio.Event(), Proxy(task)
    set_after(input_ended, stop, "ws-notebook-parent")
    try:
        _say({"port": await proxy.start()})
    except OSError as error:
        _say({"error": error.strerror or str(error), "errno": error.errno})
        return
    await stop.wait()
    proxy.close()


def input_ended() -> None:
    """Wait for the end of standard input, which comes when the parent is gone, however it went."""
    # os.read, not sys.stdin: a buffered reader holds a lock that would block this process's exit.
    while os.read(0, 4096):
        pass


def set_after(ended: Callable[[], object], stop: asyncio.Event, name: str) -> None:
    """Set *stop* when *ended* has come back, which waits in a thread of that name."""
    loop = asyncio.get_running_loop()

    def watch() -> None:
        ended()
        with suppress(RuntimeError):  # the loop has ended before
            loop.call_soon_threadsafe(stop.set)

    threading.Thread(target=watch, name=name, daemon=True).start()


def _say(what: dict[str, object]) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(what) + b"\n")
    sys.stdout.buffer.flush()


def main() -> None:
    """Be a proxy until standard input ends. Ctrl-C is for whoever started it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    asyncio.run(_run(msgspec.json.decode(sys.stdin.buffer.readline(), type=Task)))


if __name__ == "__main__":
    main()
