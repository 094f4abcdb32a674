"""What comes behind the end of a response: its own, or the next one's?

Events carry no response id but for the first and the last, so on one lane order decides. A provider that begins its
responses with `response.created` sends nothing of one before that. An error frame is the exception: it may refuse the
request in flight, or tell at last why the response before it failed (Azure does). Where that is not clear it is held
until the next event says whose it is, or for a while.
"""

from __future__ import annotations

from typing import Final

from . import codec, outcome
from .events import ErrorEvent, ErrorInfo, ServerEvent
from .lane import Lane
from .reason import NO_REASON
from .turn import TurnState

__all__ = ["EXPLAINED", "HELD", "is_doubtful", "is_late", "lacks_reason"]

EXPLAINED: Final = 0.25
"""Seconds in which a failure without a reason may be explained by a frame behind it."""

HELD: Final = 3.0
"""Seconds after which an error that could belong to the response before belongs to the request in flight."""


def lacks_reason(turn: TurnState) -> bool:
    """Whether the provider said that it failed, and not why."""
    error = turn.error
    return turn.status == "failed" and error is not None and error.message == NO_REASON and error.code is None


def is_late(lane: Lane, event: ServerEvent) -> bool:
    """Whether an event is of a response that has ended, although another request is in flight on the lane."""
    current, last = lane.current, lane.last
    if current is None or last is None or last.connection != current.connection:
        return False
    identity = codec.response_id(event)
    if identity is not None:
        return identity != current.response_id and identity in lane.ended
    return current.response_id is None and last.response_id is not None and not isinstance(event, ErrorEvent)


def is_doubtful(lane: Lane, event: ErrorEvent, info: ErrorInfo) -> bool:
    """Whether an error frame may be of the response that ended before the request in flight began."""
    current, last = lane.current, lane.last
    if current is None or last is None or last.connection != current.connection or current.response_id is not None:
        return False
    if outcome.proves_nothing_began(info) or outcome.refuses_lane(info):
        return False
    # Numbers begin anew with each response, so a number above 0 cannot be the first of this one.
    return last.behind or (current.timing.heard is None and (event.sequence_number or 0) > 0)
