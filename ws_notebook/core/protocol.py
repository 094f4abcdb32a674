"""The protocol of a session: frames in, frames out, and the tool loop between them. No I/O, no clock.

In: `start`, `receive_frame`, `receive_eof`, `connection_failed`, `call_started`,
`submit_tool_output`, `abandon`. Out, by draining after each of them: `frames_to_send` (only while a
connection is open), `changes`. `wants_connection` and `wants_close` say what the connection must do
first. Times are in seconds of one monotonic clock.
"""

from __future__ import annotations

import copy
from typing import Any

from .. import exceptions
from . import calls, codec, lineage, outcome
from .changes import CallChanged, Change, RunEnded, SteerChanged, ToolCallReady, TurnChanged, TurnStarted
from .events import ErrorEvent, ErrorInfo, ResponseCreated, ServerEvent, SteerAccepted, SteerFailed, SteerPending
from .frames import FrameLog, Outgoing
from .items import Item
from .lane import Lane, LaneLimits, Lanes
from .reduce import cut_off, is_terminal, reduce
from .request import size, write_request
from .run import RunState
from .steer import Steer, refuses_steering, steer_frame, take_steer_event, waits_for_successor, words_of
from .timing import Span, TurnTiming
from .turn import CallState, TurnState

__all__ = ["Protocol"]


