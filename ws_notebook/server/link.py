"""The writing end of one socket: events out, and what goes wrong with them on demand."""

from __future__ import annotations

import asyncio
import logging
import socket
import struct
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any

from tornado.iostream import IOStream, StreamClosedError
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from ws_notebook.faults import STRUCK, Failure, Fault, Faults
from ws_notebook.server.errors import ApiError, injected, rate_limited
from ws_notebook.server.outbox import Close, Mark, Word
from ws_notebook.server.wire import ENDS, Event, encode

__all__ = ["Link", "reset", "taken"]

_log = logging.getLogger(__name__)
_MIB = 1024 * 1024
_SLICES_PER_SECOND = 20
_ENDS = ENDS | {"error"}
_UNKNOWN = {"type": "x_ws_notebook.unknown", "note": "an event that no client knows", "details": {"nested": [1, None]}}


class Link:
    """Writes words to *handler*'s socket. ConnectionError when the client is gone, or takes nothing.

    *patience* is for how many seconds; a message longer than 1 MiB has so many for each MiB. 0: without end. *deflates*
    tells whether the socket compresses a message, which then goes through it by itself. *tells*: the client wants to
    know what strikes.
    """

    def __init__(
        self,
        handler: WebSocketHandler,
        faults: Faults,
        patience: float = 0.0,
        *,
        deflates: Callable[[bytes], bool] = lambda _: False,
        tells: bool = False,
    ) -> None:
        self._handler = handler
        self._deflates = deflates
        self._faults = faults
        self._patience = patience
        self._bytes_per_second = 0
        self._tells = tells
        self._held: dict[str | None, list[Event]] = {}
        self._armed: dict[str | None, Sequence[Fault]] = {}
        """By lane, what is to happen at its next event."""
        self._untyped = self._explains = False
        """Whether the next error frame has no type; whether the next failure has its reason behind it."""

    async def write(self, words: Sequence[Word]) -> None:
        """Write words of one sender. ApiError or Failure tell it that a fault is to end the response.

        Without a fault in sight they go to the socket together: a system call for each would cost more than all else.
        """
        messages = [encode(word) for word in words if not isinstance(word, Close | Mark)] if self._plain(words) else []
        if messages and not any(map(self._deflates, messages)):
            await self._put(b"".join(frame for each in messages for frame in _fragments(each, sys.maxsize)))
            return
        failed: Failure | None = None
        for word in words:
            try:
                await self._write_word(word)
            except Failure as failure:
                failed = failed or failure
        if failed is not None:
            raise failed

    def _plain(self, words: Sequence[Word]) -> bool:
        """Whether nothing is to be done for any of them but to write it."""
        quiet = not (self._faults.rules or self._held or self._bytes_per_second or self._untyped or self._explains)
        return quiet and len(words) > 1 and not any(isinstance(word, Close | Mark) for word in words)

    async def _write_word(self, word: Word) -> None:
        if isinstance(word, Close):
            if word.code is None:
                reset(self._stream())
                raise ConnectionResetError("the connection is cut")
            self._handler.close(word.code, word.reason)
            return
        if isinstance(word, Mark) and not word.kind:
            self._armed[word.lane] = word.faults
            return
        kind, lane = (word.kind, word.lane) if isinstance(word, Mark) else (str(word["type"]), word.get("stream_id"))
        struck = self._faults.at(kind)
        if isinstance(word, Mark):
            await self._strike_all(struck, kind, lane)
            return
        struck += self._armed.pop(lane, ())
        await self._strike_all(struck, kind, lane)
        if any(fault.action == "hold" for fault in struck):
            self._held.setdefault(lane, [])
        if lane in self._held:
            self._held[lane].append(word)
            if kind in _ENDS:  # nothing more comes that could be overtaken
                await self._release(lane)
            return
        await self._write(word, struck)
        for held in list(self._held):
            await self._release(held)
        for fault in struck:
            if fault.action in ("fail", "explain") and kind not in _ENDS:
                self._explains = fault.action == "explain"
                raise Failure(fault.argument)

    async def _strike_all(self, struck: Sequence[Fault], kind: str, lane: str | None) -> None:
        for fault in struck:
            if self._tells:
                named = {} if lane is None else {"stream_id": lane}
                await self._send(encode({"type": STRUCK, "rule": fault.rule, "event": kind, **named}))
            await self._strike(fault)

    async def _strike(self, fault: Fault) -> None:
        """What goes wrong before the event."""
        if fault.action == "stall":
            await asyncio.sleep(fault.argument)
        elif fault.action == "drop":
            reset(self._stream())
            raise ConnectionResetError("dropped on demand")
        elif fault.action == "close":
            self._handler.close(fault.argument, "closed on demand")
            raise ConnectionResetError("closed on demand")
        elif fault.action == "slow":
            self._bytes_per_second = fault.argument
        elif fault.action == "unknown":
            await self._send(encode(_UNKNOWN))
        elif (make := _ERRORS.get(fault.action)) and fault.event != "error":
            self._untyped = fault.action == "untyped"
            raise make(fault.argument)

    async def _release(self, lane: str | None) -> None:
        for event in self._held.pop(lane):
            await self._write(event, [])

    async def _write(self, event: Event, struck: list[Fault]) -> None:
        actions = {fault.action for fault in struck}
        if "omit" in actions:
            return
        *before, event = self._bent(event, hollow="hollow" in actions)
        for other in before:
            await self._send(encode(other))
        data = encode(event)
        data = data[: len(data) // 2] if "garble" in actions else data
        split = next((fault.argument for fault in struck if fault.action == "split"), 0)
        for _ in range(1 + sum(fault.action == "duplicate" for fault in struck)):
            await self._send(data, split)

    def _bent(self, event: Event, *, hollow: bool) -> list[Event]:
        """What is sent in an event's place."""
        kind = event["type"]
        if kind == "error" and self._untyped:
            self._untyped = False
            return [{key: value for key, value in event.items() if key != "type"}]
        if kind == "response.failed" and self._explains:
            self._explains = False
            reason = {
                "type": "error",
                "error": event["response"]["error"],
                "sequence_number": event["sequence_number"] + 1,
            }
            lane = {"stream_id": event["stream_id"]} if "stream_id" in event else {}
            return [{**event, "response": {**event["response"], "error": None}}, {**reason, **lane}]
        if hollow and isinstance(event.get("item"), dict):
            return [{**event, "item": {**event["item"], **{k: v for k, v in _HOLLOW.items() if k in event["item"]}}}]
        return [event]

    async def _send(self, data: bytes, split: int = 0) -> None:
        slow = self._bytes_per_second
        size = max(1, slow // _SLICES_PER_SECOND) if slow else split
        try:
            if not size:
                await self._taken(self._handler.write_message(data), len(data))
                return
            for frame in _fragments(data, size):
                await self._put(frame)
                if slow:
                    await asyncio.sleep(size / slow)  # pings may pass between two fragments
        except (WebSocketClosedError, StreamClosedError):
            raise ConnectionResetError("the client is gone") from None

    async def _put(self, frames: bytes) -> None:
        try:
            await self._taken(self._stream().write(frames), len(frames))
        except StreamClosedError:
            raise ConnectionResetError("the client is gone") from None

    async def _taken(self, written: Awaitable[None], size: int) -> None:
        try:
            await taken(written, size, self._patience)
        except TimeoutError:
            reset(self._stream())
            raise ConnectionResetError("the client reads nothing") from None

    def _stream(self) -> IOStream:
        stream: Any = getattr(self._handler.ws_connection, "stream", None)
        if stream is None or stream.closed():
            raise ConnectionResetError("the client is gone")
        return stream  # type: ignore[no-any-return]


_ERRORS: dict[str, Callable[[Any], ApiError]] = {"error": injected, "untyped": injected, "limit": rate_limited}
_HOLLOW: dict[str, object] = {"arguments": "", "input": "", "content": []}


async def taken(written: Awaitable[None], size: int, patience: float) -> None:
    """Wait until the socket took *size* bytes. TimeoutError after *patience* seconds for each MiB; 0: never."""
    if not patience:
        await written
        return
    try:
        await asyncio.wait_for(written, patience * max(1, size / _MIB))
    except TimeoutError:
        _log.warning("a client that read nothing for %g seconds was cut off", patience)
        raise


def reset(stream: IOStream) -> None:
    """End the TCP connection without goodbye: the other side sees a reset, as after a crash or a lost route."""
    raw: socket.socket = stream.socket
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    stream.close()


def _fragments(data: bytes, size: int) -> Iterator[bytes]:
    """The frames of one text message in fragments of *size* bytes."""
    from websockets.frames import Frame, Opcode

    for start in range(0, len(data), size):
        kind = Opcode.CONT if start else Opcode.TEXT
        yield Frame(kind, data[start : start + size], fin=start + size >= len(data)).serialize(mask=False)
