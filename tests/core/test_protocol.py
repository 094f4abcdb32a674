"""The protocol of a session with bytes only: the tool loop, what is lost and found again, what is never done twice."""

from __future__ import annotations

import copyreg
import json
from typing import Any

import pytest
from support.drive import Drive
from support.events import (
    answer,
    call,
    completed,
    created,
    delta,
    error,
    failed,
    item_added,
    item_done,
    message,
    reasoning,
)

from ws_notebook import exceptions
from ws_notebook.core import outcome
from ws_notebook.core.abilities import LaneLimits
from ws_notebook.core.calls import Answer
from ws_notebook.core.changes import CallChanged
from ws_notebook.core.lineage import CANCELLED_OUTPUT
from ws_notebook.core.run import RequestSettings, RunState
from ws_notebook.core.turn import ApprovalState, CallState, Progress
from ws_notebook.secrets import Keys

__all__: list[str] = []


def outputs(request: dict[str, Any]) -> list[tuple[str, Any]]:
    """The tool outputs of a request, in order."""
    return [(item["call_id"], item["output"]) for item in request["input"] if item["type"].endswith("_output")]


def kinds(request: dict[str, Any]) -> list[str]:
    return [item["type"] for item in request["input"]]


def one_answer(drive: Drive, text: str = "Hi") -> RunState:
    """A run with one finished turn."""
    number = len(drive.protocol.runs) + 1
    run = drive.ask(f"question {number}")
    drive.receive(answer(f"resp_q{number}", message(text)))
    assert run.status == "completed"
    return run


def test_a_request_says_what_was_asked_for() -> None:
    drive = Drive()
    drive.ask("Hi", instructions="Be brief.", options={"temperature": 0}, store=True)
    assert drive.requests == [
        {
            "type": "response.create",
            "model": "m",
            "instructions": "Be brief.",
            "store": True,
            "temperature": 0,
            "input": [{"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hi"}]}],
        }
    ]


def test_nothing_is_sent_before_there_is_a_connection() -> None:
    drive = Drive()
    drive.connected = False
    drive.ask("Hi")
    assert drive.link.wants_connection(drive.now)
    assert drive.requests == []
    drive.connected = True
    drive.settle()
    assert len(drive.requests) == 1
    assert not drive.link.wants_connection(drive.now)


def test_the_tool_loop_sends_only_outputs_and_names_the_parent() -> None:
    drive = Drive()
    run = drive.ask("Add.")
    drive.receive(answer("resp_1", call("c1", a=1)))
    assert drive.start(run.tool_calls[0])
    drive.submit(run.tool_calls[0], "2")
    assert drive.requests[1] == {
        "type": "response.create",
        "model": "m",
        "store": False,
        "previous_response_id": "resp_1",
        "input": [{"type": "function_call_output", "call_id": "c1", "output": "2"}],
    }
    drive.receive(answer("resp_2", message("Two.")))
    assert (run.status, run.text, len(run.turns)) == ("completed", "Two.", 2)
    assert run.turns[1].parent is run.turns[0]


def test_tools_start_before_their_turn_ends_and_may_answer_before_it_does() -> None:
    drive = Drive()
    run = drive.ask("Add.")
    drive.receive(created("resp_1"), item_done(0, call("c1")), item_done(1, call("c2")))
    assert [ready.call_id for ready in drive.ready()] == ["c1", "c2"]
    drive.submit(run.tool_calls[1], "second")
    drive.submit(run.tool_calls[0], "first")
    assert len(drive.requests) == 1
    drive.receive(completed("resp_1", call("c1"), call("c2")))
    assert outputs(drive.requests[1]) == [("c1", "first"), ("c2", "second")]


def test_the_next_request_waits_for_the_last_output() -> None:
    drive = Drive()
    run = drive.ask("Add.")
    drive.receive(answer("resp_1", call("c1"), call("c2"), call("c3")))
    for index in (2, 0):
        drive.submit(run.tool_calls[index], str(index))
        assert len(drive.requests) == 1
    drive.submit(run.tool_calls[1], "1")
    assert outputs(drive.requests[1]) == [("c1", "0"), ("c2", "1"), ("c3", "2")]


def test_failures_of_tools_are_answers_too() -> None:
    drive = Drive()
    run = drive.ask("Add.")
    drive.receive(answer("resp_1", call("c1"), call("c2")))
    drive.submit(run.tool_calls[0], "{}", status="failed", error="ValueError: odd")
    drive.submit(run.tool_calls[1], "{}", status="timed_out", error="too slow")
    assert [each.status for each in run.tool_calls] == ["failed", "timed_out"]
    assert len(drive.requests) == 2
    drive.submit(run.tool_calls[1], "late")
    assert run.tool_calls[1].status == "late"
    assert outputs(drive.requests[1])[1] == ("c2", "{}")
    assert run.tool_calls[1].output == "{}"


