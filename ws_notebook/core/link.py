"""A link: one connection at a time, with what is asked and answered over it.

In: `receive_frame`, `receive_eof`, `connection_failed`, `rotate`. Out, after each of them:
`frames_to_send` (only while the connection is open); `wants_connection` and `wants_close` say what
the connection must do first. It never raises for what a peer sends.
"""

from __future__ import annotations

from collections.abc import Sequence

from .. import exceptions
from . import codec, outcome, oversize, reasoning, silence
from .abilities import Abilities
from .changes import ToolCallReady, TurnChanged
from .events import (
    ErrorEvent,
    FaultStruck,
    ResponseCreated,
    ResponseFailed,
    ServerEvent,
    SteerAccepted,
    SteerFailed,
    SteerPending,
    UnknownEvent,
    is_understood,
)
from .frames import FrameLog
from .lane import Lane, Lanes
from .late import (
    EXPLAINED,
    explain,
    hold,
    is_late,
    is_plainly_of,
    lacks_reason,
    release,
    unexplained_runs,
    unheard_runs,
)
from .loop import ToolLoop
from .outgoing import Outgoing, steerable
from .recovery import Recovery
from .reduce import is_terminal, reduce
from .request import Heads, write_request
from .run import RunState
from .steer import (
    give_up_words,
    steer_frame,
    take_steer_event,
    waits_for_successor,
)
from .successor import open_successor
from .turn import TurnState

__all__ = ["Link"]

_MIXED = (
    "The provider answers several requests at once and does not say which answer is whose. What had arrived is kept. "
    "Ask again: from now on its runs share no connection."
)


