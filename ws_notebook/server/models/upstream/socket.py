"""An upstream's WebSocket mode: one connection for each of a client's, with what is new only."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncGenerator, Mapping
from contextlib import suppress
from typing import Any

import msgspec

from ws_notebook.core.codec import decode_value
from ws_notebook.exceptions import WsNotebookError
from ws_notebook.server.errors import ApiError
from ws_notebook.server.models.upstream.failures import broken_off, unreachable
from ws_notebook.server.models.upstream.service import Upstream
from ws_notebook.server.wire import ENDS, Event
from ws_notebook.transports.base import Connection, all_arrived
from ws_notebook.transports.websocket import WebSocketTransport

__all__ = ["Socket"]

_Inbox = asyncio.Queue[Event | Exception]

_REMEMBERED = 64
"""Ids that an upstream's connection may still know. What it has forgotten it says, and is sent in full."""


class Socket:
    """One connection to *upstream*, opened when it is needed, again when it was lost.

    With *lanes* it serves all lanes of the client's connection; otherwise there is one for each of them.
    """

    def __init__(self, upstream: Upstream, *, lanes: bool) -> None:
        self._upstream = upstream
        self._lanes = lanes
        self._connection: Connection | None = None
        self._reader: asyncio.Task[None] | None = None
        self._opening = asyncio.Lock()
        self._inboxes: dict[str | None, _Inbox] = {}
        """What came for each lane."""
        self._known: OrderedDict[str, None] = OrderedDict()
        self._lost: ApiError | None = None
        self.answered = False
        """Whether it ever sent an event: some accept a connection and close it at once."""

    def knows(self, response_id: str | None) -> bool:
        """Whether this connection may remember a response."""
        return self._connection is not None and self._lost is None and response_id in self._known

    async def open(self) -> None:
        """Connect, where there is no connection. ApiError where that fails."""
        async with self._opening:
            if self._connection is not None and self._lost is None and self._connection.usable:
                return
            await self._leave()
            try:
                self._connection = await WebSocketTransport().connect(self._upstream.endpoint)
            except WsNotebookError as error:
                raise unreachable(str(error), self._upstream.keys) from None
            self._lost = None
            self._reader = asyncio.create_task(self._read(self._connection))

    async def ask(self, frame: Mapping[str, Any], lane: str | None) -> AsyncGenerator[list[Event], None]:
        """Send a create, and give what comes for it, all that is there at once, its end last.

        ApiError where the connection is lost before that. Closing the iterator before the end closes the connection,
        unless others use it: the wire has no other way to stop.
        """
        lane = lane if self._lanes else None
        inbox: _Inbox = asyncio.Queue()
        self._inboxes[lane] = inbox
        over = False
        try:
            await self._send(frame if lane is None else {**frame, "stream_id": lane})
            while not over:
                events = await self._arrived(inbox)
                over = any(each.get("type") in ENDS or each.get("type") == "error" for each in events)
                self._remember(events)
                yield events
        finally:
            if self._inboxes.get(lane) is inbox:
                del self._inboxes[lane]
            if not over and not self._inboxes:
                await self.close()

    async def close(self) -> None:
        """End the connection. Never raises."""
        with suppress(Exception):
            await self._leave()

    async def _leave(self) -> None:
        self._known.clear()
        connection, self._connection = self._connection, None
        if self._reader is not None:
            self._reader.cancel()
            self._reader = None
        if connection is not None:
            await connection.close()

    async def _send(self, frame: Mapping[str, Any]) -> None:
        assert self._connection is not None
        try:
            await self._connection.send(msgspec.json.encode(frame))
        except WsNotebookError as error:
            self._lost = broken_off(str(error), self._upstream.keys)
            raise self._lost from None

    async def _arrived(self, inbox: _Inbox) -> list[Event]:
        """All that came, waited for as long as an upstream may be silent. ApiError where the connection is lost."""
        silence = self._upstream.endpoint.waits.silence
        try:
            async with asyncio.timeout(silence):
                return await all_arrived(inbox)
        except TimeoutError:
            raise broken_off(f"nothing came for {silence or 0:g} s.", self._upstream.keys) from None

    def _remember(self, events: list[Event]) -> None:
        for event in events:
            response = event.get("response")
            if event.get("type") in ("response.completed", "response.incomplete") and isinstance(response, dict):
                self._known[str(response.get("id"))] = None
        while len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)

    async def _read(self, connection: Connection) -> None:
        try:
            while True:
                for frame in await connection.receive():
                    self._deliver(frame)
        except WsNotebookError as error:
            self._lost = broken_off(str(error).partition(" What had arrived")[0], self._upstream.keys)
            for inbox in self._inboxes.values():
                inbox.put_nowait(self._lost)

    def _deliver(self, frame: bytes) -> None:
        event = decode_value(frame)
        self.answered = True
        if not isinstance(event, dict):
            event = {"type": "error", "error": {"message": f"what came is no event: {frame[:80]!r}"}}
        lane = event.pop("stream_id", None)
        inbox = self._inboxes.get(lane)
        if inbox is None and len(self._inboxes) == 1:
            inbox = next(iter(self._inboxes.values()))  # an error, say, that names no lane
        if inbox is not None:
            inbox.put_nowait(event)
