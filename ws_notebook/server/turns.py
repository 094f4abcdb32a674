"""The turns of one connection: what answers a create on a lane, and what is remembered of it."""

from __future__ import annotations

import asyncio
import logging
from contextlib import aclosing
from functools import partial
from typing import Any

from ws_notebook.faults import Failure
from ws_notebook.server.create import Create, parse_create
from ws_notebook.server.errors import ApiError
from ws_notebook.server.generation import Generation
from ws_notebook.server.limits import Limits
from ws_notebook.server.lineage import Memory, Record
from ws_notebook.server.models.base import Line, Lost
from ws_notebook.server.outbox import Close, Mark, Outbox
from ws_notebook.server.profiles import Profile
from ws_notebook.server.service import Remember, Service
from ws_notebook.server.steering import Steering, Target
from ws_notebook.server.wire import ENDS, Event

__all__ = ["Turns"]

_log = logging.getLogger(__name__)


class Turns:
    """Answers creates. Each call of ``answer`` and ``tell`` is a turn of a lane, ended by one terminal event.

    A response that is steered is followed by its successor within the same turn.
    """

    def __init__(self, service: Service, outbox: Outbox, owner: str, limits: Limits, profile: Profile) -> None:
        self._service = service
        self._outbox = outbox
        self._owner = owner
        self._profile = profile
        self._memory = Memory(per_lane=profile.remembered)
        self._steering = Steering(self._post, capacity=limits.pending_steers)
        self._line = Line()
        self._closing: asyncio.Task[None] | None = None
        self.succeed = True
        """Whether successors are still begun."""
        self.open = 0
        """Creates whose terminal event is not sent yet."""

    def close(self) -> None:
        """The client is gone, and with it what models keep for it."""
        self._closing = asyncio.create_task(self._line.close())

    def steer(self, fields: dict[str, Any]) -> None:
        """Take one ``response.steer``, out of band: it is for a response that runs, not for a lane."""
        self._outbox.post(Mark("response.steer"))
        self._steering.submit(fields)

    async def tell(self, lane: str | None, error: ApiError) -> None:
        """Answer with *error*; a named lane's errors echo its name. ConnectionError when the client is gone."""
        await self._outbox.send(self._profile.frame(error, lane))
        if self._profile.close_after_error:
            await self._outbox.send(Close(1011 if error.status >= 500 else 1008, error.code or error.kind))

    def interrupt(self, error: ApiError) -> None:
        """Say *error* at once, whatever is being answered; where a second create closes, close."""
        self._outbox.post(self._profile.frame(error, None))
        if self._profile.second == "close":
            self._outbox.post(Close(1008, "a response is already in progress"))

    async def answer(self, lane: str | None, fields: dict[str, Any]) -> None:
        """Answer one create with a response's events or with one error. ConnectionError when the client is gone."""
        try:
            await self._outbox.send(Mark("response.create", lane))
            await self._respond(lane, parse_create(fields))
        except ConnectionError:
            raise
        except Lost as lost:
            await self._outbox.send(Close(lost.code, lost.reason))
        except ApiError as error:
            await self._refuse(lane, fields, error)
        except Exception:  # noqa: BLE001  one bad request must not take the connection with it
            _log.exception("a request failed")
            failure = ApiError("The server failed; its log has the cause.", status=500, kind="server_error")
            await self._refuse(lane, fields, failure)

    async def _refuse(self, lane: str | None, fields: dict[str, Any], error: ApiError) -> None:
        self._memory.evict(lane, fields.get("previous_response_id"))
        self._steering.abandon(lane, fields.get("previous_response_id"))
        self.open -= 1
        await self.tell(lane, error)

    async def _respond(self, lane: str | None, create: Create) -> None:
        generation: Generation | None = self._begin(lane, self._steering.join(lane, create))
        self._steering.settle(lane, create.previous_response_id)
        while generation is not None:
            target = Target(lane, generation)
            try:
                await self._write(target)
            finally:
                # However it went, it is over: a response whose lane was broken off takes no steer.
                if target.status == "in_progress":
                    target.status = "failed"
            generation = self._successor(target)

    def _begin(self, lane: str | None, create: Create) -> Generation:
        remember: Remember = partial(self._memory.remember, lane)
        if self._profile.whole_chains:
            self._check_store(create)
            if create.store:
                remember = _forget
        recall, line = self._memory.recall, self._line
        return self._service.begin(create, self._owner, recall=recall, remember=remember, lane=lane, line=line)

    def _check_store(self, create: Create) -> None:
        """What LocalAI says where stored and unstored responses meet, and when it remembers enough of the latter."""
        if create.store and create.previous_response_id and self._memory.recall(create.previous_response_id):
            raise ApiError(
                "store=true cannot persist a response that depends on connection-local store=false history; "
                "use store=false or start a new stored chain",
                code="invalid_store_transition",
                param="store",
            )
        if not create.store and len(self._memory) >= self._profile.remembered:
            raise ApiError(
                "connection-local response history limit reached; reconnect to start a new local history",
                code="connection_store_limit_reached",
                param="store",
            )

    def _successor(self, target: Target) -> Generation | None:
        create = self._steering.successor(target)
        if create is None:
            return None
        try:
            if self.succeed:
                return self._begin(target.lane, create)
        except ApiError:
            _log.exception("a successor was refused")
        self._steering.give_back(target)
        return None

    async def _write(self, target: Target) -> None:
        generation = target.generation
        async with aclosing(generation.batches()) as batches:
            async for events in batches:
                self._steering.begin(target)
                for event in events:
                    self._note(target, event)
                told = [_on(target.lane, each) for event in events if (each := self._shape(event, generation))]
                armed = self._line.disarm(target.lane)
                brought = [Mark("", target.lane, armed)] if armed else []
                try:
                    await self._outbox.send(*brought, *told)
                except Failure as failure:
                    generation.fail(failure.code)

    def _note(self, target: Target, event: Event) -> None:
        """An event is about to be sent."""
        if event["type"] not in ENDS:
            return
        if not target.steers:
            self.open -= 1
        target.status = event["response"]["status"]
        if event["type"] == "response.failed":
            self._memory.evict(target.lane, target.generation.create.previous_response_id)

    def _shape(self, event: Event, generation: Generation) -> Event | None:
        """A warm-up has two events at LocalAI, numbered 0 and 1."""
        if self._profile.warm_up != "two" or generation.create.generate:
            return event
        number = min(1, event["sequence_number"])
        return None if event["type"] == "response.in_progress" else {**event, "sequence_number": number}

    def _post(self, lane: str | None, event: Event) -> None:
        self._outbox.post(_on(lane, event))


def _forget(record: Record) -> None:
    """The store has it."""


def _on(lane: str | None, event: Event) -> Event:
    """Every event of a named lane echoes its name."""
    return event if lane is None else {**event, "stream_id": lane}
