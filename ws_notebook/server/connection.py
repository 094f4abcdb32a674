"""One connection: the client's messages in, each answered on its lane, within the connection's limits."""

from __future__ import annotations

from functools import partial
from typing import Any

from ws_notebook.server.create import check_stream_id
from ws_notebook.server.errors import ApiError, connection_limit_reached, queue_full, stream_limit_reached
from ws_notebook.server.lanes import Lanes
from ws_notebook.server.limits import Limits
from ws_notebook.server.outbox import Close, Outbox
from ws_notebook.server.service import Service
from ws_notebook.server.turns import Turns
from ws_notebook.server.wire import decode_object

__all__ = ["Connection"]


class Connection:
    """Routes the messages of one client. A create without ``stream_id`` is on the default lane, None.

    ``receive`` only enqueues. Everything here happens on the server's loop.
    """

    def __init__(self, service: Service, outbox: Outbox, limits: Limits, owner: str) -> None:
        self._limits = limits
        self._outbox = outbox
        self._lanes = Lanes(in_flight=limits.responses_in_flight)
        self._turns = Turns(service, outbox, owner, limits)
        self._names: set[str] = set()
        """Named lanes of the connection's whole life."""
        self._expired = False
        self._told = False
        """Whether somebody was told that the connection is too old."""

    def receive(self, message: str | bytes) -> None:
        """Take one message from the client.

        One that belongs to no lane is answered on the default lane in its turn, never within a response there.
        """
        lane: str | None = None
        try:
            fields = decode_object(message)
            if fields.get("type") == "response.steer":
                self._turns.steer(fields)
                return
            lane = check_stream_id(fields.get("stream_id"))
            _check_event(fields)
            self._admit(lane)
            if self._lanes.waiting >= self._limits.queued_creates:
                raise queue_full(self._limits.queued_creates)
        except ApiError as error:
            self._lanes.add(lane, partial(self._turns.tell, lane, error), counted=False)
        else:
            self._lanes.add(lane, partial(self._answer, lane, fields))

    @property
    def busy(self) -> bool:
        """Whether anything is being answered or waits for it."""
        return self._lanes.busy

    async def expire(self) -> None:
        """The connection is too old: what runs comes to its end, what waits or comes now is refused, then it closes.

        ConnectionError when the client is gone. (Undocumented is what providers do to a running response then.)
        """
        self._expired = True
        self._turns.succeed = False
        await self._lanes.finished()
        if not self._told:
            await self._turns.tell(None, connection_limit_reached(self._limits.connection_seconds))
        await self._outbox.send(Close(1000, "connection limit reached"))

    def close(self) -> None:
        """The client is gone: stop what it asked for."""
        self._lanes.close()

    async def _answer(self, lane: str | None, fields: dict[str, Any]) -> None:
        if self._expired:
            self._told = True
            await self._turns.tell(lane, connection_limit_reached(self._limits.connection_seconds))
        else:
            await self._turns.answer(lane, fields)

    def _admit(self, lane: str | None) -> None:
        """Count *lane* among the connection's named ones."""
        if lane is None or lane in self._names:
            return
        if len(self._names) >= self._limits.lanes:
            raise stream_limit_reached(self._limits.lanes)
        self._names.add(lane)


def _check_event(fields: dict[str, Any]) -> None:
    kind = fields.get("type")
    if kind != "response.create":
        raise ApiError(
            f"Unknown event type {kind!r}: this server understands 'response.create' and 'response.steer'.",
            code="unknown_event_type",
            param="type",
        )
