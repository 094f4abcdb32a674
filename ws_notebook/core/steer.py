"""Steering: words added to a run while it works (`response.steer`).

The provider accepts a steer, ends the running response early or at its end, and begins the next one
by itself with those words in its input. Where the response waits for tool outputs, the words go
ahead of these in the next request, put there by the provider. A provider without steering, or one
that refuses a steer since the response is over, gets the words in an ordinary request.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from . import codec
from .events import ErrorInfo, SteerAccepted, SteerFailed, SteerPending
from .items import Item
from .reason import failure_info

if TYPE_CHECKING:
    from .turn import TurnState

__all__ = [
    "Steer",
    "give_up_words",
    "refuses_steering",
    "steer_frame",
    "take_steer_event",
    "unheard",
    "waits_for_successor",
    "words_of",
]

_TOO_LATE = frozenset({"response_already_completed", "response_not_active", "response_not_found"})
"""Refusals after which the words belong into an ordinary request."""


class Steer(msgspec.Struct, eq=False, kw_only=True):
    """One steer of a run. `status`: queued, sent, accepted, pending, applied or failed."""

    input: list[Item]
    status: str = "queued"
    id: str | None = None
    """The provider's id, once it has accepted it."""
    target: str | None = None
    """The id of the response that it was sent to."""
    error: ErrorInfo | None = None

    @property
    def open(self) -> bool:
        """Whether the provider has it and has not used it yet."""
        return self.status in ("sent", "accepted")


def steer_frame(steer: Steer, response_id: str) -> bytes:
    """The frame that sends a steer to the response that is running."""
    steer.status, steer.target = "sent", response_id
    return codec.encode({"type": "response.steer", "previous_response_id": response_id, "input": steer.input})


def take_steer_event(steers: list[Steer], event: SteerAccepted | SteerPending | SteerFailed) -> Steer | None:
    """Note what the provider says of a steer; the steer that it is about, or None where none fits."""
    about = event.steer if isinstance(event.steer, Mapping) else {}
    steer = _meant(steers, about)
    if steer is None:
        return None
    if isinstance(about.get("id"), str):
        steer.id = about["id"]
    if isinstance(event, SteerFailed):
        steer.error = failure_info({"error": event.error})
        steer.status = "queued" if steer.error.code in _TOO_LATE else "failed"
    else:
        steer.status = "accepted" if isinstance(event, SteerAccepted) else "pending"
    return steer


def _meant(steers: list[Steer], about: Mapping[str, Any]) -> Steer | None:
    """By its id, else the first that was sent to that response and has none: answers come in order."""
    known = next((steer for steer in steers if steer.id is not None and steer.id == about.get("id")), None)
    target = about.get("previous_response_id")
    waiting = (steer for steer in steers if steer.status == "sent" and target in (None, steer.target))
    return known or next(waiting, None)


def refuses_steering(steers: list[Steer], turn: TurnState, info: ErrorInfo) -> bool:
    """Whether an error is about a steer: an event that the provider does not know, or no response is in flight."""
    unknown = info.param == "type" or info.code in ("unknown_event_type", "invalid_event_type")
    unknown = unknown or "steer" in f"{info.code} {info.message}".lower()
    return any(steer.status == "sent" for steer in steers) and (turn.done or unknown)


def give_up_words(steers: list[Steer]) -> list[Steer]:
    """The run has ended: words that were not sent have failed. The steers that this changes."""
    left = [steer for steer in steers if steer.status == "queued"]
    for steer in left:
        steer.status = "failed"
        steer.error = ErrorInfo(message="The run ended before these words were used. Ask again with them.")
    return left


def words_of(steers: list[Steer], *statuses: str) -> list[Item]:
    """The items of the steers of these statuses, which are used now."""
    used = [steer for steer in steers if steer.status in statuses]
    for steer in used:
        steer.status = "applied"
    return [item for steer in used for item in steer.input]


def unheard(steers: list[Steer], turn: TurnState) -> bool:
    """Whether a steer to this response was sent and nothing at all was said of it."""
    return any(steer.status == "sent" and steer.target == turn.response_id for steer in steers)


def waits_for_successor(steers: list[Steer], turn: TurnState) -> bool:
    """Whether the provider will begin another response by itself after this one."""
    return any(steer.open and steer.target == turn.response_id for steer in steers)
