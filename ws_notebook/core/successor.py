"""A response that the provider begins by itself, as it does for the words of a steer."""

from __future__ import annotations

from . import lineage
from .lane import Lane
from .loop import ToolLoop
from .request import size
from .steer import words_of
from .turn import TurnState

__all__ = ["open_successor"]


def open_successor(loop: ToolLoop, lane: Lane, last: TurnState, connection: int, now: float) -> TurnState:
    """Continue the run before it as a further turn.

    Where that was stopped it is read and dropped, as the rest of the stopped response is.
    """
    run = loop.run_of(last)
    if run.status == "cancelled":
        words_of(run.steers, "sent", "accepted")
        lane.awaits, lane.current = None, last
        return last
    turn = loop.open_turn(run, last, [], now)
    turn.unasked = turn.sent = True
    turn.timing.begin_as("wait")
    turn.prepended = words_of(run.steers, "sent", "accepted")
    turn.timing.opened, turn.timing.sent, turn.connection = now, now, connection
    turn.history_bytes = last.history_bytes + size([*lineage.replayed_output(last), *turn.prepended])
    if lane.pending is not None and lane.pending.run_id == run.id:
        # The request that is ready answers the newcomer too, after it.
        lane.pending.parent = turn
        run.turns[-2:] = [turn, lane.pending]
    lane.current = turn
    return turn
