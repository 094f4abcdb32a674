"""Lanes: which one a run gets, what runs beside what, forks, drained stops, and leaving an old connection."""

from __future__ import annotations

from support.drive import Drive
from support.events import call, completed, created, delta, error, item_done, message

from ws_notebook.core.abilities import Abilities, LaneLimits
from ws_notebook.core.calls import Answer
from ws_notebook.core.lane import Lane, Lanes
from ws_notebook.core.learned import Learned

__all__: list[str] = []


def lanes(named: int = 4, in_flight: int = 16) -> Drive:
    return Drive(limits=LaneLimits(named=named, in_flight=in_flight))


def on(lane: str | None, *events: dict) -> list[dict]:
    return [event if lane is None else {**event, "stream_id": lane} for event in events]


def answer(drive: Drive, response_id: str, lane: str | None = None, text: str = "yes") -> None:
    drive.receive(*on(lane, created(response_id), delta(text), item_done(0, message(text)), completed(response_id)))


def test_a_lane_begins_with_nothing() -> None:
    lane = Lane("a")
    assert lane.name == "a"
    assert (lane.run, lane.pending, lane.current, lane.last, lane.memory) == (None,) * 5
    assert lane.free


def test_runs_that_follow_one_another_stay_on_the_default_lane() -> None:
    drive = lanes()
    for number in range(3):
        drive.ask("go on")
        answer(drive, f"resp_{number}")
    assert [request.get("stream_id") for request in drive.requests] == [None, None, None]
    assert [request.get("previous_response_id") for request in drive.requests] == [None, "resp_0", "resp_1"]


def test_fresh_runs_stream_beside_one_another_and_their_events_do_not_mix() -> None:
    drive = lanes()
    one, two = drive.ask("one", wants=None), drive.ask("two", wants=None)
    assert [request.get("stream_id") for request in drive.requests] == [None, "lane-1"]
    drive.receive(*on("lane-1", created("resp_2")), *on(None, created("resp_1")))
    drive.receive(*on("lane-1", delta("b")), *on(None, delta("a")), *on("lane-1", delta("b")))
    drive.receive(*on("lane-1", completed("resp_2")))
    assert (one.text, two.text, one.status, two.status) == ("a", "bb", "in_progress", "completed")
    drive.receive(completed("resp_1"))
    assert one.status == "completed"


def test_a_run_without_a_named_parent_waits_for_the_one_in_progress() -> None:
    drive = lanes()
    drive.ask("one")
    drive.ask("two")
    assert len(drive.requests) == 1
    answer(drive, "resp_1")
    assert drive.requests[1]["previous_response_id"] == "resp_1"


def test_two_forks_of_one_response_send_only_what_is_new() -> None:
    drive = lanes()
    root = drive.ask("root")
    answer(drive, "resp_1")
    drive.ask("left", wants=root)
    drive.ask("right", wants=root)
    sent = [(request.get("stream_id"), request.get("previous_response_id")) for request in drive.requests[1:]]
    assert sent == [(None, "resp_1"), ("lane-1", "resp_1")]


def test_a_lane_waits_until_a_fork_of_what_it_remembers_has_begun() -> None:
    drive = lanes()
    drive.connected = False
    root = drive.ask("root")
    drive.connected = True
    drive.settle()
    answer(drive, "resp_1")
    drive.connected = False
    drive.ask("here", wants=root)
    drive.ask("fork", wants=root)
    drive.connected = True
    drive.settle()
    assert [request.get("stream_id") for request in drive.requests[1:]] == ["lane-1"]
    drive.receive(*on("lane-1", created("resp_2")))
    assert [request.get("stream_id") for request in drive.requests[1:]] == ["lane-1", None]
    assert [request["previous_response_id"] for request in drive.requests[1:]] == ["resp_1", "resp_1"]


def test_no_more_responses_are_in_flight_than_the_provider_allows() -> None:
    drive = lanes(named=8, in_flight=2)
    for _ in range(4):
        drive.ask("go", wants=None)
    assert len(drive.requests) == 2
    answer(drive, "resp_1")
    assert len(drive.requests) == 3


def test_no_more_lanes_are_named_than_the_provider_allows_and_names_are_used_again() -> None:
    drive = lanes(named=2)
    for _ in range(5):
        drive.ask("go", wants=None)
    assert {request.get("stream_id") for request in drive.requests} == {None, "lane-1", "lane-2"}
    answer(drive, "resp_2", "lane-1")
    assert [request.get("stream_id") for request in drive.requests] == [None, "lane-1", "lane-2", "lane-1"]


