"""One connection's turns: creates in, events out, one response at a time, and what the connection remembers."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Any

from ws_notebook.server.create import check_stream_id, parse_create
from ws_notebook.server.errors import ApiError
from ws_notebook.server.lineage import Record
from ws_notebook.server.service import Service
from ws_notebook.server.wire import Event, decode_object

__all__ = ["Lanes"]

Send = Callable[[Event], Awaitable[None]]
"""Writes one event to the client and waits until the socket took it; ConnectionError when the client is gone."""
Request = dict[str, Any] | ApiError
"""What waits its turn: a create's fields, or the error that will answer a message that was none."""

_log = logging.getLogger(__name__)


class Lanes:
    """The creates of one connection, answered first in, first out by the one worker that writes to its client.

    ``receive`` only enqueues. Memory is one record for each lane, its most recent response; a create without
    ``stream_id`` is on the default lane, None. Everything here happens on the server's loop.
    """

    def __init__(self, service: Service, send: Send, *, capacity: int) -> None:
        self._service = service
        self._send = send
        self._capacity = capacity
        self._queue: asyncio.Queue[Request] = asyncio.Queue()
        self._memory: dict[str | None, Record] = {}

    def receive(self, message: str | bytes) -> None:
        """Take one message from the client. Bad ones are answered in their turn, never within a response."""
        try:
            fields = decode_object(message)
            _check_event(fields)
            if self._queue.qsize() >= self._capacity:
                raise _queue_full(self._capacity)
        except ApiError as error:
            self._queue.put_nowait(error)
        else:
            self._queue.put_nowait(fields)

    async def work(self) -> None:
        """Answer until cancelled; ConnectionError when ``send`` finds the client gone."""
        while True:
            request = await self._queue.get()
            if isinstance(request, ApiError):
                await self._send(request.frame())
            else:
                await self._answer(request)

    async def _answer(self, fields: dict[str, Any]) -> None:
        try:
            lane = check_stream_id(fields.get("stream_id"))
        except ApiError as error:
            await self._send(error.frame())  # "That error carries no stream_id"
            return
        try:
            await self._respond(fields, lane)
        except ConnectionError:
            raise
        except ApiError as error:
            await self._refuse(error, fields, lane)
        except Exception:  # noqa: BLE001  one bad request must not take the connection with it
            _log.exception("a request failed")
            failure = ApiError("The server failed; its log has the cause.", status=500, kind="server_error")
            await self._refuse(failure, fields, lane)

    async def _refuse(self, error: ApiError, fields: dict[str, Any], lane: str | None) -> None:
        self._evict(lane, fields.get("previous_response_id"))
        await self._send(error.frame(lane))

    async def _respond(self, fields: dict[str, Any], lane: str | None) -> None:
        create = parse_create(fields)
        echo = {} if lane is None else {"stream_id": lane}

        def remember(record: Record) -> None:
            self._memory[lane] = record

        async with aclosing(self._service.respond(create, recall=self._recall, remember=remember)) as events:
            async for event in events:
                if event["type"] == "response.failed":
                    self._evict(lane, create.previous_response_id)
                await self._send({**event, **echo})

    def _recall(self, response_id: str) -> Record | None:
        return next((record for record in self._memory.values() if record.id == response_id), None)

    def _evict(self, lane: str | None, response_id: object) -> None:
        """A failed continuation forgets its parent, on its own lane only: a failed fork leaves the source alone."""
        record = self._memory.get(lane)
        if record is not None and record.id == response_id:
            del self._memory[lane]


def _check_event(fields: dict[str, Any]) -> None:
    kind = fields.get("type")
    if kind != "response.create":
        raise ApiError(
            f"Unknown event type {kind!r}: this server understands 'response.create'.",
            code="unknown_event_type",
            param="type",
        )


def _queue_full(capacity: int) -> ApiError:
    return ApiError(
        f"{capacity} requests wait on this connection already; wait for answers before sending more.",
        status=429,
        code="websocket_queue_full",
        kind="rate_limit_error",
    )
