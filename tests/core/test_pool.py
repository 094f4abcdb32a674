"""Runs side by side where a connection has no lanes: several connections, and what each remembers."""

from __future__ import annotations

from support.drive import Drive
from support.events import answer, call, completed, created, delta, message

from ws_notebook.core.abilities import Abilities, LaneLimits
from ws_notebook.core.learned import Learned
from ws_notebook.core.pool import Pool

__all__: list[str] = []


def test_it_begins_with_one_connection() -> None:
    pool = Pool(Learned(Abilities(sockets=3)))
    assert [lane.name for lane in pool] == [None]


def test_runs_side_by_side_have_a_connection_each_up_to_the_number_of_sockets() -> None:
    drive = Drive(sockets=2)
    one, two, three = (drive.ask(words, wants=None) for words in ("one", "two", "three"))
    assert drive.places == [0, 1]
    drive.receive(created("resp_2"), delta("b"), completed("resp_2"), link=1)
    assert (two.text, two.status, one.status) == ("b", "completed", "in_progress")
    assert drive.places == [0, 1, 1]
    drive.receive(created("resp_1"), delta("a"), completed("resp_1"), link=0)
    drive.receive(created("resp_3"), delta("c"), completed("resp_3"), link=1)
    assert (one.text, three.text) == ("a", "c")


def test_a_run_goes_to_the_connection_that_remembers_its_parent() -> None:
    drive = Drive(sockets=2)
    drive.ask("one", wants=None)
    two = drive.ask("two", wants=None)
    drive.receive(answer("resp_1", message("a")), link=0)
    drive.receive(answer("resp_2", message("b")), link=1)
    drive.ask("more", wants=two)
    assert (drive.places[-1], drive.requests[-1]["previous_response_id"]) == (1, "resp_2")


def test_a_fork_on_another_connection_sends_the_history_and_nothing_was_lost() -> None:
    drive = Drive(sockets=2)
    root = drive.ask("root")
    drive.receive(answer("resp_1", message("a")))
    drive.ask("left", wants=root)
    right = drive.ask("right", wants=root)
    assert drive.places == [0, 0, 1]
    assert [request.get("previous_response_id") for request in drive.requests] == [None, "resp_1", None]
    assert [item["role"] for item in drive.requests[-1]["input"]] == ["user", "assistant", "user"]
    assert right.turns[0].recovered == ""


def test_stopping_one_run_closes_its_connection_only() -> None:
    drive = Drive(sockets=2)
    one, two = drive.ask("one", wants=None), drive.ask("two", wants=None)
    drive.receive(created("resp_1"), delta("a"), link=0)
    drive.receive(created("resp_2"), delta("b"), link=1)
    drive.abandon(one)
    assert drive.closings == [0]
    drive.receive(delta("b"), completed("resp_2"), link=1)
    assert (one.status, one.text, two.status, two.text) == ("cancelled", "a", "completed", "bb")


def test_a_lost_connection_takes_its_own_run_only() -> None:
    drive = Drive(sockets=2)
    one, two = drive.ask("one", wants=None), drive.ask("two", wants=None)
    drive.receive(created("resp_1"), call_done := completed("resp_1", call("c1")), link=0)
    assert call_done["type"] == "response.completed"
    drive.eof(1)
    assert (one.status, two.status) == ("in_progress", "failed")


def test_a_provider_that_turns_out_to_have_no_lanes_gets_connections_instead() -> None:
    drive = Drive(limits=LaneLimits(named=4, in_flight=4), sockets=2)
    drive.ask("one", wants=None)
    drive.ask("two", wants=None)
    drive.receive(
        {"type": "error", "status": 400, "error": {"code": "unknown_parameter", "param": "stream_id", "message": "No."}}
    )
    assert drive.places == [0, 0, 1]
    assert "stream_id" not in drive.requests[-1]


def test_forgetting_keeps_the_connections_and_nothing_else() -> None:
    drive = Drive(sockets=2)
    drive.ask("one", wants=None)
    drive.ask("two", wants=None)
    drive.protocol.forget()
    assert (len(drive.protocol.links), drive.protocol.runs) == (2, [])
    drive.ask("three")
    assert (drive.places[-1], len(drive.requests[-1]["input"])) == (0, 1)
