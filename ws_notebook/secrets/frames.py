"""Frames as they may be stored: also without secrets that are spread over the pieces of a text."""

from __future__ import annotations

import json
from collections import deque
from typing import Any, Generic, TypeVar

import msgspec

from .keys import Keys
from .search import hidden_frame, to_frame
from .stream import Stream

__all__ = ["Frames"]

T = TypeVar("T")


class _Event(msgspec.Struct):
    """What tells of which text a frame holds a piece."""

    type: str = ""
    delta: Any = None
    stream_id: Any = None
    item_id: Any = None
    output_index: Any = None
    content_index: Any = None
    summary_index: Any = None


class _Waiting(msgspec.Struct, Generic[T]):
    """A frame that was added, with what it was added for, until it is certain what may be stored of it."""

    tag: T
    frame: bytes
    piece: str | None = None
    """Of a piece of a text, what may be stored so far."""
    open: bool = False
    """Whether what its text holds back may still be added to it."""

    def done(self) -> bytes:
        if self.piece is None:
            return self.frame
        event = json.loads(self.frame)
        if event["delta"] == self.piece:
            return self.frame
        # These tell the text in pieces once more.
        return to_frame({**event, "delta": self.piece, **({"logprobs": []} if event.get("logprobs") else {})})


class Frames(Generic[T]):
    """Frames of connections in order, each with a tag of the caller's: `add` gives those that are certain.

    A frame whose text may end in the beginning of a secret waits for the next one of the same text, or for another
    event on its lane; all behind it wait with it. `close` gives the rest.
    """

    def __init__(self, keys: Keys | None = None) -> None:
        self._keys = keys or Keys()
        self._queue: deque[_Waiting[T]] = deque()
        self._texts: dict[tuple[Any, ...], tuple[Stream, _Waiting[T]]] = {}

    def add(self, tag: T, frame: bytes, road: object = None) -> list[tuple[T, bytes]]:
        """Take a frame; `road` tells its connection and direction."""
        event = _event(frame)
        if isinstance(event.delta, str) and event.type.endswith(".delta"):
            self._queue.append(self._piece(tag, frame, road, event, event.delta))
        else:
            self._end_texts((road, event.stream_id))
            self._queue.append(_Waiting(tag, hidden_frame(frame, self._keys)))
        return self._certain()

    def close(self) -> list[tuple[T, bytes]]:
        """Nothing more comes: those that wait."""
        self._end_texts(())
        return self._certain()

    def _piece(self, tag: T, frame: bytes, road: object, event: _Event, delta: str) -> _Waiting[T]:
        place = (event.type, event.item_id, event.output_index, event.content_index, event.summary_index)
        key = (road, event.stream_id, *map(repr, place))
        known = self._texts.get(key)
        stream = Stream(self._keys) if known is None else known[0]
        if known is not None:
            known[1].open = False
        waiting = _Waiting(tag, frame, stream.feed(delta))
        waiting.open = stream.held > 0
        self._texts[key] = stream, waiting
        return waiting

    def _end_texts(self, lane: tuple[Any, ...]) -> None:
        for key in [key for key in self._texts if key[: len(lane)] == lane]:
            stream, waiting = self._texts.pop(key)
            waiting.piece = (waiting.piece or "") + stream.end() if waiting.open else waiting.piece
            waiting.open = False

    def _certain(self) -> list[tuple[T, bytes]]:
        found = []
        while self._queue and not self._queue[0].open:
            waiting = self._queue.popleft()
            found.append((waiting.tag, waiting.done()))
        return found


def _event(frame: bytes) -> _Event:
    try:
        return msgspec.json.decode(frame, type=_Event)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _Event()