def test_a_call_is_answered_once() -> None:
    drive = Drive()
    run = drive.ask("Add.")
    drive.receive(answer("resp_1", call("c1")))
    drive.submit(run.tool_calls[0], "first")
    drive.submit(run.tool_calls[0], "again")
    assert run.tool_calls[0].output == "first"
    assert len(drive.requests) == 2
    assert not drive.start(run.tool_calls[0])


def test_runs_wait_for_those_before_them() -> None:
    drive = Drive()
    first, second, third = (drive.ask(word) for word in ("one", "two", "three"))
    assert len(drive.requests) == 1
    drive.receive(answer("resp_1", message("1")))
    assert first.done
    assert drive.requests[1]["previous_response_id"] == "resp_1"
    drive.abandon(third)
    assert third.stopped == outcome.STOPPED_BEFORE
    drive.receive(answer("resp_2", message("2")))
    assert second.parent is first
    assert (second.status, third.status) == ("completed", "cancelled")
    assert len(drive.requests) == 2


def test_branches_begin_at_a_run_at_a_response_or_afresh() -> None:
    drive = Drive()
    first = one_answer(drive)
    one_answer(drive)
    by_run = drive.ask("by run", wants=first)
    drive.receive(answer("resp_b1", message("x")))
    by_id = drive.ask("by id", wants="resp_q1")
    drive.receive(answer("resp_b2", message("x")))
    fresh = drive.ask("fresh", wants=None)
    drive.receive(answer("resp_b3", message("x")))
    elsewhere = drive.ask("elsewhere", wants="resp_of_another_session")
    assert (by_run.parent, by_id.parent, fresh.parent, elsewhere.parent) == (first, first, None, None)
    assert [len(request["input"]) for request in drive.requests[2:]] == [3, 3, 1, 1]
    assert [request.get("previous_response_id") for request in drive.requests[2:]] == [
        None,
        None,
        None,
        "resp_of_another_session",
    ]


def test_a_response_in_the_middle_of_a_run_can_be_continued() -> None:
    drive = Drive()
    run = drive.ask("Add.", store=True)
    drive.receive(answer("resp_1", call("c1")))
    drive.submit(run.tool_calls[0], "2")
    drive.receive(answer("resp_2", message("Two.")))
    drive.ask("And otherwise?", wants="resp_1", store=True)
    assert drive.requests[-1]["previous_response_id"] == "resp_1"
    assert outputs(drive.requests[-1]) == [("c1", "2")]


def test_a_run_that_never_began_cannot_be_continued() -> None:
    drive = Drive()
    drive.ask("one")
    second = drive.ask("two")
    drive.abandon(second)
    third = drive.ask("three", wants=second)
    drive.receive(answer("resp_1", message("1")))
    assert third.status == "failed"
    assert isinstance(third.error, exceptions.SettingsError)
    assert drive.ask("four").status == "in_progress"


# Errors of the provider.


def test_an_id_that_is_gone_is_recovered_once_by_the_whole_history() -> None:
    drive = Drive()
    one_answer(drive)
    run = drive.ask("two")
    drive.receive(error("previous_response_not_found", param="previous_response_id"))
    assert [request.get("previous_response_id") for request in drive.requests] == [None, "resp_q1", None]
    assert kinds(drive.requests[2]) == ["message", "message", "message"]
    drive.receive(answer("resp_2", message("2")))
    assert (run.status, run.turns[0].recovered) == ("completed", "previous_response_not_found")
    assert run.turns[0].events == 1 + 5
    assert run.turns[0].bytes_sent == sum(drive.sizes[1:])
    assert drive.closed == 0
    drive.ask("three")
    assert drive.requests[-1]["previous_response_id"] == "resp_2"


def test_an_id_that_is_gone_is_not_recovered_twice() -> None:
    drive = Drive()
    one_answer(drive)
    run = drive.ask("two")
    drive.receive(error("previous_response_not_found"), error("previous_response_not_found"))
    assert len(drive.requests) == 3
    assert run.status == "failed"
    assert isinstance(run.error, exceptions.ProviderError)
    assert run.error.code == "previous_response_not_found"


def test_a_provider_that_lost_its_store_is_sent_everything_at_once() -> None:
    drive = Drive()
    for number in range(3):
        run = drive.ask(f"{number}", store=True)
        drive.receive(answer(f"resp_{number}", message("x")))
    run = drive.ask("now", store=True)
    drive.receive(error("previous_response_not_found"))
    assert drive.requests[-1].get("previous_response_id") is None
    assert len(drive.requests[-1]["input"]) == 7
    drive.receive(answer("resp_now", message("x")))
    assert run.status == "completed"


