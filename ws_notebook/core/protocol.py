"""The protocol of a session: frames in, frames out, and the tool loop between them. No I/O, no clock.

In: `start`, `receive_frame`, `receive_eof`, `connection_failed`, `call_started`,
`submit_tool_output`, `abandon`. Out, by draining after each of them: `frames_to_send` (only while a
connection is open), `changes`. `wants_connection` and `wants_close` say what the connection must do
first. Each `now` is in seconds of one monotonic clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from .. import exceptions
from . import codec, lineage
from .changes import CallChanged, Change, RunEnded, ToolCallReady, TurnChanged, TurnStarted
from .events import ErrorEvent, ErrorInfo, ResponseCreated, ServerEvent
from .frames import FrameLog, FrameRecord
from .items import Item, kind
from .lane import Lane
from .outcome import after_turn
from .reduce import cut_off, reduce
from .run import Latest, RunState
from .timing import Span, TurnTiming
from .turn import CallState, TurnState

__all__ = ["Outgoing", "Protocol"]

_REPEATABLE = frozenset({"previous_response_not_found", "websocket_connection_limit_reached"})
"""The two errors that prove that nothing was started (OpenAI's WebSocket mode guide)."""

_ENVELOPES: Mapping[bool, Mapping[str, object]] = {True: {"type": "response.create"}, False: {"stream": True}}
"""What a request begins with: a client event where the connection has memory, else the body of a POST."""

STOPPED_BY_CLOSING = "The connection was closed to stop it; the next turn sends the history again."
STOPPED_BETWEEN = "It was stopped between two responses; the connection stays open."
STOPPED_BEFORE = "It was stopped before anything was sent."


class Outgoing(msgspec.Struct, frozen=True, eq=False):
    """A frame to send now; tell `sent` when it has been handed to the socket."""

    turn: TurnState
    frame: bytes


class Protocol:
    """One session's runs on one connection at a time.

    `memory`: whether the connection remembers the latest response (WebSocket mode does, HTTP does
    not). `trusts_store`: whether ids of stored responses can be continued on any connection.
    """

    def __init__(self, *, transport: str = "websocket", memory: bool = True, trusts_store: bool = True) -> None:
        self.transport = transport
        self.memory = memory
        self.trusts_store = trusts_store
        self.runs: list[RunState] = []
        self.frames = FrameLog()
        self.wants_close = False
        """The connection must be closed before anything else is sent."""
        self._lanes: dict[str | None, Lane] = {None: Lane(None)}
        self._by_id: dict[str, RunState] = {}
        self._changes: list[tuple[RunState, Change]] = []

    # What the session asks for.

    def start(self, run: RunState, now: float) -> None:
        """Add a run. It begins when those ahead of it on its lane have ended."""
        self.runs.append(run)
        self._by_id[run.id] = run
        lane = self._lane(run.lane)
        lane.waiting.append(run)
        self._begin_next(lane, now)

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

    def abandon(self, run: RunState, now: float, error: Exception) -> None:
        """Stop a run. The wire has no cancel, so a response in flight costs the connection its life."""
        if run.done:
            return
        lane = self._lane(run.lane)
        in_flight = lane.current if lane.run is run else None
        for turn in (in_flight, lane.pending if lane.run is run else None):
            if turn is not None:
                self._cut(turn, "cancelled", None, now)
        if in_flight is not None:
            lane.last, lane.current = in_flight, None
            self.wants_close = True
            self._forget_connection()
        lane.pending = None if lane.run is run else lane.pending
        began = any(turn.sent for turn in run.turns)
        run.stopped = STOPPED_BY_CLOSING if in_flight is not None else STOPPED_BETWEEN if began else STOPPED_BEFORE
        self._give_up_calls(run, "cancelled", now)
        self._end(run, "cancelled", error, now)

    def forget(self) -> None:
        """Start over: no runs, no lineage, no frames. The connection must have been dropped."""
        self.runs, self.frames = [], FrameLog()
        self._by_id.clear()
        self._lanes = {None: Lane(None)}

    # What the connection tells.

    @property
    def wants_connection(self) -> bool:
        """Whether a request can be sent as soon as there is a connection."""
        return any(lane.pending is not None and lane.current is None for lane in self._lanes.values())

    def connection_failed(self, error: Exception, now: float) -> None:
        """No connection could be opened: the runs that waited for one fail."""
        for lane in self._lanes.values():
            if lane.pending is not None and lane.current is None:
                turn, lane.pending = lane.pending, None
                self._fail(lane, turn, error, now)

    def connection_gone(self) -> None:
        """The connection ended while nothing was in flight."""
        self._forget_connection()

    def receive_eof(self, error: exceptions.WsNotebookError, now: float) -> None:
        """The connection ended. A response in flight is lost; nothing is ever sent twice."""
        self._forget_connection()
        for lane in self._lanes.values():
            if lane.current is not None:
                turn, lane.current = lane.current, None
                self._fail(lane, turn, error, now)

    def receive_frame(self, frame: bytes, now: float) -> None:
        """Take one frame. Never raises for what a peer sends."""
        event = codec.decode(frame)
        lane = self._lane(event.stream_id) if event.stream_id in self._lanes else self._lane(None)
        turn = self._turn_for(lane, event, now)
        if turn is not None:
            turn.bytes_received += len(frame)
            self._take(lane, turn, event, now)
        response_id = turn.response_id if turn is not None else None
        kind_of = codec.event_type(event)
        self.frames.add(FrameRecord(now, "received", event.stream_id, kind_of, len(frame), response_id, frame))

    # What the connection must do, by draining.

    def frames_to_send(self, now: float) -> list[Outgoing]:
        """The requests that wait, made now: call only while a connection is open, then send each once."""
        found: list[Outgoing] = []
        for lane in self._lanes.values():
            if lane.pending is not None and lane.current is None:
                lane.current, lane.pending = lane.pending, None
                found.append(Outgoing(lane.current, self._request(lane, lane.current, now)))
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

    def _begin_next(self, lane: Lane, now: float) -> None:
        while lane.run is None and lane.waiting:
            run = lane.run = lane.waiting.popleft()
            try:
                parent, foreign = self._parent(run)
            except exceptions.SettingsError as error:
                self._end(run, "failed", error, now)
                return
            run.parent = self._by_id.get(parent.run_id) if parent is not None else None
            given = {item.get("call_id") for item in run.input if kind(item).endswith("_output")}
            owed = lineage.owed_outputs(parent) if parent is not None else []
            owed = [item for item in owed if item["call_id"] not in given]
            turn = self._open_turn(run, parent, [*owed, *run.input], now, foreign)
            self._lane(run.lane).pending = turn

    def _parent(self, run: RunState) -> tuple[TurnState | None, str | None]:
        wanted = lineage.latest(self.runs, run) if isinstance(run.wants, Latest) else run.wants
        if wanted is None:
            return None, None
        if isinstance(wanted, str):
            turns = (turn for each in self.runs for turn in each.turns if turn.response_id == wanted)
            known = next(turns, None)
            return (known, None) if known is not None else (None, wanted)
        if not wanted.turns:
            raise exceptions.SettingsError(f"Run {wanted.id} never began, so it has nothing to continue.")
        return wanted.turns[-1], None

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

    def _request(self, lane: Lane, turn: TurnState, now: float) -> bytes:
        settings = self._by_id[turn.run_id].settings
        parent_id, items = lineage.request_input(turn, lambda each: self._knows(lane, each))
        body: dict[str, Any] = {**_ENVELOPES[self.memory], **settings.body()}
        if turn.lane is not None:
            body["stream_id"] = turn.lane
        without_input = len(codec.encode({**body, "input": []}))
        if parent_id is not None:
            body["previous_response_id"] = parent_id
        elif turn.parent is not None and not turn.recovered and turn.parent.run_id == turn.run_id and self.memory:
            turn.recovered = "connection_lost"
        frame = codec.encode({**body, "input": items})
        turn.history_bytes = _size(turn.input)
        if turn.parent is not None:
            turn.history_bytes += turn.parent.history_bytes + _size(lineage.replayed_output(turn.parent))
        turn.bytes_full_context = without_input + max(0, turn.history_bytes - 1)
        turn.parent_id, turn.sent = parent_id, True
        turn.bytes_sent += len(frame)
        turn.timing.opened = now
        turn.timing.enter("send", now)
        self.frames.add(FrameRecord(now, "sent", turn.lane, "response.create", len(frame), None, frame))
        self._note(turn, TurnChanged(turn))
        return frame

    def _knows(self, lane: Lane, turn: TurnState) -> bool:
        """Whether the provider can continue this response now."""
        if turn.response_id is None or turn.forgotten or turn.status not in ("completed", "incomplete"):
            return False
        remembered = self.memory and lane.memory == turn.response_id
        return remembered or (turn.stored and self.trusts_store)

    # Events.

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
        turn.timing.opened = turn.timing.sent = now
        turn.history_bytes = last.history_bytes + _size(lineage.replayed_output(last))
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
        if run.done:
            # Nobody waits for the outputs of a run that has ended, so its functions are not called.
            changes = [change for change in changes if not isinstance(change, ToolCallReady)]
        self._changes += [(run, change) for change in changes]
        if turn.done and turn is lane.current:
            self._ended(lane, turn, now)

    def _recover(self, lane: Lane, turn: TurnState, event: ErrorEvent, now: float) -> bool:
        """Ask once more, silently, where the error proves that nothing was started."""
        info = codec.error_info(event)
        if info.code not in _REPEATABLE or turn is not lane.current or turn.recovered or turn.response_id is not None:
            return False
        if info.code == "previous_response_not_found":
            if all(ancestor.response_id != turn.parent_id for ancestor in lineage.chain(turn.parent)):
                return False  # An id that the user gave, or none: the same request would be sent again.
            for ancestor in lineage.chain(turn.parent):
                ancestor.forgotten = True
            lane.memory = None
        else:
            self.wants_close = True
            self._forget_connection()
        turn.events += 1
        turn.recovered = str(info.code)
        turn.sent = False
        turn.timing.enter("connect", now)
        lane.pending, lane.current = turn, None
        self._note(turn, TurnChanged(turn))
        return True

    def _ended(self, lane: Lane, turn: TurnState, now: float) -> None:
        run = self._by_id[turn.run_id]
        lane.current, lane.last = None, turn
        if turn.status in ("completed", "incomplete"):
            lane.memory = turn.response_id
        elif turn.parent_id == lane.memory:
            # A continuation that failed evicts the response it continued.
            lane.memory = None
        if run.done:
            self._give_up_calls(run, "unanswered", now)
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
        outcome = after_turn(run, turn)
        if outcome is not None:
            self._end(run, *outcome, now)
        else:
            self._lane(run.lane).pending = self._open_turn(run, turn, lineage.owed_outputs(turn), now)

    def _cut(self, turn: TurnState, status: str, error: ErrorInfo | None, now: float) -> None:
        run = self._by_id[turn.run_id]
        self._changes += [(run, change) for change in cut_off(turn, status, error, now)]

    def _fail(self, lane: Lane, turn: TurnState, error: Exception, now: float) -> None:
        """The turn cannot be finished, so its run ends."""
        lane.last = turn
        self._cut(turn, "failed", ErrorInfo(message=str(error), code=type(error).__name__), now)
        run = self._by_id[turn.run_id]
        if not run.done:
            self._give_up_calls(run, "cancelled", now)
            self._end(run, "failed", error, now)

    def _give_up_calls(self, run: RunState, status: str, now: float) -> None:
        for call in run.tool_calls:
            if not call.done:
                call.move(status)
                call.timing.ended = now if call.timing.started is not None else None
                self._note(call.turn, CallChanged(call))

    def _end(self, run: RunState, status: str, error: Exception | None, now: float) -> None:
        run.status, run.error, run.ended = status, error, now
        if isinstance(error, exceptions.WsNotebookError):
            error.run = run
        lane = self._lane(run.lane)
        if run in lane.waiting:
            lane.waiting.remove(run)
        if lane.run is run:
            lane.run = None
        self._changes.append((run, RunEnded(run)))
        self._begin_next(lane, now)

    def _forget_connection(self) -> None:
        for lane in self._lanes.values():
            lane.memory = None

    def _lane(self, name: str | None) -> Lane:
        return self._lanes.setdefault(name, Lane(name))

    def _note(self, turn: TurnState, change: Change) -> None:
        run = self._by_id.get(turn.run_id)
        if run is not None:
            self._changes.append((run, change))


def _size(items: list[Item]) -> int:
    """The length of the items in a request, each with its comma."""
    return sum(len(codec.encode(item)) + 1 for item in items)
