"""Lanes: the first-in-first-out streams of a connection, one for each `stream_id`. Routing only; lineage is elsewhere.

The facts are those of OpenAI's WebSocket mode guide: a named lane begins when it is first used and
lasts as long as the connection; each lane's latest response is remembered; another lane may fork from it.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterator

from . import codec, outcome
from .events import ErrorEvent, ResponseCreated, ServerEvent
from .hearing import Hearing
from .learned import Learned
from .run import RunState
from .turn import TurnState

__all__ = ["Lane", "Lanes"]

_REMEMBERED = 32


class Lane:
    """What is in flight on one lane, what waits for it, and what the connection remembers of it."""

    def __init__(self, name: str | None) -> None:
        self.name = name
        self.run: RunState | None = None
        """The run that has the lane."""
        self.pending: TurnState | None = None
        """The turn whose request waits to be sent: for a connection, or for the end of `current`."""
        self.current: TurnState | None = None
        """The turn in flight: it waits for its terminal event. One that was given up is read and dropped."""
        self.last: TurnState | None = None
        """The turn that ended last: events that come late are its own."""
        self.awaits: TurnState | None = None
        """A turn of a stopped run after which the provider begins another by itself: that one comes first."""
        self.asked = 0
        """The bytes of the request in flight."""
        self.memory: str | None = None
        """The response id that the connection remembers: the latest one of the lane."""
        self.hearing = Hearing()
        """What was heard on it, and when."""
        self.kept = False
        """What it remembers is forked from by many: no run gets it, so that it is remembered as long as that lasts."""
        self.lost = False
        """It fell silent: nothing more is taken from it, and nothing asked on it, as long as the connection lasts."""
        self.ended: deque[str] = deque(maxlen=_REMEMBERED)
        """The ids of the responses that ended on it last."""
        self.held: tuple[ErrorEvent, float, int] | None = None
        """An error that may be of the response before, until when that is open, and its frame's length in bytes."""

    @property
    def free(self) -> bool:
        """Whether a run may have it. A response that nobody asked for holds up its requests, and no run."""
        drained = self.current is not None and self.current.done
        return not (self.lost or self.kept or self.run or self.pending or self.awaits or drained)

    @property
    def calm(self) -> bool:
        """Whether nothing is to be done on it although nothing comes, besides what waits to be sent."""
        run = self.run
        if self.held is not None:
            return False
        return run is None or not (run.steers or (run.turns and run.turns[-1].explained_by is not None))

    @property
    def quiet(self) -> bool:
        """Whether it is calm, and nothing is to be sent on it."""
        return self.pending is None and self.calm

    @property
    def forks_from(self) -> str | None:
        """The response that is continued by what is sent on it next, or by what was sent and has not begun."""
        if self.current is not None:
            return self.current.parent_id if self.current.response_id is None else None
        parent = None if self.pending is None else self.pending.parent
        return None if parent is None else parent.response_id

    def ready(self, now: float) -> bool:
        """Whether its request waits for nothing but a place on the connection."""
        if self.pending is None or self.current is not None:
            return False
        return self.pending.not_before is None or self.pending.not_before <= now


