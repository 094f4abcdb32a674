"""What is asked once more, since an error proves that nothing was started: at once, after a while, or not at all."""

from __future__ import annotations

import pytest
from support.drive import Drive
from support.events import answer, created, delta, error, failed, message

from ws_notebook.core.abilities import LaneLimits
from ws_notebook.core.outcome import LONGEST_WAIT, STOPPED_WAITING
from ws_notebook.exceptions import ConnectionFailed, RateLimited

__all__: list[str] = []

LIMITED = error("rate_limit_exceeded", "Too many. Please try again in 20s.", status=429)


def test_a_refused_request_waits_as_long_as_it_was_told_and_is_sent_again() -> None:
    drive = Drive()
    run = drive.ask("one")
    drive.receive(LIMITED)
    (turn,) = run.turns
    assert (len(drive.requests), run.status, turn.recovered) == (1, "in_progress", "rate_limit_exceeded")
    assert turn.not_before is not None
    assert drive.link.lanes.next_moment(drive.now) == turn.not_before
    drive.later += 10
    drive.settle()
    assert len(drive.requests) == 1
    drive.later += 10
    drive.settle()
    assert drive.requests[1] == drive.requests[0]
    drive.receive(answer("resp_1", message("Hi")))
    assert (run.status, run.text, turn.events) == ("completed", "Hi", 1 + len(answer("resp_1", message("Hi"))))


def test_the_header_of_the_error_frame_says_how_long_too() -> None:
    drive = Drive()
    run = drive.ask("one")
    before = drive.now
    drive.receive(error("too_many", "Slow down.", status=429, headers={"Retry-After": "7"}))
    assert run.turns[0].not_before == before + 1 + 7


@pytest.mark.parametrize(
    "refusal",
    [
        error("rate_limit_exceeded", "Too many.", status=429),
        error("rate_limit_exceeded", f"Please try again in {LONGEST_WAIT + 1:g}s.", status=429),
        error("insufficient_quota", "Please try again in 1s.", status=429),
    ],
)
def test_no_wait_that_nobody_named_and_none_that_is_too_long(refusal: dict) -> None:
    drive = Drive()
    run = drive.ask("one")
    drive.receive(refusal)
    assert (run.status, len(drive.requests)) == ("failed", 1)


def test_what_had_begun_is_not_sent_again_for_a_rate_limit() -> None:
    drive = Drive()
    run = drive.ask("one")
    drive.receive(created("resp_1"), delta("a"), LIMITED)
    drive.later += 30
    drive.settle()
    assert (run.status, run.text, len(drive.requests)) == ("failed", "a", 1)
    assert isinstance(run.error, RateLimited)


def test_a_response_that_failed_for_a_rate_limit_before_anything_came_is_asked_for_again() -> None:
    drive = Drive()
    first = drive.ask("one")
    drive.receive(answer("resp_1", message("Hi")))
    run = drive.ask("two")
    words = "Rate limit reached. Please try again in 6.5s."
    drive.receive(created("resp_2"), failed("resp_2", "rate_limit_exceeded", words))
    refused, again = run.turns
    assert (run.status, refused.status, again.recovered) == ("in_progress", "failed", "rate_limit_exceeded")
    assert (again.parent, again.input) == (first.turns[0], refused.input)
    drive.later += 7
    drive.settle()
    assert drive.requests[2]["input"][-1] == drive.requests[1]["input"][-1]
    drive.receive(answer("resp_3", message("Here")))
    assert (run.status, run.text, run.error) == ("completed", "Here", None)


def test_a_response_that_keeps_failing_for_a_rate_limit_fails_in_the_end() -> None:
    drive = Drive()
    run = drive.ask("one")
    words = "Please try again in 1s."
    for number in range(9):
        if not run.done:
            drive.receive(created(f"resp_{number}"), failed(f"resp_{number}", "rate_limit_exceeded", words))
            drive.later += 3
            drive.settle()
    assert (run.status, len(drive.requests)) == ("failed", 6)
    assert isinstance(run.error, RateLimited)


def test_a_request_does_not_wait_for_ever() -> None:
    drive = Drive()
    run = drive.ask("one")
    for _ in range(9):
        if not run.done:
            drive.receive(LIMITED)
            drive.later += 25
            drive.settle()
    assert (run.status, len(drive.requests)) == ("failed", 6)


def test_a_run_that_waits_for_a_rate_limit_can_be_stopped() -> None:
    drive = Drive()
    run = drive.ask("one")
    drive.receive(LIMITED)
    drive.abandon(run)
    drive.later += 30
    drive.settle()
    assert (run.status, len(drive.requests), drive.closed) == ("cancelled", 1, 0)


def test_others_go_on_while_one_run_waits() -> None:
    drive = Drive(limits=LaneLimits(named=2, in_flight=3))
    one, two = drive.ask("one", wants=None), drive.ask("two", wants=None)
    drive.receive(LIMITED)
    drive.receive([{**event, "stream_id": "lane-1"} for event in answer("resp_2", message("b"))])
    assert (one.status, two.status, two.text) == ("in_progress", "completed", "b")


def test_an_upgrade_that_is_refused_for_a_while_is_tried_again_then() -> None:
    drive = Drive()
    drive.connected = False
    run = drive.ask("one")
    drive.link.connection_failed(ConnectionFailed("Too many.", status=429, retry_after=5.0), drive.now)
    assert not drive.link.wants_connection(drive.now)
    drive.connected = True
    drive.later += 6
    drive.settle()
    assert (len(drive.requests), run.turns[0].recovered) == (1, "rate_limit_exceeded")


def test_a_run_that_is_stopped_while_it_waits_for_a_rate_limit_says_so_and_not_that_it_was_sent_again() -> None:
    drive = Drive()
    run = drive.ask("Hi")
    drive.receive(LIMITED)
    assert run.turns[0].recovered == "rate_limit_exceeded"
    drive.abandon(run)
    assert (run.status, run.stopped, run.turns[0].recovered) == ("cancelled", STOPPED_WAITING, "")
    assert drive.closed == 0