def test_an_id_of_the_users_own_that_is_gone_is_not_asked_for_again() -> None:
    drive = Drive()
    run = drive.ask("Hi", wants="resp_elsewhere")
    drive.receive(error("previous_response_not_found"))
    assert len(drive.requests) == 1
    assert (run.status, run.turns[0].recovered, run.turns[0].events) == ("failed", "", 1)


def test_a_not_found_that_answers_no_id_is_not_repeated() -> None:
    drive = Drive()
    run = drive.ask("Hi")
    drive.receive(error("previous_response_not_found"))
    assert len(drive.requests) == 1
    assert run.status == "failed"


def test_the_limit_of_a_connection_is_recovered_over_another_one() -> None:
    drive = Drive()
    one_answer(drive)
    run = drive.ask("two")
    drive.receive(error("websocket_connection_limit_reached"))
    assert drive.closed == 1
    assert drive.requests[-1].get("previous_response_id") is None
    drive.receive(answer("resp_2", message("2")))
    assert (run.status, run.turns[0].recovered) == ("completed", "websocket_connection_limit_reached")


def test_each_of_the_two_errors_is_recovered_once_in_a_turn() -> None:
    drive = Drive()
    one_answer(drive)
    run = drive.ask("two")
    drive.receive(error("previous_response_not_found"), error("websocket_connection_limit_reached"))
    assert len(drive.requests) == 4
    drive.receive(error("websocket_connection_limit_reached"))
    assert len(drive.requests) == 4
    assert run.status == "failed"
    assert run.turns[0].repeated == ("previous_response_not_found", "websocket_connection_limit_reached")


def test_the_limit_is_recovered_although_the_connection_was_new() -> None:
    drive = Drive()
    one_answer(drive)
    drive.eof()
    run = drive.ask("two")
    assert run.turns[0].recovered == "connection_lost"
    drive.receive(error("websocket_connection_limit_reached"), answer("resp_2", message("2")))
    assert (run.status, run.turns[0].recovered) == ("completed", "websocket_connection_limit_reached")


def test_a_connection_that_says_its_limit_while_idle_is_left_before_anything_is_sent_into_it() -> None:
    drive = Drive()
    drive.receive(error("websocket_connection_limit_reached"))
    assert (drive.closed, drive.protocol.rotations) == (1, 1)
    one_answer(drive)
    drive.receive(error("websocket_connection_limit_reached"))
    assert (drive.closed, drive.protocol.rotations) == (2, 2)
    drive.ask("two")
    assert drive.requests[-1].get("previous_response_id") is None


def test_a_turn_that_was_stopped_is_not_sent_again_for_the_limit() -> None:
    drive = Drive(limits=LaneLimits(named=4, in_flight=4))
    run = drive.ask("one")
    drive.abandon(run)
    drive.receive(error("websocket_connection_limit_reached"))
    assert (len(drive.requests), drive.closed, run.status) == (1, 1, "cancelled")


def test_runs_that_a_lost_connection_ends_have_each_an_error_of_its_own() -> None:
    drive = Drive(limits=LaneLimits(named=4, in_flight=4))
    runs = [drive.ask("one", wants=None), drive.ask("two", wants=None)]
    drive.eof()
    errors = [run.error for run in runs]
    assert all(isinstance(each, exceptions.ConnectionLost) and each.code == 1006 for each in errors)
    assert [each.run for each in errors if isinstance(each, exceptions.WsNotebookError)] == runs


def test_they_have_it_too_where_tblib_copies_errors_with_their_attributes(monkeypatch: pytest.MonkeyPatch) -> None:
    """As it does once Dask is in use: a copy of an error has the attributes of its original, all of them at once."""
    from tblib.pickling_support import pickle_exception

    monkeypatch.setitem(copyreg.dispatch_table, exceptions.ConnectionLost, pickle_exception)
    test_runs_that_a_lost_connection_ends_have_each_an_error_of_its_own()


def test_the_limit_after_output_began_is_not_repeated() -> None:
    drive = Drive()
    run = drive.ask("one")
    drive.receive(created("resp_1"), delta("Hal"), error("websocket_connection_limit_reached"))
    assert len(drive.requests) == 1
    assert (run.status, run.text) == ("failed", "Hal")


def test_the_limit_between_turns_harms_nothing() -> None:
    drive = Drive()
    first = one_answer(drive)
    drive.receive(error("websocket_connection_limit_reached"))
    assert (first.status, first.turns[0].events) == ("completed", 7)
    drive.eof()
    assert one_answer(drive).status == "completed"


