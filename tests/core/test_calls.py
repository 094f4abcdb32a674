"""What happens to a call besides its events, by hand: approval, progress, and the times of both."""

from __future__ import annotations

import pytest
from support.drive import Drive
from support.events import answer, call

from ws_notebook.core import calls
from ws_notebook.core.calls import Answer
from ws_notebook.core.run import RequestSettings, RunState
from ws_notebook.core.timing import CallTiming, TurnTiming
from ws_notebook.core.turn import ApprovalState, CallState, Progress, TurnState
from ws_notebook.exceptions import ProtocolViolation, ToolError

__all__: list[str] = []


def waiting(drive: Drive) -> CallState:
    drive.ask("go")
    drive.receive(answer("resp_1", call("call_1", "remove", path="a")))
    return drive.ready()[0]


def spans(each: CallState) -> list[tuple[str, float, float | None]]:
    return [(span.kind, span.start, span.end) for span in each.timing.spans]


def test_a_call_waits_for_approval_and_is_queued_once_it_has_it() -> None:
    found = waiting(Drive())
    calls.ask(found, ApprovalState(deadline=260.0), 200.0)
    assert (found.status, found.done, spans(found)) == ("awaiting_approval", False, [("approval", 200.0, None)])
    calls.decide(found, "approved", 203.5)
    assert (found.status, found.decision, found.approval_ms) == ("queued", "approved", 3500.0)
    assert spans(found) == [("approval", 200.0, 203.5)]
    assert found.edited is None


def test_the_wait_for_approval_is_no_part_of_the_queue() -> None:
    drive = Drive()
    found = waiting(drive)
    assert found.timing.ready is not None
    calls.ask(found, ApprovalState(), found.timing.ready + 1)
    calls.decide(found, "approved", found.timing.ready + 3)
    drive.protocol.begin_call(found, found.timing.ready + 4)
    assert (found.queued_ms, found.approval_ms) == (2000.0, 2000.0)


def test_an_edit_and_a_denial_keep_what_was_said() -> None:
    found, other = waiting(Drive()), waiting(Drive())
    calls.ask(found, ApprovalState(), 200.0)
    calls.decide(found, "edited", 201.0, arguments='{"path":"b"}')
    assert (found.edited, found.arguments) == ('{"path":"b"}', '{"path": "a"}')
    calls.ask(other, ApprovalState(), 200.0)
    calls.decide(other, "denied", 201.0, reason="not that one")
    assert other.approval is not None
    assert (other.decision, other.approval.reason, other.status) == ("denied", "not that one", "queued")


def test_a_rule_decides_without_anybody_being_asked() -> None:
    found = waiting(Drive())
    calls.decide(found, "allowed", 200.0)
    assert (found.status, found.decision, found.approval_ms, spans(found)) == ("queued", "allowed", None, [])


def test_a_call_is_asked_about_once() -> None:
    found = waiting(Drive())
    calls.ask(found, ApprovalState(), 200.0)
    with pytest.raises(ProtocolViolation):
        calls.ask(found, ApprovalState(), 201.0)


def test_what_a_call_waited_for_ends_when_it_is_given_up() -> None:
    found = waiting(Drive())
    calls.ask(found, ApprovalState(), 200.0)
    calls.give_up(found, 202.0)
    assert (spans(found), found.approval_ms) == ([("approval", 200.0, 202.0)], 2000.0)
    with pytest.raises(ToolError, match=r"does not wait for approval"):
        found.approve()


def test_a_run_that_is_stopped_ends_the_wait_of_its_calls() -> None:
    drive = Drive()
    found = waiting(drive)
    calls.ask(found, ApprovalState(), drive.now)
    drive.abandon(drive.protocol.runs[0])
    assert found.status == "cancelled"
    assert found.timing.spans[-1].end is not None
    assert found.approval_ms is not None


def test_a_call_that_does_not_wait_says_what_it_does() -> None:
    found = waiting(Drive())
    with pytest.raises(ToolError, match=r"Call call_1 of remove does not wait for approval: it is queued\."):
        found.deny()


def test_progress_is_kept_until_the_call_is_over() -> None:
    drive = Drive()
    found = waiting(drive)
    drive.start(found)
    assert calls.progress(found, Progress(fraction=0.5, text="half"))
    assert found.progress is not None
    assert found.progress.text == "half"
    drive.submit(found)
    assert not calls.progress(found, Progress(fraction=1.0))
    assert found.progress.fraction == 0.5


def made(status: str = "queued") -> CallState:
    turn = TurnState(id="r1.1", run_id="r1", timing=TurnTiming(started=0.0))
    found = CallState(
        turn=turn, call_id="c1", name="add", kind="function_call", output_index=0, timing=CallTiming(1.0), status=status
    )
    turn.tool_calls.append(found)
    return found


def test_a_call_is_begun_and_answered_with_its_times() -> None:
    one = made()
    assert calls.begin(one, 2.0)
    assert calls.answer(one, Answer(output="5"), 3.5)
    assert (one.status, one.output, one.run_ms) == ("completed", "5", 1500.0)


def test_the_time_in_which_the_kernel_is_busy_ends_with_the_beginning() -> None:
    one = made()
    assert calls.hold_up(one, 2.0)
    assert calls.begin(one, 4.0)
    assert not calls.hold_up(one, 5.0)
    assert [(span.kind, span.start, span.end) for span in one.timing.spans] == [("kernel_busy", 2.0, 4.0)]


def test_a_call_that_was_given_up_does_not_begin_and_its_answer_is_late() -> None:
    one = made()
    run = RunState(id="r1", input=[], settings=RequestSettings(), asked=0.0, asked_at=0.0, turns=[one.turn])
    assert calls.give_up_all(run, "cancelled", 2.0) == [one]
    assert (one.status, one.timing.ended) == ("cancelled", None)
    assert not calls.begin(one, 3.0)
    assert calls.answer(one, Answer(output="5"), 4.0)
    assert (one.status, one.output) == ("late", None)
    assert not calls.answer(one, Answer(output="6"), 5.0)


def test_an_answered_call_is_given_up_no_more() -> None:
    one = made()
    calls.answer(one, Answer(output="5"), 2.0)
    run = RunState(id="r1", input=[], settings=RequestSettings(), asked=0.0, asked_at=0.0, turns=[one.turn])
    assert calls.give_up_all(run, "cancelled", 3.0) == []
    assert one.output == "5"
