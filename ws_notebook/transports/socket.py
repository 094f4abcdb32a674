"""The library's connection, with a count of what was heard, and with all messages of a read handed over at once.

Two of its methods are overridden: `data_received`, which cuts whole text frames out of a read, and `process_event`,
which collects what the library's own parser made of the rest. The opening and closing handshakes, TLS, proxies, control
frames, fragments and compression stay the library's. The other versions of it may be made differently, so the fast
road is taken on those that it was tried with, and nowhere else.

This imports `websockets`: it is loaded at the first connection.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any, Final

from websockets.asyncio.client import ClientConnection
from websockets.extensions.permessage_deflate import PerMessageDeflate
from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.version import version

from .cutter import Cutter

__all__ = ["TRIED", "FastSocket", "Socket", "is_tried", "largest_message"]

TRIED: Final = frozenset({15, 16, 17})
"""The library's major versions that the fast road was tried with."""

_MESSAGES: Final = frozenset({Opcode.TEXT, Opcode.BINARY, Opcode.CONT})
_BLANK_LINE: Final = b"\r\n\r\n"

_ROOM: Final = 256 * 1024
"""Bytes of the longest read: as many as asyncio's own."""


def is_tried(found: str = version) -> bool:
    """Whether the fast road was tried with this version of the library, that which is installed if none is named."""
    major = found.partition(".")[0]
    return major.isdecimal() and int(major) in TRIED


class Socket(ClientConnection):
    """The library's connection, which also counts in `heard` how often anything came, control frames included."""

    heard = 0
    heard_at = 0.0

    @property
    def is_open(self) -> bool:
        """Whether messages may be sent: the connection is there, and neither side has begun to close it."""
        return self.protocol.state is State.OPEN

    def data_received(self, data: bytes) -> None:
        self.heard += 1
        self.heard_at = time.time()
        super().data_received(data)


class FastSocket(Socket, asyncio.BufferedProtocol):
    """A connection whose messages are taken by `listen` or `arrived`, and not by the library's `recv`.

    It is read into room of its own: asyncio would have as much made for each read, and given back, which takes longer
    than all that is done with a token.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._room = memoryview(bytearray(_ROOM))
        self._cutter = Cutter(self._pass_on, largest=largest_message(self.protocol))
        self._fragments: list[bytes] = []
        self._head = b""
        """The end of what has come of the answer to the upgrade."""
        self._upgraded = False
        self._take: Callable[[list[bytes]], bool] | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._failure: Exception | None = None
        """What whoever takes the messages has raised: it is his, and not the connection's."""

    # What comes.

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._room

    def buffer_updated(self, nbytes: int) -> None:
        self.data_received(bytes(self._room[:nbytes]))

    def data_received(self, data: bytes) -> None:
        self.heard += 1
        self.heard_at = time.time()
        if self._upgraded:
            self._cutter.feed(data)
        else:
            self._begin(data)
        if self._cutter.frames:
            self._tell()

    def eof_received(self) -> None:
        self._cutter.end()
        super().eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._wake()

    def process_event(self, event: Any) -> None:
        if type(event) is not Frame or event.opcode not in _MESSAGES:
            super().process_event(event)
        elif event.fin and not self._fragments:
            self._cutter.frames.append(bytes(event.data))
        else:
            self._fragments.append(bytes(event.data))
            if event.fin:
                self._cutter.frames.append(b"".join(self._fragments))
                self._fragments.clear()

    def _begin(self, data: bytes) -> None:
        """The answer to the upgrade is the library's, to its last line; what stands behind it are frames."""
        known = len(self._head)
        head = self._head + data
        stop = head.find(_BLANK_LINE)
        if stop < 0:
            self._head = head[-3:]
            super(Socket, self).data_received(data)
            return
        behind = stop + len(_BLANK_LINE) - known
        super(Socket, self).data_received(data[:behind])
        self._upgraded, self._head = True, b""
        if not self._may_cut():
            # Refused: what follows is the body of that answer.
            self._cutter.stop()
        if behind < len(data):
            self._cutter.feed(data[behind:])

    def _pass_on(self, data: bytes) -> bool:
        super(Socket, self).data_received(data)
        return self._may_cut()

    def _may_cut(self) -> bool:
        known = all(isinstance(each, PerMessageDeflate) for each in self.protocol.extensions)
        return known and self.is_open

    # Who takes it.

    async def listen(self, take: Callable[[list[bytes]], bool]) -> None:
        """Have `take` called with the messages of each read, in the midst of it, until it gives False or the end.

        Raises what `take` has raised.
        """
        self._take = take
        try:
            if self._cutter.frames:
                self._tell()
            while not self._is_over():
                await self._wait()
            if self._failure is not None:
                raise self._failure
        finally:
            self._take = None

    def _is_over(self) -> bool:
        """Whether nobody is told of messages any more."""
        return self._take is None or self._lost

    async def arrived(self) -> list[bytes]:
        """Wait for messages and return all that are there; none at the end."""
        while not self._cutter.frames and not self._lost:
            await self._wait()
        return self._cutter.drain()

    @property
    def _lost(self) -> bool:
        return self.connection_lost_waiter.done()

    def _tell(self) -> None:
        if self._take is None or not self._goes_on(self._take):
            self._take = None
            self._wake()

    def _goes_on(self, take: Callable[[list[bytes]], bool]) -> bool:
        try:
            return take(self._cutter.drain())
        except Exception as error:  # noqa: BLE001 - here it would end the connection, with words about a protocol
            self._failure = error
            return False

    async def _wait(self) -> None:
        self._waiter = self.loop.create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


def largest_message(protocol: Any) -> int | None:
    """The most bytes of a message that the connection takes. Before version 17 it has another name."""
    found = getattr(protocol, "max_message_size", getattr(protocol, "max_size", None))
    return found if isinstance(found, int) else None
