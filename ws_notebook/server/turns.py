"""The turns of one connection: what answers a create on a lane, and what is remembered of it."""

from __future__ import annotations

import logging
from contextlib import aclosing
from functools import partial
from typing import Any

from ws_notebook.server.create import parse_create
from ws_notebook.server.errors import ApiError
from ws_notebook.server.memory import Memory
from ws_notebook.server.outbox import Outbox
from ws_notebook.server.service import Service
from ws_notebook.server.wire import Event

__all__ = ["Turns"]

_log = logging.getLogger(__name__)


class Turns:
    """Answers creates. Each call of ``answer`` and ``tell`` is one turn of a lane, ended by one terminal event."""

    def __init__(self, service: Service, outbox: Outbox, owner: str) -> None:
        self._service = service
        self._outbox = outbox
        self._owner = owner
        self._memory = Memory()

    async def tell(self, lane: str | None, error: ApiError) -> None:
        """Answer with *error*; a named lane's errors echo its name. ConnectionError when the client is gone."""
        await self._outbox.send(error.frame(lane))

    async def answer(self, lane: str | None, fields: dict[str, Any]) -> None:
        """Answer one create with a response's events or with one error. ConnectionError when the client is gone."""
        try:
            await self._respond(lane, fields)
        except ConnectionError:
            raise
        except ApiError as error:
            await self._refuse(lane, fields, error)
        except Exception:  # noqa: BLE001  one bad request must not take the connection with it
            _log.exception("a request failed")
            failure = ApiError("The server failed; its log has the cause.", status=500, kind="server_error")
            await self._refuse(lane, fields, failure)

    async def _refuse(self, lane: str | None, fields: dict[str, Any], error: ApiError) -> None:
        self._memory.evict(lane, fields.get("previous_response_id"))
        await self.tell(lane, error)

    async def _respond(self, lane: str | None, fields: dict[str, Any]) -> None:
        create = parse_create(fields)
        remember = partial(self._memory.remember, lane)
        generation = self._service.begin(create, self._owner, recall=self._memory.recall, remember=remember)
        async with aclosing(generation.events()) as events:
            async for event in events:
                if event["type"] == "response.failed":
                    self._memory.evict(lane, create.previous_response_id)
                await self._send(lane, event)

    async def _send(self, lane: str | None, event: Event) -> None:
        """Every event of a named lane echoes its name."""
        await self._outbox.send(event if lane is None else {**event, "stream_id": lane})
