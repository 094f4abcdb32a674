"""Calls that wait for approval, over a real socket: whoever decides, the run stays whole."""

from __future__ import annotations

import builtins
import json
import logging
import threading
from collections.abc import Callable
from typing import Any

import pytest
from support.behind import waited
from support.events import answer, call, message
from support.peer import Talk, running_peer

from ws_notebook import Approval, Run, Session, tool
from ws_notebook.core.changes import CallChanged
from ws_notebook.exceptions import RunCancelled, ToolError
from ws_notebook.render.bundle import bundle
from ws_notebook.session.showing import RunControls
from ws_notebook.tools.approval import PendingCall
from ws_notebook.views.messages import Approve, Deny, Shown

__all__: list[str] = []

Open = Callable[..., Session]
ran: list[tuple[int, int]] = []


@pytest.fixture(autouse=True)
def nothing_ran() -> None:
    ran.clear()


def add(a: int, b: int) -> int:
    ran.append((a, b))
    return a + b


def asking(local: Open, decide: Callable[[PendingCall], object] | None, approve: Any = True, **options: Any) -> Session:
    session = local(tools=[tool(add, approve=approve, **options)])
    session.on_approval = decide
    return session


def awaited(run: Run) -> Any:
    """The run's first call, once it waits for approval."""
    there = threading.Event()

    def look(_: Any, change: Any) -> None:
        if isinstance(change, CallChanged) and change.call.status == "awaiting_approval":
            there.set()

    run.observe(look)
    while not any(call.status == "awaiting_approval" for call in run.tool_calls):
        there.wait(0.05)
    return run.tool_calls[0]


def row(session: Session) -> Any:
    return session.tool_calls.iloc[-1]


# Who decides.


def test_a_call_runs_once_it_is_approved(local: Open) -> None:
    session = asking(local, lambda call: call.approve())
    run = session.ask("call add(a=2, b=3)")
    assert (run.tool_calls[0].output, ran) == ("5", [(2, 3)])
    assert (row(session).decision, row(session).status) == ("approved", "completed")
    assert row(session).approval_ms >= 0
    assert "approval" in [span.kind for span in run.tool_calls[0].timing.spans]


def test_a_denied_call_is_not_made_and_the_run_goes_on(local: Open) -> None:
    session = asking(local, lambda call: call.deny("sums are for school"))
    run = session.ask("call add(a=2, b=3)")
    call = run.tool_calls[0]
    assert (run.status, call.status, call.error, ran) == ("completed", "denied", "sums are for school", [])
    assert json.loads(call.output)["error"]["message"].endswith("Reason: sums are for school")
    assert (row(session).decision, row(session).run_ms is not None) == ("denied", True)


@pytest.mark.parametrize(
    "decide",
    [lambda call: call.approve({"a": 10, "b": 1}), lambda call: call.call.edit({"a": 10, "b": 1})],
    ids=["approve", "edit"],
)
def test_edited_arguments_are_run_and_told(local: Open, decide: Callable[[PendingCall], None]) -> None:
    session = asking(local, decide)
    run = session.ask("call add(a=2, b=3)")
    call = run.tool_calls[0]
    assert (ran, call.edited, call.arguments) == ([(10, 1)], '{"a": 10, "b": 1}', '{"a":2,"b":3}')
    assert call.output == ('[The user changed the arguments before this call ran. It ran with: {"a": 10, "b": 1}]\n11')
    assert row(session).decision == "edited"


def test_the_same_arguments_are_no_edit(local: Open) -> None:
    session = asking(local, lambda call: call.approve('{"b": 3, "a": 2}'))
    run = session.ask("call add(a=2, b=3)")
    assert (run.tool_calls[0].output, row(session).decision) == ("5", "approved")


def test_arguments_that_do_not_fit_are_refused_and_the_call_still_waits(local: Open) -> None:
    errors: list[str] = []

    def decide(call: PendingCall) -> None:
        for bad in ({"a": "x", "b": 1}, {"a": 1}, "{", {"a": 1, "b": {1}}):
            with pytest.raises(ToolError) as caught:
                call.approve(bad)  # type: ignore[arg-type]
            errors.append(str(caught.value))
        call.approve({"a": 1, "b": 1})

    run = asking(local, decide).ask("call add(a=2, b=3)")
    assert ran == [(1, 1)]
    assert run.status == "completed"
    assert "a" in errors[0]
    assert "b" in errors[1]
    assert "cannot be written as JSON" in errors[3]


