"""From a create to its events: the one road, taken by the WebSocket and by HTTP alike."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from typing import Any

from ws_notebook.network.units import Overhead
from ws_notebook.server.access import Guarded
from ws_notebook.server.create import Create
from ws_notebook.server.errors import ApiError, model_not_found, response_not_found
from ws_notebook.server.generation import Generation
from ws_notebook.server.lineage import Record
from ws_notebook.server.models.base import Line, Model
from ws_notebook.server.overhead import spent
from ws_notebook.server.rate import Rate
from ws_notebook.server.store import Store
from ws_notebook.server.wire import Event
from ws_notebook.settings import THROUGH_HEADER

__all__ = ["Recall", "Remember", "Served", "Service", "Source"]

Recall = Callable[[str], Record | None]
"""A connection's own memory: the record of a response id, if it has one."""
Remember = Callable[[Record], None]
"""Told of a response that can be continued, before its last event is given."""


class Source:
    """Models that this server does not know by heart. This one has none."""

    def model(self, name: str) -> Model | None:
        """The model of that name; None: there is none. ApiError for one that may not be named so."""
        return None

    async def names(self) -> list[str]:
        """Those that it lists. ApiError where the list is an upstream's, and that does not answer."""
        return []

    async def described(self) -> str:
        """What it is, in words; empty: nothing in particular. ApiError where that cannot be found out."""
        return ""

    async def look(self) -> None:
        """Learn what there is to be learned before the first request. Never raises."""

    async def close(self) -> None:
        """Let go of what is open."""

    def through(self, headers: Mapping[str, str]) -> Source | None:
        """The upstream that a request's headers name; None: none may be named. ApiError for one that is none."""
        return None


class Service:
    """The models and the store of one server; *source*: where models with other names come from.

    *rate*: how many requests it takes; *overhead*: what it takes its time for before it answers.
    """

    def __init__(
        self,
        models: Mapping[str, Model],
        store: Store,
        source: Source | None = None,
        *,
        rate: Rate | None = None,
        overhead: Overhead | None = None,
    ) -> None:
        self.rate = rate or Rate()
        self.models = models
        self.store = store
        self.source = source or Source()
        self.overhead = overhead

    def begin(
        self,
        create: Create,
        owner: str,
        *,
        recall: Recall,
        remember: Remember,
        lane: str | None = None,
        line: Line | None = None,
    ) -> Generation:
        """A response to *create*, asked for by *owner*, its parent bound. ApiError when the request is refused."""
        self.rate.take()
        model = self.model(create.model)
        parent = self.parent(create, owner, recall)
        known = parent is not None and recall(parent.id) is not None
        delay = 0.0 if self.overhead is None else spent(self.overhead, create, parent, remembered=known)

        def keep(record: Record) -> None:
            remember(record)
            if create.store:
                self.store.put(owner, record)

        return self.make(model, create, lane, parent=parent, keep=keep, line=line, delay=delay)

    def make(self, model: Model, create: Create, lane: str | None, **asked: Any) -> Generation:
        """The response itself; *asked*: what else a Generation takes. ApiError when its items do not fit together."""
        return Generation(model, create, lane=lane, **asked)

    async def respond(self, create: Create, owner: str, line: Line | None = None) -> AsyncGenerator[list[Event], None]:
        """The events of one response that no connection remembers, all that are there at once, the terminal one last.

        ApiError before the first event when the request is refused; after it, whatever goes wrong becomes
        ``response.failed``. Closing the iterator stops the model. *line* ends with it.
        """
        line = line or Line()
        generation = self.begin(create, owner, recall=lambda _: None, remember=lambda _: None, line=line)
        try:
            async with aclosing(generation.batches()) as batches:
                async for events in batches:
                    yield events
        finally:
            await line.close()

    def model(self, name: str) -> Model:
        """ApiError when there is none of that name."""
        model = self.models.get(name) or self.source.model(name)
        if model is None:
            raise model_not_found(name, self.models)
        return model

    def through(self, headers: Mapping[str, str]) -> Service:
        """The service of the upstream that a request's headers name, or this one. ApiError where none may be named."""
        if THROUGH_HEADER not in headers:
            return self
        source = self.source.through(headers)
        if source is None:
            message = "This server stands in front of no address that a client names: it was not started for that."
            raise ApiError(message, status=403, code="upstream_refused")
        return Service({}, self.store, source, rate=self.rate, overhead=self.overhead)

    def parent(self, create: Create, owner: str, recall: Recall) -> Record | None:
        """What *create* continues. ApiError when nobody has it; None when it continues nothing."""
        name = create.previous_response_id
        if name is None:
            return None
        record = recall(name) or self.store.get(owner, name)
        if record is None:
            raise response_not_found(name)
        return record


class Served(Guarded):
    """A handler of the service."""

    def initialize(self, *, service: Service, **kwargs: Any) -> None:  # type: ignore[override]
        super().initialize(**kwargs)
        self._service = service

    def prepare(self) -> None:
        super().prepare()
        self._service = self._service.through(self.request.headers)
