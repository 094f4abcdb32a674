"""Silence on a lane: pings and unknown events are no life, the user's functions are not counted, others go on."""

from __future__ import annotations

from typing import Any

import pytest
from support.drive import Drive
from support.events import (
    Event,
    answer,
    call,
    completed,
    created,
    delta,
    error,
    item_added,
    item_done,
    items_of,
    message,
    reasoning,
)

from ws_notebook.core.abilities import LaneLimits
from ws_notebook.core.events import COUNTED
from ws_notebook.core.items import as_items
from ws_notebook.core.run import RunState
from ws_notebook.core.steer import Steer
from ws_notebook.core.waits import Waits
from ws_notebook.exceptions import ConnectionLost

__all__: list[str] = []

WAITS = Waits(silence=600, ending=50, steer=100, successor=300)
"""The clock of a Drive goes on by a second whenever it is looked at."""

LANES = LaneLimits(named=4, in_flight=4)


def driven(**options: Any) -> Drive:
    return Drive(waits=WAITS, **options)


def pass_time(drive: Drive, seconds: float) -> None:
    """Let so many seconds pass, and whoever looks at the clock look."""
    drive.later += seconds
    for link in drive.protocol.links:
        moment = link.silence_ends()
        if moment is not None and moment <= drive.now:
            link.give_up_silent(drive.now)
    drive.settle()


def on(lane: str, *events: Event) -> list[Event]:
    return [{**event, "stream_id": lane} for event in events]


def steered(drive: Drive) -> RunState:
    """A run whose words the provider accepted, and whose response has ended for them."""
    run = drive.ask("one")
    drive.receive(created("resp_1"), delta("a"))
    drive.protocol.steer(run, Steer(input=as_items("be brief")), drive.now)
    drive.settle()
    about = {"id": "s1", "previous_response_id": "resp_1"}
    drive.receive({"type": "response.steer.accepted", "steer": about})
    drive.receive(item_done(0, message("a")), completed("resp_1", status="incomplete"))
    return run


def test_a_run_ends_when_nothing_comes_and_keeps_what_had_come() -> None:
    drive = driven()
    run = drive.ask("one")
    drive.receive(created("resp_1"), delta("Hal"))
    pass_time(drive, 500)
    assert run.status == "in_progress"
    pass_time(drive, 200)
    assert (run.status, run.text, run.turns[0].status) == ("failed", "Hal", "failed")
    assert isinstance(run.error, ConnectionLost)
    told = str(run.error)
    assert "No event came from the provider for 600 s." in told
    assert "What had arrived is kept: 2 events, 3 characters of text." in told
    assert "Ask again" in told
    assert "Waits(silence=1200)" in told


def test_the_connection_is_left_and_the_next_question_works_and_goes_on_from_what_came() -> None:
    drive = driven()
    drive.ask("one")
    drive.receive(created("resp_1"), delta("Hal"))
    pass_time(drive, 700)
    assert drive.closed == 1
    following = drive.ask("two")
    assert [item["role"] for item in drive.requests[-1]["input"]] == ["user", "assistant", "user"]
    drive.receive(answer("resp_2", message("Yes.")))
    assert (following.status, following.text) == ("completed", "Yes.")


def test_a_request_that_nothing_answers_ends_too() -> None:
    drive = driven()
    run = drive.ask("one")
    pass_time(drive, 700)
    assert "Nothing of its answer had arrived." in str(run.error)


@pytest.mark.parametrize(
    "noise",
    [{"type": "ping"}, {"type": "x"}, b"keep-alive", b"[1]", {"type": "response.heartbeat", "sequence_number": 7}],
)
def test_what_nobody_understands_is_no_life(noise: Any) -> None:
    drive = driven()
    run = drive.ask("one")
    drive.receive(created("resp_1"), delta("Hal"))
    for _ in range(8):
        drive.receive(noise)
        pass_time(drive, 90)
    assert (run.status, run.text) == ("failed", "Hal")
    assert "that cannot be understood" in str(run.error)
    assert "session.frames has them" in str(run.error)


@pytest.mark.parametrize("life", [delta("o"), {"type": "response.in_progress", "response": {"id": "resp_1"}}])
def test_what_is_understood_is_life(life: Event) -> None:
    drive = driven()
    run = drive.ask("one")
    drive.receive(created("resp_1"))
    for _ in range(8):
        drive.receive(life)
        pass_time(drive, 500)
    assert run.status == "in_progress"


