"""A log of frames: one row for each, and the bytes of the latest ones."""

from __future__ import annotations

from collections import deque

import msgspec

from .turn import TurnState

__all__ = ["FrameLog", "FrameRecord", "Outgoing"]


class FrameRecord(msgspec.Struct, frozen=True, eq=False):
    """One WebSocket message, or what stands for it over HTTP."""

    at: float
    """Seconds of the monotonic clock."""
    direction: str
    """"sent" or "received"."""
    lane: str | None
    type: str
    size: int
    """Bytes."""
    response_id: str | None
    data: bytes
    """The frame itself, as it was on the wire."""


class FrameLog:
    """Frames in order. When their bytes pass `limit`, the oldest are dropped; `dropped` counts them."""

    def __init__(self, limit: int = 64 * 1024 * 1024) -> None:
        self.limit = limit
        self.dropped = 0
        self.sent = 0
        """Bytes sent since the beginning."""
        self.received = 0
        self._records: deque[FrameRecord] = deque()
        self._held = 0

    def clear(self) -> None:
        """Start over with no frames and nothing counted."""
        self.dropped = self.sent = self.received = self._held = 0
        self._records = deque()

    def __len__(self) -> int:
        return len(self._records)

    def records(self) -> list[FrameRecord]:
        """A copy of what is held, oldest first; safe to call from any thread."""
        return list(self._records.copy())

    def note(
        self, at: float, direction: str, lane: str | None, kind: str, response_id: str | None, data: bytes
    ) -> None:
        """Add a frame that was just sent or received."""
        self.add(FrameRecord(at, direction, lane, kind, len(data), response_id, data))

    def add(self, record: FrameRecord) -> None:
        if record.direction == "sent":
            self.sent += record.size
        else:
            self.received += record.size
        self._records.append(record)
        self._held += record.size
        while self._held > self.limit and len(self._records) > 1:
            self._held -= self._records.popleft().size
            self.dropped += 1


class Outgoing(msgspec.Struct, frozen=True, eq=False):
    """A frame to send now; tell `sent` when it has been handed to the socket."""

    turn: TurnState
    frame: bytes
    creates: bool = True
    """Whether it asks for the turn's response; a steer does not."""