class Protocol:
    """One session's runs on one connection at a time.

    `memory`: whether the connection remembers the latest response (WebSocket mode does, HTTP does
    not). `trusts_store`: whether ids of stored responses can be continued on any connection.
    `limits`: how many lanes, and responses in flight, the provider allows. `steers`: whether it
    knows `response.steer`.
    """

    def __init__(
        self,
        *,
        transport: str = "websocket",
        memory: bool = True,
        trusts_store: bool = True,
        limits: LaneLimits | None = None,
        steers: bool = False,
    ) -> None:
        self.transport = transport
        self.memory = memory
        self.trusts_store = trusts_store
        self.runs: list[RunState] = []
        self.frames = FrameLog()
        self.wants_close = False
        """The connection must be closed before anything else is sent."""
        self.rotations = 0
        """How often the connection was left because of its age."""
        self.steers = steers
        self.lanes = Lanes(limits or LaneLimits())
        self._waiting: list[RunState] = []
        self._rotating = False
        self._lost, self._connection = "connection_lost", 1
        self._by_id: dict[str, RunState] = {}
        self._changes: list[tuple[RunState, Change]] = []

    # What the session asks for.

    def start(self, run: RunState, now: float) -> None:
        """Add a run. It begins when the run it continues has ended and a lane is free."""
        self.runs.append(run)
        self._by_id[run.id] = run
        self._waiting.append(run)
        self._begin_waiting(now)

    def call_held_up(self, call: CallState, now: float) -> None:
        """The tool's place, the kernel's main thread, is busy with something else."""
        if call.status == "queued":
            call.timing.spans.append(Span("kernel_busy", now))
            self._note(call.turn, CallChanged(call))

    def call_started(self, call: CallState, now: float) -> bool:
        """The tool's function is about to run. False: the call was given up, so do not run it."""
        if call.done:
            return False
        call.move("running")
        call.timing.started = now
        for span in call.timing.spans:
            span.end = now if span.end is None else span.end
        self._note(call.turn, CallChanged(call))
        return True

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
        if call.done:
            if call.status in ("timed_out", "cancelled"):
                call.move("late")
                self._note(call.turn, CallChanged(call))
            return
        call.move(status)
        call.output, call.error, call.timing.ended = output, error, now
        self._note(call.turn, CallChanged(call))
        self._continue(self._by_id[call.turn.run_id], now)

    def steer(self, run: RunState, steer: Steer, now: float) -> None:
        """Add words to a run in progress. Raises ProtocolViolation where it has ended, and changes nothing."""
        if run.done:
            raise exceptions.ProtocolViolation(
                f"Run {run.id} has ended. Ask again instead: the words go into a new run."
            )
        run.steers.append(steer)
        self._changes.append((run, SteerChanged(steer)))

    def abandon(self, run: RunState, now: float, error: Exception) -> None:
        """Stop a run. The wire has no cancel.

        With named lanes the rest of a response in flight is read and dropped; without, the
        connection is closed.
        """
        if run.done:
            return
        lane = self.lanes.of(run)
        run.stopped = self._leave(lane, now) if lane is not None else outcome.STOPPED_BEFORE
        self._give_up_calls(run, "cancelled", now)
        self._end(run, "cancelled", error, now)

    def _leave(self, lane: Lane, now: float) -> str:
        """Cut off what the lane is doing, and tell what that means for the connection."""
        run, in_flight = lane.run, lane.current
        for turn in (in_flight, lane.pending):
            if turn is not None:
                self._cut(turn, "cancelled", None, now)
        lane.pending = None
        if in_flight is None:
            begun = run is not None and any(turn.sent for turn in run.turns)
            return outcome.STOPPED_BETWEEN if begun else outcome.STOPPED_BEFORE
        lane.last = in_flight
        if self.lanes.limits.named:
            return outcome.STOPPED_BY_DRAINING
        lane.current = None
        self._close()
        return outcome.STOPPED_BY_CLOSING

    def rotate(self) -> None:
        """The connection grows old: leave it as soon as nothing is in flight, and send nothing before that."""
        self._rotating = True
        self._settle_rotation()

    def forget(self) -> None:
        """Start over: no runs, no lineage, no frames. The connection must have been dropped."""
        self.runs, self.frames = [], FrameLog()
        self._by_id.clear()
        self._waiting.clear()
        self.lanes = Lanes(self.lanes.limits)

    # What the connection tells.

    @property
    def wants_connection(self) -> bool:
        """Whether a request can be sent as soon as there is a connection."""
        return bool(self._steerable()) or (not self._rotating and bool(self.lanes.sendable()))

    def use_http(self) -> None:
        """There is no WebSocket mode: from now on each request carries the full input, one after another."""
        self.transport, self.memory = "http", False
        self.lanes.limits = LaneLimits()
        for lane in self.lanes:
            if lane.pending is not None:
                lane.pending.transport = self.transport

    def connection_failed(self, error: Exception, now: float) -> None:
        """No connection could be opened: the runs that waited for one fail."""
        for lane in self.lanes:
            if lane.pending is not None and lane.current is None:
                turn, lane.pending = lane.pending, None
                self._fail(lane, turn, error, now)

    def connection_gone(self) -> None:
        """It ended while nothing was in flight; nothing is remembered any more."""
        self._rotating, self._lost = False, "connection_lost"
        self._connection += 1
        self.lanes.forget_connection()

    def receive_eof(self, error: exceptions.WsNotebookError, now: float) -> None:
        """The connection ended. A response in flight is lost; nothing is ever sent twice."""
        self.connection_gone()
        for lane in self.lanes:
            if lane.current is not None:
                turn, lane.current = lane.current, None
                self._fail(lane, turn, error, now)
            elif lane.run is not None and lane.pending is None:
                self._resume(lane.run, now)
        self._begin_waiting(now)

    def _resume(self, run: RunState, now: float) -> None:
        """Words that the lost connection had taken go into a request of their own."""
        for steer in run.steers:
            if steer.open or steer.status == "pending":
                steer.status = "queued"
        self._continue(run, now)

    def receive_frame(self, frame: bytes, now: float) -> None:
        """Take one frame; nothing that a peer sends raises."""
        event = codec.decode(frame)
        lane = self.lanes.of_event(event)
        turn = self._turn_for(lane, event, now)
        if turn is not None:
            turn.bytes_received += len(frame)
            self._take(lane, turn, event, now)
        response_id = turn.response_id if turn is not None else None
        self.frames.note(now, "received", event.stream_id, codec.event_type(event), response_id, frame)
        if isinstance(event, ErrorEvent) and outcome.ends_connection(codec.error_info(event)):
            self._rotating = True
        self._settle_rotation()

    # What the connection must do, by draining.

    def frames_to_send(self, now: float) -> list[Outgoing]:
        """The requests that wait, made now: call only while a connection is open, then send each once."""
        found: list[Outgoing] = []
        for run, steer, turn in self._steerable():
            frame = steer_frame(steer, turn.response_id or "")
            self.frames.note(now, "sent", turn.lane, "response.steer", turn.response_id, frame)
            turn.bytes_sent += len(frame)
            found.append(Outgoing(turn, frame, creates=False))
            self._changes.append((run, SteerChanged(steer)))
        for lane in () if self._rotating else self.lanes.sendable():
            if (turn_now := lane.pending) is not None:
                lane.current, lane.pending = turn_now, None
                found.append(Outgoing(turn_now, self._request(turn_now, now)))
        return found

    def sent(self, turn: TurnState, now: float) -> None:
        """The turn's frame was handed to the socket."""
        if not turn.done:
            turn.timing.sent = now
            if turn.timing.first_event is None:
                turn.timing.enter("wait", now)
            self._note(turn, TurnChanged(turn))

    def changes(self) -> list[tuple[RunState, Change]]:
        """What happened since the last call, in order."""
        drained, self._changes = self._changes, []
        return drained

    # Runs.

    def _begin_waiting(self, now: float) -> None:
        """Begin every run, in order, whose parent has ended and for which there is a lane."""
        for run in list(self._waiting):
            if run not in self._waiting:
                continue
            try:
                found = lineage.wanted_parent(run, self.runs)
            except exceptions.SettingsError as error:
                self._end(run, "failed", error, now)
                continue
            if found is None:
                continue
            parent, foreign = found
            lane = self.lanes.take(run, parent)
            if lane is None:
                return
            self._waiting.remove(run)
            self._begin(run, lane, parent, foreign, now)

    def _begin(self, run: RunState, lane: Lane, parent: TurnState | None, foreign: str | None, now: float) -> None:
        run.lane = lane.name
        run.parent = self._by_id.get(parent.run_id) if parent is not None else None
        lane.pending = self._open_turn(run, parent, lineage.first_input(run, parent), now, foreign)

    def _open_turn(
        self, run: RunState, parent: TurnState | None, new: list[Item], now: float, foreign: str | None = None
    ) -> TurnState:
        turn = TurnState(
            id=f"{run.id}.{len(run.turns) + 1}",
            run_id=run.id,
            lane=run.lane,
            transport=self.transport,
            model=run.settings.model,
            parent=parent,
            foreign_parent=foreign,
            input=new,
            stored=run.settings.store,
            timing=TurnTiming(started=now),
        )
        turn.timing.enter("connect", now)
        run.turns.append(turn)
        self._note(turn, TurnStarted(turn))
        return turn

    def _request(self, turn: TurnState, now: float) -> bytes:
        settings, turn.connection = self._by_id[turn.run_id].settings, self._connection
        frame = write_request(turn, settings, memory=self.memory, knows=self._knows, lost=self._lost)
        turn.timing.opened = now
        turn.timing.enter("send", now)
        self.frames.note(now, "sent", turn.lane, "response.create", None, frame)
        self._note(turn, TurnChanged(turn))
        return frame

    def _knows(self, turn: TurnState) -> bool:
        """Whether the provider can continue this response now."""
        if turn.response_id is None or turn.forgotten or turn.status not in ("completed", "incomplete"):
            return False
        remembered = self.memory and self.lanes.remembers(turn.response_id) is not None
        return remembered or (turn.stored and self.trusts_store)

    # Events.

    def _steerable(self) -> list[tuple[RunState, Steer, TurnState]]:
        """The steers that can be sent to the response that runs now."""
        if not (self.steers and self.memory):
            return []
        found = []
        for lane in self.lanes:
            run, turn = lane.run, lane.current
            if run is not None and turn is not None and turn.response_id is not None and not turn.done:
                found += [(run, steer, turn) for steer in run.steers if steer.status == "queued"]
        return found

    def _turn_for(self, lane: Lane, event: ServerEvent, now: float) -> TurnState | None:
        """The turn that an event belongs to: the one in flight, else the one that ended last."""
        identity = codec.response_id(event)
        late = lane.last is not None and identity is not None and identity == lane.last.response_id
        if isinstance(event, ResponseCreated):
            if lane.current is None and lane.last is not None and not late:
                return self._successor(lane, lane.last, now)
        elif late and (lane.current is None or lane.current.response_id != identity):
            return lane.last
        return lane.current or lane.last

    def _successor(self, lane: Lane, last: TurnState, now: float) -> TurnState:
        """A response that the provider began by itself continues the run before it as a further turn."""
        run = self._by_id[last.run_id]
        turn = self._open_turn(run, last, [], now)
        turn.unasked = turn.sent = True
        turn.timing.spans[0].kind = "wait"
        turn.prepended = words_of(run.steers, "sent", "accepted")
        turn.timing.opened, turn.timing.sent, turn.connection = now, now, self._connection
        turn.history_bytes = last.history_bytes + size([*lineage.replayed_output(last), *turn.prepended])
        if lane.pending is not None and lane.pending.run_id == run.id:
            # The request that is ready answers the newcomer too, after it.
            lane.pending.parent = turn
            run.turns[-2:] = [turn, lane.pending]
        lane.current = turn
        return turn

    def _take(self, lane: Lane, turn: TurnState, event: ServerEvent, now: float) -> None:
        """Apply an event to its turn, and do what follows from it."""
        if isinstance(event, ErrorEvent) and self._recover(lane, turn, event, now):
            return
        run = self._by_id[turn.run_id]
        changes = reduce(turn, event, now)
        if isinstance(event, (SteerAccepted, SteerPending, SteerFailed)):
            self._take_steer(run, event, now)
        if run.done:
            # Nobody waits for the outputs of a run that has ended, so its functions are not called.
            changes = [change for change in changes if not isinstance(change, ToolCallReady)]
        self._changes += [(run, change) for change in changes]
        if turn is lane.current and turn.done and (changes or is_terminal(event)):
            self._ended(lane, turn, now)

    def _recover(self, lane: Lane, turn: TurnState, event: ErrorEvent, now: float) -> bool:
        """Ask once more, silently, where the error proves that nothing was started."""
        info = codec.error_info(event)
        if refuses_steering(self._by_id[turn.run_id].steers, turn, info):
            self.steers = False
            self._resume(self._by_id[turn.run_id], now)
            return True
        if info.param == "stream_id" and turn is lane.current and turn.response_id is None:
            return self._do_without_lanes(lane, turn, now)
        if turn is not lane.current or not outcome.is_repeatable(turn, info):
            return False
        if not outcome.ends_connection(info):
            for ancestor in lineage.chain(turn.parent):
                ancestor.forgotten = True
            lane.memory = None
        turn.events += 1
        turn.recovered = str(info.code)
        turn.repeated.append(turn.recovered)
        turn.sent = False
        turn.timing.enter("connect", now)
        lane.pending, lane.current = turn, None
        self._note(turn, TurnChanged(turn))
        return True

    def _do_without_lanes(self, lane: Lane, turn: TurnState, now: float) -> bool:
        """The provider refuses the lane, and so has begun nothing: the run waits for the default lane instead."""
        run = self._by_id[turn.run_id]
        if lane.name is None or run.turns != [turn]:
            return False
        self.lanes.limits, lane.run, lane.current = LaneLimits(), None, None
        run.turns.clear()
        self._waiting.insert(0, run)
        self._begin_waiting(now)
        return True

    def _take_steer(self, run: RunState, event: SteerAccepted | SteerPending | SteerFailed, now: float) -> None:
        steer = take_steer_event(run.steers, event)
        if steer is not None:
            self._changes.append((run, SteerChanged(steer)))
            self._continue(run, now)

    def _ended(self, lane: Lane, turn: TurnState, now: float) -> None:
        run = self._by_id[turn.run_id]
        lane.current, lane.last = None, turn
        if turn.status in ("completed", "incomplete"):
            lane.memory = turn.response_id
        elif turn.status == "cancelled" or turn.parent_id == lane.memory:
            # What was drained is remembered in its place; a continuation that failed evicts what it continued.
            lane.memory = None
        if run.done:
            self._give_up_calls(run, "unanswered", now)
            self._begin_waiting(now)
        elif turn.status == "failed":
            self._give_up_calls(run, "cancelled", now)
        self._continue(run, now)

    def _continue(self, run: RunState, now: float) -> None:
        """The tool loop: make the next request, or end the run, once nothing is owed."""
        turn = run.turns[-1]
        if run.done or not turn.done:
            return
        if any(not call.done for each in lineage.round_of(turn) for call in each.tool_calls):
            return
        ending = outcome.after_turn(run, turn)
        if ending in outcome.FINISHED and waits_for_successor(run.steers, turn):
            return
        more = ending in outcome.FINISHED and any(each.status == "queued" for each in run.steers)
        if ending is not None and not more:
            self._end(run, *ending, now)
            return
        lane = self.lanes.of(run)
        if lane is not None:
            new = [*lineage.owed_outputs(turn), *words_of(run.steers, "queued")]
            lane.pending = self._open_turn(run, turn, new, now)
            lane.pending.prepended = words_of(run.steers, "sent", "accepted", "pending")

    def _cut(self, turn: TurnState, status: str, error: ErrorInfo | None, now: float) -> None:
        run = self._by_id[turn.run_id]
        self._changes += [(run, change) for change in cut_off(turn, status, error, now)]

    def _fail(self, lane: Lane, turn: TurnState, error: Exception, now: float) -> None:
        """The turn cannot be finished, so its run ends."""
        # A lost connection ends several runs: each has an error of its own, which names it.
        error = error if getattr(error, "run", None) is None else copy.copy(error)
        lane.last = turn
        self._cut(turn, "failed", ErrorInfo(message=str(error), code=type(error).__name__), now)
        run = self._by_id[turn.run_id]
        if not run.done:
            self._give_up_calls(run, "cancelled", now)
            self._end(run, "failed", error, now)

    def _give_up_calls(self, run: RunState, status: str, now: float) -> None:
        for call in run.tool_calls:
            if not call.done:
                calls.give_up(call, now)
                call.move(status)
                call.timing.ended = now if call.timing.started is not None else None
                self._note(call.turn, CallChanged(call))

    def _end(self, run: RunState, status: str, error: Exception | None, now: float) -> None:
        run.status, run.error, run.ended = status, error, now
        if isinstance(error, exceptions.WsNotebookError):
            error.run = run
        if run in self._waiting:
            self._waiting.remove(run)
        lane = self.lanes.of(run)
        if lane is not None:
            lane.run = None
        self._changes.append((run, RunEnded(run)))
        self._begin_waiting(now)

    def _settle_rotation(self) -> None:
        """Leave an old connection once nothing is in flight on it."""
        if self._rotating and not self.lanes.busy:
            self._rotating = False
            self.rotations += 1
            self._close()
            self._lost = "connection_age"

    def _close(self) -> None:
        self.wants_close = True
        self.connection_gone()

    def _note(self, turn: TurnState, change: Change) -> None:
        run = self._by_id.get(turn.run_id)
        if run is not None:
            self._changes.append((run, change))