@pytest.mark.parametrize("status", [400, 500])
def test_a_continuation_that_fails_evicts_what_it_continued(status: int) -> None:
    drive = Drive()
    one_answer(drive)
    drive.ask("two")
    drive.receive(error("invalid_request_error", status=status))
    drive.ask("three")
    assert drive.requests[-1].get("previous_response_id") is None
    assert kinds(drive.requests[-1]) == ["message", "message", "message"]


def test_a_fresh_start_that_fails_evicts_nothing() -> None:
    drive = Drive()
    one_answer(drive)
    drive.ask("two", wants=None)
    drive.receive(error("invalid_request_error"))
    drive.ask("three")
    assert drive.requests[-1]["previous_response_id"] == "resp_q1"


def test_a_failed_response_gives_its_error_and_keeps_what_came() -> None:
    drive = Drive()
    run = drive.ask("Hi")
    drive.receive(created("resp_1"), delta("Hal"), failed("resp_1", "server_error", "It broke."))
    assert (run.status, run.text) == ("failed", "Hal")
    assert isinstance(run.error, exceptions.ProviderError)
    assert run.error.code == "server_error"
    assert run.error.run is run


def test_a_response_that_fails_while_its_tool_runs_ends_the_run_at_once() -> None:
    drive = Drive()
    run = drive.ask("Hi")
    drive.receive(created("resp_1"), item_done(0, call("c1")))
    drive.start(run.tool_calls[0])
    drive.receive(failed("resp_1"))
    assert (run.status, run.tool_calls[0].status) == ("failed", "cancelled")


def test_a_late_terminal_event_after_an_error_does_not_reach_the_next_turn() -> None:
    drive = Drive()
    first = drive.ask("one")
    drive.receive(created("resp_1"), error("server_error"))
    second = drive.ask("two")
    drive.receive(failed("resp_1"))
    assert (first.turns[0].events, second.turns[0].events) == (3, 0)
    drive.receive(created("resp_2"), failed("resp_1"), items := delta("Hi"), completed("resp_2"))
    assert items
    assert (second.status, second.text) == ("completed", "Hi")


def test_a_terminal_event_that_is_said_twice_does_not_reach_the_next_turn() -> None:
    drive = Drive()
    run = drive.ask("one")
    drive.receive(answer("resp_1", call("c1")))
    drive.submit(run.tool_calls[0])
    drive.receive(completed("resp_1", call("c1")))
    assert (len(run.turns), run.turns[1].events) == (2, 0)
    drive.receive(answer("resp_2", message("Done.")))
    assert run.text == "Done."


def test_a_server_that_gives_every_response_the_same_id_is_followed() -> None:
    drive = Drive()
    run = drive.ask("one")
    drive.receive(answer("resp", call("c1")))
    drive.submit(run.tool_calls[0])
    drive.receive(answer("resp", message("Done.")))
    assert (run.status, run.text) == ("completed", "Done.")
    again = drive.ask("two")
    drive.receive(answer("resp", message("More.")))
    assert (again.status, again.text) == ("completed", "More.")


def test_ids_that_change_within_a_response_do_not_lose_it() -> None:
    drive = Drive()
    run = drive.ask("one")
    drive.receive(created("resp_a"), delta("Hi"), completed("resp_b"))
    assert (run.status, run.text, run.response_id) == ("completed", "Hi", "resp_a")


# Unknown things.


def test_unknown_events_and_items_are_counted_and_kept() -> None:
    drive = Drive()
    run = drive.ask("Hi")
    item = {"type": "vendor:thing", "id": "v1", "data": [1]}
    drive.receive(
        created("resp_1"), {"type": "codex.rate_limits", "x": 1}, item_done(0, item), completed("resp_1", item)
    )
    assert (run.status, run.turns[0].events, run.turns[0].output) == ("completed", 4, [item])
    types = [record.type for record in drive.protocol.frames.records()]
    assert types == [
        "response.create",
        "response.created",
        "codex.rate_limits",
        "response.output_item.done",
        "response.completed",
    ]
    assert [record.response_id for record in drive.protocol.frames.records()] == [None, *["resp_1"] * 4]


def test_an_event_before_any_turn_is_only_recorded() -> None:
    drive = Drive()
    drive.receive({"type": "hello"}, created("resp_0"), error("server_error"))
    assert len(drive.protocol.frames) == 3
    assert drive.protocol.runs == []


# A response that nobody asked for.


