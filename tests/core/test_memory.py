"""A continuation that was answered without its history, as the counts of a provider tell."""

from __future__ import annotations

from typing import Any

import pytest

from ws_notebook.core.items import Item, WireObject
from ws_notebook.core.memory import is_lost
from ws_notebook.core.run import RequestSettings
from ws_notebook.core.timing import TurnTiming
from ws_notebook.core.turn import TurnState
from ws_notebook.core.usage import pack

ANSWER = {"type": "message", "content": [{"type": "output_text", "text": "An answer of some words."}]}


def turn(tokens: int | None, parent: TurnState | None = None, **fields: Any) -> TurnState:
    usage = None if tokens is None else WireObject(input_tokens=tokens, output_tokens=5, **fields.pop("details", {}))
    return TurnState(
        id="r1.1",
        run_id="r1",
        response_id=f"resp_{tokens}",
        status="completed",
        parent=parent,
        parent_id=None if parent is None else parent.response_id,
        packed_usage=pack(usage),
        output=[Item(ANSWER), *fields.pop("more", [])],
        timing=TurnTiming(started=0.0),
        **fields,
    )


PLAIN = RequestSettings()


@pytest.mark.parametrize(
    ("before", "now", "lost"), [(55, 33, True), (55, 85, False), (None, 33, False), (55, None, False)]
)
def test_fewer_tokens_than_before_are_a_lost_history(before: int | None, now: int | None, lost: bool) -> None:
    assert is_lost(turn(now, turn(before)), PLAIN) is lost


def test_what_may_shorten_the_context_is_no_loss() -> None:
    parent = turn(55)
    assert is_lost(turn(33, parent), PLAIN)
    assert not is_lost(turn(33, parent), RequestSettings(options={"truncation": "auto"}))
    assert not is_lost(turn(33, parent), RequestSettings(options={"context_management": [{"type": "compaction"}]}))
    assert not is_lost(turn(33, turn(55, compacted=True)), PLAIN)
    assert not is_lost(turn(33), PLAIN)


def test_reasoning_that_is_dropped_makes_an_input_smaller_too() -> None:
    thinking = turn(1000, details={"output_tokens_details": {"reasoning_tokens": 400}})
    assert not is_lost(turn(600, thinking), PLAIN)
    assert is_lost(turn(40, thinking), PLAIN)


def test_where_nothing_is_lost_only_the_two_turns_are_looked_at() -> None:
    """A run may have hundreds of turns, and this is asked after each of them."""
    parent = turn(55)
    parent.parent = object()  # type: ignore[assignment] - whoever looks at it fails
    assert not is_lost(turn(85, parent), PLAIN)
    with pytest.raises(AttributeError):
        is_lost(turn(33, parent), PLAIN)
