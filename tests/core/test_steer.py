"""Steering by bytes: accepted, applied early or at the end, pending behind tool outputs, refused, not known."""

from __future__ import annotations

from typing import Any

import pytest
from support.drive import Drive
from support.events import Event, answer, call, completed, created, delta, error, item_done, message

from ws_notebook.core.abilities import LaneLimits
from ws_notebook.core.calls import Answer
from ws_notebook.core.items import as_items
from ws_notebook.core.run import RunState
from ws_notebook.core.steer import Steer
from ws_notebook.exceptions import ProtocolViolation

__all__: list[str] = []


def said(kind: str, response_id: str, steer_id: str | None = "steer_1", **fields: Any) -> Event:
    about = {"previous_response_id": response_id, **({"id": steer_id} if steer_id else {})}
    return {"type": f"response.steer.{kind}", "steer": about, **fields}


def steer(drive: Drive, run: RunState, words: str = "be brief") -> Steer:
    given = Steer(input=as_items(words))
    drive.protocol.steer(run, given, drive.now)
    drive.settle()
    return given


def roles(request: Event) -> list[str]:
    return [item.get("role") or item["type"] for item in request["input"]]


def test_a_steer_goes_to_the_response_that_runs_and_its_successor_belongs_to_the_run() -> None:
    drive = Drive(steers=True)
    run = drive.ask()
    drive.receive(created("resp_1"), delta("long "))
    words = steer(drive, run)
    assert drive.requests[-1] == {
        "type": "response.steer",
        "previous_response_id": "resp_1",
        "input": [dict(item) for item in words.input],
    }
    drive.receive(said("accepted", "resp_1"))
    assert (words.status, words.id) == ("accepted", "steer_1")
    drive.receive(item_done(0, message("long")), completed("resp_1", status="incomplete"))
    assert run.status == "in_progress"
    drive.receive(created("resp_2"), delta("short", 0), item_done(0, message("short")), completed("resp_2"))
    assert (run.status, words.status, len(run.turns)) == ("completed", "applied", 2)
    assert [item.get("role") for item in run.items] == ["user", "assistant", "user", "assistant"]
    assert len(drive.requests) == 2
    # Nothing was sent for the successor, and the steer was no request of the first.
    assert run.turns[1].timing.spans[0].kind == "wait"
    sent, first = run.turns[0].timing.sent, run.turns[0].timing.first_event
    assert sent is not None
    assert first is not None
    assert sent < first


def test_a_steer_before_the_response_exists_waits_for_its_id() -> None:
    drive = Drive(steers=True)
    run = drive.ask()
    words = steer(drive, run)
    assert (words.status, len(drive.requests)) == ("queued", 1)
    drive.receive(created("resp_1"))
    assert (words.status, drive.requests[-1]["type"]) == ("sent", "response.steer")


def test_a_steer_while_tools_are_owed_is_put_ahead_of_the_outputs_by_the_provider() -> None:
    drive = Drive(steers=True)
    run = drive.ask()
    drive.receive(created("resp_1"), item_done(0, call("call_1")))
    words = steer(drive, run)
    drive.receive(said("accepted", "resp_1"), completed("resp_1"), said("pending", "resp_1", reason="waiting"))
    drive.protocol.answer_call(run.tool_calls[0], Answer(output="5"), drive.now)
    drive.settle()
    assert roles(drive.requests[-1]) == ["function_call_output"]
    assert words.status == "applied"
    drive.receive(*answer("resp_2", message("done")))
    assert run.status == "completed"
    # A later replay tells it in the order in which the provider had it.
    drive.eof()
    drive.ask("more")
    assert roles(drive.requests[-1]) == ["user", "function_call", "user", "function_call_output", "assistant", "user"]


def test_a_steer_that_came_too_late_goes_into_a_request_of_its_own() -> None:
    drive = Drive(steers=True)
    run = drive.ask()
    drive.receive(created("resp_1"), delta("all"))
    words = steer(drive, run)
    drive.receive(item_done(0, message("all")), completed("resp_1"))
    assert run.status == "in_progress"
    drive.receive(said("failed", "resp_1", None, error={"code": "response_already_completed", "message": "Over."}))
    assert words.status == "applied"
    assert drive.requests[-1]["previous_response_id"] == "resp_1"
    assert roles(drive.requests[-1]) == ["user"]
    drive.receive(*answer("resp_2", message("more")))
    assert run.status == "completed"


def test_a_refused_steer_is_told_and_the_run_ends_as_it_would_have() -> None:
    drive = Drive(steers=True)
    run = drive.ask()
    drive.receive(created("resp_1"), delta("all"))
    words = steer(drive, run)
    drive.receive(said("failed", "resp_1", None, error={"code": "steering_not_supported", "message": "No."}))
    drive.receive(item_done(0, message("all")), completed("resp_1"))
    assert (run.status, words.status) == ("completed", "failed")
    assert words.error is not None
    assert words.error.code == "steering_not_supported"


def test_without_steering_the_words_wait_for_the_next_request() -> None:
    drive = Drive()
    run = drive.ask()
    drive.receive(created("resp_1"), delta("all"))
    steer(drive, run)
    assert len(drive.requests) == 1
    drive.receive(item_done(0, message("all")), completed("resp_1"))
    assert roles(drive.requests[-1]) == ["user"]
    drive.receive(*answer("resp_2", message("more")))
    assert (run.status, run.text) == ("completed", "all\n\nmore")


