"""A request as another Responses API wants it, and that one's events as they are passed on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ws_notebook.core.spoken import mended, spoken
from ws_notebook.dialects import Dialect
from ws_notebook.server.models.base import ModelRequest
from ws_notebook.server.wire import ENDS, Event, Item

__all__ = ["Ending", "body_of", "frame_of"]

_NOT_PASSED = frozenset(
    {
        *("type", "model", "input", "stream", "stream_id", "stream_options", "store", "previous_response_id"),
        *("generate", "background", "context_management"),
    }
)
"""What is this server's own affair, or set anew."""


def body_of(model: str, request: ModelRequest, dialect: Dialect) -> dict[str, Any]:
    """The body of ``POST /responses``, streamed, with the whole lineage. Nothing is stored there."""
    fields = {**_fields(model, request), "input": _kept(request.items), "stream": True}
    return spoken(fields, dialect)


def frame_of(model: str, request: ModelRequest, dialect: Dialect, parent: str | None) -> dict[str, Any]:
    """A ``response.create``: of the lineage only what is new, where the upstream remembers *parent*."""
    items = request.items if parent is None else request.new
    known = {} if parent is None else {"previous_response_id": parent}
    return spoken({"type": "response.create", **_fields(model, request), **known, "input": _kept(items)}, dialect)


def _fields(model: str, request: ModelRequest) -> dict[str, Any]:
    fields = {name: value for name, value in request.fields.items() if name not in _NOT_PASSED}
    return {"model": model, **fields, "store": False}


def _kept(items: Sequence[Item]) -> list[Item]:
    """*items* as an upstream takes them that remembers nothing."""
    return [item for item in items if _stands_alone(item)]


def _stands_alone(item: Item) -> bool:
    """Whether an item means something where nothing is stored: not reasoning of which there is only the id."""
    return item.get("type") != "reasoning" or bool(item.get("encrypted_content") or item.get("content"))


class Ending:
    """Watches the events of one response for how it ends, and mends what the upstream says of that."""

    def __init__(self, dialect: Dialect, limit: int | None) -> None:
        self._dialect = dialect
        self._limit = limit
        self.seen = False
        """Whether the terminal event came."""
        self.error: Any = None
        """The last error that came in an event of its own."""

    def events(self, events: Iterable[Event]) -> Iterator[Event]:
        """The events to pass on, to the end. An error is none of them: it ends the response, or says why it failed."""
        for event in events:
            if self.seen:
                return
            kind = event.get("type")
            if kind in ("error", "response.error") or (kind is None and event.get("error")):
                self.error = event
                continue
            if not isinstance(kind, str):
                continue
            if kind in ENDS:
                self.seen = True
                event = self._mended(event)  # noqa: PLW2901
            yield event

    def _mended(self, event: Event) -> Event:
        response = event.get("response")
        if not isinstance(response, Mapping):
            return event
        if event["type"] == "response.failed" and not response.get("error") and self.error is not None:
            told = self.error.get("error", self.error)
            error = {"code": told.get("code"), "message": told.get("message")} if isinstance(told, Mapping) else told
            return {**event, "response": {**response, "error": error}}
        return dict(mended(event, self._dialect, self._limit))
