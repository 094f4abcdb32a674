"""WebSocket mode: ``GET /v1/responses`` with an upgrade, one JSON object per text message."""

from __future__ import annotations

import asyncio
from typing import Any

from tornado.websocket import WebSocketClosedError, WebSocketHandler

from ws_notebook.server.access import Guarded
from ws_notebook.server.connection import Connection
from ws_notebook.server.errors import ApiError
from ws_notebook.server.limits import Limits
from ws_notebook.server.outbox import Close, Outbox
from ws_notebook.server.service import Service
from ws_notebook.server.wire import Event, encode

__all__ = ["ResponsesSocket"]


class ResponsesSocket(Guarded, WebSocketHandler):
    """One connection. Its outbox is the only writer; when the socket goes, what it was told stops."""

    def initialize(self, *, service: Service, limits: Limits, **kwargs: Any) -> None:  # type: ignore[override]
        super().initialize(**kwargs)
        self._outbox = Outbox(self._write)
        self._connection = Connection(service, self._outbox, limits)
        self._ping_seconds = limits.ping_seconds
        self._tasks: list[asyncio.Task[None]] = []

    async def get(self, *args: Any, **kwargs: Any) -> None:
        if self.request.headers.get("Upgrade", "").lower() != "websocket":
            error = "This path speaks WebSocket on GET and the Responses API on POST."
            self.set_header("Upgrade", "websocket")
            self.refuse(ApiError(error, status=426, code="upgrade_required"))
            return
        await super().get(*args, **kwargs)

    def check_origin(self, origin: str) -> bool:
        return True  # judged in prepare, before the upgrade, where a refusal can be JSON

    def open(self, *args: str, **kwargs: str) -> None:
        self.set_nodelay(True)
        self._tasks = [asyncio.create_task(self._work()), asyncio.create_task(self._keep_alive())]

    def on_message(self, message: str | bytes) -> None:
        # tornado reads the next frame, pings included, only when this returns.
        self._connection.receive(message)

    def on_close(self) -> None:
        self._connection.close()
        for task in self._tasks:
            task.cancel()

    async def _work(self) -> None:
        try:
            await self._outbox.work()
        except ConnectionError:
            return

    async def _keep_alive(self) -> None:
        """Protocol pings, of which none must be answered: tornado's own end a connection over a late pong."""
        while self._ping_seconds:
            await asyncio.sleep(self._ping_seconds)
            try:
                self.ping()
            except WebSocketClosedError:
                return

    async def _write(self, word: Event | Close) -> None:
        if isinstance(word, Close):
            self.close(word.code, word.reason)
            return
        try:
            await self.write_message(encode(word))
        except WebSocketClosedError:
            raise ConnectionResetError("the client is gone") from None