def test_a_response_that_nobody_asked_for_is_a_further_turn_of_the_run_before() -> None:
    drive = Drive()
    run = drive.ask("Hi")
    drive.receive(
        answer("resp_1", message("One.")), answer("resp_2", message("Two.")), answer("resp_3", message("Three."))
    )
    assert [turn.text for turn in run.turns] == ["One.", "Two.", "Three."]
    assert [turn.response_id for turn in run.turns] == ["resp_1", "resp_2", "resp_3"]
    assert [turn.unasked for turn in run.turns] == [False, True, True]
    assert run.status == "completed"
    drive.ask("And?")
    assert drive.requests[-1]["previous_response_id"] == "resp_3"
    drive.eof()
    drive.ask("And now?", wants=run)
    assert kinds(drive.requests[-1]) == ["message"] * 5


def test_calls_of_a_response_after_the_end_of_its_run_are_not_made() -> None:
    drive = Drive()
    run = drive.ask("Hi")
    drive.receive(answer("resp_1", message("One.")), answer("resp_2", call("c1")))
    assert drive.ready() == []
    assert [each.status for each in run.tool_calls] == ["unanswered"]
    drive.ask("And?")
    assert outputs(drive.requests[-1]) == [("c1", CANCELLED_OUTPUT)]


def test_a_response_that_comes_while_tools_run_is_a_further_turn_and_every_call_is_answered() -> None:
    drive = Drive()
    run = drive.ask("Hi")
    drive.receive(answer("resp_1", call("c1")), answer("resp_2", message("Meanwhile."), call("c2")))
    drive.submit(run.tool_calls[1], "two")
    assert len(drive.requests) == 1
    drive.submit(run.tool_calls[0], "one")
    assert drive.requests[1]["previous_response_id"] == "resp_2"
    assert outputs(drive.requests[1]) == [("c1", "one"), ("c2", "two")]
    drive.receive(answer("resp_3", message("Done.")))
    assert (run.status, run.text) == ("completed", "Meanwhile.\n\nDone.")


def test_an_output_waits_for_the_end_of_a_response_that_nobody_asked_for() -> None:
    drive = Drive()
    run = drive.ask("Hi")
    drive.receive(answer("resp_1", call("c1")), created("resp_2"))
    drive.submit(run.tool_calls[0], "one")
    assert len(drive.requests) == 1
    drive.receive(delta("Meanwhile."), completed("resp_2"))
    assert outputs(drive.requests[1]) == [("c1", "one")]


def test_a_response_that_comes_before_a_request_could_be_sent_does_not_take_its_place() -> None:
    drive = Drive()
    one_answer(drive)
    drive.connected = False
    run = drive.ask("two")
    drive.receive(created("resp_x"), delta("Unasked."))
    drive.connected = True
    drive.settle()
    assert len(drive.requests) == 1
    drive.receive(completed("resp_x"))
    assert len(drive.requests) == 2
    assert run.text == ""
    drive.receive(answer("resp_2", message("2")))
    assert run.text == "2"


def test_a_request_that_waits_answers_a_response_of_its_own_run_that_comes_before_it() -> None:
    drive = Drive()
    run = drive.ask("Hi")
    drive.receive(answer("resp_1", call("c1")))
    drive.connected = False
    drive.submit(run.tool_calls[0], "one")
    drive.receive(answer("resp_2", message("Meanwhile.")))
    drive.connected = True
    drive.settle()
    assert drive.requests[1]["previous_response_id"] == "resp_2"
    assert outputs(drive.requests[1]) == [("c1", "one")]
    drive.receive(answer("resp_3", message("Done.")))
    assert [turn.text for turn in run.turns] == ["", "Meanwhile.", "Done."]
    assert run.status == "completed"


def test_a_run_behind_a_response_that_never_ends_can_be_stopped() -> None:
    drive = Drive()
    one_answer(drive)
    drive.receive(created("resp_x"))
    run = drive.ask("two")
    assert len(drive.requests) == 1
    drive.abandon(run)
    assert drive.closed == 1
    assert one_answer(drive).status == "completed"


# Stopping.


def test_a_run_that_is_stopped_before_it_is_sent_costs_nothing() -> None:
    drive = Drive()
    drive.connected = False
    run = drive.ask("Hi")
    drive.abandon(run)
    assert (run.status, run.stopped, drive.closed) == ("cancelled", outcome.STOPPED_BEFORE, 0)
    assert isinstance(run.error, exceptions.RunCancelled)
    assert not drive.link.wants_connection(drive.now)