def test_a_lane_that_outlives_its_connection_is_nobody_elses() -> None:
    drive = lanes()
    _, _, calling = (drive.ask(prompt, wants=None) for prompt in ("one", "two", "three"))
    answer(drive, "resp_1")
    answer(drive, "resp_2", "lane-1")
    drive.receive(*on("lane-2", created("resp_3"), item_done(0, call("c1")), completed("resp_3", call("c1"))))
    drive.eof()
    later = [drive.ask(prompt, wants=None) for prompt in ("four", "five", "six")]
    names = [request.get("stream_id") for request in drive.requests[3:]]
    assert names == [None, "lane-1", "lane-3"]
    drive.submit(calling.tool_calls[0], "1")
    for number, name in enumerate([*names, "lane-2"]):
        answer(drive, f"resp_{number + 4}", name)
    assert [run.status for run in [calling, *later]] == ["completed"] * 4


def test_without_named_lanes_runs_take_their_turn() -> None:
    drive = Drive()
    drive.ask("one", wants=None)
    drive.ask("two", wants=None)
    assert len(drive.requests) == 1
    answer(drive, "resp_1")
    assert len(drive.requests) == 2
    assert all("stream_id" not in request for request in drive.requests)


def test_a_stopped_run_is_drained_and_the_other_goes_on() -> None:
    drive = lanes()
    one, two = drive.ask("one", wants=None), drive.ask("two", wants=None)
    drive.receive(*on(None, created("resp_1"), delta("a")), *on("lane-1", created("resp_2"), delta("b")))
    drive.abandon(one)
    assert (one.status, drive.closed) == ("cancelled", 0)
    assert "read and dropped" in one.stopped
    drive.receive(
        *on(None, delta("more"), item_done(0, message("more"))), *on("lane-1", delta("c"), completed("resp_2"))
    )
    assert (one.text, two.text, two.status) == ("a", "bc", "completed")
    # The default lane is still busy with what is dropped; the next run goes beside it.
    drive.ask("three", wants=two)
    assert drive.requests[-1]["stream_id"] == "lane-1"
    drive.receive(*on(None, completed("resp_1")))
    four = drive.ask("four", wants=None)
    assert "stream_id" not in drive.requests[-1]
    assert four.lane is None


def test_what_was_drained_is_not_continued() -> None:
    drive = lanes()
    one = drive.ask("one")
    drive.receive(created("resp_1"), delta("par"))
    drive.abandon(one)
    drive.receive(delta("tial"), item_done(0, message("partial")), completed("resp_1"))
    drive.ask("go on", wants=one)
    assert "previous_response_id" not in drive.requests[-1]
    assert any(item.get("role") == "assistant" for item in drive.requests[-1]["input"])


def test_a_lost_connection_fails_every_lane_and_frees_the_names() -> None:
    drive = lanes()
    runs = [drive.ask("go", wants=None) for _ in range(3)]
    drive.eof()
    assert [run.status for run in runs] == ["failed"] * 3
    drive.ask("again", wants=None)
    assert "stream_id" not in drive.requests[-1]


def test_a_failed_fork_leaves_the_memory_of_the_lane_it_came_from() -> None:
    drive = lanes()
    root = drive.ask("root")
    answer(drive, "resp_1")
    drive.ask("here", wants=root)
    drive.ask("fork", wants=root)
    drive.receive(*on("lane-1", error("server_error", status=500)))
    home = drive.link.lanes.remembers("resp_1")
    assert home is not None
    assert home.name is None


def test_an_old_connection_is_left_between_two_turns_and_the_run_goes_on() -> None:
    drive = lanes()
    run = drive.ask("go")
    drive.receive(created("resp_1"), item_done(0, call("call_1", "add")), completed("resp_1"))
    drive.link.rotate()
    drive.settle()
    assert drive.closed == 1
    drive.protocol.answer_call(run.tool_calls[0], Answer(output="5"), drive.now)
    drive.settle()
    assert "previous_response_id" not in drive.requests[-1]
    assert run.turns[-1].recovered == "connection_age"
    answer(drive, "resp_2")
    assert (run.status, drive.protocol.rotations) == ("completed", 1)


def test_an_old_connection_is_not_left_while_a_response_is_in_flight_and_nothing_new_is_sent() -> None:
    drive = lanes()
    one = drive.ask("one", wants=None)
    drive.receive(created("resp_1"))
    drive.link.rotate()
    drive.ask("two", wants=None)
    assert (drive.closed, len(drive.requests)) == (0, 1)
    drive.receive(delta("done"), completed("resp_1"))
    assert (one.status, drive.closed, len(drive.requests)) == ("completed", 1, 2)