class Link:
    """The protocol on one connection at a time. The runs on its lanes are the loop's."""

    def __init__(self, loop: ToolLoop, lanes: Lanes, frames: FrameLog) -> None:
        self.lanes = lanes
        self.frames = frames
        self.wants_close = False
        """The connection must be closed before anything else is sent."""
        self.refused_size = False
        """A request was not sent for its size: its run has ended, or waits on another link."""
        self.rotations = 0
        """How often the connection was left because of its age."""
        self._loop = loop
        self._learned = lanes.learned
        self._recovery = Recovery(loop, self._learned)
        self._heads = Heads()
        self._rotating = False
        self._lost = False  # whether a lane of the connection fell silent
        self._connection = self._learned.begin_connection()

    @property
    def _abilities(self) -> Abilities:
        return self._learned.abilities

    # What the session asks for.

    def rotate(self) -> None:
        """The connection grows old: leave it as soon as nothing is in flight, and send nothing before that."""
        self._rotating = True
        self._settle_rotation()

    def leave(self, lane: Lane, now: float) -> str:
        """Cut off what the lane is doing, and tell what that means for the connection."""
        run, in_flight, pending = lane.run, lane.current, lane.pending
        for turn in (in_flight, pending):
            if turn is not None:
                self._loop.cut(turn, "cancelled", None, now)
        lane.pending = None
        if in_flight is None and pending is not None and pending.not_before is not None:
            outcome.give_up_waiting(pending)
            return outcome.STOPPED_WAITING
        if in_flight is None:
            begun = run is not None and any(turn.sent for turn in run.turns)
            return outcome.STOPPED_BETWEEN if begun else outcome.STOPPED_BEFORE
        lane.last = in_flight
        if self._abilities.limits.named:
            return outcome.STOPPED_BY_DRAINING
        lane.current = None
        self._close("connection_lost")
        return outcome.STOPPED_BY_CLOSING

    # What the connection tells.

    def wants_connection(self, now: float) -> bool:
        """Whether a request can be sent as soon as there is a connection."""
        if self.lanes.quiet:
            return False
        if not self._rotating and self.lanes.sendable(now):
            return True
        return not self.lanes.calm and bool(steerable(self.lanes, self._abilities))

    def next_moment(self, now: float) -> float | None:
        """When something is to be done although nothing happens; None where that is not so."""
        held = self.lanes.next_moment(now)
        if self.lanes.calm:
            return held
        waiting = [*unheard_runs(self.lanes, self._loop.waits.steer), *unexplained_runs(self.lanes)]
        moments = [moment for _, moment in waiting] + ([] if held is None else [held])
        moments += [lane.held[1] for lane in self.lanes if lane.held is not None]
        return min((moment for moment in moments if moment > now), default=None)

    def resume_overdue(self, now: float) -> None:
        """What was waited for long enough will not come: an answer to a steer, a failure's reason, an error's place."""
        if self.lanes.calm:
            return
        for run, moment in unheard_runs(self.lanes, self._loop.waits.steer):
            if moment <= now:
                self._learned.lose_steering()
                self._loop.resume(run, now)
        for run, moment in unexplained_runs(self.lanes):
            if moment <= now:
                run.turns[-1].explained_by = None
                self._loop.go_on(run, now)
        for lane in self.lanes:
            if lane.held is not None and lane.held[1] <= now:
                self._settle_held(lane, now, late=False)

    def silence_ends(self) -> float | None:
        """When `give_up_silent`, or `spare_silent`, is to be called, if nothing comes before; it may be over."""
        return silence.ends(self.lanes, self._loop.waits)

    def spare_silent(self, until: float) -> None:
        """Give what is due before then time until then: this process stood still, and has yet to read what came."""
        silence.spare(self.lanes, self._loop.waits, until)

    def give_up_silent(self, now: float) -> None:
        """End each run whose lane was silent for too long. Other lanes go on; the connection is left after them."""
        for lane in silence.over(self.lanes, self._loop.waits, now):
            self._give_up(lane, silence.silent_error(lane, self._loop.waits, now), now)
        self._leave_lost(now)

    def _give_up(self, lane: Lane, error: exceptions.ConnectionLost, now: float) -> None:
        run, turn = lane.run, lane.current
        lane.lost, lane.current, lane.awaits, lane.memory = True, None, None, None
        self._lost = True
        if turn is not None and not turn.done:
            self._loop.fail(lane, turn, error, now)
        elif run is not None and turn is None:
            self._loop.end(run, "failed", error, now)

    def _leave_lost(self, now: float) -> None:
        """Leave a connection with a lane that fell silent, once nothing is in flight on the others."""
        if self._lost and not self.lanes.busy:
            self._close("connection_lost")
            self._loop.begin_waiting(now)

    def connection_failed(self, error: Exception, now: float) -> None:
        """No connection could be opened: the runs that waited for one fail, or wait where they are told to."""
        for lane in self.lanes:
            turn = lane.pending
            if turn is None:
                continue
            for rule in error.struck if isinstance(error, exceptions.WsNotebookError) else ():
                self._loop.note(turn, *reduce(turn, FaultStruck(rule=rule, event="upgrade"), now))
            if lane.current is not None or self._holds_back(lane, turn, error, now):
                continue
            lane.pending = None
            self._loop.fail(lane, turn, error, now)

    def _holds_back(self, lane: Lane, turn: TurnState, error: Exception, now: float) -> bool:
        """Whether the upgrade was refused for a while only: nothing was sent, so it is tried again then."""
        found = outcome.wait_to_connect(turn, error)
        if found is None:
            if turn.recovered == outcome.UNAVAILABLE:
                outcome.give_up_waiting(turn)
            return False
        return self._recovery.wait(lane, turn, *found, now)

    def connection_gone(self, cause: str = "connection_lost") -> None:
        """It ended while nothing was in flight; nothing is remembered any more."""
        self._rotating = self._lost = False
        self._learned.end_connection(self._connection, cause)
        self._connection = self._learned.begin_connection()
        self.lanes.forget_connection()

    def receive_eof(self, error: exceptions.WsNotebookError, now: float) -> None:
        """The connection ended. A response in flight is lost; nothing is ever sent twice."""
        refused = oversize.learn_limit(self.lanes, self._learned, error)
        for lane in self.lanes:
            if lane.held is not None:
                self._settle_held(lane, now, late=False)
        self.connection_gone()
        for lane in self.lanes:
            if lane.run is not None and lane.run.turns:
                lane.run.turns[-1].explained_by = None
            if lane.current is not None:
                turn, lane.current = lane.current, None
                if lane is refused:
                    self._refuse_size(lane, turn, lane.asked, now)
                    continue
                self._loop.fail(lane, turn, oversize.doubted(error, turn, lane.asked), now)
            elif lane.run is not None and lane.pending is None:
                self._loop.resume(lane.run, now)
        self._loop.begin_waiting(now)

    def receive_frames(self, frames: Sequence[bytes], now: float) -> None:
        """Take the frames of one read."""
        for event, its in codec.arrivals(frames):
            lane = self.lanes.get(None)
            turn = lane.current
            if turn is None or not is_plainly_of(turn, lane, event):
                self._receive(event, its, now)
                continue
            self._count(turn, codec.event_type(event), its, now)
            self._apply(lane, turn, event, now)
            if lane.current is None:
                self._settle_rotation()
                self._leave_lost(now)

    def _count(self, turn: TurnState, kind: str, frames: Sequence[bytes], now: float) -> None:
        """Note frames without a lane's name: in the turn's sums and tallies, and in the log."""
        size = len(frames[0]) if len(frames) == 1 else sum(map(len, frames))
        turn.bytes_received += size
        turn.frames.add(kind, size, now, count=len(frames))
        self.frames.note(now, "received", None, kind, turn.response_id, frames, turn.id)

    def _receive(self, event: ServerEvent, frames: Sequence[bytes], now: float) -> None:
        kind = codec.event_type(event)
        if isinstance(event, FaultStruck):
            self.frames.note(now, "received", event.stream_id, kind, None, frames)
            lane = self.lanes.of_event(event)
            if (hit := lane.current or lane.last) is not None:
                self._loop.note(hit, *reduce(hit, event, now))
            return
        if self.lanes.mixes(event):
            self._learned.lose_lanes()
            self.frames.note(now, "received", None, kind, codec.response_id(event), frames)
            self.wants_close = True
            self.receive_eof(exceptions.ProtocolViolation(_MIXED), now)
            return
        lane = self.lanes.of_event(event)
        if isinstance(event, ErrorEvent) and self._holds(lane, event, len(frames[0]), now):
            self.frames.note(now, "received", event.stream_id, kind, None, frames)
            return
        if isinstance(event, UnknownEvent) and not is_understood(event):
            for each in self.lanes if not event.type else [lane]:
                each.hearing.wonder(event, now)
        turn = self._turn_for(lane, event, now)
        if lane.held is not None and turn is lane.current:
            self._settle_held(lane, now, late=True)
        if turn is not None:
            size = sum(map(len, frames))
            turn.bytes_received += size
            turn.frames.add(kind, size, now, count=len(frames))
            self._take(lane, turn, event, now)
        if isinstance(event, ResponseCreated):
            self._learned.note_accepted(lane.asked)
        response_id, turn_id = (turn.response_id, turn.id) if turn is not None else (None, None)
        self.frames.note(now, "received", event.stream_id, kind, response_id, frames, turn_id)
        if isinstance(event, ErrorEvent) and outcome.ends_connection(codec.error_info(event)):
            self._rotating = True
        self._settle_rotation()
        self._leave_lost(now)

    # What the connection must do.

    def frames_to_send(self, now: float) -> list[Outgoing]:
        """The requests that wait, made now: call only while a connection is open, then send each once."""
        found: list[Outgoing] = []
        for run, steer, turn in () if self.lanes.calm else steerable(self.lanes, self._abilities):
            frame = steer_frame(steer, turn.response_id or "")
            self.frames.note(now, "sent", turn.lane, "response.steer", turn.response_id, [frame], turn.id)
            turn.frames.add("response.steer", len(frame), now, sent=True)
            turn.bytes_sent += len(frame)
            found.append(Outgoing(turn, frame, creates=False))
            self._loop.note_steer(run, steer)
        for lane in () if self._rotating else self.lanes.sendable(now):
            if (turn_now := lane.pending) is None:
                continue
            # In flight before it is made: where that fails, the turn is lost with what else is in flight.
            lane.current, lane.pending = turn_now, None
            frame = self._request(turn_now, now)
            if self._abilities.takes(len(frame)):
                lane.asked = len(frame)
                lane.hearing.hear(now)
                self._note_request(turn_now, frame, now)
                found.append(Outgoing(turn_now, frame))
            else:
                lane.current = None
                self._refuse_size(lane, turn_now, len(frame), now)
        return found

    def _refuse_size(self, lane: Lane, turn: TurnState, length: int, now: float) -> None:
        """The turn's request is larger than the connection takes: it goes another way, where there is one."""
        turn.sent, turn.bytes_sent, self.refused_size = False, turn.bytes_sent - length, True
        if oversize.may_go_aside(self._loop.run_of(turn).settings, self._abilities):
            turn.timing.enter("connect", now)
            self._loop.put_aside(lane, turn, now)
        else:
            limit = self._abilities.max_message or length
            self._loop.fail(lane, turn, oversize.too_large(turn, length, limit), now)

    def sent(self, turn: TurnState, now: float) -> None:
        """The turn's frame was handed to the socket."""
        timing = turn.timing
        for lane in self.lanes:
            if lane.current is turn:
                lane.hearing.hear(now)
        if not turn.done:
            timing.sent = now
            if timing.first_event is None:
                timing.enter("wait", now)
            self._loop.note(turn, TurnChanged(turn))

    def _request(self, turn: TurnState, now: float) -> bytes:
        settings, turn.connection = self._loop.run_of(turn).settings, self._connection
        frame = write_request(
            turn,
            settings,
            memory=self._abilities.memory,
            knows=self._knows,
            ended=self._learned.ended,
            encrypted=reasoning.is_asked_for(settings, self._learned),
            heads=self._heads,
        )
        turn.not_before = None
        return frame

    def _note_request(self, turn: TurnState, frame: bytes, now: float) -> None:
        turn.timing.opened = now
        turn.timing.enter("send", now)
        self.frames.note(now, "sent", turn.lane, "response.create", None, [frame], turn.id)
        turn.frames.add("response.create", len(frame), now, sent=True)
        self._loop.note(turn, TurnChanged(turn))

    def _knows(self, turn: TurnState) -> bool:
        """Whether the provider can continue this response now."""
        if turn.response_id is None or turn.forgotten or turn.status not in ("completed", "incomplete"):
            return False
        trusted = self._abilities.memory and not self._learned.forgets
        remembered = trusted and self.lanes.remembers(turn.response_id) is not None
        return remembered or (turn.stored and self._abilities.trusts_store)

    # Events.

    def _turn_for(self, lane: Lane, event: ServerEvent, now: float) -> TurnState | None:
        """The turn that an event belongs to: the one in flight, else the one that ended last."""
        if lane.lost:
            return None
        identity = codec.response_id(event)
        # Over HTTP each request has an answer of its own, and some servers give all of them one id.
        known = lane.last.response_id if lane.last is not None and self._abilities.memory else None
        late = identity is not None and identity == known
        begins = isinstance(event, ResponseCreated)
        if begins and lane.current is None and lane.last is not None and not late:
            return open_successor(self._loop, lane, lane.last, self._connection, now)
        mine = lane.current is not None and identity is not None and lane.current.response_id == identity
        if not begins and not mine and (late or (self._abilities.memory and is_late(lane, event))):
            return lane.last
        return lane.current or lane.last

    def _holds(self, lane: Lane, event: ErrorEvent, length: int, now: float) -> bool:
        """Whether an error waits until it is clear whether it is of the response before."""
        if not self._abilities.memory or lane.current is None:
            return False
        if lane.held is not None:
            # A second one: the first was that of the response before, and this one is the answer.
            self._settle_held(lane, now, late=True)
            return False
        return hold(lane, event, length, now)

    def _settle_held(self, lane: Lane, now: float, *, late: bool) -> None:
        """Give an error that was held to the response before (`late`), or to the request in flight."""
        found = release(lane, late=late)
        if found is not None:
            turn, event, length = found
            turn.bytes_received += length
            turn.frames.add(codec.event_type(event), length, now)
            self._take(lane, turn, event, now)

    def _take(self, lane: Lane, turn: TurnState, event: ServerEvent, now: float) -> None:
        """Apply an event to its turn, and do what follows from it."""
        if isinstance(event, ErrorEvent) and turn.behind and turn is not lane.current:
            if explain(turn, codec.error_info(event)):
                self._loop.note(turn, TurnChanged(turn))
            self._loop.go_on(self._loop.run_of(turn), now)
            return
        if isinstance(event, ErrorEvent) and self._recovery.ask_again(lane, turn, codec.error_info(event), now):
            return
        self._apply(lane, turn, event, now)

    def _apply(self, lane: Lane, turn: TurnState, event: ServerEvent, now: float) -> None:
        run = self._loop.run_of(turn)
        changes = reduce(turn, event, now)
        if (changes or is_understood(event)) and (lane.current is None or turn is lane.current):
            lane.hearing.hear(now)
        if isinstance(event, (SteerAccepted, SteerPending, SteerFailed)):
            self._take_steer(run, event, now)
        if changes and run.done:
            # Nobody waits for the outputs of a run that has ended, so its functions are not called.
            changes = [change for change in changes if not isinstance(change, ToolCallReady)]
        if changes:
            self._loop.note_all(run, turn, changes)
        if turn is lane.current and turn.done and (changes or is_terminal(event)):
            turn.behind = isinstance(event, ResponseFailed)
            turn.explained_by = now + EXPLAINED if turn.behind and lacks_reason(turn) else None
            self._ended(lane, turn, now)

    def _take_steer(self, run: RunState, event: SteerAccepted | SteerPending | SteerFailed, now: float) -> None:
        steer = take_steer_event(run.steers, event)
        if steer is None:
            return
        if run.done:
            give_up_words(run.steers)
            self._release(run, now)
        self._loop.note_steer(run, steer)
        self._loop.go_on(run, now)

    def _release(self, run: RunState, now: float) -> None:
        """Free the lane that awaited a response which will not come after all."""
        for lane in self.lanes:
            if (
                lane.awaits is not None
                and lane.awaits.run_id == run.id
                and not waits_for_successor(run.steers, lane.awaits)
            ):
                lane.awaits = None
                self._loop.begin_waiting(now)

    def _ended(self, lane: Lane, turn: TurnState, now: float) -> None:
        run = self._loop.run_of(turn)
        unasked = lane.last is turn
        lane.current, lane.last = None, turn
        if turn.response_id is not None:
            lane.ended.append(turn.response_id)
        if run.status == "cancelled" and waits_for_successor(run.steers, turn):
            lane.awaits = turn
        if not unasked and turn.status in ("completed", "incomplete"):
            lane.memory = turn.response_id
        elif unasked or turn.status == "cancelled" or turn.parent_id == lane.memory:
            # What was drained is remembered in its place; a continuation that failed evicts what it continued.
            lane.memory = None
        if run.done:
            self._loop.give_up_calls(run, "unanswered", now)
            self._loop.begin_waiting(now)
        elif turn.status == "failed":
            self._loop.give_up_calls(run, "cancelled", now)
        self._loop.go_on(run, now)

    # Leaving.

    def _settle_rotation(self) -> None:
        """Leave an old connection once nothing is in flight on it."""
        if self._rotating and not self.lanes.busy:
            self.rotations += 1
            self._close("connection_age")

    def _close(self, cause: str) -> None:
        self.wants_close = True
        self.connection_gone(cause)
