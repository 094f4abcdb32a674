"""The protocol of a session: frames in, frames out, and the tool loop between them. No I/O, no clock.

The session starts runs here and answers their calls; each connection speaks with its `Link`. After
each step `changes` is to be drained, and every link asked what its connection must do now. Times are
in seconds of one monotonic clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from .. import exceptions
from ..secrets import Keys
from . import calls, outcome
from .abilities import Abilities
from .calls import Answer
from .changes import CallChanged, Change
from .frames import FrameLog
from .handle import CallHandle
from .lane import Lanes
from .learned import Learned
from .link import Link
from .loop import ToolLoop
from .pool import Pool
from .run import RunState
from .steer import Steer
from .summary import Summary
from .turn import ApprovalState, CallState, Progress
from .waits import Waits

__all__ = ["Protocol"]


class Protocol:
    """One session's runs on its connections.

    `abilities`: what the provider can do. `waits`: how long it may keep a run waiting. `keys`: secrets, which no error
    of a turn or run is to hold.
    """

    def __init__(
        self, abilities: Abilities | None = None, *, waits: Waits | None = None, keys: Keys | None = None
    ) -> None:
        self.learned = Learned(abilities or Abilities())
        self.frames = FrameLog()
        self._pool = Pool(self.learned)
        self._loop = ToolLoop(self._pool, waits, keys)
        self._links = [self._link(lanes) for lanes in self._pool.links]

    # What it is.

    @property
    def runs(self) -> list[RunState]:
        """Every run, in the order of their beginning."""
        return self._loop.runs

    @property
    def links(self) -> list[Link]:
        """One for each connection; the first one is always there, and none ever goes."""
        if len(self._pool.links) > len(self._links):
            self._links += [self._link(lanes) for lanes in self._pool.links[len(self._links) :]]
        return self._links

    @property
    def waits(self) -> Waits:
        """How long the provider may keep a run waiting. Others can be set, from now on."""
        return self._loop.waits

    @waits.setter
    def waits(self, waits: Waits) -> None:
        self._loop.waits = waits

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

    def start_clock(self, run: RunState, now: float, at: float) -> None:
        """The run is asked for only now, `at` in seconds since the epoch: what went before is not counted."""
        run.asked, run.asked_at = now, at

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

    def join(self, run: RunState, line: RunState) -> None:
        """The run, which has not begun, is a row of the batch that has this line."""
        run.row_of = line

    def open_line(self, run: RunState) -> None:
        """Add the line of a batch."""
        run.batch = True
        self._loop.add(run)

    def end_line(self, run: RunState, summary: Summary, now: float) -> None:
        """Its batch is over, or stops for now. Nothing happens where the line has ended."""
        if not run.done:
            run.turns.append(summary.turn(run, now))
            self._loop.end(run, summary.status, summary.error, now)

    @property
    def keeps_lane(self) -> bool:
        """Whether there is a lane that is kept so."""
        return any(lane.kept for lane in self._pool)

    def keep_lane(self, run: RunState | None) -> None:
        """Let no run have the lane that remembers this run's last response; None: all are free again."""
        wanted = None if run is None else run.response_id
        for lane in self._pool:
            lane.kept = wanted is not None and lane.memory == wanted

    def discard(self, runs: Iterable[RunState]) -> list[RunState]:
        """Forget runs that have ended, with their frames; see `ToolLoop.discard`."""
        gone = self._loop.discard(runs)
        if gone:
            self.frames.drop({turn.id for run in gone for turn in run.turns})
        return gone

    def use_http(self) -> None:
        """There is no WebSocket mode: from now on each request carries the full input."""
        self.learned.lose_websocket()
        self._loop.send_over(self.learned.abilities.transport)

    def forget(self) -> None:
        """Start over: no runs, no lineage, no frames. The connections must have been dropped."""
        self._loop.forget()
        self._pool.forget()
        self.frames.clear()

    def _link(self, lanes: Lanes) -> Link:
        return Link(self._loop, lanes, self.frames)

    # Calls. Each of these is one thing that happened to a call.

    def hand_call(self, call: CallState, handles: Callable[[CallState], CallHandle]) -> None:
        """Its arguments are whole: from now on its users act by the handle that this makes for it."""
        call.handles = handles

    def hold_up_call(self, call: CallState, now: float) -> None:
        """The tool's place, the kernel's main thread, is busy with something else."""
        self._noted(call, calls.hold_up(call, now))

    def ask(self, call: CallState, approval: ApprovalState, now: float) -> None:
        """Its function is not called before somebody allows it. Raises ProtocolViolation where it is not queued."""
        calls.ask(call, approval, now)
        self._noted(call, True)

    def prompt(self, call: CallState, prompted: bool) -> None:
        """The kernel's input() asks for the approval, or asks no more."""
        self._noted(call, calls.prompt(call, prompted))

    def decide(
        self, call: CallState, decision: str, now: float, *, reason: str = "", arguments: str | None = None
    ) -> None:
        """Somebody, or a rule, has decided; `arguments`: JSON that takes the place of the model's."""
        calls.decide(call, decision, now, reason=reason, arguments=arguments)
        self._noted(call, True)

    def begin_call(self, call: CallState, now: float) -> bool:
        """The tool's function is about to run. False: the call was given up, so do not run it."""
        return self._noted(call, calls.begin(call, now))

    def progress(self, call: CallState, progress: Progress) -> bool:
        """The running function tells how far it is. False: the call is over, and nothing has changed."""
        return self._noted(call, calls.progress(call, progress))

    def answer_call(self, call: CallState, answer: Answer, now: float) -> None:
        """Answer a call. When its turn is terminal and nothing else is owed, the next request is made.

        The output of a call that was given up meanwhile is dropped and the call shown as late.
        """
        self._loop.answer_call(call, answer, now)

    def _noted(self, call: CallState, changed: bool) -> bool:
        """Whether a call has changed; where it has, that is told."""
        if changed:
            self._loop.note(call.turn, CallChanged(call))
        return changed