def test_so_is_what_a_tool_of_the_providers_tells() -> None:
    drive = driven()
    run = drive.ask("one")
    search = {"type": "web_search_call", "id": "ws_1", "status": "in_progress"}
    drive.receive(created("resp_1"), item_added(0, search))
    for stage in ("in_progress", "searching", "opening", "completed"):
        drive.receive({"type": f"response.web_search_call.{stage}", "item_id": "ws_1", "output_index": 0})
        pass_time(drive, 400)
    assert run.status == "in_progress"


def test_the_time_of_the_users_functions_is_not_counted() -> None:
    drive = driven()
    run = drive.ask("one")
    drive.receive(created("resp_1"), *items_of(call("c1")))
    (ready,) = drive.ready()
    drive.start(ready)
    for _ in range(5):
        pass_time(drive, 700)
    assert run.status == "in_progress"
    drive.submit(ready)
    pass_time(drive, 500)
    assert run.status == "in_progress"
    pass_time(drive, 700)
    assert "1 call" in str(run.error)


def test_nothing_is_counted_between_two_responses_or_while_a_rate_limit_is_waited_for() -> None:
    drive = driven()
    run = drive.ask("one")
    drive.receive(answer("resp_1", call("c1")))
    assert drive.link.silence_ends() is None
    pass_time(drive, 5000)
    drive.submit(drive.ready()[0])
    drive.receive(error("rate_limit_exceeded", "Please try again in 100s.", status=429))
    assert drive.link.silence_ends() is None
    assert run.status == "in_progress"


def test_each_lane_is_for_itself_and_the_connection_is_left_after_the_last() -> None:
    drive = driven(limits=LANES)
    silent, lively = drive.ask("one"), drive.ask("two", wants=None)
    drive.receive(created("resp_1"), *on("lane-1", created("resp_2"), delta("a")))
    pass_time(drive, 400)
    drive.receive(*on("lane-1", delta("b")))
    pass_time(drive, 300)
    assert (silent.status, lively.status, drive.closed) == ("failed", "in_progress", 0)
    third = drive.ask("three", wants=None)
    assert drive.requests[-1]["stream_id"] == "lane-2", "nothing is asked on the lane that fell silent"
    drive.receive(delta("too late"), completed("resp_1"))
    drive.receive(*on("lane-1", item_done(0, message("ab")), completed("resp_2")))
    assert (silent.text, lively.status, lively.text, drive.closed) == ("", "completed", "ab", 0)
    drive.receive(*on("lane-2", *answer("resp_3", message("c"))))
    assert (third.text, drive.closed) == ("c", 1)
    drive.ask("four", wants=None)
    assert "stream_id" not in drive.requests[-1]


def test_a_stopped_response_that_never_ends_keeps_no_lane_for_ever() -> None:
    drive = driven(limits=LANES)
    run = drive.ask("one")
    drive.receive(created("resp_1"))
    drive.abandon(run)
    pass_time(drive, 700)
    assert (run.status, drive.closed) == ("cancelled", 1)


@pytest.mark.parametrize(
    "end", [b'{"type":"response.completed","response":{', {"type": "x"}, {"type": "response.over"}]
)
def test_the_end_of_a_response_that_cannot_be_understood_ends_the_run_soon(end: Any) -> None:
    drive = driven()
    run = drive.ask("one")
    drive.receive(created("resp_1"), *items_of(message("All of it.")), end)
    pass_time(drive, 60)
    assert (run.status, run.text) == ("failed", "All of it.")
    assert "The end of the response" in str(run.error)
    following = drive.ask("two")
    assert following.parent is run


@pytest.mark.parametrize(
    "came",
    [
        [delta("Half")],
        [*items_of(message("Before.")), item_added(1, reasoning("")), {"type": "x"}],
        [item_done(0, reasoning("Hm."))],
        [],
    ],
)
def test_where_something_is_still_to_come_the_usual_silence_holds(came: list[Event]) -> None:
    drive = driven()
    run = drive.ask("one")
    drive.receive(created("resp_1"), *came, {"type": "x"})
    pass_time(drive, 500)
    assert run.status == "in_progress"
    pass_time(drive, 200)
    assert run.status == "failed"


