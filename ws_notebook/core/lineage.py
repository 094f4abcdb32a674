"""Lineage: which turn continues which, and what a request must send for that.

A turn knows its parent, so a chain is a walk upwards. A request names the nearest turn that the
provider still knows and sends everything after it; where none is known it sends the whole chain.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from .. import exceptions
from .items import TOOL_CALLS, Item, assistant_message, at, is_left_open, is_owed_elsewhere, kind, listed, tool_output
from .replay import replayed_items
from .run import Latest, RunState
from .turn import TurnState

__all__ = [
    "CANCELLED_OUTPUT",
    "CUT_OFF_OUTPUT",
    "chain",
    "continuable",
    "first_input",
    "followable",
    "history",
    "leaves_open",
    "owed_outputs",
    "replay",
    "replayed_output",
    "request_input",
    "round_of",
    "wanted_parent",
]

CANCELLED_OUTPUT = json.dumps(
    {"error": {"type": "cancelled", "message": "The user stopped the run before this call was answered."}}
)
"""What the model is told of a call that a stopped run left open."""

CUT_OFF_OUTPUT = json.dumps(
    {"error": {"type": "cut_off", "message": "The answer was cut off here, so this call was not carried out."}}
)
"""What the model is told of a call in an answer that was cut short, where nobody has answered it."""


_KEPT = (exceptions.ConnectionLost, exceptions.ProtocolViolation, exceptions.MaxTurnsExceeded)
"""Errors after which what a run had said can be continued."""


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
    if not run.turns or run.batch or run.row_of is not None:
        return False
    if run.status == "failed":
        lost = isinstance(run.error, _KEPT)
        return lost and any(turn.parts or turn.output for turn in run.turns)
    return run.done


def followable(run: RunState) -> bool:
    """Whether a later run may follow this one by default, or may wait for it: batches stand beside a dialogue."""
    return continuable(run) if run.done else not run.batch and run.row_of is None


def wanted_parent(run: RunState, runs: Sequence[RunState]) -> tuple[TurnState | None, str | None] | None:
    """The turn, or the foreign response id, that a run of `runs` continues; None: it has to wait for a run in progress.

    Raises SettingsError where the run that was asked for never began.
    """
    wanted = run.wants
    if isinstance(wanted, Latest):
        ahead = runs[: runs.index(run)]
        wanted = next((each for each in reversed(ahead) if followable(each)), None)
    if wanted is None:
        return None, None
    if isinstance(wanted, str):
        turns = (turn for each in runs for turn in each.turns if turn.response_id == wanted)
        known = next(turns, None)
        return (known, None) if known is not None else (None, wanted)
    if not wanted.done and wanted in runs:
        return None
    if not wanted.turns:
        raise exceptions.SettingsError(f"Run {wanted.id} never began, so it has nothing to continue.")
    return wanted.turns[-1], None


def first_input(run: RunState, parent: TurnState | None) -> list[Item]:
    """What a run's first turn sends: the answers that its parent owes and its own input lacks, then its input."""
    given = Counter(item.get("call_id") for item in run.input if kind(item).endswith("_output"))
    owed = []
    # Two calls may have one id: each output that is given stands for one of them.
    for item in owed_outputs(parent) if parent is not None else []:
        given[item["call_id"]] -= 1
        owed += [item] if given[item["call_id"]] < 0 else []
    return [*owed, *run.input]


def round_of(turn: TurnState) -> list[TurnState]:
    """The turn and those before it back to the one that a request asked for: what the next request answers."""
    found = [turn]
    while found[0].unasked and found[0].parent is not None and found[0].parent.run_id == turn.run_id:
        found.insert(0, found[0].parent)
    return found


def owed_outputs(turn: TurnState) -> list[Item]:
    """Answers for every tool call of the turn's round, in call order; those never given are errors."""
    return [
        tool_output(call.kind, call.call_id, _not_given(each) if call.output is None else call.output)
        for each in round_of(turn)
        for call in each.tool_calls
        if call.item is not None
    ]


def _not_given(turn: TurnState) -> str:
    return CUT_OFF_OUTPUT if turn.status == "incomplete" else CANCELLED_OUTPUT


def request_input(turn: TurnState, is_known: Callable[[TurnState], bool]) -> tuple[str | None, list[Item]]:
    """The `previous_response_id` (or None) and the input for this turn's request."""
    return _after(turn.parent, turn.input, is_known, turn.foreign_parent)


