"""The tool loop: begins runs, answers their calls, makes each next turn, and ends them. Knows no connection.

Lanes are where runs and connections meet: a turn that is to be sent is put on the run's lane as
`pending`, and whoever sends it takes it from there. Times are in seconds of one monotonic clock.
"""

from __future__ import annotations

from collections.abc import Iterable

from .. import exceptions
from ..secrets import Keys, hidden_error
from . import calls, lineage, memory, outcome, oversize
from .calls import Answer
from .changes import CallChanged, Change, RunEnded, SteerChanged, TurnChanged, TurnStarted
from .events import ErrorInfo
from .items import Item
from .lane import Lane
from .pool import Pool
from .reduce import cut_off
from .run import RunState
from .steer import Steer, give_up_words, waits_for_successor, words_of
from .timing import TurnTiming
from .turn import CallState, TurnState
from .waits import Waits

__all__ = ["ToolLoop"]


class ToolLoop:
    """The runs of a session, in order, and what happened to them since somebody asked."""

    def __init__(self, pool: Pool, waits: Waits | None = None, keys: Keys | None = None) -> None:
        self.runs: list[RunState] = []
        self.pool = pool
        self.waits = waits or Waits()
        """How long a provider may keep a run waiting."""
        self._keys = keys
        self._waiting: list[RunState] = []
        self._by_id: dict[str, RunState] = {}
        self._changes: list[tuple[RunState, Change]] = []

    # Telling.

    def changes(self) -> list[tuple[RunState, Change]]:
        """What happened since the last call, in order."""
        drained, self._changes = self._changes, []
        return drained

    def note(self, turn: TurnState, *changes: Change) -> None:
        """Something happened to a turn; nothing where its run was forgotten."""
        self.note_all(self._by_id.get(turn.run_id), turn, changes)

    def note_all(self, run: RunState | None, turn: TurnState, changes: Iterable[Change]) -> None:
        """The same where the run is at hand, or it is known that it was forgotten."""
        if turn.error is not None:
            # It is there to be read, and a provider's words may repeat the key.
            turn.error = hidden_error(turn.error, self._keys)
        if run is not None:
            for change in changes:
                self._changes.append((run, change))

    def note_steer(self, run: RunState, steer: Steer) -> None:
        self._changes.append((run, SteerChanged(steer)))

    def run_of(self, turn: TurnState) -> RunState:
        return self._by_id[turn.run_id]

    # Calls.

    def answer_call(self, call: CallState, answer: Answer, now: float) -> None:
        """Answer a call. When its turn is terminal and nothing else is owed, the next turn is made."""
        was_done = call.done
        if calls.answer(call, answer, now):
            self.note(call.turn, CallChanged(call))
        if not was_done:
            self.go_on(self.run_of(call.turn), now)

    def give_up_calls(self, run: RunState, status: str, now: float) -> None:
        for call in calls.give_up_all(run, status, now):
            self.note(call.turn, CallChanged(call))

    # Runs.

    def start(self, run: RunState, now: float) -> None:
        """Add a run. It begins when the run it continues has ended and a lane is free."""
        self.add(run)
        self._waiting.append(run)
        self.begin_waiting(now)

    def add_ended(self, run: RunState) -> None:
        """Add a run that was done by other means, as a compaction is."""
        self.add(run)
        self._changes += [(run, TurnStarted(turn)) for turn in run.turns]
        self._changes.append((run, RunEnded(run)))

    def add(self, run: RunState) -> None:
        """Add a run, and no more: the line of a batch asks nothing itself, and is ended by whoever drives the batch."""
        self.runs.append(run)
        self._by_id[run.id] = run

    def discard(self, runs: Iterable[RunState]) -> list[RunState]:
        """Forget runs that have ended, and what is told of them. Those that a lane may still hear of stay.

        Returns those that are forgotten.
        """
        heard = {turn.run_id for lane in self.pool for turn in (lane.current, lane.last, lane.pending) if turn}
        gone = [run for run in runs if run.done and run.id in self._by_id and run.id not in heard]
        for run in gone:
            del self._by_id[run.id]
        if gone:
            names = {run.id for run in gone}
            self.runs[:] = [run for run in self.runs if run.id not in names]
        return gone

    def forget(self) -> None:
        """Start over with no runs."""
        self.runs.clear()
        self._by_id.clear()
        self._waiting.clear()

    def put_back(self, run: RunState, now: float) -> None:
        """Nothing came of the run's beginning: have it wait again, before the others."""
        lane = self.pool.of(run)
        if lane is not None:
            lane.run = None
        run.turns.clear()
        self._waiting.insert(0, run)
        self.begin_waiting(now)

    def begin_waiting(self, now: float) -> None:
        """Begin every run, in order, whose parent has ended and for which there is a lane."""
        for run in list(self._waiting):
            if run not in self._waiting:
                continue
            try:
                found = lineage.wanted_parent(run, self.runs)
            except exceptions.SettingsError as error:
                self.end(run, "failed", error, now)
                continue
            if found is None:
                continue
            parent, foreign = found
            lane = self.pool.take(run, parent)
            if lane is None:
                return
            self._waiting.remove(run)
            self._begin(run, lane, parent, foreign, now)

    def _begin(self, run: RunState, lane: Lane, parent: TurnState | None, foreign: str | None, now: float) -> None:
        run.lane = lane.name
        run.parent = self._by_id.get(parent.run_id) if parent is not None else None
        lane.pending = self.open_turn(run, parent, lineage.first_input(run, parent), now, foreign)

    def open_turn(
        self, run: RunState, parent: TurnState | None, new: list[Item], now: float, foreign: str | None = None
    ) -> TurnState:
        """A further turn of the run, whose request sends the items `new` after what the parent had."""
        turn = TurnState(
            id=f"{run.id}.{len(run.turns) + 1}",
            run_id=run.id,
            lane=run.lane,
            beside=self.pool.has_beside(run),
            transport=self.pool.transport_of(run),
            model=run.settings.model,
            parent=parent,
            foreign_parent=foreign,
            input=new,
            stored=run.settings.store,
            timing=TurnTiming(started=now),
        )
        turn.timing.enter("connect", now)
        run.turns.append(turn)
        self.note(turn, TurnStarted(turn))
        return turn

    def go_on(self, run: RunState, now: float) -> None:
        """Make the next turn, or end the run, once nothing is owed."""
        turn = run.turns[-1]
        if run.done or not turn.done or _owes(turn):
            return
        if turn.explained_by is not None and now < turn.explained_by:
            return
        if self.pool.learned.doubts_memory and memory.is_lost(turn, run.settings):
            self.pool.learned.lose_memory()
            if not turn.tool_calls:
                turn.disowned = True
                self.note(turn, TurnChanged(turn))
                self._ask_again(run, turn, now, 0.0, memory.LOST)
                return
            # Its functions have run, so it stands; the next request brings the history along.
        wait = outcome.wait_after(turn)
        if wait is not None:
            self._ask_again(run, turn, now, wait)
            return
        ending = outcome.after_turn(run, turn)
        finished = bool(run.steers) and ending in outcome.FINISHED
        if finished and waits_for_successor(run.steers, turn):
            return
        more = finished and any(each.status == "queued" for each in run.steers)
        if ending is not None and not more:
            self.end(run, *ending, now)
            return
        lane = self.pool.of(run)
        if lane is not None:
            new = lineage.owed_outputs(turn)
            new += words_of(run.steers, "queued") if run.steers else ()
            lane.pending = self.open_turn(run, turn, new, now)
            if run.steers:
                lane.pending.prepended = words_of(run.steers, "sent", "accepted", "pending") or ()

    def _ask_again(
        self, run: RunState, failed: TurnState, now: float, wait: float, cause: str = outcome.RATE_LIMITED
    ) -> None:
        lane = self.pool.of(run)
        if lane is None:
            return
        turn = self.open_turn(run, failed.parent, failed.input, now, failed.foreign_parent)
        turn.prepended = failed.prepended
        turn.not_before, turn.recovered = now + wait, cause
        turn.repeated = (*failed.repeated, cause)
        turn.timing.enter("wait", now)
        lane.pending = turn

    def put_aside(self, lane: Lane, turn: TurnState, now: float) -> None:
        """The connection does not take the turn's request: it goes over HTTP, and what follows in its run as well."""
        run, other = self.run_of(turn), self.pool.take_aside()
        lane.run, other.run, other.pending = None, run, turn
        run.lane = turn.lane = None
        turn.transport, turn.recovered = self.pool.transport_of(run), oversize.RECOVERED
        self.note(turn, TurnChanged(turn))
        self.begin_waiting(now)

    def resume(self, run: RunState, now: float) -> None:
        """Words that a lost connection had taken go into a request of their own."""
        for steer in run.steers:
            if steer.open or steer.status == "pending":
                steer.status = "queued"
        self.go_on(run, now)

    def cut(self, turn: TurnState, status: str, error: ErrorInfo | None, now: float) -> None:
        """End a turn before its terminal event."""
        self.note(turn, *cut_off(turn, status, error, now))

    def fail(self, lane: Lane, turn: TurnState, error: Exception, now: float) -> None:
        """The turn cannot be finished, so its run ends."""
        # A lost connection ends several runs: each has an error of its own, which names it.
        error = error if getattr(error, "run", None) is None else _another(error)
        lane.last = turn
        self.cut(turn, "failed", ErrorInfo(message=str(error), code=type(error).__name__), now)
        run = self.run_of(turn)
        if not run.done:
            self.give_up_calls(run, "cancelled", now)
            self.end(run, "failed", error, now)

    def end(self, run: RunState, status: str, error: Exception | None, now: float) -> None:
        """The run is over; its lane is free for others."""
        oversize.advised(error, run.turns[-1] if run.turns else None)
        run.status, run.error, run.ended = status, hidden_error(error, self._keys), now
        if isinstance(error, exceptions.WsNotebookError):
            error.run = run
        if run in self._waiting:
            self._waiting.remove(run)
        lane = self.pool.of(run)
        if lane is not None:
            lane.run = None
        for steer in give_up_words(run.steers):
            self.note_steer(run, steer)
        self._changes.append((run, RunEnded(run)))
        self.begin_waiting(now)

    def send_over(self, transport: str) -> None:
        """What waits on any lane goes over another transport than it was made for."""
        for lane in self.pool:
            if lane.pending is not None:
                lane.pending.transport = transport
                self.note(lane.pending, TurnChanged(lane.pending))


def _owes(turn: TurnState) -> bool:
    """Whether a call of the turn's round is not answered."""
    # From the end: calls are answered roughly in order, and there may be thousands.
    return any(not call.done for each in lineage.round_of(turn) for call in reversed(each.tool_calls))


def _another(error: Exception) -> Exception:
    """The same error once more. Not by copy: with tblib, which Dask brings, that has its original's attributes."""
    made = type(error).__new__(type(error), *error.args)
    made.args, made.__cause__ = error.args, error.__cause__
    vars(made).update(vars(error))
    return made