def test_a_run_that_is_stopped_in_flight_costs_the_connection() -> None:
    drive = Drive()
    one_answer(drive)
    run = drive.ask("two")
    drive.receive(
        created("resp_2"), item_done(0, call("c1")), item_added(1, {**call("c2"), "arguments": ""}), delta("Hal", 2)
    )
    drive.submit(run.tool_calls[0], "one")
    drive.abandon(run)
    assert (run.status, run.text, drive.closed) == ("cancelled", "Hal", 1)
    assert run.stopped == outcome.STOPPED_BY_CLOSING
    assert [each.status for each in run.tool_calls] == ["completed", "cancelled"]
    drive.ask("three")
    request = drive.requests[-1]
    assert request.get("previous_response_id") is None
    assert kinds(request) == ["message"] * 3 + ["function_call", "message", "function_call_output", "message"]
    assert request["input"][4]["content"] == [{"type": "output_text", "text": "Hal"}]
    assert outputs(request) == [("c1", "one")]


def test_a_run_that_is_stopped_while_its_tools_run_keeps_the_connection() -> None:
    drive = Drive()
    run = drive.ask("Add.")
    drive.receive(answer("resp_1", call("c1"), call("c2"), call("c3")))
    drive.start(run.tool_calls[0])
    drive.submit(run.tool_calls[1], "two")
    drive.abandon(run)
    assert (run.stopped, drive.closed) == (outcome.STOPPED_BETWEEN, 0)
    assert [each.status for each in run.tool_calls] == ["cancelled", "completed", "cancelled"]
    drive.ask("next")
    assert drive.requests[-1]["previous_response_id"] == "resp_1"
    assert outputs(drive.requests[-1]) == [("c1", CANCELLED_OUTPUT), ("c2", "two"), ("c3", CANCELLED_OUTPUT)]
    drive.submit(run.tool_calls[0], "too late")
    assert run.tool_calls[0].status == "late"
    assert outputs(drive.requests[-1])[0] == ("c1", CANCELLED_OUTPUT)


def test_stopping_twice_changes_nothing() -> None:
    drive = Drive()
    run = drive.ask("Hi")
    drive.abandon(run)
    first = run.error
    drive.abandon(run)
    assert run.error is first
    assert drive.closed == 1


def test_stopping_lets_the_next_run_begin() -> None:
    drive = Drive()
    first, second = drive.ask("one"), drive.ask("two")
    drive.abandon(first)
    assert len(drive.requests) == 2
    drive.receive(answer("resp_2", message("2")))
    assert second.status == "completed"


# Connections that end.


def test_a_connection_that_ends_before_anything_was_sent_harms_nothing() -> None:
    drive = Drive()
    drive.connected = False
    run = drive.ask("Hi")
    drive.eof()
    drive.connected = True
    drive.settle()
    drive.receive(answer("resp_1", message("Hi")))
    assert run.status == "completed"


def test_a_connection_that_ends_in_flight_ends_the_run_and_keeps_what_came() -> None:
    drive = Drive()
    run = drive.ask("Hi")
    drive.receive(created("resp_1"), delta("Hal"), item_done(1, call("c1")))
    drive.start(run.tool_calls[0])
    lost = drive.eof()
    assert (run.status, run.error, run.text) == ("failed", lost, "Hal")
    assert run.tool_calls[0].status == "cancelled"
    assert run.turns[0].status == "failed"
    drive.ask("again")
    assert len(drive.requests) == 2
    assert kinds(drive.requests[1]) == ["message", "function_call", "message", "function_call_output", "message"]
    assert outputs(drive.requests[1]) == [("c1", CANCELLED_OUTPUT)]


def test_a_connection_that_ends_before_the_first_event_is_not_asked_again() -> None:
    drive = Drive()
    run = drive.ask("Hi")
    drive.eof()
    assert run.status == "failed"
    assert len(drive.requests) == 1


def test_a_connection_that_ends_between_turns_is_replaced_and_everything_sent_again() -> None:
    drive = Drive()
    run = drive.ask("Add.")
    drive.receive(answer("resp_1", call("c1")))
    drive.start(run.tool_calls[0])
    drive.eof()
    assert run.status == "in_progress"
    drive.submit(run.tool_calls[0], "2")
    assert drive.requests[1].get("previous_response_id") is None
    assert kinds(drive.requests[1]) == ["message", "function_call", "function_call_output"]
    drive.receive(answer("resp_2", message("Two.")))
    assert (run.status, run.turns[1].recovered) == ("completed", "connection_lost")


def test_a_connection_that_ends_between_runs_makes_the_next_one_say_everything() -> None:
    drive = Drive()
    one_answer(drive, "1")
    drive.eof()
    run = drive.ask("two")
    assert kinds(drive.requests[-1]) == ["message", "message", "message"]
    drive.receive(answer("resp_2", message("2")))
    assert (run.status, run.turns[0].recovered) == ("completed", "connection_lost")


