"""The protocol of a session: frames in, frames out, and the tool loop between them. No I/O, no clock.

The session starts runs here and answers their calls; each connection speaks with its `Link`. After
each step `changes` is to be drained, and every link asked what its connection must do now. Times are
in seconds of one monotonic clock.
"""

from __future__ import annotations

from typing import Any

from .. import exceptions
from . import outcome
from .abilities import Abilities
from .changes import Change
from .frames import FrameLog
from .handle import CallHandle
from .lane import Lanes
from .link import Link
from .loop import ToolLoop
from .pool import Pool
from .run import RunState
from .steer import Steer
from .turn import CallState

__all__ = ["Protocol"]


class Protocol:
    """One session's runs on its connections. `abilities`: what the provider can do."""

    def __init__(self, abilities: Abilities | None = None) -> None:
        self.abilities = abilities or Abilities()
        self.frames = FrameLog()
        self._pool = Pool(self.abilities)
        self._loop = ToolLoop(self.abilities, self._pool)
        self._links = [self._link(lanes) for lanes in self._pool.links]

    # What it is.

    @property
    def runs(self) -> list[RunState]:
        """Every run, in the order of their beginning."""
        return self._loop.runs

    @property
    def links(self) -> list[Link]:
        """One for each connection; the first one is always there, and none ever goes."""
        self._links += [self._link(lanes) for lanes in self._pool.links[len(self._links) :]]
        return self._links

    @property
    def rotations(self) -> int:
        """How often a connection was left because of its age."""
        return sum(link.rotations for link in self._links)

    def changes(self) -> list[tuple[RunState, Change]]:
        """What happened since the last call, in order."""
        return self._loop.changes()

    # What the session asks for.

    def start(self, run: RunState, now: float) -> None:
        """Add a run. It begins when the run it continues has ended and a lane is free."""
        self._loop.start(run, now)

    def add_ended(self, run: RunState) -> None:
        """Add a run that was done by other means; later ones can continue it."""
        self._loop.add_ended(run)

    def steer(self, run: RunState, steer: Steer, now: float) -> None:
        """Add words to a run in progress. Raises ProtocolViolation where it has ended, and changes nothing."""
        if run.done:
            raise exceptions.ProtocolViolation(
                f"Run {run.id} has ended. Ask again instead: the words go into a new run."
            )
        run.steers.append(steer)
        self._loop.note_steer(run, steer)

    def abandon(self, run: RunState, now: float, error: Exception, *, closing: bool = False) -> None:
        """Stop a run. The wire has no cancel.

        With named lanes the rest of a response in flight is read and dropped; without, the
        connection is closed. `closing`: all of them are closed now.
        """
        if run.done:
            return
        found = next(((link, lane) for link in self.links for lane in link.lanes if lane.run is run), None)
        stopped = found[0].leave(found[1], now) if found is not None else outcome.STOPPED_BEFORE
        run.stopped = outcome.STOPPED_WITH_SESSION if closing else stopped
        self._loop.give_up_calls(run, "cancelled", now)
        self._loop.end(run, "cancelled", error, now)

    def use_http(self) -> None:
        """There is no WebSocket mode: from now on each request carries the full input."""
        self.abilities.transport, self.abilities.memory = "http", False
        self.abilities.without_lanes()
        self._loop.send_over(self._pool)

    def forget(self) -> None:
        """Start over: no runs, no lineage, no frames. The connections must have been dropped."""
        self._loop.forget()
        self._pool.forget()
        self.frames.clear()

    def _link(self, lanes: Lanes) -> Link:
        return Link(self._loop, lanes.abilities, lanes, self.frames)

    # Calls.

    def hand_call(self, call: CallState, handle: CallHandle) -> None:
        """Its arguments are whole: from now on its users act by this handle."""
        call.handle = handle

    def call_held_up(self, call: CallState, now: float) -> None:
        """The tool's place, the kernel's main thread, is busy with something else."""
        self._loop.hold_up(call, now)

    def call_started(self, call: CallState, now: float) -> bool:
        """The tool's function is about to run. False: the call was given up, so do not run it."""
        return self._loop.begin_call(call, now)

    def submit_tool_output(
        self,
        call: CallState,
        output: str | list[Any],
        now: float,
        *,
        status: str = "completed",
        error: str | None = None,
    ) -> None:
        """Answer a call. When its turn is terminal and nothing else is owed, the next request is made.

        The answer of a call that was given up meanwhile is dropped and the call shown as late.
        """
        self._loop.answer(call, output, now, status=status, error=error)