def test_the_age_limit_reached_by_one_lane_waits_for_the_others() -> None:
    drive = lanes()
    one, two = drive.ask("one", wants=None), drive.ask("two", wants=None)
    drive.receive(*on(None, created("resp_1")), *on("lane-1", error("websocket_connection_limit_reached")))
    assert (drive.closed, two.status) == (0, "in_progress")
    drive.receive(completed("resp_1"))
    assert (one.status, drive.closed) == ("completed", 1)
    assert len(drive.requests) == 3
    assert two.turns[0].recovered == "websocket_connection_limit_reached"


def test_events_of_a_name_nobody_uses_belong_to_the_default_lane() -> None:
    lanes_of = Lanes(Learned(Abilities(limits=LaneLimits(named=1))))
    assert lanes_of.get("nobody") is lanes_of.get(None)


def test_a_provider_that_does_not_repeat_the_name_is_understood_and_given_no_further_lanes() -> None:
    drive = lanes()
    one = drive.ask("one", wants=None)
    drive.receive(created("resp_1"), delta("a"))
    drive.abandon(one)
    two = drive.ask("two", wants=None)
    assert drive.requests[-1]["stream_id"] == "lane-1"
    drive.receive(delta("dropped"), completed("resp_1"))
    answer(drive, "resp_2", text="here")
    assert (two.status, two.text, one.text) == ("completed", "here", "a")
    drive.ask("three", wants=None)
    drive.ask("four", wants=None)
    assert "stream_id" not in drive.requests[-1]
    assert len(drive.requests) == 3


def test_a_provider_that_refuses_lanes_gets_one_run_after_the_other() -> None:
    drive = lanes()
    drive.ask("one", wants=None)
    two = drive.ask("two", wants=None)
    drive.receive(created("resp_1"))
    drive.receive(error("unknown_parameter", param="stream_id"))
    assert (two.status, len(drive.requests)) == ("in_progress", 2)
    drive.receive(delta("a"), completed("resp_1"))
    assert "stream_id" not in drive.requests[2]
    answer(drive, "resp_2")
    assert two.status == "completed"


def test_lanes_that_are_refused_in_words_alone_are_done_without_too() -> None:
    drive = lanes()
    drive.ask("one", wants=None)
    two = drive.ask("two", wants=None)
    drive.receive(created("resp_1"), error("unsupported_parameter", "Unsupported parameter: stream_id"))
    drive.receive(delta("a"), completed("resp_1"))
    answer(drive, "resp_2")
    assert two.status == "completed"
    assert "stream_id" not in drive.requests[2]


def test_the_default_lane_waits_until_it_is_known_whether_lanes_are_named() -> None:
    drive = lanes()
    one = drive.ask("one", wants=None)
    drive.receive(created("resp_1"))
    two = drive.ask("two", wants=None)
    drive.receive(item_done(0, call("call_1")), completed("resp_1"))
    drive.submit(one.tool_calls[0], "7")
    assert len(drive.requests) == 2
    # It ignores lanes: this answers the second request.
    answer(drive, "resp_2", text="two")
    answer(drive, "resp_3", text="one")
    assert (two.text, one.text) == ("two", "one")


def test_once_lanes_are_named_the_default_lane_waits_for_nobody() -> None:
    drive = lanes()
    one = drive.ask("one", wants=None)
    drive.receive(created("resp_1"))
    drive.ask("two", wants=None)
    drive.receive(*on("lane-1", created("resp_2")))
    drive.ask("three", wants=None)
    drive.receive(item_done(0, call("call_1")), completed("resp_1"))
    drive.submit(one.tool_calls[0], "7")
    assert "stream_id" not in drive.requests[-1]
    answer(drive, "resp_3", text="one")
    assert one.text == "one"


def test_answers_without_names_that_overlap_end_their_runs_in_words_and_the_next_goes_alone() -> None:
    drive = lanes()
    one = drive.ask("one", wants=None)
    two = drive.ask("two", wants=None)
    three = drive.ask("three", wants=None)
    drive.receive(created("resp_1"), delta("a"), created("resp_2"))
    assert [run.status for run in (one, two, three)] == ["failed"] * 3
    assert "does not say which" in str(two.error)
    assert (one.text, drive.closed) == ("a", 1)
    again = drive.ask("two", wants=None)
    assert "stream_id" not in drive.requests[-1]
    answer(drive, "resp_3")
    assert again.text == "yes"


def test_a_beginning_that_is_said_twice_mixes_nothing() -> None:
    drive = lanes()
    one = drive.ask("one", wants=None)
    two = drive.ask("two", wants=None)
    drive.receive(created("resp_1"), created("resp_1"), delta("a"), completed("resp_1"))
    answer(drive, "resp_2", lane="lane-1")
    assert (one.text, two.text) == ("a", "yes")