def test_the_first_decision_counts(local: Open) -> None:
    errors: list[str] = []

    def decide(call: PendingCall) -> None:
        call.deny()
        with pytest.raises(ToolError) as caught:
            call.approve()
        errors.append(str(caught.value))

    run = asking(local, decide).ask("call add(a=2, b=3)")
    assert (run.tool_calls[0].status, ran) == ("denied", [])
    assert "does not wait for approval" in errors[0]


def test_a_run_in_the_background_waits_for_a_decision_from_anywhere(local: Open) -> None:
    session = asking(local, None, run_in="thread")
    run = session.start("call add(a=2, b=3)")
    call = awaited(run)
    assert (run.done, call.status, ran) == (False, "awaiting_approval", [])
    call.approve()
    assert run.result(20).tool_calls[0].output == "5"


def test_parallel_calls_are_decided_one_by_one_in_any_order(local: Open) -> None:
    held: list[PendingCall] = []

    def decide(call: PendingCall) -> None:
        held.append(call)
        if len(held) == 3:
            held[2].approve()
            held[1].deny("the middle one")
            held[0].approve()

    session = asking(local, decide, run_in="thread")
    run = session.ask("call add(a=1, b=1) and add(a=2, b=2) and add(a=3, b=3)")
    assert sorted(call.status for call in run.tool_calls) == ["completed", "completed", "denied"]
    assert len(ran) == 2


def test_calls_of_one_id_are_decided_each_by_itself(opened: Open) -> None:
    calls = [{**call("call_0", a=a, b=0), "id": f"fc_{a}"} for a in range(3)]

    async def script(talk: Talk, request: dict[str, Any]) -> None:
        first = len(talk.peer.requests) == 1
        await talk.send(answer("resp_1", *calls) if first else answer("resp_2", message("Done.")))

    with running_peer(script) as peer:
        session = opened(peer.url, tools=[tool(add, approve=True)])
        # Without a decider, waiting here would ask by input() as well, which has no one to answer.
        session.on_approval = lambda call: None
        run = session.start("Add")
        waited(run, lambda: [each.status for each in run.tool_calls] == ["awaiting_approval"] * 3)
        turn = bundle(run.state, session.header(run.state))["turns"][0]
        shown = {each["arguments"]: each["call_id"] for each in turn["calls"]}
        assert len(set(shown.values())) == 3
        controls = RunControls(run)
        controls.decide(Approve(turn["id"], shown['{"a": 1, "b": 0}']))
        with pytest.raises(ToolError, match="does not wait"):
            controls.decide(Approve(turn["id"], shown['{"a": 1, "b": 0}']))
        controls.decide(Deny(turn["id"], shown['{"a": 2, "b": 0}'], "not this one"))
        controls.decide(Deny(turn["id"], shown['{"a": 0, "b": 0}']))
        assert run.result(timeout=20).text == "Done."
        assert [each.status for each in run.tool_calls] == ["denied", "completed", "denied"]
        outputs = [item for item in peer.requests[1]["input"] if item["type"] == "function_call_output"]
        assert [item["call_id"] for item in outputs] == ["call_0"] * 3
        assert (outputs[1]["output"], "not this one" in outputs[2]["output"]) == ("1", True)