def history(turn: TurnState) -> tuple[str | None, list[Item]]:
    """All that a model was told up to the turn's end, its calls answered, and the foreign id before it (or None)."""
    return _after(turn, owed_outputs(turn), lambda _: False, None)


def _after(
    turn: TurnState | None, new: list[Item], is_known: Callable[[TurnState], bool], foreign: str | None
) -> tuple[str | None, list[Item]]:
    """The nearest response that is known, and everything after it with the new items at the end."""
    later = [new]
    for ancestor in chain(turn):
        if is_known(ancestor) and not leaves_open(ancestor, later):
            return ancestor.response_id, _joined(later)
        shortened = _since_compaction(ancestor, later)
        if shortened is not None:
            return None, _joined([*later, shortened])
        # Looked up where it matters alone: a history may be long.
        answered = _answered(later) if any(is_owed_elsewhere(item) for item in ancestor.output) else None
        later.append(replay(ancestor, answered))
        foreign = ancestor.foreign_parent
    return foreign, _joined(later)


def _answered(later: list[list[Item]]) -> frozenset[str]:
    """What the items answer: the ids of calls, and of requests for an approval."""
    names = ("call_id", "approval_request_id", "id")
    answers = (item for items in later for item in items if kind(item).endswith(("_output", "_response")))
    return frozenset(str(item[name]) for item in answers for name in names if item.get(name))


def leaves_open(turn: TurnState, later: Sequence[list[Item]] = ()) -> bool:
    """Whether the turn waits for an answer that only another program can give, and none is among what follows.

    Its provider would refuse to go on, at this question and at each later one.
    """
    received = [item for each in round_of(turn) for item in each.output]
    if not any(map(is_owed_elsewhere, received)):
        return False  # as it is nearly always
    answered = _answered([*later, received])
    return any(is_left_open(item, answered) for item in received)


def _joined(later: list[list[Item]]) -> list[Item]:
    return [item for items in reversed(later) for item in items]


def _since_compaction(turn: TurnState, later: list[list[Item]]) -> list[Item] | None:
    """What the turn received from the latest compaction on, where the provider made one in it.

    Nothing before is needed then (OpenAI's compaction guide). None where there is none, and where an
    answer would lose the call that it belongs to.
    """
    if turn.compacted or all(kind(item) != "compaction" for item in turn.output):
        return None
    output = replayed_output(turn)
    places = [index for index, item in enumerate(output) if kind(item) == "compaction"]
    if not places:
        return None
    kept = output[places[-1] :]
    items = _joined([*later, kept])
    calls = {item.get("call_id") for item in items if kind(item) in TOOL_CALLS}
    answered = {item.get("call_id") for item in items if kind(item) in TOOL_CALLS.values()}
    return kept if answered <= calls else None


def replay(turn: TurnState, answered: frozenset[str] | None = None) -> list[Item]:
    """The turn as input for a provider that does not know it; a text that was cut off goes in as far as it came."""
    return [*turn.prepended, *turn.input, *replayed_output(turn, answered)]


def replayed_output(turn: TurnState, answered: frozenset[str] | None = None) -> list[Item]:
    """What the turn received, in the form of `replay`.

    `answered`: what later items answer; a call that waits for another program's answer is left out where there is none.
    """
    if turn.compacted:
        return list(turn.output)
    partial = _unfinished_text(turn) if turn.status in ("cancelled", "failed") else ""
    kept = turn.output
    if answered is not None:
        answered |= _answered([turn.output])
        kept = [item for item in turn.output if not is_left_open(item, answered)]
    return replayed_items(kept, [assistant_message(partial)] if partial else [], thoughts=not turn.unreadable)


def _unfinished_text(turn: TurnState) -> str:
    """The text after the last message that is whole."""
    finished = sum(1 for item in turn.output if kind(item) == "message" and _has_text(item))
    indexes = sorted({part.output_index for part in turn.parts if part.kind == "text" and part.chunks})[finished:]
    return "".join(part.text for part in turn.parts if part.kind == "text" and part.output_index in indexes)


def _has_text(message: Mapping[str, object]) -> bool:
    parts = listed(message.get("content"))
    return any(at(part, "type") == "output_text" and at(part, "text") for part in parts)
