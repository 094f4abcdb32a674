"""A turn and its calls: what may follow what, and what they say of themselves."""

from __future__ import annotations

import itertools

import pytest

from ws_notebook.core.items import Item
from ws_notebook.core.timing import CallTiming, TurnTiming
from ws_notebook.core.turn import CALL_ORDER, TURN_ORDER, ApprovalState, CallState, Progress, TextPart, TurnState
from ws_notebook.exceptions import ProtocolViolation

__all__: list[str] = []

FINAL_CALLS = {"completed", "failed", "denied", "unanswered", "late"}


def make_turn(**fields: object) -> TurnState:
    return TurnState(id="r1.1", run_id="r1", timing=TurnTiming(started=0.0), **fields)  # type: ignore[arg-type]


def make_call(turn: TurnState, **fields: object) -> CallState:
    values: dict[str, object] = {"call_id": "c", "name": "add", "kind": "function_call", "output_index": 0, **fields}
    return CallState(turn=turn, timing=CallTiming(added=0.0), **values)  # type: ignore[arg-type]


def test_the_tables_name_every_status_that_they_lead_to() -> None:
    for table in (TURN_ORDER, CALL_ORDER):
        assert set(itertools.chain(*table.values())) <= set(table)


def test_what_has_ended_stays_ended() -> None:
    assert {status for status, after in TURN_ORDER.items() if not after} == set(TURN_ORDER) - {"in_progress"}
    assert {status for status, after in CALL_ORDER.items() if not after} == FINAL_CALLS
    assert {status for status, after in CALL_ORDER.items() if after == {"late"}} == {"timed_out", "cancelled"}


@pytest.mark.parametrize(("before", "after"), list(itertools.product(TURN_ORDER, TURN_ORDER)))
def test_a_turn_moves_only_where_the_table_allows(before: str, after: str) -> None:
    turn = make_turn(status=before)
    if after in TURN_ORDER[before]:
        turn.move(after)
        assert turn.status == after
        assert turn.done
    else:
        with pytest.raises(ProtocolViolation, match=f"is {before}; it cannot become {after}"):
            turn.move(after)
        assert turn.status == before


@pytest.mark.parametrize(("before", "after"), list(itertools.product(CALL_ORDER, CALL_ORDER)))
def test_a_call_moves_only_where_the_table_allows(before: str, after: str) -> None:
    call = make_call(make_turn(), status=before)
    if after in CALL_ORDER[before]:
        call.move(after)
        assert call.status == after
    else:
        with pytest.raises(ProtocolViolation, match=f"is {before}; it cannot become {after}"):
            call.move(after)
        assert call.status == before
    assert call.done == (call.status not in ("streaming", "queued", "awaiting_approval", "running"))


def test_text_refusal_and_reasoning_are_kept_apart() -> None:
    parts = [
        TextPart("reasoning", 0, 0, ["one"]),
        TextPart("reasoning", 0, 1, ["two"]),
        TextPart("text", 1, 0, ["a", "b"]),
        TextPart("refusal", 1, 1, ["no"]),
        TextPart("text", 2, 0, ["c"]),
    ]
    turn = make_turn(parts=parts)
    assert (turn.text, turn.refusal, turn.reasoning) == ("abc", "no", "one\n\ntwo")


def test_the_time_of_tools_counts_overlaps_once() -> None:
    turn = make_turn()
    for start, end in ((1.0, 3.0), (2.0, 4.0), (10.0, 11.0)):
        call = make_call(turn)
        call.timing.started, call.timing.ended = start, end
        turn.tool_calls.append(call)
    turn.tool_calls.append(make_call(turn))
    assert turn.tool_ms == pytest.approx(4000)


def test_the_arguments_grow_and_are_then_those_of_the_item() -> None:
    call = make_call(make_turn())
    call.chunks = ['{"a"', ":1}"]
    assert call.arguments == '{"a":1}'
    call.item = Item(type="function_call", arguments='{"a":2}')
    assert call.arguments == '{"a":2}'
    custom = make_call(make_turn(), kind="custom_tool_call", item=Item(input="SELECT 1"))
    assert custom.arguments == "SELECT 1"


def test_a_traceback_is_there_only_for_a_tool_that_raised() -> None:
    call = make_call(make_turn())
    assert call.traceback == ""
    call.exception = ValueError("odd")
    assert "ValueError: odd" in call.traceback


def test_the_reprs_are_one_line() -> None:
    turn = make_turn(response_id="resp_1")
    assert repr(turn) == "<Turn r1.1 in_progress resp_1>"
    assert repr(make_call(turn)) == "<ToolCall add streaming c>"


def test_without_anything_said_a_call_is_denied_in_the_end_and_has_all_the_time() -> None:
    approval = ApprovalState()
    assert (approval.default, approval.deadline, approval.arguments, approval.prompted) == ("deny", None, None, False)


def test_progress_that_was_told_does_not_change() -> None:
    with pytest.raises(AttributeError):
        Progress(count=1).count = 2  # type: ignore[misc]