def test_a_decider_that_fails_leaves_the_call_waiting(local: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    told, logged = threading.Event(), list[str]()

    def log(record: logging.LogRecord) -> bool:
        logged.append(record.getMessage())
        told.set()
        return True

    monkeypatch.setattr(logging.getLogger("ws_notebook"), "filters", [log])

    def decide(call: PendingCall) -> None:
        raise RuntimeError("odd")

    session = asking(local, decide, run_in="thread")
    run = session.start("call add(a=2, b=3)")
    assert told.wait(20)
    assert "on_approval failed" in logged[0]
    awaited(run).approve()
    assert run.result(20).tool_calls[0].output == "5"


# Rules.


def test_a_rule_asks_lets_through_and_denies(local: Open) -> None:
    asked: list[dict[str, Any]] = []

    def rule(call: PendingCall) -> bool | str:
        return "too much" if call.arguments["a"] > 100 else call.arguments["a"] > 10

    def decide(call: PendingCall) -> None:
        asked.append(call.arguments)
        call.approve()

    session = asking(local, decide, approve=rule)
    run = session.ask("call add(a=1, b=1) and add(a=11, b=1) and add(a=101, b=1)")
    assert [call.status for call in run.tool_calls] == ["completed", "completed", "denied"]
    assert asked == [{"a": 11, "b": 1}]
    table = session.tool_calls
    assert list(table.decision) == ["allowed", "approved", "denied"]
    assert list(table.approval_ms.isna()) == [True, False, True]
    assert run.tool_calls[2].error == "too much"


def test_a_rule_that_fails_lets_nothing_through(local: Open) -> None:
    def rule(call: PendingCall) -> bool:
        return bool(1 / 0)

    session = asking(local, lambda call: call.approve(), approve=rule)
    call = session.ask("call add(a=1, b=1)").tool_calls[0]
    assert (call.status, ran) == ("failed", [])
    assert call.error == "approve: ZeroDivisionError: division by zero"
    assert "so it was not made" in json.loads(call.output)["error"]["message"]
    assert "rule" in call.traceback


def test_the_first_time_asks_until_it_was_approved_once(local: Open) -> None:
    asked: list[dict[str, Any]] = []

    def decide(call: PendingCall) -> None:
        asked.append(call.arguments)
        call.deny() if len(asked) == 1 else call.approve()

    session = asking(local, decide, approve="first time")
    session.ask("call add(a=1, b=1) then call add(a=2, b=2) then call add(a=3, b=3)")
    assert [each["a"] for each in asked] == [1, 2]
    assert list(session.tool_calls.decision) == ["denied", "approved", "allowed"]
    other = asking(local, decide, approve="first time")
    other.ask("call add(a=4, b=4)")
    assert [each["a"] for each in asked] == [1, 2, 4]


def test_other_arguments_than_the_models_grant_nothing_further(local: Open) -> None:
    asked: list[dict[str, Any]] = []

    def decide(call: PendingCall) -> None:
        asked.append(call.arguments)
        call.approve({"a": 0, "b": 0} if len(asked) == 1 else None)

    session = asking(local, decide, approve="first time")
    session.ask("call add(a=1, b=1) then call add(a=2, b=2) then call add(a=3, b=3)")
    assert [each["a"] for each in asked] == [1, 2]
    assert list(session.tool_calls.decision) == ["edited", "approved", "allowed"]


def test_whoever_decides_is_told_the_defaults_and_what_is_written_twice(local: Open) -> None:
    def remove(path: str, days: int = 30) -> str:
        return f"{path} {days}"

    told: list[Any] = []

    def decide(call: PendingCall) -> None:
        approval = call.call.approval
        told.append((call.arguments, call.defaults, approval.length, approval.defaults, approval.repeated))
        call.approve()

    session = local(tools=[tool(remove, approve=True)])
    session.on_approval = decide
    run = session.ask('call remove(path="/etc")')
    assert run.tool_calls[0].output == "/etc 30"
    assert told == [({"path": "/etc"}, {"days": 30}, len(run.tool_calls[0].arguments), '{"days": 30}', ())]


def test_arguments_that_the_model_wrote_wrong_ask_nobody(local: Open) -> None:
    asked: list[PendingCall] = []
    session = asking(local, asked.append)
    call = session.ask('call add(a="x", b=1)').tool_calls[0]
    assert (call.status, asked, row(session).decision) == ("failed", [], "")


# Nobody decides.


@pytest.mark.parametrize(("default", "status"), [("deny", "denied"), ("approve", "completed")])
def test_when_the_time_is_over_the_default_is_taken(local: Open, default: Any, status: str) -> None:
    session = asking(local, lambda call: None, approve=Approval(timeout=0.05, default=default))
    run = session.ask("call add(a=2, b=3)")
    assert (run.tool_calls[0].status, len(ran)) == (status, int(default == "approve"))
    assert row(session).decision == "timeout"
    assert row(session).approval_ms >= 50
    if default == "deny":
        assert run.tool_calls[0].error == "Nobody decided within 0.05 s."


@pytest.mark.parametrize(("default", "status"), [("deny", "denied"), ("approve", "completed")])
def test_where_nobody_can_be_asked_the_default_is_taken(local: Open, default: Any, status: str) -> None:
    # Under pytest input() raises.
    session = asking(local, None, approve=Approval(default=default))
    run = session.ask("call add(a=2, b=3)")
    assert (run.tool_calls[0].status, row(session).decision) == (status, "unattended")
    if default == "deny":
        assert "Decide in code (session.on_approval)" in run.tool_calls[0].error


def test_input_asks_the_one_who_waits(local: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[threading.Thread] = []
    lines = ["what?", '{"a": 7, "b": 1}', "n enough"]

    def read(prompt: str) -> str:
        threads.append(threading.current_thread())
        return lines.pop(0)

    monkeypatch.setattr(builtins, "input", read)
    run = asking(local, None).ask("call add(a=2, b=3) and add(a=4, b=5)")
    assert threads == [threading.current_thread()] * 3
    assert [(call.status, call.decision) for call in run.tool_calls] == [("completed", "edited"), ("denied", "denied")]
    assert (ran, run.tool_calls[1].error) == ([(7, 1)], "enough")


def test_a_decision_elsewhere_ends_the_question(local: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, never = threading.Event(), threading.Event()
    session = asking(local, None)

    def read(prompt: str) -> str:
        asked.set()
        never.wait(30)
        return "n"

    monkeypatch.setattr(builtins, "input", read)

    def decide() -> None:
        assert asked.wait(20)
        session.runs[-1].tool_calls[0].approve()

    thread = threading.Thread(target=decide)
    thread.start()
    run = session.ask("call add(a=2, b=3)")
    thread.join()
    assert (run.tool_calls[0].output, run.tool_calls[0].decision) == ("5", "approved")


# Stopping.


def test_a_run_that_is_stopped_waits_no_more_and_the_next_one_works(local: Open) -> None:
    session = asking(local, None, run_in="thread")
    run = session.start("call add(a=2, b=3)")
    call = awaited(run)
    run.cancel()
    with pytest.raises(RunCancelled):
        run.result(20)
    assert (call.status, call.decision, ran) == ("cancelled", "", [])
    assert call.approval_ms is not None
    with pytest.raises(ToolError, match="does not wait"):
        call.approve()
    assert session.ask('say "next"').text == "next"


def test_an_interrupt_at_the_question_stops_the_run(local: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(prompt: str) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(builtins, "input", read)
    session = asking(local, None)
    with pytest.raises(KeyboardInterrupt):
        session.ask("call add(a=2, b=3)")
    assert (session.runs[-1].status, ran) == ("cancelled", [])
    assert session.ask('say "next"').text == "next"


# From a view.


def test_a_view_decides_by_the_names_of_turn_and_call(local: Open) -> None:
    session = asking(local, None, run_in="thread")
    run = session.start("call add(a=2, b=3)")
    run._course.view_decides = True
    call, controls = awaited(run), RunControls(run)
    controls.decide(Shown(call.turn.id, call.call_id))
    with pytest.raises(ToolError):
        controls.decide(Approve(call.turn.id, call.call_id, '{"a": 1}'))
    with pytest.raises(ToolError, match="has no call"):
        controls.decide(Approve(call.turn.id, "call_0"))
    controls.decide(Approve(call.turn.id, call.call_id, '{"a": 1, "b": 1}'))
    assert run.result(20).tool_calls[0].decision == "edited"


def test_where_a_view_shows_the_call_nobody_is_asked_by_input(local: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(builtins, "input", asked.append)
    session = asking(local, None)

    def watch(run: Run) -> Callable[..., None]:
        run._course.view_decides = True

        def look(_: Any, change: Any) -> None:
            if isinstance(change, CallChanged) and change.call.status == "awaiting_approval":
                call = change.call
                RunControls(run).decide(Shown(call.turn.id, call.call_id))
                threading.Timer(0.6, call.deny).start()

        return look

    run = session.start("call add(a=2, b=3)", watch=watch)
    assert run.result(20).tool_calls[0].status == "denied"
    assert asked == []


def test_where_the_view_does_not_answer_input_asks(local: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def read(prompt: str) -> str:
        asked.append(prompt)
        return "y"

    monkeypatch.setattr(builtins, "input", read)
    monkeypatch.setattr("ws_notebook.engine.approvals._GRACE", 0.2)

    def watch(run: Run) -> Callable[..., None]:
        run._course.view_decides = True
        return lambda state, change: None

    run = asking(local, None).start("call add(a=2, b=3)", watch=watch).result(20)
    assert (run.tool_calls[0].output, len(asked)) == ("5", 1)
    assert run.tool_calls[0].approval is not None
    assert run.tool_calls[0].approval.prompted
