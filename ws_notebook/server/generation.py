"""One response being made: from a checked create to its last event."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Any

from ws_notebook.server.compaction import compact, expand
from ws_notebook.server.create import Create
from ws_notebook.server.errors import ApiError, injected
from ws_notebook.server.events import ResponseWriter
from ws_notebook.server.lineage import Lineage, Record, check_outputs
from ws_notebook.server.models.base import Line, Lost, Model, ModelRequest, Passed, Piece, Pieces
from ws_notebook.server.responses import new_response, usage
from ws_notebook.server.tokens import count, count_items, count_tools
from ws_notebook.server.wire import Event, Item

__all__ = ["Generation", "count_settings", "model_request"]

_CONTINUABLE = frozenset({"response.completed", "response.incomplete"})
_PATIENCE = 2.0
"""Seconds within which a model that refuses a request is to say so; then the response has begun, and fails."""
_log = logging.getLogger(__name__)


class Generation:
    """A response to *create*, which continues *parent*.

    The parent is bound here, before anything is sent: one that is evicted later is still this response's parent.
    ApiError when the request's items do not fit together, or are none for the model. *keep* is told of the finished
    response, if it can be continued, before its last event is given. *lane* and *line* are the client's. *delay*: the
    seconds before anything is done.
    """

    def __init__(
        self,
        model: Model,
        create: Create,
        parent: Record | None,
        keep: Callable[[Record], None],
        *,
        lane: str | None = None,
        line: Line | None = None,
        delay: float = 0.0,
    ) -> None:
        self.create = create
        self._delay = delay
        self._model = model
        self._keep = keep
        self._before = parent.lineage if parent else None
        self._lineage = Lineage.extend(self._before, create.items)
        items = expand(self._lineage.items())
        check_outputs(items, all_answered=create.generate and not create.compact_now)
        self._request = model_request(create, items, lane=lane, line=line)
        if create.generate:
            model.check(self._request)
        self._writer = ResponseWriter(new_response(create, int(time.time())))
        # A model with tokens of its own keeps the limit itself.
        self._limit = None if model.counts else create.max_output_tokens
        self._interrupted = self._stopped = False
        self._failure: str | None = None

    @property
    def id(self) -> str:
        """The response's id, which may be the upstream's: not settled before the first events."""
        return str(self._writer.response["id"])

    def interrupt(self) -> None:
        """End at the next safe boundary: when the item that is open is finished, unless a client's tool was called.

        The response is then incomplete, "steered". One that comes to its own end before that is completed.
        """
        self._interrupted = True

    def fail(self, code: str) -> None:
        """End before the next piece: the response failed, with that code."""
        self._failure = code

    def note(self, kind: str, **fields: Any) -> Event:
        """An event about this response that is none of its own, numbered among them."""
        return self._writer.note(kind, **fields)

    def required_input(self) -> list[Item]:
        """Stubs of the outputs that the client owes when the response has ended."""
        return [_stub(call) for call in self._writer.calls()]

    async def batches(self) -> AsyncGenerator[list[Event], None]:
        """The response's events, all that are there at once, the terminal one last.

        ApiError before the first of them where the model refuses the request; whatever goes wrong later becomes
        ``response.failed``, but Lost, which is for the connection. Closing the iterator stops the model.
        """
        writer = self._writer
        async with aclosing(self._written()) as written:
            async for events in written:
                yield events
        last = [] if writer.begun else list(writer.begin())
        last += writer.end(int(time.time()), self._usage())
        if last[-1]["type"] in _CONTINUABLE:
            self._keep(Record(writer.response, self._lineage, writer.output))
        yield last

    async def _written(self) -> AsyncGenerator[list[Event], None]:
        """The model's part of the response; tells the writer when it did not come to its end."""
        if self._delay:
            await asyncio.sleep(self._delay)
        content = await self._compact()
        if not self.create.generate or self.create.compact_now:
            if not self.create.generate:
                self._writer.read = await self._model.warm_up(self._request)
            yield [*self._writer.begin(), *self._compacted(content)]
            return
        try:
            async with aclosing(self._model.respond(self._request)) as pieces:
                async for events in self._follow(pieces, content):
                    yield events
        except ApiError as error:
            if not self._writer.begun:
                raise
            self._writer.break_off(error.code or error.kind, error.message)
        except Lost:
            raise
        except Exception:  # noqa: BLE001  whatever a model raises is this response's failure, not the server's
            _log.exception("model %s failed", self._model.name)
            self._writer.break_off("server_error", "The model failed; the server's log has the cause.")

    async def _follow(
        self, pieces: AsyncGenerator[Pieces, None], content: str | None
    ) -> AsyncGenerator[list[Event], None]:
        """Begin when the model has taken the request, or lets wait for too long; then write what it gives."""
        first = asyncio.ensure_future(anext(pieces, None))
        try:
            await asyncio.wait({first}, timeout=_PATIENCE)
            batch = first.result() if first.done() else ()
            if content is not None or not first.done():
                yield [*self._writer.begin(), *self._compacted(content)]
            batch = await first
        finally:
            await _ended(first)
        while batch is not None:
            if events := list(self._write(batch)):
                yield events
            if self._stopped:
                return
            batch = await anext(pieces, None)
        self._fail_on_demand()

    def _write(self, batch: Pieces) -> Iterator[Event]:
        writer = self._writer
        if not writer.begun and not (batch and isinstance(batch[0], Passed)):
            yield from writer.begin()
        for piece in batch:
            if self._ends_before(piece):
                self._stopped = True
                return
            yield from writer.write(piece)

    def _ends_before(self, piece: Piece) -> bool:
        """Whether the response ends here; the writer is told how."""
        writer = self._writer
        if self._limit is not None and writer.tokens >= self._limit:
            writer.cut_short("max_output_tokens")
        elif self._interrupted and writer.safe_before(piece):
            writer.cut_short("steered")
        else:
            return self._fail_on_demand()
        return True

    def _fail_on_demand(self) -> bool:
        if self._failure is None:
            return False
        self._writer.break_off(self._failure, injected(self._failure).message)
        return True

    async def _compact(self) -> str | None:
        """What stands for everything before, where the request asks for it or its context is too long for it."""
        create, items = self.create, self._request.items
        tokens = count_items(items)
        too_long = create.compact_threshold is not None and tokens + count_settings(create) > create.compact_threshold
        if not (create.compact_now or (too_long and create.generate)):
            return None
        content = compact(items, whole=True, words=await self._model.compact(self._request))
        shorter = expand([{"type": "compaction", "encrypted_content": content}])
        if not create.compact_now and count_items(shorter) >= tokens:
            return None
        self._request = replace(self._request, items=shorter, new=shorter, parent=None)
        return content

    def _compacted(self, content: str | None) -> Iterator[Event]:
        return iter(()) if content is None else self._writer.compact(content)

    def _usage(self) -> dict[str, Any]:
        """What was read and written. Cached is what came from the parent: kept here, not sent again."""
        read = self._writer.read
        if read is not None:
            return usage(total_input=read.input, cached=read.cached, output=read.output, reasoning=read.reasoning)
        return usage(
            total_input=count_settings(self.create) + self._lineage.tokens,
            cached=self._before.tokens if self._before else 0,
            output=self._writer.tokens,
            reasoning=self._writer.reasoning_tokens,
        )


async def _ended(task: asyncio.Future[Any]) -> None:
    """Stop *task*, and wait until it has."""
    if not task.done():
        task.cancel()
        await asyncio.wait({task})


def _stub(call: Item) -> Item:
    named = {} if call["type"] == "custom_tool_call" else {"name": call["name"]}
    return {"type": f"{call['type']}_output", "call_id": call["call_id"], **named}


def count_settings(create: Create) -> int:
    """Tokens of what a request says beside its items."""
    return count(create.fields.get("instructions") or "") + count_tools(create.tools)


def model_request(
    create: Create, items: Sequence[Item], *, lane: str | None = None, line: Line | None = None
) -> ModelRequest:
    """*create*, which continues a lineage to *items*, as a model sees it."""
    text_format = (create.fields.get("text") or {}).get("format")
    return ModelRequest(
        items=items,
        tools=create.tools,
        tool_choice=create.fields.get("tool_choice") or "auto",
        parallel_tool_calls=create.fields.get("parallel_tool_calls") is not False,
        text_format=text_format if isinstance(text_format, dict) else None,
        new=create.items,
        parent=create.previous_response_id,
        fields=create.fields,
        lane=lane,
        line=line or Line(),
    )