class Lanes:
    """The lanes of one connection at a time, and what may be sent on them now."""

    def __init__(self, learned: Learned, *, aside: bool = False) -> None:
        self.learned = learned
        """What the provider can do over this connection."""
        self.aside = aside
        """Whether it is for requests that the session's connections do not take: runs are put there by themselves."""
        self.clear()

    def clear(self) -> None:
        """Start over with the default lane alone."""
        default = Lane(None)
        self._lanes: dict[str | None, Lane] = {None: default}
        self._only: Lane | None = default
        """The default lane while there is no other, as there mostly is none; nothing is looked for among lanes then."""
        self._silent: Lane | None = None
        """The lane whose name the provider does not repeat: what comes without a name is its own."""

    def __iter__(self) -> Iterator[Lane]:
        return iter(list(self._lanes.values()))

    @property
    def calm(self) -> bool:
        """Whether that holds for all of them: as it nearly always does."""
        only = self._only
        return all(lane.calm for lane in self._lanes.values()) if only is None else only.calm

    @property
    def quiet(self) -> bool:
        """Whether that holds for all of them: as it nearly always does while answers come."""
        only = self._only
        return all(lane.quiet for lane in self._lanes.values()) if only is None else only.quiet

    @property
    def answering(self) -> bool:
        """Whether the one lane that is in use gets an answer, of which all is understood, and nothing else is due."""
        lane = self._only
        if lane is None:
            return False
        return lane.current is not None and lane.hearing.puzzled is None and lane.quiet

    @property
    def busy(self) -> bool:
        """Whether a response is in flight on any of them."""
        only = self._only
        return any(lane.current is not None for lane in self) if only is None else only.current is not None

    def get(self, name: str | None) -> Lane:
        """The lane of this name; events of a name that nobody uses belong to the default lane."""
        if self._only is not None:
            return self._only
        if name is None and self._silent is not None and self._silent.current is not None:
            return self._silent
        return self._lanes.get(name) or self._lanes[None]

    def of_event(self, event: ServerEvent) -> Lane:
        """The lane that an event belongs to."""
        if self._only is not None:
            return self._only
        if event.stream_id is not None and event.stream_id in self._lanes:
            self.learned.note_name()
        if event.stream_id is None and isinstance(event, (ResponseCreated, ErrorEvent)):
            refused = isinstance(event, ErrorEvent) and outcome.refuses_lane(codec.error_info(event))
            return self.get_unnamed(begins=isinstance(event, ResponseCreated), refuses_lane=refused)
        return self.get(event.stream_id)

    def get_unnamed(self, *, begins: bool, refuses_lane: bool) -> Lane:
        """The lane of an answer without a name: the named one that waits for it, where the default lane does not.

        `begins`: it is the beginning of a response. A provider that does not repeat the name has no
        lanes, so no further run is put beside another. `refuses_lane`: it is an error about a name.
        """
        default = self.get(None)
        named = self._unanswered()
        if refuses_lane and named:
            return named[0]
        explains = default.last is not None and default.last.explained_by is not None
        ours = default.current is not None or default.awaits is not None or (explains and not begins)
        flying = [lane for lane in self if lane.current is not None]
        if not (ours or named or begins) and len(flying) == 1:
            return flying[0]  # an error that nothing else can be about
        if ours or not named or (begins and self.learned.names_lanes):
            return default
        if begins:
            self._silent = named[0]
            self.learned.lose_lanes()
        return named[0]

    def mixes(self, event: ServerEvent) -> bool:
        """Whether the provider begins a response without a name beside another of that kind.

        What follows could belong to either, so nothing more is to be taken over this connection.
        """
        if self._only is not None or not isinstance(event, ResponseCreated):
            return False
        if event.stream_id is not None or self.learned.names_lanes:
            return False
        ahead = (self._silent or self.get(None)).current
        begun = ahead is not None and ahead.response_id not in (None, codec.response_id(event))
        return begun and bool(self._unanswered())

    def _unanswered(self) -> list[Lane]:
        """The named lanes whose response has not begun, in the order of their requests."""
        found = [lane for lane in self if lane.name and lane.current is not None and lane.current.response_id is None]
        return sorted(found, key=lambda lane: lane.current.timing.opened or 0.0 if lane.current is not None else 0.0)

    def of(self, run: RunState) -> Lane | None:
        """The lane that a run has, or None: it waits, or has ended."""
        return next((lane for lane in self._lanes.values() if lane.run is run), None)

    def remembers(self, response_id: str | None) -> Lane | None:
        """The lane whose latest response this is, on this connection."""
        if response_id is None:
            return None
        return next((lane for lane in self._lanes.values() if lane.memory == response_id), None)

    def free_ones(self) -> list[Lane]:
        """The lanes that a run may have."""
        return [lane for lane in self if lane.free and (lane.name is None or self.learned.abilities.limits.named)]

    def add(self) -> Lane | None:
        """A further lane with a name, where the provider allows one more."""
        if len(self._lanes) > self.learned.abilities.limits.named:
            return None
        # Not by their number: after a lost connection those that are in use may leave gaps.
        name = next(name for name in map("lane-{}".format, itertools.count(1)) if name not in self._lanes)
        added = self._lanes[name] = Lane(name)
        self._only = None
        return added

    def sendable(self, now: float) -> list[Lane]:
        """The lanes whose request may be sent now, forks first.

        A lane waits while another forks from the response that it alone remembers: its own next
        response could push that out of the memory before the fork has begun. Until it is known that
        the provider names its lanes, the default lane waits for those that have not begun: what
        comes without a name could be the answer of either.
        """
        only = self._only
        if only is not None and (only.pending is None or only.current is not None):
            return []
        waiting = [lane for lane in self._lanes.values() if lane.ready(now)]
        if not waiting:
            return []
        if only is not None:
            return waiting if self.learned.abilities.limits.in_flight > only.lost else []
        room = self.learned.abilities.limits.in_flight - sum(lane.current is not None or lane.lost for lane in self)
        waiting.sort(key=lambda lane: self.remembers(lane.forks_from) in (None, lane))
        if not self.learned.names_lanes:
            unanswered = self._unanswered()
            waiting = [lane for lane in waiting if lane.name is not None or not unanswered]
            waiting.sort(key=lambda lane: lane.name is not None)
        return [lane for lane in waiting if not self._is_forked_from(lane)][: max(0, room)]

    def next_moment(self, now: float) -> float | None:
        """When a request that the provider asked to hold back may be sent; None where there is none."""
        only = self._only
        if only is not None and only.pending is None:
            return None
        held = (lane.pending.not_before for lane in self if lane.pending is not None and lane.current is None)
        return min((moment for moment in held if moment is not None and moment > now), default=None)

    def forget_connection(self) -> None:
        """The connection is gone: nothing is remembered, and names that are not in use are free again."""
        self._silent = None
        for lane in self:
            lane.memory = lane.awaits = lane.held = None
            lane.lost = lane.kept = False
            lane.ended.clear()
            if lane.current is not None and lane.current.done:
                lane.current = None
            if lane.name is not None and lane.free:
                del self._lanes[lane.name]
        if len(self._lanes) == 1:
            self._only = self._lanes[None]

    def _is_forked_from(self, lane: Lane) -> bool:
        """Whether a fork of what this lane remembers was sent and has not begun, or goes out first."""
        memory = lane.memory
        return memory is not None and any(other.forks_from == memory for other in self if other is not lane)
