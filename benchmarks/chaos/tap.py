"""What really goes over the wire, counted where it leaves and arrives: before the session sees it."""

from __future__ import annotations

import json
from typing import Any

from ws_notebook.transports.base import Connection, Endpoint
from ws_notebook.transports.websocket import WebSocketTransport

__all__ = ["Arrivals", "Requests", "TappedTransport"]

_PROOFS = ("previous_response_not_found", "websocket_connection_limit_reached", "rate_limit_exceeded")
"""Errors after which a request may go out once more: nothing was begun."""


class Arrivals:
    """Counts the text that comes out of the sockets, each event once."""

    def __init__(self) -> None:
        self.characters = 0
        self.deltas = 0
        self._seen: set[tuple[str, int]] = set()

    def note(self, frame: bytes) -> None:
        """Take one frame off the wire."""
        if b'"response.output_text.delta"' not in frame:
            return
        event = json.loads(frame)
        key = (event["item_id"], event["sequence_number"])
        if key not in self._seen:
            self._seen.add(key)
            self.deltas += 1
            self.characters += len(event["delta"])


class Requests:
    """Counts requests, and those that go out again without an error that proves that nothing was begun.

    A request is known by its last item, the question or the last output: each is there once in the whole plan.
    """

    def __init__(self) -> None:
        self.sent = 0
        self.sent_again = 0
        self.unproven: list[str] = []
        self._last: dict[str, tuple[object, str | None]] = {}
        """By the last item, the connection and the lane on which it went out."""
        self._proven: set[str] = set()

    def note_sent(self, connection: object, frame: bytes) -> None:
        """A frame goes out."""
        request = json.loads(frame)
        if request["type"] != "response.create":
            return
        item = json.dumps(request["input"][-1])
        self.sent += 1
        if item in self._last:
            self.sent_again += 1
            if item not in self._proven:
                self.unproven.append(item)
        self._proven.discard(item)
        self._last[item] = (connection, request.get("stream_id"))

    def note_received(self, connection: object, frame: bytes) -> None:
        """A frame comes in. An error without a lane may be about any request of its connection."""
        if b'"error"' not in frame:
            return
        event = json.loads(frame)
        if event["type"] != "error" or event["error"].get("code") not in _PROOFS:
            return
        lane = event.get("stream_id")
        self._proven |= {item for item, (on, named) in self._last.items() if on is connection and lane in (None, named)}


class _TappedConnection:
    memory = True

    def __init__(self, inner: Connection, arrivals: Arrivals, requests: Requests) -> None:
        self._inner, self._arrivals, self._requests = inner, arrivals, requests

    @property
    def usable(self) -> bool:
        return self._inner.usable

    async def answers(self) -> bool:
        return await self._inner.answers()

    async def send(self, frame: bytes) -> None:
        self._requests.note_sent(self, frame)
        await self._inner.send(frame)

    async def receive(self) -> list[bytes]:
        frames = await self._inner.receive()
        for frame in frames:
            self._arrivals.note(frame)
            self._requests.note_received(self, frame)
        return frames

    async def close(self) -> None:
        await self._inner.close()


class TappedTransport:
    """The real transport, tapped."""

    name = "websocket"
    memory = True

    def __init__(self, arrivals: Arrivals, requests: Requests) -> None:
        self._inner: Any = WebSocketTransport()
        self._arrivals, self._requests = arrivals, requests

    async def connect(self, endpoint: Endpoint) -> _TappedConnection:
        return _TappedConnection(await self._inner.connect(endpoint), self._arrivals, self._requests)
