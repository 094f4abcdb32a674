"""From a create to its events: the one road, taken by the WebSocket and by HTTP alike."""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing

from ws_notebook.server.create import Create
from ws_notebook.server.errors import ApiError, response_not_found
from ws_notebook.server.events import ResponseWriter
from ws_notebook.server.lineage import Lineage, Record, check_outputs
from ws_notebook.server.models.base import Model, ModelRequest
from ws_notebook.server.responses import new_response, usage
from ws_notebook.server.store import Store
from ws_notebook.server.tokens import count, count_tools
from ws_notebook.server.wire import Event, Item

__all__ = ["Recall", "Remember", "Service"]

Recall = Callable[[str], Record | None]
"""A connection's own memory: the record of a response id, if it has one."""
Remember = Callable[[Record], None]
"""Told of a response that can be continued, before its last event is given."""

_log = logging.getLogger(__name__)


class Service:
    """The models and the store of one server."""

    def __init__(self, models: Mapping[str, Model], store: Store) -> None:
        self.models = models
        self._store = store

    async def respond(self, create: Create, *, recall: Recall, remember: Remember) -> AsyncGenerator[Event, None]:
        """The events of one response, the terminal one last.

        ApiError before the first event when the request is refused; after it, whatever goes wrong becomes
        ``response.failed``. Closing the iterator stops the model.
        """
        model = self._model(create.model)
        parent = self._parent(create, recall)
        # Bound before in_progress is sent: a parent evicted later is still this response's parent.
        before = parent.lineage if parent else None
        lineage = Lineage.extend(before, create.items)
        items = lineage.items()
        check_outputs(items, all_answered=create.generate)
        writer = ResponseWriter(new_response(create, int(time.time())))
        for event in writer.begin():
            yield event
        async with aclosing(self._write(writer, model, create, items)) as written:
            async for event in written:
                yield event
        for event in writer.end(int(time.time()), _usage(create, lineage, before, writer)):
            if event["type"] in _CONTINUABLE:
                self._keep(Record(writer.response, Lineage.extend(lineage, writer.response["output"])), remember)
            yield event

    async def _write(
        self, writer: ResponseWriter, model: Model, create: Create, items: Sequence[Item]
    ) -> AsyncGenerator[Event, None]:
        """The model's part of the response; tells *writer* when it did not come to its end."""
        if not create.generate:
            return
        request = _request(create, items)
        limit = create.max_output_tokens
        try:
            async with aclosing(model.respond(request)) as pieces:
                async for piece in pieces:
                    if limit is not None and writer.tokens >= limit:
                        writer.cut_short("max_output_tokens")
                        return
                    for event in writer.write(piece):
                        yield event
        except Exception:  # noqa: BLE001  whatever a model raises is this response's failure, not the server's
            _log.exception("model %s failed", model.name)
            writer.break_off("server_error", "The model failed; the server's log has the cause.")

    def _model(self, name: str) -> Model:
        model = self.models.get(name)
        if model is None:
            known = ", ".join(sorted(self.models))
            message = f"The requested model '{name}' does not exist. This server has: {known}."
            raise ApiError(message, code="model_not_found", param="model")
        return model

    def _parent(self, create: Create, recall: Recall) -> Record | None:
        name = create.previous_response_id
        if name is None:
            return None
        record = recall(name) or self._store.get(name)
        if record is None:
            raise response_not_found(name)
        return record

    def _keep(self, record: Record, remember: Remember) -> None:
        remember(record)
        if record.response["store"]:
            self._store.put(record)


_CONTINUABLE = frozenset({"response.completed", "response.incomplete"})


def _request(create: Create, items: Sequence[Item]) -> ModelRequest:
    text_format = (create.fields.get("text") or {}).get("format")
    return ModelRequest(
        items=items,
        tools=create.tools,
        tool_choice=create.fields.get("tool_choice") or "auto",
        parallel_tool_calls=create.fields.get("parallel_tool_calls") is not False,
        text_format=text_format if isinstance(text_format, dict) else None,
    )


def _usage(create: Create, lineage: Lineage, before: Lineage | None, writer: ResponseWriter) -> dict[str, object]:
    """What was read and written. Cached is what came from the parent: kept here, not sent again."""
    settings = count(create.fields.get("instructions") or "") + count_tools(create.tools)
    return usage(
        total_input=settings + lineage.tokens,
        cached=before.tokens if before else 0,
        output=writer.tokens,
        reasoning=writer.reasoning_tokens,
    )
