"""Hearing: when something was last heard on a lane that was understood, and what came since that was not."""

from __future__ import annotations

import re

import msgspec

from . import codec
from .events import UnknownEvent

__all__ = ["Hearing"]

_HEARTBEAT = re.compile(r"ping|keep.?alive|heart.?beat|rate.?limit", re.IGNORECASE)
"""Types of unknown events that stand in no other event's place."""

_PLACED = frozenset({"item_id", "output_index", "item"})
"""Fields of events about an item: unknown or not, none of them is the end of a response."""

_NAME = 60
"""Characters of an unknown type that an error repeats."""


class Hearing(msgspec.Struct, eq=False):
    """What was heard on a lane, in seconds of the monotonic clock."""

    at: float = 0.0
    """When its request left, or the last event came that was understood."""
    odd: int = 0
    """How many events came since that were not."""
    odd_type: str = ""
    """The type of the last of them; empty where it could not be read."""
    puzzled: float | None = None
    """When the first of them came that may have been the end of the response."""

    def hear(self, now: float) -> None:
        """Something came that was understood, or a request left: the wait begins anew."""
        self.at = now
        if self.odd:
            self.odd, self.odd_type, self.puzzled = 0, "", None

    def delay(self, seconds: float) -> None:
        """Have the wait last longer."""
        self.at += seconds
        self.puzzled = None if self.puzzled is None else self.puzzled + seconds

    def wonder(self, event: UnknownEvent, now: float) -> None:
        """An event came that is not understood."""
        self.odd, self.odd_type = self.odd + 1, event.type[:_NAME]
        if self.puzzled is None and not _HEARTBEAT.search(event.type):
            placed = event.type and not _PLACED.isdisjoint(codec.decode_object(event.frame))
            self.puzzled = None if placed else now
