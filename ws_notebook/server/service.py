"""From a create to its events: the one road, taken by the WebSocket and by HTTP alike."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from typing import Any

from ws_notebook.server.access import Guarded
from ws_notebook.server.create import Create
from ws_notebook.server.errors import ApiError, response_not_found
from ws_notebook.server.generation import Generation
from ws_notebook.server.lineage import Record
from ws_notebook.server.models.base import Line, Model
from ws_notebook.server.store import Store
from ws_notebook.server.wire import Event

__all__ = ["Recall", "Remember", "Served", "Service"]

Recall = Callable[[str], Record | None]
"""A connection's own memory: the record of a response id, if it has one."""
Remember = Callable[[Record], None]
"""Told of a response that can be continued, before its last event is given."""


class Service:
    """The models and the store of one server."""

    def __init__(self, models: Mapping[str, Model], store: Store) -> None:
        self.models = models
        self.store = store

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
        model = self.model(create.model)
        parent = self.parent(create, owner, recall)

        def keep(record: Record) -> None:
            remember(record)
            if create.store:
                self.store.put(owner, record)

        return Generation(model, create, parent, keep, lane=lane, line=line)

    async def respond(self, create: Create, owner: str) -> AsyncGenerator[list[Event], None]:
        """The events of one response that no connection remembers, all that are there at once, the terminal one last.

        ApiError before the first event when the request is refused; after it, whatever goes wrong becomes
        ``response.failed``. Closing the iterator stops the model.
        """
        line = Line()
        generation = self.begin(create, owner, recall=lambda _: None, remember=lambda _: None, line=line)
        try:
            async with aclosing(generation.batches()) as batches:
                async for events in batches:
                    yield events
        finally:
            await line.close()

    def model(self, name: str) -> Model:
        """ApiError when there is none of that name."""
        model = self.models.get(name)
        if model is None:
            known = ", ".join(sorted(self.models))
            message = f"The requested model '{name}' does not exist. This server has: {known}."
            raise ApiError(message, code="model_not_found", param="model")
        return model

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
