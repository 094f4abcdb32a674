"""What is asked once more, since an error proves that nothing was started by the request."""

from __future__ import annotations

from . import lineage, outcome, reasoning
from .changes import TurnChanged
from .events import ErrorInfo
from .lane import Lane
from .learned import Learned
from .loop import ToolLoop
from .run import RunState
from .steer import refuses_steering
from .turn import TurnState

__all__ = ["Recovery"]


class Recovery:
    """Puts a turn on its lane again: at once, after a while, or without what the provider refuses."""

    def __init__(self, loop: ToolLoop, learned: Learned) -> None:
        self._loop = loop
        self._learned = learned

    def ask_again(self, lane: Lane, turn: TurnState, info: ErrorInfo, now: float) -> bool:
        """Ask once more, silently, where the error proves that nothing was started. False: it is the turn's end."""
        run = self._loop.run_of(turn)
        if refuses_steering(run.steers, turn, info):
            self._learned.lose_steering()
            self._loop.resume(run, now)
            return True
        if turn is not lane.current or turn.done or turn.response_id is not None:
            return False
        if outcome.refuses_lane(info):
            return self._do_without_lanes(lane, turn, run, now)
        if self._without_reasoning(lane, turn, run, info, now):
            return True
        waits = outcome.is_rate_limit(info) and outcome.may_wait(turn, info.retry_after)
        if not waits and not outcome.is_repeatable(turn, info):
            return False
        turn.events += 1
        if waits:
            return self.wait(lane, turn, info.retry_after, outcome.RATE_LIMITED, now)
        if outcome.refuses_ids(info) and "support" in f"{info.message} {info.code}".lower():
            # It keeps none at all, so none is tried again.
            self._learned.lose_store()
        if not outcome.ends_connection(info):
            for ancestor in lineage.chain(turn.parent):
                ancestor.forgotten = True
            lane.memory = None
        return self._repeat(lane, turn, outcome.repetition_cause(info), now)

    def _without_reasoning(self, lane: Lane, turn: TurnState, run: RunState, info: ErrorInfo, now: float) -> bool:
        """The provider refuses to give encrypted reasoning, or to take it back: the request goes without."""
        if reasoning.refuses_to_read(info) and reasoning.UNREADABLE not in turn.repeated:
            cause = reasoning.UNREADABLE
            reasoning.leave_out(turn)
        elif reasoning.refuses_to_give(info) and reasoning.is_asked_for(run.settings, self._learned):
            cause = reasoning.REFUSED
            self._learned.lose_encryption(run.settings.model)
        else:
            return False
        turn.events += 1
        # A continuation that was refused evicts what it continued.
        lane.memory = None
        return self._repeat(lane, turn, cause, now)

    def _do_without_lanes(self, lane: Lane, turn: TurnState, run: RunState, now: float) -> bool:
        """The provider refuses the lane, and so has begun nothing: the run waits for another place instead."""
        if lane.name is None or run.turns != [turn]:
            return False
        self._learned.lose_lanes()
        lane.current = None
        self._loop.put_back(run, now)
        return True

    def wait(self, lane: Lane, turn: TurnState, seconds: float | None, cause: str, now: float) -> bool:
        """Ask once more after so many seconds."""
        turn.not_before = now + (seconds or 0.0)
        return self._repeat(lane, turn, cause, now)

    def _repeat(self, lane: Lane, turn: TurnState, cause: str, now: float) -> bool:
        turn.recovered = cause
        turn.repeated = (*turn.repeated, cause)
        turn.sent = False
        turn.timing.enter("connect" if turn.not_before is None else "wait", now)
        lane.pending, lane.current = turn, None
        self._loop.note(turn, TurnChanged(turn))
        return True
