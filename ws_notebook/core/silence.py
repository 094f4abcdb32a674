"""Silence: when something is awaited on a lane for too long, and the error that says so.

Pings are no life, and neither are events that nobody understands. What the user's own functions take is not counted.
"""

from __future__ import annotations

from collections.abc import Iterable

from ..exceptions import ConnectionLost
from .items import TOOL_CALLS, kind
from .lane import Lane
from .lineage import round_of
from .turn import TurnState
from .waits import Waits

__all__ = ["deadline", "ends", "over", "silent_error", "spare"]


def deadline(lane: Lane, waits: Waits) -> float | None:
    """When what the lane awaits has not come in time; None: it awaits nothing, or without a bound."""
    heard = lane.hearing
    if lane.current is None:
        awaits = lane.awaits is not None or _awaits_successor(lane)
        return heard.at + waits.successor if awaits and waits.successor is not None else None
    found = None if waits.silence is None else heard.at + waits.silence
    if heard.puzzled is None or waits.ending is None:
        return found
    end = heard.puzzled + waits.ending
    return end if found is None else min(found, end)


def ends(lanes: Iterable[Lane], waits: Waits) -> float | None:
    """The first of the lanes' deadlines; it may be over."""
    return min((moment for lane in lanes if (moment := deadline(lane, waits)) is not None), default=None)


def spare(lanes: Iterable[Lane], waits: Waits, until: float) -> None:
    """Put off every deadline before `until` to that moment."""
    for lane in lanes:
        moment = deadline(lane, waits)
        if moment is not None and moment < until:
            lane.hearing.delay(until - moment)


def over(lanes: Iterable[Lane], waits: Waits, now: float) -> list[Lane]:
    """The lanes whose deadline is over, and which wait for nobody but the provider."""
    due = [(lane, deadline(lane, waits)) for lane in lanes]
    return [lane for lane, moment in due if moment is not None and moment <= now and not _held_up(lane, waits, now)]


def silent_error(lane: Lane, waits: Waits, now: float) -> ConnectionLost:
    """What to tell of a run whose lane fell silent."""
    turn, heard = lane.current, lane.hearing
    if turn is None:
        return ConnectionLost(
            "The provider accepted the words of run.steer and then began no response within "
            f"{waits.successor:g} s. The text so far is kept. Ask again with those words; where it needs longer: "
            "Session(waits=wsn.Waits(successor=…))."
        )
    if waits.silence is None or now < heard.at + waits.silence:
        what = f"an event of the unknown type {heard.odd_type!r}" if heard.odd_type else "one that is no event"
        return ConnectionLost(
            f"The end of the response could not be understood: {what} came in its place, and nothing for "
            f"{waits.ending:g} s. {_arrived(turn)} session.frames shows what came. Ask again."
        )
    names = f", the last of type {heard.odd_type!r}" if heard.odd_type else ""
    odd = f" (only {heard.odd} that cannot be understood{names}; session.frames has them)" if heard.odd else ""
    return ConnectionLost(
        f"No event came from the provider for {waits.silence:g} s{odd}. {_arrived(turn)} Whether it goes on with the "
        "response, and bills it, is not known. Ask again; where it needs longer: "
        f"Session(waits=wsn.Waits(silence={2 * waits.silence:g}))."
    )


def _held_up(lane: Lane, waits: Waits, now: float) -> bool:
    """Whether the wait is none of the provider's after all, although its time is over; it goes on from here then.

    The user's functions may be at work, and an event that cannot be understood may have been any other than the end.
    """
    turn, last = lane.current, lane.last if lane.awaits is None else None
    turns = [turn] if turn is not None else round_of(last) if last is not None else []
    if any(map(_works, turns)):
        lane.hearing.hear(now)
        return True
    silent = waits.silence is not None and lane.hearing.at + waits.silence <= now
    if turn is None or silent or _whole(turn):
        return False
    lane.hearing.puzzled = None
    return True


def _awaits_successor(lane: Lane) -> bool:
    """Whether the run waits for nothing but a response that the provider is to begin by itself."""
    run, turn = lane.run, lane.last
    if run is None or turn is None or lane.pending is not None or turn.run_id != run.id:
        return False
    return any(steer.status == "accepted" and steer.target == turn.response_id for steer in run.steers)


def _works(turn: TurnState) -> bool:
    """Whether a function of the user's is at work for the turn, or somebody is asked about it."""
    return any(not call.done and call.status != "streaming" for call in turn.tool_calls)


def _whole(turn: TurnState) -> bool:
    """Whether all that began is whole, and an answer or a call is among it: only the end is missing."""
    counts = {"response.output_item.added": 0, "response.output_item.done": 0}
    for each in turn.frames:
        if each.direction == "received" and each.type in counts:
            counts[each.type] += each.count
    began, ended = counts.values()
    return began <= ended and any(kind(item) in ("message", *TOOL_CALLS) for item in turn.output)


def _arrived(turn: TurnState) -> str:
    if not turn.events:
        return "Nothing of its answer had arrived."
    text, calls = len(turn.text), len(turn.tool_calls)
    amounts = [f"{turn.events} events", *([f"{text} characters of text"] if text else [])]
    amounts += [f"{calls} {'call' if calls == 1 else 'calls'}"] if calls else []
    return f"What had arrived is kept: {', '.join(amounts)}."
