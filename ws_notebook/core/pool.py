"""The pool: the lanes of all connections of a session, and which of them a run gets."""

from __future__ import annotations

from collections.abc import Iterator

from .lane import Lane, Lanes
from .learned import Learned
from .run import RunState
from .turn import TurnState

__all__ = ["Pool"]


class Pool:
    """One connection with named lanes, or, where there are none, several with one lane each."""

    def __init__(self, learned: Learned) -> None:
        self.learned = learned
        self.links: list[Lanes] = [Lanes(learned)]
        """The lanes of each connection, the first one always there, in the order in which they were added."""

    def __iter__(self) -> Iterator[Lane]:
        return (lane for lanes in self.links for lane in lanes)

    def of(self, run: RunState) -> Lane | None:
        """The lane that a run has, or None: it waits, or has ended."""
        return next((lane for lane in self if lane.run is run), None)

    def has_beside(self, run: RunState) -> bool:
        """Whether another run has a lane."""
        return any(lane.run is not None and lane.run is not run for lane in self)

    def transport_of(self, run: RunState) -> str:
        """What the run's requests go over."""
        home = next((lanes for lanes in self.links if lanes.of(run) is not None), self.links[0])
        return home.learned.abilities.transport

    def take_aside(self) -> Lane:
        """A free lane over HTTP, for a request that the connections do not take."""
        free = (lane for lanes in self.links if lanes.aside for lane in lanes if lane.free)
        found = next(free, None)
        if found is not None:
            return found
        self.links.append(Lanes(self.learned.over_http(), aside=True))
        return next(iter(self.links[-1]))

    def _ordinary(self) -> list[Lanes]:
        return [lanes for lanes in self.links if not lanes.aside]

    def forget(self) -> None:
        """Start over: no run, and nothing remembered, on any lane."""
        for lanes in self.links:
            lanes.clear()

    def take(self, run: RunState, parent: TurnState | None) -> Lane | None:
        """Give the run a free lane: the one that remembers its parent, another, or a new one. None: wait."""
        wanted = parent.response_id if parent is not None else None
        usable = self._ordinary()[: max(self.learned.abilities.places, 1)]
        free = [lane for lanes in usable for lane in lanes.free_ones()]
        home = next((lane for lane in free if wanted is not None and lane.memory == wanted), None)
        chosen = home or next(iter(free), None) or self._add()
        if chosen is not None:
            chosen.run = run
        return chosen

    def _add(self) -> Lane | None:
        named = self.links[0].add()
        if named is not None or len(self._ordinary()) >= self.learned.abilities.places:
            return named
        self.links.append(Lanes(self.learned))
        return next(iter(self.links[-1]))