def test_a_stored_response_is_continued_over_another_connection() -> None:
    drive = Drive()
    drive.ask("one", store=True)
    drive.receive(answer("resp_1", message("1")))
    drive.eof()
    drive.ask("two", store=True)
    assert drive.requests[-1]["previous_response_id"] == "resp_1"
    assert drive.requests[-1]["store"] is True


def test_where_the_store_is_not_trusted_everything_is_sent() -> None:
    drive = Drive(trusts_store=False)
    drive.ask("one", store=True)
    drive.receive(answer("resp_1", message("1")))
    drive.eof()
    drive.ask("two", store=True)
    assert drive.requests[-1].get("previous_response_id") is None


def test_a_connection_that_cannot_be_opened_fails_the_run_that_waits_and_no_other() -> None:
    drive = Drive()
    drive.connected = False
    first, second = drive.ask("one"), drive.ask("two")
    refused = exceptions.ConnectionFailed("Nothing listens there.")
    drive.link.connection_failed(refused, drive.now)
    assert (first.status, first.error) == ("failed", refused)
    assert second.status == "in_progress"
    assert drive.link.wants_connection(drive.now)


def test_forgetting_starts_over() -> None:
    drive = Drive()
    one_answer(drive)
    drive.protocol.forget()
    assert (drive.protocol.runs, len(drive.protocol.frames)) == ([], 0)
    run = drive.ask("Hi")
    assert run.parent is None
    assert drive.requests[-1]["input"] == drive.requests[-1]["input"][-1:]


# Figures.


def test_over_http_each_request_says_everything_and_is_as_long_as_it_is_said_to_be() -> None:
    drive = Drive(transport="http", memory=False)
    one_answer(drive)
    run = drive.ask("Add.", instructions="Be brief.")
    drive.receive(answer("resp_1", reasoning("Hm", encrypted_content="x"), message("So."), call("c1", a=1)))
    drive.submit(run.tool_calls[0], 'It is "2" – é')
    drive.receive(answer("resp_2", message("Two.")))
    drive.ask("And?")
    turns = [turn for each in drive.protocol.runs for turn in each.turns]
    assert [turn.bytes_full_context for turn in turns] == drive.sizes == [turn.bytes_sent for turn in turns]
    assert all(request.get("previous_response_id") is None for request in drive.requests)
    assert all(request["stream"] is True and "type" not in request for request in drive.requests)
    assert {turn.recovered for turn in turns} == {""}


def test_the_full_context_is_what_http_would_have_sent() -> None:
    sizes: list[list[int]] = []
    for options in ({}, {"transport": "http", "memory": False}):
        drive = Drive(**options)
        run = drive.ask("Add.")
        for number in range(5):
            drive.receive(answer(f"resp_{number}", message(f"Step {number}."), call(f"c{number}", i=number)))
            drive.submit(run.tool_calls[-1], "x" * number)
        sizes.append([turn.bytes_full_context for turn in run.turns])
    longer = len('"type":"response.create"') - len('"stream":true')
    assert [size - longer for size in sizes[0]] == sizes[1]


def test_the_size_of_a_request_does_not_grow_with_the_history() -> None:
    drive = Drive()
    run = drive.ask("Count.")
    for number in range(10, 30):
        drive.receive(answer(f"resp_{number}", call(f"c{number}", i=number)))
        drive.submit(run.tool_calls[-1], str(number))
    assert len(set(drive.sizes[1:])) == 1
    history = [turn.history_bytes for turn in run.turns]
    assert history == sorted(set(history))


def test_an_answer_that_is_there_before_its_request_was_fully_sent_keeps_the_kinds_of_time() -> None:
    drive = Drive()
    drive.connected = False
    run = drive.ask("Hi")
    (outgoing,) = drive.link.frames_to_send(1000.0)
    drive.receive(created("resp_1"), delta("Hi"))
    drive.link.sent(outgoing.turn, 2000.0)
    drive.receive(completed("resp_1"))
    assert [span.kind for span in run.turns[0].timing.spans] == ["connect", "send", "text"]
    assert run.turns[0].timing.first_event_ms == 0


def test_a_call_that_waits_for_a_busy_kernel_shows_it() -> None:
    drive = Drive()
    run = drive.ask("Add.")
    drive.receive(answer("resp_1", call("c1"), call("c2")))
    waiting, other = run.tool_calls
    drive.protocol.hold_up_call(waiting, 500.0)
    drive.protocol.begin_call(waiting, 600.0)
    assert [(span.kind, span.start, span.end) for span in waiting.timing.spans] == [("kernel_busy", 500.0, 600.0)]
    drive.submit(other)
    drive.protocol.hold_up_call(other, 700.0)
    assert other.timing.spans == ()


