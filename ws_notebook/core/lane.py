"""A lane: the first-in-first-out stream of one `stream_id`. Routing only; lineage is elsewhere."""

from __future__ import annotations

from collections import deque

from .run import RunState
from .turn import TurnState

__all__ = ["Lane"]


class Lane:
    """What is in flight on one lane, what waits for it, and what the connection remembers of it."""

    def __init__(self, name: str | None) -> None:
        self.name = name
        self.run: RunState | None = None
        """The run that has the lane."""
        self.waiting: deque[RunState] = deque()
        self.pending: TurnState | None = None
        """The turn whose request waits to be sent: for a connection, or for the end of `current`."""
        self.current: TurnState | None = None
        """The turn in flight: it waits for its terminal event."""
        self.last: TurnState | None = None
        """The turn that ended last: events that come late are its own."""
        self.memory: str | None = None
        """The response id that the connection remembers: the latest one of the lane."""
