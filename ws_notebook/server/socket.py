"""WebSocket mode: ``GET /v1/responses`` with an upgrade, one JSON object per text message."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Coroutine
from contextlib import suppress
from typing import Any

from tornado.websocket import WebSocketClosedError, WebSocketHandler

from ws_notebook.faults import TELL_HEADER, UPGRADE, Faults
from ws_notebook.server.connection import Connection
from ws_notebook.server.errors import ApiError, refused, told
from ws_notebook.server.limits import Limits
from ws_notebook.server.link import Link
from ws_notebook.server.outbox import Close, Outbox
from ws_notebook.server.profiles import Profile
from ws_notebook.server.service import Served
from ws_notebook.transports.compression import LEAST

__all__ = ["ResponsesSocket"]

_SMALLEST = re.compile(r"server_max_window_bits\s*=\s*\"?8\b")


class ResponsesSocket(Served, WebSocketHandler):
    """One connection. Its outbox is the only writer; when the socket goes, what it was told stops."""

    def initialize(self, *, limits: Limits, faults: Faults, profile: Profile, **kwargs: Any) -> None:  # type: ignore[override]
        super().initialize(**kwargs)
        self._limits = limits
        self._faults = faults
        self._profile = profile
        self._heard = 0.0
        """When the client was last heard of, on the loop's clock."""
        self._tasks: list[asyncio.Task[None]] = []

    async def get(self, *args: Any, **kwargs: Any) -> None:
        if self.request.headers.get("Upgrade", "").lower() != "websocket":
            message = "This path speaks WebSocket on GET and the Responses API on POST."
            raise ApiError(message, status=426, code="upgrade_required", headers={"Upgrade": "websocket"})
        for fault in self._faults.at(UPGRADE):
            error = refused(fault.argument)
            raise told(error, [fault.rule]) if TELL_HEADER in self.request.headers else error
        await super().get(*args, **kwargs)

    def check_origin(self, origin: str) -> bool:
        return True  # judged in prepare, before the upgrade, where a refusal can be JSON

    def get_compression_options(self) -> dict[str, Any] | None:
        """permessage-deflate for whoever offers it, each side with its context unless the client wants it otherwise."""
        offered = self.request.headers.get("Sec-WebSocket-Extensions", "")
        # zlib cannot deflate with the smallest window, which RFC 7692 lets a client ask for: then there is none.
        return None if _SMALLEST.search(offered) else {}

    def deflates(self, message: str | bytes | dict[str, Any]) -> bool:
        """Whether this message is compressed on its way."""
        return getattr(self.ws_connection, "_compressor", None) is not None and len(message) >= LEAST

    def write_message(self, message: str | bytes | dict[str, Any], binary: bool = False) -> asyncio.Future[None]:
        """Short messages go as they are, which RFC 7692 lets each be: a delta is not worth deflating."""
        socket: Any = self.ws_connection
        compressor = getattr(socket, "_compressor", None)
        if compressor is None or self.deflates(message):
            return super().write_message(message, binary)
        socket._compressor = None
        try:
            return super().write_message(message, binary)
        finally:
            socket._compressor = compressor

    def open(self, *args: str, **kwargs: str) -> None:
        self.set_nodelay(True)
        self._listen()
        limits = self._limits
        tells = TELL_HEADER in self.request.headers
        link = Link(self, self._faults, limits.unread_seconds, deflates=self.deflates, tells=tells)
        self._outbox = Outbox(link.write, limits.unread_bytes)
        self._connection = Connection(self._service, self._outbox, limits, self.owner, self._profile)
        parts = (self._outbox.work(), self._keep_alive(), self._grow_old(), self._fall_asleep())
        self._tasks = [asyncio.create_task(_quietly(part)) for part in parts]

    def on_message(self, message: str | bytes) -> Awaitable[None] | None:
        self._listen()
        # tornado reads the next frame, pings included, only when this returns: so it waits for nothing but a client
        # that does not read either.
        return self._connection.receive(message)

    def on_ping(self, data: bytes) -> None:
        self._listen()

    def on_close(self) -> None:
        self._connection.close()
        for task in self._tasks:
            task.cancel()

    def _listen(self) -> None:
        self._heard = asyncio.get_running_loop().time()

    async def _keep_alive(self) -> None:
        """Protocol pings, of which none must be answered: tornado's own end a connection over a late pong."""
        while self._limits.ping_seconds:
            await asyncio.sleep(self._limits.ping_seconds)
            self.ping()

    async def _grow_old(self) -> None:
        if self._limits.connection_seconds:
            await asyncio.sleep(self._limits.connection_seconds)
            await self._connection.expire()

    async def _fall_asleep(self) -> None:
        """Pongs do not count: they answer this server's own pings, so they would keep every connection for ever."""
        clock, limit = asyncio.get_running_loop().time, self._limits.idle_seconds
        while limit:
            if self._connection.busy:
                self._listen()
            left = self._heard + limit - clock()
            if left <= 0:
                await self._outbox.send(Close(1001, "idle for too long"))
                return
            await asyncio.sleep(left)


async def _quietly(part: Coroutine[Any, Any, None]) -> None:
    """A connection's part, which ends when the client is gone."""
    with suppress(ConnectionError, WebSocketClosedError):
        await part
