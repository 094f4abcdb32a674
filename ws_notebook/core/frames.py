"""A log of frames: one row for each, and the bytes of the latest ones."""

from __future__ import annotations

import sys
from array import array
from collections import deque
from collections.abc import Container, Iterator, Sequence
from typing import Final

import msgspec

__all__ = ["FrameLog", "FrameRecord", "FrameTally", "Tallies"]

_ENTRY: Final = 104
"""Bytes of memory that an entry of the log takes besides its frames, on CPython."""
_FRAME: Final = 41
"""Bytes of memory that a frame takes besides its own."""


_EXACT: Final = 2.0**24
"""Whole numbers below it are exact in four bytes, and seconds of an hour within half a millisecond."""


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
    """The message itself; where it was compressed on the wire, what it was before."""
    turn: str | None = None
    """The turn that it belongs to."""


class FrameTally(msgspec.Struct, frozen=True, eq=False):
    """Frames of one direction and type that came behind one another."""

    direction: str
    type: str
    first: float
    """When the first came, in seconds of the monotonic clock; `last`: the last."""
    last: float
    count: int
    size: int
    """Bytes of all of them."""


class Tallies(msgspec.Struct, eq=False, gc=False):
    """The frames of a turn in order, those of one kind behind one another as one. Packed: there are many turns."""

    _began: float = 0.0
    _kinds: list[str] | str = msgspec.field(default_factory=list)
    """Where it is packed: one word behind the other, a text that all turns of the same course share."""
    _numbers: list[float] | bytes = msgspec.field(default_factory=list)
    """For each kind: whether they were sent, when the first and the last came, how many, and their bytes.

    The times are in seconds since `_began`. Where it is packed: the bytes of an array, of "f" or "d".
    """
    _code: str = "d"

    def __iter__(self) -> Iterator[FrameTally]:
        numbers, began = self._read()[:], self._began
        kinds = self._kinds.split("\n") if isinstance(self._kinds, str) else self._kinds
        for index, kind in enumerate(kinds[: len(numbers) // 5]):
            sent, first, last, count, size = numbers[5 * index : 5 * index + 5]
            direction = "sent" if sent else "received"
            yield FrameTally(direction, kind, began + first, began + last, int(count), int(size))

    def add(self, kind: str, size: int, now: float, *, sent: bool = False, count: int = 1) -> None:
        """So many frames of a kind came, or were sent, at once, with so many bytes in all."""
        kinds, numbers = self._kinds, self._numbers
        if isinstance(kinds, str) or isinstance(numbers, bytes):
            kinds, numbers = self._unpacked()
        if not kinds:
            self._began = now
        at = now - self._began
        if kinds and kinds[-1] == kind and numbers[-5] == sent:
            numbers[-3] = at
            numbers[-2] += count
            numbers[-1] += size
        else:
            kinds.append(kind)
            numbers += (sent, at, at, count, size)

    def pack(self) -> None:
        """Nothing more comes, most likely: take half the room, where the numbers are as exact so."""
        if isinstance(self._kinds, list):
            self._kinds = sys.intern("\n".join(self._kinds))
        numbers = self._read()
        self._code = "f" if max(numbers, default=0.0) < _EXACT else "d"
        self._numbers = array(self._code, numbers).tobytes()

    def _unpacked(self) -> tuple[list[str], list[float]]:
        if isinstance(self._kinds, str):
            self._kinds = self._kinds.split("\n") if self._numbers else []
        if isinstance(self._numbers, bytes):
            self._numbers = self._read()
        return self._kinds, self._numbers

    def _read(self) -> list[float]:
        return list(array(self._code, self._numbers)) if isinstance(self._numbers, bytes) else self._numbers


class _Entry(msgspec.Struct, eq=False, gc=False):
    """Frames of one kind that came together."""

    at: float
    direction: str
    lane: str | None
    type: str
    response_id: str | None
    turn: str | None
    frames: bytes | list[bytes]
    """Nearly always it is one, and a list of one would take as much as itself."""

    def records(self) -> Iterator[FrameRecord]:
        frames = self.frames
        for data in (frames,) if isinstance(frames, bytes) else frames.copy():
            yield FrameRecord(
                self.at, self.direction, self.lane, self.type, len(data), self.response_id, data, self.turn
            )


class FrameLog:
    """Frames in order. When what the log takes in memory passes `limit` bytes, the oldest are dropped."""

    def __init__(self, limit: int = 64 * 1024 * 1024) -> None:
        self.limit = limit
        self._entries: deque[_Entry] = deque()
        self.held = 0
        """Bytes of memory that it takes."""
        self._count = 0

    def clear(self) -> None:
        """Start over with no frames."""
        self.held = self._count = 0
        self._entries = deque()

    def __len__(self) -> int:
        return self._count

    def records(self) -> list[FrameRecord]:
        """A copy of what is held, oldest first; safe to call from any thread."""
        return [record for entry in self._entries.copy() for record in entry.records()]

    def drop(self, turns: Container[str]) -> None:
        """Let go of the frames of these turns. Takes as long as the log is."""
        kept = [entry for entry in self._entries if entry.turn is None or entry.turn not in turns]
        gone = [entry for entry in self._entries if entry.turn is not None and entry.turn in turns]
        for entry in gone:
            frames = [entry.frames] if isinstance(entry.frames, bytes) else entry.frames
            self.held -= sum(map(len, frames)) + _ENTRY + _FRAME * len(frames)
            self._count -= len(frames)
        if gone:
            self._entries = deque(kept)

    def note(
        self,
        at: float,
        direction: str,
        lane: str | None,
        kind: str,
        response_id: str | None,
        frames: Sequence[bytes],
        turn: str | None = None,
    ) -> None:
        """Add frames of one kind that were just sent or received."""
        held: bytes | list[bytes]
        if (count := len(frames)) == 1:
            held = frames[0]
            size = len(held)
        else:
            held = list(frames)
            size = sum(map(len, held))
        self._entries.append(_Entry(at, direction, lane, kind, response_id, turn, held))
        self._count += count
        self.held += size + _ENTRY + _FRAME * count
        while self.held > self.limit and self._count > 1:
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        frames = self._entries[0].frames
        alone = isinstance(frames, bytes) or len(frames) == 1
        self.held -= len(frames if isinstance(frames, bytes) else frames.pop(0)) + _FRAME
        self._count -= 1
        if alone:
            self.held -= _ENTRY
            self._entries.popleft()
