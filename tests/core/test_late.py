"""What comes behind a response: it tells why that failed, and never touches the next one."""

from __future__ import annotations

import pytest
from support.drive import Drive
from support.events import Event, answer, completed, created, delta, error, failed, item_done, message

from ws_notebook.core.abilities import LaneLimits
from ws_notebook.core.late import EXPLAINED, HELD
from ws_notebook.core.run import RunState
from ws_notebook.exceptions import ProviderError

__all__: list[str] = []

REASON = error("content_policy_violation", "Filtered.", status=None)
SILENT = completed("resp_1", status="failed", error=None)


class Slow(Drive):
    """A clock that stands still unless a test moves it."""

    @property
    def now(self) -> float:
        return 100 + self.later


def failing(**options: object) -> tuple[Slow, RunState]:
    """A run whose response failed without a reason a moment ago."""
    drive = Slow(**options)
    run = drive.ask("one")
    drive.receive(created("resp_1"), SILENT)
    return drive, run


def test_a_failure_without_a_reason_waits_for_the_frame_behind_it() -> None:
    drive, run = failing()
    assert (run.status, run.turns[0].status) == ("in_progress", "failed")
    drive.receive(REASON)
    assert run.status == "failed"
    assert isinstance(run.error, ProviderError)
    assert (run.error.code, "Filtered." in str(run.error)) == ("content_policy_violation", True)


def test_it_does_not_wait_for_ever_and_no_longer_than_the_connection() -> None:
    drive, run = failing()
    assert drive.link.next_moment(drive.now) == pytest.approx(100 + EXPLAINED)
    drive.later += EXPLAINED
    drive.settle()
    assert (run.status, "gave no reason" in str(run.error)) == ("failed", True)
    drive, run = failing()
    drive.eof()
    assert run.status == "failed"
    drive, run = failing()
    drive.abandon(run)
    assert run.status == "cancelled"


def test_the_next_run_waits_meanwhile() -> None:
    drive, _ = failing()
    again = drive.ask("two")
    assert len(drive.requests) == 1
    drive.receive(REASON)
    assert len(drive.requests) == 2
    drive.receive(answer("resp_2", message("hello")))
    assert (again.status, again.text) == ("completed", "hello")


def test_a_failure_with_a_reason_ends_at_once() -> None:
    drive = Slow()
    run = drive.ask("one")
    drive.receive(created("resp_1"), failed("resp_1"))
    assert run.status == "failed"


def later(*, number: int | None = None) -> tuple[Slow, RunState, RunState]:
    """The reason comes when the next request is on its way already."""
    drive, first = failing()
    drive.later += EXPLAINED
    drive.settle()
    second = drive.ask("two")
    drive.receive({**REASON, **({} if number is None else {"sequence_number": number})})
    return drive, first, second


@pytest.mark.parametrize("number", [None, 9])
def test_a_reason_that_comes_later_still_is_not_the_next_runs(number: int | None) -> None:
    drive, first, second = later(number=number)
    assert second.status == "in_progress"
    drive.receive(answer("resp_2", message("hello")))
    assert (second.status, second.text, second.error) == ("completed", "hello", None)
    assert first.turns[0].error is not None
    assert first.turns[0].error.code == "content_policy_violation"


def test_nor_where_the_next_response_has_begun_when_it_comes() -> None:
    drive, first = failing()
    drive.later += EXPLAINED
    drive.settle()
    second = drive.ask("two")
    drive.receive(created("resp_2"), REASON)
    assert (second.status, second.turns[0].response_id) == ("in_progress", "resp_2")
    drive.receive(*answer("resp_2", message("hello"))[1:])
    assert (second.status, second.text) == ("completed", "hello")
    assert first.turns[0].error is not None
    assert first.turns[0].error.code == "content_policy_violation"
    third = drive.ask("three")
    drive.receive(created("resp_3"), REASON)
    assert third.status == "failed"


def test_an_error_behind_which_nothing_comes_is_the_answer_to_the_request() -> None:
    drive, _, second = later()
    drive.later += HELD
    drive.settle()
    assert (second.status, "Filtered." in str(second.error)) == ("failed", True)
    drive, _, second = later()
    drive.receive(error("bad", "Refused."))
    assert "Refused." in str(second.error)
    drive, _, second = later()
    drive.eof()
    assert "Filtered." in str(second.error)


def test_a_refusal_that_proves_that_nothing_began_is_taken_at_once() -> None:
    drive = Slow()
    drive.ask("one")
    drive.receive(created("resp_1"), failed("resp_1"))
    drive.ask("two")
    drive.receive(error("websocket_connection_limit_reached"))
    assert len(drive.requests) == 3


@pytest.mark.parametrize(
    "frame",
    [
        completed("resp_1", message("first")),
        failed("resp_1"),
        delta("STRAY"),
        item_done(0, message("STRAY")),
        {"type": "response.done", "response": {"id": "resp_1", "status": "completed", "output": [message("STRAY")]}},
        {**error("late", "Late.", status=None), "sequence_number": 9},
    ],
)
@pytest.mark.parametrize("turns", [1, 2])
@pytest.mark.parametrize("lanes", [0, 2])
def test_a_late_frame_of_an_earlier_response_is_not_the_next_runs(frame: Event, turns: int, lanes: int) -> None:
    drive = Slow(limits=LaneLimits(named=lanes, in_flight=1 + lanes))
    for number in range(1, turns + 1):
        drive.ask("one")
        drive.receive(answer(f"resp_{number}", message("first", f"m{number}")))
    run = drive.ask("last")
    drive.receive(frame, *answer("resp_9", message("hello", "m9")))
    assert (run.status, run.text, run.error) == ("completed", "hello", None)
    assert run.turns[0].output == [message("hello", "m9")]


def test_an_end_of_an_earlier_response_does_not_end_one_that_has_begun() -> None:
    drive = Slow()
    for number in (1, 2):
        drive.ask("one")
        drive.receive(answer(f"resp_{number}", message("first", f"m{number}")))
    run = drive.ask("last")
    drive.receive(created("resp_3"), completed("resp_1"), completed("resp_2"), *answer("resp_3", message("hello"))[1:])
    assert (run.status, run.text) == ("completed", "hello")


def test_a_provider_that_never_says_that_a_response_begins_is_understood_all_the_same() -> None:
    drive = Slow()
    for number in (1, 2):
        run = drive.ask("one")
        drive.receive(delta("Hi"), {"type": "response.completed", "response": {"output": []}})
        assert (run.status, run.text, number) == ("completed", "Hi", number)


def test_an_error_without_a_name_is_that_of_the_only_lane_in_flight() -> None:
    drive = Slow(limits=LaneLimits(named=2, in_flight=3))
    one, two = drive.ask("one", wants=None), drive.ask("two", wants=None)
    drive.receive(answer("resp_1", message("Hi")))
    drive.receive({**created("resp_2"), "stream_id": "lane-1"}, {"error": {"message": "It broke."}})
    assert (one.status, two.status) == ("completed", "failed")
