"""One connection: the client's messages in, each answered on its lane, within the connection's limits."""

from __future__ import annotations

from collections.abc import Awaitable
from functools import partial
from typing import Any

from ws_notebook.server.create import check_stream_id
from ws_notebook.server.errors import (
    ApiError,
    connection_limit_reached,
    queue_full,
    queue_too_long,
    second_in_flight,
    stream_limit_reached,
)
from ws_notebook.server.lanes import Lanes
from ws_notebook.server.limits import Limits
from ws_notebook.server.outbox import Close, Outbox
from ws_notebook.server.profiles import Profile
from ws_notebook.server.service import Service
from ws_notebook.server.turns import Turns
from ws_notebook.server.wire import decode_object

__all__ = ["Connection"]

_REFUSAL = 1024
"""Bytes, about, that a refusal takes while it waits."""


class Connection:
    """Routes the messages of one client. A create without ``stream_id`` is on the default lane, None.

    ``receive`` only enqueues. Everything here happens on the server's loop.
    """

    def __init__(self, service: Service, outbox: Outbox, limits: Limits, owner: str, profile: Profile) -> None:
        self._limits = limits
        self._profile = profile
        self._outbox = outbox
        self._backlog = outbox.backlog
        """What the client is owed out of turn."""
        self._queued = 0
        """Bytes of the creates that wait."""
        self._lanes = Lanes(in_flight=limits.responses_in_flight)
        self._turns = Turns(service, outbox, owner, limits, profile)
        self._names: set[str] = set()
        """Named lanes of the connection's whole life."""
        self._model: object = None
        self._expired = False
        self._told = False
        """Whether somebody was told that the connection is too old."""

    def receive(self, message: str | bytes) -> Awaitable[Any] | None:
        """Take one message from the client. What it gives is to be waited for before the next one is taken.

        One that belongs to no lane is answered on the default lane in its turn, never within a response there.
        """
        lane: str | None = None
        try:
            fields = decode_object(message)
            if fields.get("type") == "response.steer" and self._profile.steering:
                self._turns.steer(fields)
                return self._backlog.room()
            if self._profile.lanes == "run":
                lane = check_stream_id(fields.get("stream_id"))
            self._check(fields)
            self._admit(lane)
            if self._turns.open and self._profile.second != "queue":
                self._turns.interrupt(second_in_flight())
                return self._backlog.room()
            if self._lanes.waiting >= self._limits.queued_creates:
                raise queue_full(self._limits.queued_creates)
            if self._queued and self._queued + len(message) > self._limits.queued_bytes:
                raise queue_too_long(self._limits.queued_bytes)
        except ApiError as error:
            self._backlog.add(_REFUSAL)
            self._lanes.add(lane, partial(self._tell, lane, error), counted=False)
        else:
            self._turns.open += 1
            self._queued += len(message)
            self._lanes.add(lane, partial(self._answer, lane, fields, len(message)))
        return self._backlog.room()

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
        if self._profile.old_age == "drop":
            await self._outbox.send(Close(None))
        await self._lanes.finished()
        if self._profile.old_age == "close":
            await self._outbox.send(Close(1001, "connection limit reached"))
        if not self._told:
            await self._turns.tell(None, connection_limit_reached(self._limits.connection_seconds))
        await self._outbox.send(Close(1000, "connection limit reached"))

    def close(self) -> None:
        """The client is gone: stop what it asked for."""
        self._lanes.close()
        self._backlog.close()
        self._turns.close()

    async def _tell(self, lane: str | None, error: ApiError) -> None:
        try:
            await self._turns.tell(lane, error)
        finally:
            self._backlog.settle(_REFUSAL)

    async def _answer(self, lane: str | None, fields: dict[str, Any], size: int) -> None:
        self._queued -= size
        if self._expired:
            self._told = True
            await self._turns.tell(lane, connection_limit_reached(self._limits.connection_seconds))
        else:
            await self._turns.answer(lane, fields)

    def _check(self, fields: dict[str, Any]) -> None:
        """Refuse what is no create, or none that this provider takes."""
        kind = fields.get("type")
        if kind != "response.create":
            known = "'response.create' and 'response.steer'" if self._profile.steering else "'response.create'"
            message = f"Unknown event type {kind!r}: this server understands {known}."
            raise ApiError(message, code="unknown_event_type", param="type")
        self._profile.check(fields)
        model = fields.get("model")
        if self._profile.one_model and self._model not in (None, model):
            message = f"This connection is for the model '{self._model}': open another one for '{model}'."
            raise ApiError(message, code="model_mismatch", param="model")
        self._model = model

    def _admit(self, lane: str | None) -> None:
        """Count *lane* among the connection's named ones."""
        if lane is None or lane in self._names:
            return
        if len(self._names) >= self._limits.lanes:
            raise stream_limit_reached(self._limits.lanes)
        self._names.add(lane)
