"""The HTTP twin: ``POST /v1/responses`` as JSON or as server-sent events, the same events as the WebSocket's."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from tornado.iostream import StreamClosedError

from ws_notebook.faults import POST, STRUCK, STRUCK_BETWEEN, STRUCK_HEADER, TELL_HEADER, Fault, Faults
from ws_notebook.server.compaction import expand
from ws_notebook.server.create import Create, parse_create
from ws_notebook.server.errors import ApiError, refused, told
from ws_notebook.server.generation import count_settings, model_request
from ws_notebook.server.lineage import Lineage
from ws_notebook.server.link import reset, taken
from ws_notebook.server.models.base import Line, Lost
from ws_notebook.server.service import Served
from ws_notebook.server.wire import ResponseObject, decode_object, encode

__all__ = ["InputTokensHandler", "ModelsHandler", "ResponsesHandler"]


class ResponsesHandler(Served):
    """Creates a response. Only stored responses can be continued: HTTP has no connection to remember for it."""

    def initialize(self, *, faults: Faults, patience: float = 0.0, **kwargs: Any) -> None:  # type: ignore[override]
        super().initialize(**kwargs)
        self._faults = faults
        self._patience = patience
        self._task: asyncio.Task[None] | None = None
        self._tells = TELL_HEADER in self.request.headers
        self._told: list[str] = []
        """The rules of what struck before there was an event to tell it."""

    async def post(self) -> None:
        self._task = asyncio.create_task(self._respond())
        try:
            await self._task
        except Lost:
            reset(self.request.connection.stream)  # type: ignore[union-attr]
        except (asyncio.CancelledError, StreamClosedError):
            if not self.request.connection.stream.closed():  # type: ignore[union-attr]
                raise

    def on_connection_close(self) -> None:
        if self._task is not None:
            self._task.cancel()

    async def _respond(self) -> None:
        await self._strike(self._faults.at(POST), POST)
        fields = decode_object(self.request.body)
        if fields.get("stream_id") is not None:
            raise ApiError("Unknown parameter: 'stream_id'.", code="unknown_parameter", param="stream_id")
        create = parse_create(fields)
        if create.stream:
            await self._stream(create)
        else:
            self.answer(await self._collect(create))

    async def _collect(self, create: Create) -> ResponseObject:
        response: ResponseObject = {}
        line = Line()
        async for events in self._service.respond(create, self.owner, line):
            await self._strike(line.disarm(None), events[0]["type"])
            response = events[-1].get("response", response)
        return response

    async def _stream(self, create: Create) -> None:
        line = Line()
        async for events in self._service.respond(create, self.owner, line):
            if events[0]["sequence_number"] == 0:
                self._begin_stream()
            armed = line.disarm(None)
            # Between two faults all goes at once.
            ready: list[bytes] = []
            for event in events:
                if self._faults.rules or armed:
                    await self._send(b"".join(ready))
                    ready.clear()
                    await self._strike([*self._faults.at(event["type"]), *armed], event["type"])
                    armed = []
                ready.append(b"event: %s\ndata: %s\n\n" % (event["type"].encode(), encode(event)))
            await self._send(b"".join(ready))
        self.write(b"data: [DONE]\n\n")
        await self.finish()

    async def _send(self, data: bytes) -> None:
        """StreamClosedError when the reader is gone, or takes nothing."""
        self.write(data)
        try:
            await taken(self.flush(), len(data), self._patience)
        except TimeoutError:
            reset(self.request.connection.stream)  # type: ignore[union-attr]
            raise StreamClosedError from None

    async def _strike(self, struck: Sequence[Fault], kind: str) -> None:
        """Faults that HTTP has too: a refusal, a wait, a lost connection."""
        for fault in struck:
            if fault.action in _OVER_HTTP and self._tells:
                await self._tell(fault, kind)
            if fault.action == "refuse":
                raise told(refused(fault.argument), self._told) if self._told else refused(fault.argument)
            if fault.action == "stall":
                await asyncio.sleep(fault.argument)
            elif fault.action == "drop":
                reset(self.request.connection.stream)  # type: ignore[union-attr]
                raise StreamClosedError

    async def _tell(self, fault: Fault, kind: str) -> None:
        """In the stream, where that has begun; else by a header of the answer."""
        if self._headers_written:
            event = {"type": STRUCK, "rule": fault.rule, "event": kind}
            await self._send(b"event: %s\ndata: %s\n\n" % (STRUCK.encode(), encode(event)))
        else:
            self._told.append(fault.rule)
            self.set_header(STRUCK_HEADER, STRUCK_BETWEEN.join(self._told))

    def _begin_stream(self) -> None:
        """Not before the first event: until then an error is an HTTP status."""
        self.set_header("Content-Type", "text/event-stream; charset=utf-8")
        self.set_header("Cache-Control", "no-store")
        self.request.connection.stream.set_nodelay(True)  # type: ignore[union-attr]


_OVER_HTTP = frozenset({"refuse", "stall", "drop"})


class InputTokensHandler(Served):
    """Counts what a create would read, as its response's usage would."""

    async def post(self) -> None:
        create = parse_create({"model": "", **decode_object(self.request.body), "generate": False})
        parent = self._service.parent(create, self.owner, lambda _: None)
        lineage = Lineage.extend(parent.lineage if parent else None, create.items)
        model = self._service.model(create.model) if create.model else None
        counted = await model.count(model_request(create, expand(lineage.items()))) if model else None
        tokens = lineage.tokens + count_settings(create) if counted is None else counted
        self.answer({"object": "response.input_tokens", "input_tokens": tokens})


class ModelsHandler(Served):
    """``GET /v1/models``; beside them, what stands behind this server, in words."""

    async def get(self) -> None:
        names = [*self._service.models, *await self._service.source.names()]
        models = [{"id": name, "object": "model", "created": 0, "owned_by": "ws-notebook"} for name in names]
        said = await self._service.source.described()
        self.answer({"object": "list", "data": models, **({"upstream": said} if said else {})})