def test_each_transition_of_a_call_is_told_once_and_one_without_an_effect_not_at_all() -> None:
    drive = Drive()
    run = drive.ask("Remove it.")
    drive.receive(answer("resp_1", call("c1")))
    (waiting,), protocol = run.tool_calls, drive.protocol

    def told() -> list[tuple[str, CallState]]:
        changes = [change for state, change in protocol.changes() if state is run]
        return [(type(change).__name__, change.call) for change in changes if isinstance(change, CallChanged)]

    once = [("CallChanged", waiting)]
    protocol.prompt(waiting, True)
    assert told() == []
    protocol.ask(waiting, ApprovalState(default="approve"), 500.0)
    assert (told(), waiting.status) == (once, "awaiting_approval")
    protocol.prompt(waiting, True)
    assert (told(), waiting.approval.prompted) == (once, True)
    protocol.prompt(waiting, True)
    assert told() == []
    with pytest.raises(exceptions.ProtocolViolation):
        protocol.ask(waiting, ApprovalState(), 501.0)
    assert told() == []
    protocol.decide(waiting, "edited", 502.0, reason="smaller", arguments='{"a": 1}')
    assert (told(), waiting.decision, waiting.edited) == (once, "edited", '{"a": 1}')
    assert (protocol.begin_call(waiting, 503.0), told()) == (True, once)
    assert (protocol.progress(waiting, Progress(fraction=0.5)), told()) == (True, once)
    protocol.answer_call(waiting, Answer(output="5", note="A secret was taken out."), 504.0)
    assert (told(), waiting.output, waiting.note) == (once, "5", "A secret was taken out.")
    assert (protocol.progress(waiting, Progress(fraction=1.0)), told()) == (False, [])
    assert (protocol.begin_call(waiting, 505.0), told()) == (False, [])


def test_what_a_call_is_acted_on_by_is_known_to_whoever_holds_it() -> None:
    drive = Drive()
    run = drive.ask("Add.")
    drive.receive(answer("resp_1", call("c1")))
    handle = object()
    drive.protocol.hand_call(run.tool_calls[0], lambda _: handle)
    assert run.tool_calls[0].handle is handle


def test_the_clock_of_a_run_begins_when_it_is_asked_for() -> None:
    drive = Drive()
    run = RunState(id="r1", input=[], settings=RequestSettings(), asked=1.0, asked_at=10.0)
    drive.protocol.start_clock(run, 3.0, 12.0)
    assert (run.asked, run.asked_at) == (3.0, 12.0)


KEY = "made-up-key-0123456789"


@pytest.mark.parametrize(
    "events",
    [
        [error("invalid_api_key", f"Incorrect key: {KEY}.", param=f"of {KEY}")],
        [created("resp_1"), failed("resp_1", message=f"It broke with {KEY}.")],
        [created("resp_1"), completed("resp_1", status="failed"), error(None, f"It broke with {KEY}.")],
    ],
)
def test_no_error_of_a_turn_or_run_is_ever_there_with_a_key_in_it(events: list[dict[str, Any]]) -> None:
    drive = Drive(keys=Keys([KEY]))
    run = drive.ask("Hi")
    for event in events:
        drive.link.receive_frames([json.dumps(event).encode()], drive.now)
        assert all(KEY not in repr(found) for found in (run.turns[0].error, run.error))
    assert run.status == "failed"
    assert "[secret]" in repr(run.turns[0].error)
    assert "[secret]" in str(run.error)


def test_an_error_of_the_connection_that_repeats_a_key_ends_each_run_without_it() -> None:
    drive = Drive(keys=Keys([KEY]), sockets=1, limits=LaneLimits(named=2, in_flight=2))
    runs = [drive.ask("one", wants=None), drive.ask("two", wants=None)]
    lost = exceptions.ConnectionLost(f"It broke off: {KEY}.", code=1008, reason=f"bad {KEY}")
    drive.link.receive_eof(lost, drive.now)
    drive.connected = False
    later = drive.ask("three", wants=None)
    drive.link.connection_failed(exceptions.ConnectionFailed(f"Refused {KEY}."), drive.now)
    for run in (*runs, later):
        assert isinstance(run.error, exceptions.WsNotebookError)
        assert run.error.run is run
        assert KEY not in f"{run.error} {vars(run.error)} {run.turns[0].error}"
        assert "[secret]" in str(run.error)


def test_frames_are_recorded_as_they_were_on_the_wire() -> None:
    drive = Drive()
    drive.ask("Hi")
    sent = drive.protocol.frames.records()[0]
    assert json.loads(sent.data) == drive.requests[0]
    assert (sent.direction, sent.type, sent.size) == ("sent", "response.create", drive.sizes[0])
