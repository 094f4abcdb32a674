"""A request that a connection does not take for its size goes another way, or its error says what can work."""

from __future__ import annotations

import pytest
from support.drive import Drive
from support.events import answer, call, created, delta, message

from ws_notebook.core.abilities import LaneLimits
from ws_notebook.core.oversize import RECOVERED, advised
from ws_notebook.exceptions import ConnectionLost, ProviderError, RunCancelled, SettingsError

__all__: list[str] = []

LONG = "x" * 2000


def refuse(drive: Drive, link: int = 0) -> None:
    """The provider closes the connection, and has not read what is in flight."""
    drive.protocol.links[link].receive_eof(ConnectionLost("Too big.", code=1009, unread=True), drive.now)
    drive.settle()


def test_a_request_above_the_known_limit_goes_over_http_with_its_history() -> None:
    drive = Drive(max_message=1000, aside=True)
    drive.ask("one")
    drive.receive(answer("resp_1", message("a")))
    run = drive.ask(LONG)
    assert drive.places == [0, 1]
    assert drive.requests[1]["stream"] is True
    assert [item["type"] for item in drive.requests[1]["input"]] == ["message", "message", "message"]
    drive.receive(answer("resp_2", message("b")), link=1)
    assert (run.status, run.text, run.turns[0].transport, run.turns[0].recovered) == (
        "completed",
        "b",
        "http",
        RECOVERED,
    )


def test_what_is_asked_afresh_goes_over_the_connection_again() -> None:
    drive = Drive(max_message=1000, aside=True)
    drive.ask(LONG)
    drive.receive(answer("resp_1", message("a")), link=1)
    again, fresh = drive.ask("more"), drive.ask("short", wants=None)
    assert drive.places == [1, 1, 0]
    assert (again.turns[0].transport, fresh.turns[0].transport) == ("http", "websocket")


def test_an_output_above_the_limit_takes_the_rest_of_the_run_over_http_and_no_call_is_made_twice() -> None:
    drive = Drive(max_message=1000, aside=True)
    run = drive.ask("go")
    drive.receive(answer("resp_1", call("c1")))
    drive.submit(run.tool_calls[0], LONG)
    assert drive.places == [0, 1]
    assert [item["type"] for item in drive.requests[1]["input"]] == ["message", "function_call", "function_call_output"]
    drive.receive(answer("resp_2", call("c2")), link=1)
    drive.submit(run.tool_calls[1], "short")
    drive.receive(answer("resp_3", message("done")), link=1)
    assert (run.status, run.text, len(drive.ready())) == ("completed", "done", 2)
    assert [turn.transport for turn in run.turns] == ["websocket", "http", "http"]


def test_a_limit_is_learned_from_the_refusal_and_the_request_was_never_read_so_it_goes_again() -> None:
    drive = Drive(aside=True)
    run = drive.ask(LONG)
    refuse(drive)
    assert drive.places == [0, 1]
    assert run.turns[0].repeated == ()
    drive.receive(answer("resp_1", message("a")), link=1)
    assert run.status == "completed"
    drive.ask(LONG, wants=None)
    assert drive.places == [0, 1, 1]


def test_the_largest_of_those_that_nothing_was_heard_of_was_refused_and_the_others_are_lost() -> None:
    drive = Drive(aside=True, limits=LaneLimits(named=3, in_flight=4))
    drive.protocol.learned.note_name()
    small, large = drive.ask("small", wants=None), drive.ask(LONG, wants=None)
    refuse(drive)
    assert small.status == "failed"
    assert isinstance(small.error, ConnectionLost)
    assert large.status == "in_progress"
    assert (large.lane, large.turns[0].lane) == (None, None)


def test_a_response_that_had_begun_is_not_asked_for_twice() -> None:
    drive = Drive(aside=True)
    run = drive.ask(LONG)
    drive.receive(created("resp_1"), delta("Ha"))
    refuse(drive)
    assert (run.status, run.text, len(drive.requests)) == ("failed", "Ha", 1)
    assert drive.protocol.learned.abilities.max_message is None


def test_a_connection_that_broke_off_under_a_large_request_says_that_the_size_may_be_the_reason() -> None:
    drive = Drive()
    large = drive.ask("x" * 1024**2)
    drive.eof()
    assert isinstance(large.error, ConnectionLost)
    assert large.error.code == 1006
    assert "1.0 MiB" in str(large.error)
    assert "session.compact()" in str(large.error)
    small = drive.ask("x", wants=None)
    drive.eof()
    assert "session.compact()" not in str(small.error)


def test_a_size_that_was_taken_before_is_no_limit() -> None:
    drive = Drive(aside=True)
    drive.ask(LONG)
    drive.receive(answer("resp_1", message("a")))
    run = drive.ask("short", wants=None)
    refuse(drive)
    assert run.status == "failed"
    assert drive.protocol.learned.abilities.max_message is None


@pytest.mark.parametrize("options", [{}, {"aside": True, "generate": False}])
def test_where_there_is_no_other_way_the_error_says_what_can_work_and_the_session_goes_on(
    options: dict[str, bool],
) -> None:
    options = dict(options)
    generate = {"options": {"generate": False}} if "generate" in options else {}
    drive = Drive(max_message=1000, aside=options.get("aside", False))
    drive.ask("one")
    drive.receive(answer("resp_1", message("a")))
    run = drive.ask(LONG, **generate)
    assert isinstance(run.error, SettingsError)
    assert all(word in str(run.error) for word in ("session.compact()", "parent=None", "--new", 'transport="auto"'))
    assert (len(drive.requests), run.turns[0].sent, run.turns[0].bytes_sent) == (1, False, 0)
    after = drive.ask("short")
    assert drive.requests[1]["previous_response_id"] == "resp_1"
    drive.receive(answer("resp_2", message("b")))
    assert after.status == "completed"


def test_the_error_tells_a_question_that_is_too_large_by_itself_from_a_long_history() -> None:
    drive = Drive(max_message=1000)
    assert "What is new in it alone is too much" in str(drive.ask(LONG).error)
    for number in range(8):
        drive.ask("x" * 100)
        drive.receive(answer(f"resp_{number}", message("a")))
    drive.eof()
    assert "With the history it is too much" in str(drive.ask("short").error)


def test_a_run_that_went_over_http_is_stopped_there_and_the_connection_stays() -> None:
    drive = Drive(max_message=1000, aside=True)
    run = drive.ask(LONG)
    drive.abandon(run)
    assert (run.status, drive.closings) == ("cancelled", [1])


def test_two_at_once_do_not_wait_for_each_other() -> None:
    drive = Drive(max_message=1000, aside=True, sockets=2)
    drive.ask(LONG, wants=None)
    drive.ask(LONG, wants=None)
    assert drive.places == [1, 2]
    drive.receive(answer("resp_2", message("b")), link=2)
    drive.ask(LONG, wants=None)
    assert drive.places == [1, 2, 2]


def test_an_error_over_http_says_why_the_request_went_there() -> None:
    drive = Drive(max_message=1000, aside=True)
    run = drive.ask(LONG)
    drive.receive({"type": "error", "status": 413, "error": {"message": "Too much."}}, link=1)
    assert isinstance(run.error, ProviderError)
    assert "too large for a message over the socket" in str(run.error)
    assert "session.compact()" in str(run.error)


def test_a_run_that_was_stopped_is_told_nothing_of_sizes() -> None:
    drive = Drive(max_message=1000, aside=True)
    turn = drive.ask(LONG).turns[0]
    stopped = RunCancelled("Stopped.")
    advised(stopped, turn)
    advised(None, turn)
    assert str(stopped) == "Stopped."
