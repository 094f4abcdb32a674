"""A response that the provider begins by itself is a further turn of the run before it."""

from __future__ import annotations

from support.drive import Drive
from support.events import completed, created

__all__: list[str] = []


def test_it_continues_the_run_whose_response_ended_last() -> None:
    drive = Drive(steers=True)
    run = drive.ask("one")
    drive.receive(created("resp_1"), completed("resp_1"), created("resp_2"))
    assert [turn.response_id for turn in run.turns] == ["resp_1", "resp_2"]
    assert run.turns[1].unasked
    assert run.turns[1].parent is run.turns[0]
    assert next(iter(drive.link.lanes)).current is run.turns[1]


def test_one_of_a_stopped_run_is_read_and_dropped() -> None:
    drive = Drive(steers=True)
    run = drive.ask("one")
    drive.receive(created("resp_1"))
    drive.abandon(run)
    drive.receive(created("resp_2"))
    assert [turn.response_id for turn in run.turns] == ["resp_1"]
    assert run.status == "cancelled"
