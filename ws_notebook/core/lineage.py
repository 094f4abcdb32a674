"""Lineage: which turn continues which, and what a request must send for that.

A turn knows its parent, so a chain is a walk upwards. A request names the nearest turn that the
provider still knows and sends everything after it; where none is known it sends the whole chain.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence

from .. import exceptions
from .items import TOOL_CALLS, Item, assistant_message, tool_output
from .run import RunState
from .turn import TurnState

__all__ = [
    "CANCELLED_OUTPUT",
    "chain",
    "continuable",
    "latest",
    "owed_outputs",
    "replay",
    "replayed_output",
    "request_input",
]

CANCELLED_OUTPUT = json.dumps(
    {"error": {"type": "cancelled", "message": "The user stopped the run before this call was answered."}}
)
"""What the model is told of a call that a stopped run left open."""

_WITHOUT_ID = frozenset({"message", *TOOL_CALLS, *TOOL_CALLS.values()})


def chain(turn: TurnState | None) -> Iterator[TurnState]:
    """The turn, its parent, its parent's parent, …"""
    while turn is not None:
        yield turn
        turn = turn.parent


def continuable(run: RunState) -> bool:
    """Whether a later run may follow this one by default.

    A run that the provider refused is passed over, or its fault would come back with each request.
    One that was cut off by a lost connection is kept: its answer is on the screen.
    """
    if not run.turns:
        return False
    if run.status == "failed":
        lost = isinstance(run.error, (exceptions.ConnectionLost, exceptions.MaxTurnsExceeded))
        return lost and any(turn.parts or turn.output for turn in run.turns)
    return run.done


def latest(runs: Sequence[RunState], before: RunState) -> RunState | None:
    """The latest run ahead of `before` that can be continued."""
    ahead = runs[: runs.index(before)]
    return next((run for run in reversed(ahead) if continuable(run)), None)


def owed_outputs(turn: TurnState) -> list[Item]:
    """Answers for every tool call of the turn, in call order; those never given are cancelled errors."""
    return [
        tool_output(call.item, CANCELLED_OUTPUT if call.output is None else call.output)
        for call in turn.tool_calls
        if call.item is not None
    ]


def request_input(turn: TurnState, is_known: Callable[[TurnState], bool]) -> tuple[str | None, list[Item]]:
    """The `previous_response_id` (or None) and the input for this turn's request."""
    later: list[list[Item]] = [turn.input]
    for ancestor in chain(turn.parent):
        if is_known(ancestor):
            return ancestor.response_id, [item for items in reversed(later) for item in items]
        later.append(replay(ancestor))
    root = list(chain(turn))[-1]
    return root.foreign_parent, [item for items in reversed(later) for item in items]


def replay(turn: TurnState) -> list[Item]:
    """The turn as input for a provider that does not know it.

    Ids are left out where the API allows it, since some providers bind them to a connection, and
    reasoning that cannot be read elsewhere (no `encrypted_content`) is dropped. A text that was
    cut off goes in as far as it came.
    """
    return [*turn.input, *replayed_output(turn)]


def replayed_output(turn: TurnState) -> list[Item]:
    """What the turn received, in the form of `replay`."""
    items: list[Item] = []
    for item in turn.output:
        if item.get("type") == "reasoning" and not item.get("encrypted_content"):
            continue
        dropped = {"id", "status"} if item.get("type") in _WITHOUT_ID else {"status"}
        items.append(Item({key: value for key, value in item.items() if key not in dropped}))
    if turn.status in ("cancelled", "failed"):
        partial = _unfinished_text(turn)
        items += [assistant_message(partial)] if partial else []
    return items


def _unfinished_text(turn: TurnState) -> str:
    finished = sum(1 for item in turn.output if item.get("type") == "message")
    indexes = sorted({part.output_index for part in turn.parts if part.kind == "text"})[finished:]
    return "".join(part.text for part in turn.parts if part.kind == "text" and part.output_index in indexes)
