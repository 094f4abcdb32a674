"""Frames that are to be sent, and the words that are to be sent to a response that runs."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from .abilities import Abilities
from .lane import Lane
from .run import RunState
from .steer import Steer
from .turn import TurnState

__all__ = ["Outgoing", "steerable"]


class Outgoing(msgspec.Struct, frozen=True, eq=False):
    """A frame to send now; tell `sent` when it has been handed to the socket."""

    turn: TurnState
    frame: bytes
    creates: bool = True
    """Whether it asks for the turn's response; a steer does not."""


def steerable(lanes: Iterable[Lane], abilities: Abilities) -> list[tuple[RunState, Steer, TurnState]]:
    """The steers that can be sent to the response that runs now."""
    if not (abilities.steers and abilities.memory):
        return []
    found: list[tuple[RunState, Steer, TurnState]] = []
    for lane in lanes:
        run, turn = lane.run, lane.current
        if run is None or not run.steers or turn is None:
            continue
        if turn.response_id is not None and not turn.done:
            found += [(run, steer, turn) for steer in run.steers if steer.status == "queued"]
    return found