def test_words_between_two_turns_follow_the_outputs() -> None:
    drive = Drive(steers=True)
    run = drive.ask()
    drive.receive(created("resp_1"), item_done(0, call("call_1")), completed("resp_1"))
    steer(drive, run)
    drive.protocol.answer_call(run.tool_calls[0], Answer(output="5"), drive.now)
    drive.settle()
    assert roles(drive.requests[-1]) == ["function_call_output", "user"]


def test_a_lost_connection_does_not_lose_the_words() -> None:
    drive = Drive(steers=True)
    run = drive.ask()
    drive.receive(created("resp_1"), delta("all"))
    steer(drive, run)
    drive.receive(said("accepted", "resp_1"), item_done(0, message("all")), completed("resp_1"))
    drive.eof()
    assert roles(drive.requests[-1]) == ["user", "assistant", "user"]
    drive.receive(*answer("resp_2", message("more")))
    assert run.status == "completed"


def test_a_run_that_has_ended_cannot_be_steered() -> None:
    drive = Drive(steers=True)
    run = drive.ask()
    drive.receive(*answer("resp_1", message("done")))
    with pytest.raises(ProtocolViolation, match="Ask again"):
        drive.protocol.steer(run, Steer(input=as_items("x")), drive.now)
    assert run.steers == []


@pytest.mark.parametrize("late", [True, False], ids=["after the response", "while it runs"])
@pytest.mark.parametrize(
    "refusal",
    [error("unknown_event_type", param="type"), error("invalid_value", "Unknown event 'response.steer'.")],
    ids=["by parameter", "in words"],
)
def test_a_provider_that_does_not_know_the_event_gets_the_words_in_a_request(late: bool, refusal: Event) -> None:
    drive = Drive(steers=True)
    run = drive.ask()
    drive.receive(created("resp_1"), delta("all"))
    steer(drive, run)
    end = [item_done(0, message("all")), completed("resp_1")]
    drive.receive(*([*end, refusal] if late else [refusal, *end]))
    assert run.turns[0].status == "completed"
    assert (drive.requests[-1]["type"], roles(drive.requests[-1])) == ("response.create", ["user"])
    drive.receive(*answer("resp_2", message("more")))
    assert run.status == "completed"


def test_words_that_were_not_used_when_the_run_ended_have_failed_and_say_so() -> None:
    drive = Drive()
    run = drive.ask()
    drive.receive(created("resp_1"), delta("long "))
    words = steer(drive, run)
    drive.abandon(run)
    assert words.status == "failed"
    assert words.error is not None
    assert "Ask again" in words.error.message


def stopped_after_a_steer() -> tuple[Drive, RunState, Steer]:
    """A run on lanes that was stopped with accepted words, and whose response has come to its end since."""
    drive = Drive(steers=True, limits=LaneLimits(named=4, in_flight=16))
    run = drive.ask("one")
    drive.receive(created("resp_1"), delta("a"))
    words = steer(drive, run)
    drive.receive(said("accepted", "resp_1"))
    drive.abandon(run)
    drive.receive(item_done(0, message("ab")), completed("resp_1", status="incomplete"))
    return drive, run, words


def test_the_successor_of_a_stopped_response_is_dropped_and_no_other_run_takes_it() -> None:
    drive, run, words = stopped_after_a_steer()
    other = drive.ask("two", wants=run)
    assert drive.requests[-1]["stream_id"] == "lane-1"
    drive.receive(created("resp_2"), delta("steered"), item_done(0, message("steered")), completed("resp_2"))
    assert (run.text, len(run.turns), words.status, other.turns[0].response_id) == ("a", 1, "applied", None)
    drive.receive(*({**event, "stream_id": "lane-1"} for event in answer("resp_3", message("two"))))
    assert (other.status, other.text) == ("completed", "two")
    drive.ask("three", wants=None)
    assert "stream_id" not in drive.requests[-1]


def test_a_lane_whose_stopped_run_has_no_successor_after_all_is_free_again() -> None:
    drive, _, words = stopped_after_a_steer()
    drive.receive(said("failed", "resp_1", error={"code": "steer_too_large", "message": "No."}))
    assert words.status == "failed"
    drive.ask("two", wants=None)
    assert "stream_id" not in drive.requests[-1]


def test_a_provider_that_passes_over_a_steer_in_silence_gets_the_words_in_a_request() -> None:
    drive = Drive(steers=True)
    run = drive.ask()
    drive.receive(created("resp_1"), delta("all"))
    steer(drive, run)
    drive.receive(item_done(0, message("all")), completed("resp_1"))
    moment = drive.link.next_moment(drive.now)
    assert moment is not None
    drive.link.resume_overdue(moment - 1)
    assert run.status == "in_progress"
    drive.link.resume_overdue(moment)
    drive.settle()
    assert (drive.requests[-1]["type"], roles(drive.requests[-1])) == ("response.create", ["user"])
    assert drive.link.next_moment(moment) is None
    drive.receive(*answer("resp_2", message("more")))
    assert (run.status, run.text) == ("completed", "all\n\nmore")
