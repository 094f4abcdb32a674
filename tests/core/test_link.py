"""One connection at a time: refused upgrades, leaving it, and what the next one is told."""

from __future__ import annotations

from support.drive import Drive
from support.events import answer, call, completed, error, message

from ws_notebook.core.abilities import LaneLimits
from ws_notebook.exceptions import ConnectionFailed

__all__: list[str] = []


def test_any_other_refusal_of_the_upgrade_ends_the_run() -> None:
    drive = Drive()
    drive.connected = False
    run = drive.ask("one")
    drive.link.connection_failed(ConnectionFailed("No.", status=500), drive.now)
    assert run.status == "failed"


def test_the_turn_after_a_connection_that_grew_old_says_so_and_the_one_after_a_loss_too() -> None:
    drive = Drive()
    drive.ask("one")
    drive.receive(answer("resp_1", message("a")))
    drive.link.rotate()
    drive.settle()
    two = drive.ask("two")
    drive.receive(answer("resp_2", message("b")))
    drive.eof()
    three = drive.ask("three")
    assert [run.turns[0].recovered for run in (two, three)] == ["connection_age", "connection_lost"]


def test_a_stopped_run_whose_lane_is_refused_does_not_begin_again() -> None:
    drive = Drive(limits=LaneLimits(named=2, in_flight=3))
    drive.ask("one", wants=None)
    two = drive.ask("two", wants=None)
    drive.abandon(two)
    drive.receive(error("unknown_parameter", param="stream_id"))
    assert (two.status, len(drive.requests)) == ("cancelled", 2)


def test_calls_that_wait_keep_the_lane_of_their_run() -> None:
    drive = Drive()
    one = drive.ask("one", wants=None)
    drive.receive(answer("resp_1", call("c1")))
    two = drive.ask("two", wants=None)
    assert (len(drive.requests), two.turns) == (1, [])
    drive.submit(one.tool_calls[0], "5")
    assert len(drive.requests) == 2


def test_over_http_every_answer_may_have_the_same_id() -> None:
    drive = Drive(transport="http", memory=False)
    for words in ("one", "two"):
        run = drive.ask(words)
        drive.receive(completed("resp_same", message(words)))
        assert (run.status, run.text) == ("completed", words)
