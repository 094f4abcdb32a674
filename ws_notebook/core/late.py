"""What comes behind the end of a response: its own, or the next one's?

Events carry no response id but for the first and the last, so on one lane order decides. A provider that begins its
responses with `response.created` sends nothing of one before that. An error frame is the exception: it may refuse the
request in flight, or tell at last why the response before it failed (Azure does). Where that is not clear it is held
until the next event says whose it is, or for a while.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from . import codec, outcome
from .events import (
    ErrorEvent,
    ErrorInfo,
    FaultStruck,
    ResponseCompleted,
    ResponseCreated,
    ResponseFailed,
    ResponseIncomplete,
    ResponseInProgress,
    ServerEvent,
    SteerAccepted,
    SteerFailed,
    SteerPending,
    UnknownEvent,
)
from .lane import Lane
from .reason import NO_REASON
from .run import RunState
from .steer import unheard
from .turn import TurnState

__all__ = [
    "EXPLAINED",
    "HELD",
    "explain",
    "hold",
    "is_late",
    "is_plainly_of",
    "lacks_reason",
    "release",
    "unexplained_runs",
    "unheard_runs",
]

EXPLAINED: Final = 0.25
"""Seconds in which a failure without a reason may be explained by a frame behind it."""

HELD: Final = 3.0
"""Seconds after which an error that could belong to the response before belongs to the request in flight."""


_CAREFUL: Final = frozenset(
    {
        *(ResponseCreated, ResponseInProgress, ResponseCompleted, ResponseIncomplete, ResponseFailed),
        *(SteerAccepted, SteerPending, SteerFailed, ErrorEvent, UnknownEvent, FaultStruck),
    }
)
"""Events that name a response, or may be of another turn than the one in flight."""

_ITS_OWN: Final = (ResponseInProgress, ResponseCompleted)
"""Of these, those that are of the turn in flight where they name its response."""


def lacks_reason(turn: TurnState) -> bool:
    """Whether the provider said that it failed, and not why."""
    error = turn.error
    return turn.status == "failed" and error is not None and error.message == NO_REASON and error.code is None


def is_plainly_of(turn: TurnState, lane: Lane, event: ServerEvent) -> bool:
    """Whether an event can only be of the turn in flight on the default lane, and ends, where it does, nothing else."""
    if event.stream_id is not None or turn.response_id is None or lane.held is not None or lane.lost:
        return False
    if isinstance(event, _ITS_OWN):
        return bool(event.response.id == turn.response_id)
    return type(event) not in _CAREFUL


def is_late(lane: Lane, event: ServerEvent) -> bool:
    """Whether an event is of a response that has ended, although another request is in flight on the lane."""
    current, last = lane.current, lane.last
    if current is None or last is None or last.connection != current.connection:
        return False
    identity = codec.response_id(event)
    if identity is not None:
        return identity != current.response_id and identity in lane.ended
    return current.response_id is None and last.response_id is not None and not isinstance(event, ErrorEvent)


def hold(lane: Lane, event: ErrorEvent, length: int, now: float) -> bool:
    """Hold an error frame of so many bytes where it may be of the response before. It counts for the one in flight."""
    if lane.current is None or not _is_doubtful(lane, event, codec.error_info(event)):
        return False
    lane.current.events += 1
    lane.held = (event, now + HELD, length)
    return True


def release(lane: Lane, *, late: bool) -> tuple[TurnState, ErrorEvent, int] | None:
    """The error that is held, its bytes, and whose it is: that of the response before (`late`), or in flight."""
    held, lane.held = lane.held, None
    if held is None or lane.current is None:
        return None
    lane.current.events -= 1
    return (lane.last if late and lane.last is not None else lane.current), held[0], held[2]


def explain(turn: TurnState, info: ErrorInfo) -> bool:
    """Take the frame behind a failure. False: the reason was known."""
    turn.events += 1
    turn.behind, turn.explained_by = False, None
    if not lacks_reason(turn):
        return False
    turn.error = info
    return True


def unexplained_runs(lanes: Iterable[Lane]) -> list[tuple[RunState, float]]:
    """The runs whose response failed without a reason, and until when that may still come."""
    turns = [(lane.run, lane.run.turns[-1]) for lane in lanes if lane.run is not None and lane.run.turns]
    return [(run, turn.explained_by) for run, turn in turns if turn.explained_by is not None and not run.done]


def unheard_runs(lanes: Iterable[Lane], wait: float | None) -> list[tuple[RunState, float]]:
    """The runs that wait for nothing but an answer to a steer, and until when: `wait` seconds after their response."""
    found: list[tuple[RunState, float]] = []
    for lane in () if wait is None else lanes:
        run, turn = lane.run, lane.last
        if run is None or turn is None or turn.run_id != run.id or lane.current or lane.pending:
            continue
        if turn.timing.ended is not None and unheard(run.steers, turn):
            found.append((run, turn.timing.ended + (wait or 0.0)))
    return found


def _is_doubtful(lane: Lane, event: ErrorEvent, info: ErrorInfo) -> bool:
    """Whether an error frame may be of the response that ended before the request in flight began."""
    current, last = lane.current, lane.last
    if current is None or last is None or last.connection != current.connection:
        return False
    if current.response_id is not None:
        # It has begun, so errors are its own; but nothing has come of it, and a reason is still owed.
        return lacks_reason(last) and not (current.parts or current.output or current.tool_calls)
    if outcome.proves_nothing_began(info) or outcome.refuses_lane(info):
        return False
    # Numbers begin anew with each response, so a number above 0 cannot be the first of this one.
    return last.behind or (current.timing.heard is None and (event.sequence_number or 0) > 0)
