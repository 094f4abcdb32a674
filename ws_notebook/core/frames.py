"""A log of frames: one row for each, and the bytes of the latest ones."""

from __future__ import annotations

from collections import deque

import msgspec

__all__ = ["FrameLog", "FrameRecord", "FrameTally", "tally"]


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
    turn: str | None = None
    """The turn that it belongs to."""


class FrameTally(msgspec.Struct, eq=False):
    """Frames of one direction and type that came behind one another."""

    direction: str
    type: str
    first: float
    """When the first came, in seconds of the monotonic clock; `last`: the last."""
    last: float
    count: int
    size: int
    """Bytes of all of them."""


def tally(tallies: list[FrameTally], direction: str, kind: str, size: int, now: float) -> None:
    """Add a frame to the tallies of a turn."""
    last = tallies[-1] if tallies else None
    if last is not None and last.type == kind and last.direction == direction:
        last.count, last.size, last.last = last.count + 1, last.size + size, now
    else:
        tallies.append(FrameTally(direction, kind, now, now, 1, size))


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
        self,
        at: float,
        direction: str,
        lane: str | None,
        kind: str,
        response_id: str | None,
        data: bytes,
        turn: str | None = None,
    ) -> None:
        """Add a frame that was just sent or received."""
        self.add(FrameRecord(at, direction, lane, kind, len(data), response_id, data, turn))

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
