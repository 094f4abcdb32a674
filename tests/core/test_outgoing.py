"""What is to be sent: words go to a response that runs, has an id, and is of a provider that takes them."""

from __future__ import annotations

from typing import Any

import pytest
from support.drive import Drive
from support.events import completed, created

from ws_notebook.core.items import as_items
from ws_notebook.core.outgoing import Outgoing, steerable
from ws_notebook.core.steer import Steer

__all__: list[str] = []


def words_wait(drive: Drive) -> list[str]:
    """The runs whose words could be sent now."""
    return [run.id for run, _, _ in steerable(drive.link.lanes, drive.protocol.learned.abilities)]


def asked(drive: Drive, *events: Any) -> Drive:
    """A question whose answer has come so far, and words for it that nobody has sent."""
    run = drive.ask("one")
    drive.receive(*events)
    run.steers.append(Steer(input=as_items("shorter")))
    return drive


def test_words_wait_for_the_response_and_its_id() -> None:
    assert words_wait(asked(Drive(steers=True))) == []
    assert words_wait(asked(Drive(steers=True), created("resp_1"))) == ["r1"]


def test_words_do_not_go_to_a_response_that_has_ended() -> None:
    assert words_wait(asked(Drive(steers=True), created("resp_1"), completed("resp_1"))) == []


@pytest.mark.parametrize("lacking", [{"steers": False}, {"steers": True, "memory": False}])
def test_words_do_not_go_to_a_provider_that_does_not_take_them(lacking: dict[str, bool]) -> None:
    assert words_wait(asked(Drive(**lacking), created("resp_1"))) == []


def test_a_frame_asks_for_a_response_unless_it_is_said_not_to() -> None:
    turn = Drive().ask("one").turns[0]
    assert Outgoing(turn, b"{}").creates
    assert not Outgoing(turn, b"{}", creates=False).creates
