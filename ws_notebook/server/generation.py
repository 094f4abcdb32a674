"""One response being made: from a checked create to its last event."""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing
from typing import Any

from ws_notebook.server.compaction import compact, expand
from ws_notebook.server.create import Create
from ws_notebook.server.errors import injected
from ws_notebook.server.events import ResponseWriter
from ws_notebook.server.lineage import Lineage, Record, check_outputs
from ws_notebook.server.models.base import Model, ModelRequest
from ws_notebook.server.responses import new_response, usage
from ws_notebook.server.tokens import count, count_items, count_tools
from ws_notebook.server.wire import Event, Item

__all__ = ["Generation", "count_settings"]

_CONTINUABLE = frozenset({"response.completed", "response.incomplete"})
_log = logging.getLogger(__name__)


class Generation:
    """A response to *create*, which continues *parent*.

    The parent is bound here, before anything is sent: one that is evicted later is still this response's parent.
    ApiError when the request's items do not fit together, or are none for the model. *keep* is told of the finished
    response, if it can be continued, before its last event is given.
    """

    def __init__(self, model: Model, create: Create, parent: Record | None, keep: Callable[[Record], None]) -> None:
        self.create = create
        self._model = model
        self._keep = keep
        self._before = parent.lineage if parent else None
        self._lineage = Lineage.extend(self._before, create.items)
        self._items = expand(self._lineage.items())
        check_outputs(self._items, all_answered=create.generate and not create.compact_now)
        if create.generate and (check := getattr(model, "check", None)):
            check(_request(create, self._items))
        self._writer = ResponseWriter(new_response(create, int(time.time())))
        self._interrupted = False
        self._failure: str | None = None

    @property
    def id(self) -> str:
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

    async def events(self) -> AsyncGenerator[Event, None]:
        """The response's events, the terminal one last; whatever goes wrong becomes ``response.failed``.

        Closing the iterator stops the model.
        """
        writer = self._writer
        for event in writer.begin():
            yield event
        async with aclosing(self._write()) as written:
            async for event in written:
                yield event
        for event in writer.end(int(time.time()), self._usage()):
            if event["type"] in _CONTINUABLE:
                self._keep(Record(writer.response, self._lineage))
            yield event

    async def _write(self) -> AsyncGenerator[Event, None]:
        """The model's part of the response; tells the writer when it did not come to its end."""
        for event in self._compact():
            yield event
        if not self.create.generate or self.create.compact_now:
            return
        writer, limit = self._writer, self.create.max_output_tokens
        try:
            async with aclosing(self._model.respond(_request(self.create, self._items))) as pieces:
                async for piece in pieces:
                    if limit is not None and writer.tokens >= limit:
                        writer.cut_short("max_output_tokens")
                        return
                    if self._failure is not None:
                        break
                    if self._interrupted and writer.safe_before(piece):
                        writer.cut_short("steered")
                        return
                    for event in writer.write(piece):
                        yield event
            if self._failure is not None:
                writer.break_off(self._failure, injected(self._failure).message)
        except Exception:  # noqa: BLE001  whatever a model raises is this response's failure, not the server's
            _log.exception("model %s failed", self._model.name)
            writer.break_off("server_error", "The model failed; the server's log has the cause.")

    def _compact(self) -> Iterator[Event]:
        """A compaction item, where the request asks for one or its context is too long and can be made shorter."""
        create, tokens = self.create, count_items(self._items)
        too_long = create.compact_threshold is not None and tokens + count_settings(create) > create.compact_threshold
        if not (create.compact_now or (too_long and create.generate)):
            return
        content = compact(self._items, whole=True)
        shorter = expand([{"type": "compaction", "encrypted_content": content}])
        if create.compact_now or count_items(shorter) < tokens:
            self._items = shorter
            yield from self._writer.compact(content)

    def _usage(self) -> dict[str, Any]:
        """What was read and written. Cached is what came from the parent: kept here, not sent again."""
        return usage(
            total_input=count_settings(self.create) + self._lineage.tokens,
            cached=self._before.tokens if self._before else 0,
            output=self._writer.tokens,
            reasoning=self._writer.reasoning_tokens,
        )


def _stub(call: Item) -> Item:
    if call["type"] == "custom_tool_call":
        return {"type": "custom_tool_call_output", "call_id": call["call_id"]}
    return {"type": "function_call_output", "call_id": call["call_id"], "name": call["name"]}


def count_settings(create: Create) -> int:
    """Tokens of what a request says beside its items."""
    return count(create.fields.get("instructions") or "") + count_tools(create.tools)


def _request(create: Create, items: Sequence[Item]) -> ModelRequest:
    text_format = (create.fields.get("text") or {}).get("format")
    return ModelRequest(
        items=items,
        tools=create.tools,
        tool_choice=create.fields.get("tool_choice") or "auto",
        parallel_tool_calls=create.fields.get("parallel_tool_calls") is not False,
        text_format=text_format if isinstance(text_format, dict) else None,
    )