@pytest.mark.parametrize(
    "odd",
    [
        {"type": "keepalive"},
        {"type": "codex.rate_limits"},
        {"type": "response.output_text.annotation.added", "item_id": "msg_0", "output_index": 0},
    ],
)
def test_a_heartbeat_or_news_of_an_item_stands_in_no_end_s_place(odd: Event) -> None:
    drive = driven()
    run = drive.ask("one")
    drive.receive(created("resp_1"), *items_of(message("Before.")), odd)
    pass_time(drive, 500)
    drive.receive(*items_of(message("And.", "msg_1"))[-1:], completed("resp_1"))
    assert run.status == "completed"


@pytest.mark.parametrize(
    ("kind", "status"), [(each, "completed") for each in sorted(COUNTED)] + [("response.x", "failed")]
)
def test_an_event_that_is_only_counted_is_a_sign_of_life(kind: str, status: str) -> None:
    drive = driven()
    run = drive.ask("one")
    drive.receive(created("resp_1"), item_added(0, reasoning("")))
    for _ in range(3):
        pass_time(drive, 400)
        if not run.done:
            drive.receive({"type": kind, "item_id": "rs_0", "output_index": 0})
    if not run.done:
        drive.receive(completed("resp_1"))
    assert run.status == status
    assert run.turns[0].events >= 3


def test_an_unreadable_frame_may_belong_to_any_lane() -> None:
    drive = driven(limits=LANES)
    half, whole = drive.ask("one"), drive.ask("two", wants=None)
    drive.receive(created("resp_1"), delta("Ha"), *on("lane-1", created("resp_2"), *items_of(message("b"))), b"{")
    pass_time(drive, 60)
    assert (half.status, whole.status, whole.text) == ("in_progress", "failed", "b")


def test_an_accepted_steer_whose_successor_never_comes_ends_the_run_with_its_text() -> None:
    drive = driven(steers=True)
    run = steered(drive)
    pass_time(drive, 200)
    assert run.status == "in_progress"
    pass_time(drive, 200)
    assert (run.status, run.text, drive.closed) == ("failed", "a", 1)
    assert "accepted the words of run.steer and then began no response within 300 s" in str(run.error)
    drive.ask("two")
    assert drive.requests[-1]["type"] == "response.create"


def test_a_successor_is_awaited_only_when_the_users_functions_are_done() -> None:
    drive = driven(steers=True)
    run = drive.ask("one")
    drive.receive(created("resp_1"), *items_of(call("c1")))
    drive.protocol.steer(run, Steer(input=as_items("be brief")), drive.now)
    drive.settle()
    drive.receive({"type": "response.steer.accepted", "steer": {"id": "s1", "previous_response_id": "resp_1"}})
    drive.receive(completed("resp_1"))
    pass_time(drive, 5000)
    assert run.status == "in_progress"


def test_a_stopped_run_whose_successor_never_comes_keeps_no_lane_for_ever() -> None:
    drive = driven(steers=True, limits=LANES)
    run = drive.ask("one")
    drive.receive(created("resp_1"), delta("a"))
    drive.protocol.steer(run, Steer(input=as_items("be brief")), drive.now)
    drive.settle()
    drive.receive({"type": "response.steer.accepted", "steer": {"id": "s1", "previous_response_id": "resp_1"}})
    drive.abandon(run)
    drive.receive(completed("resp_1", status="incomplete"))
    assert drive.closed == 0
    pass_time(drive, 400)
    assert drive.closed == 1


def test_without_a_bound_nothing_is_given_up() -> None:
    drive = Drive(waits=Waits(silence=None, ending=None, steer=None, successor=None))
    drive.ask("one")
    drive.receive(created("resp_1"), *items_of(message("a")), b"{")
    assert drive.link.silence_ends() is None
    assert drive.link.next_moment(drive.now) is None


def test_a_process_that_stood_still_reads_what_came_before_it_judges() -> None:
    drive = driven()
    run = drive.ask("one")
    drive.receive(created("resp_1"))
    drive.later += 5000
    until = drive.now + 10
    drive.link.spare_silent(until)
    assert drive.link.silence_ends() == until
    drive.link.give_up_silent(drive.now)
    assert run.status == "in_progress"
