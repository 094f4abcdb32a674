"""What observers of a run are told: each change names what it is about.

They are what `run.stream()`, `async for change in run` and `run.observe` give, and are importable from the package.
A change never changes; the turn, call or run that it names goes on.
"""

from __future__ import annotations

import msgspec

from .items import Item
from .run import RunState
from .steer import Steer
from .turn import CallState, TurnState

__all__ = [
    "CallChanged",
    "Change",
    "ItemDone",
    "ReasoningAppended",
    "RunEnded",
    "SteerChanged",
    "TextAppended",
    "ToolCallReady",
    "TurnChanged",
    "TurnEnded",
    "TurnStarted",
    "so_far",
]


class _Change(msgspec.Struct, frozen=True, eq=False):
    """Something that happened to a run."""


class _TurnChange(_Change, frozen=True, eq=False):
    """Something that happened to one of its turns."""

    turn: TurnState


class TurnStarted(_TurnChange, frozen=True, eq=False):
    """A further turn was begun; its request is about to be sent."""


class TurnChanged(_TurnChange, frozen=True, eq=False):
    """Something else than text changed: sent, created, another kind of time, recovered."""


class TextAppended(_TurnChange, frozen=True, eq=False):
    """The answer grew by `text`."""

    text: str


class ReasoningAppended(_TurnChange, frozen=True, eq=False):
    """The reasoning that is shown grew by `text`."""

    text: str


class ItemDone(_TurnChange, frozen=True, eq=False):
    """An output item is whole."""

    item: Item


class CallChanged(_Change, frozen=True, eq=False):
    """A call appeared, or its status changed."""

    call: CallState


class ToolCallReady(_Change, frozen=True, eq=False):
    """A call's arguments are whole: run the tool and submit its output."""

    call: CallState


class SteerChanged(_Change, frozen=True, eq=False):
    """A steer was sent, accepted, applied or refused."""

    steer: Steer


class TurnEnded(_TurnChange, frozen=True, eq=False):
    """The turn's terminal event came, or it was cut off."""


class RunEnded(_Change, frozen=True, eq=False):
    """Nothing more will come. `run.status` and `run.error` are final."""

    run: RunState


Change = (
    TurnStarted
    | TurnChanged
    | TextAppended
    | ReasoningAppended
    | ItemDone
    | CallChanged
    | ToolCallReady
    | SteerChanged
    | TurnEnded
    | RunEnded
)


def so_far(run: RunState) -> list[Change]:
    """What has happened to the run until now in as few changes as tell it, for an observer that comes late."""
    changes: list[Change] = []
    for turn in run.turns:
        changes.append(TurnStarted(turn))
        changes += [ReasoningAppended(turn, turn.reasoning)] if turn.reasoning else []
        changes += [TextAppended(turn, turn.text)] if turn.text else []
        changes += [ItemDone(turn, item) for item in turn.output]
        for call in turn.tool_calls:
            changes += [CallChanged(call)] if call.timing.ready is None else [CallChanged(call), ToolCallReady(call)]
        changes += [TurnEnded(turn)] if turn.done else []
    return [*changes, RunEnded(run)] if run.done else changes
