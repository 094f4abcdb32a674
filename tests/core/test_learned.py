"""What turns out of a provider on the way."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from support.drive import Drive
from support.events import answer, message

from ws_notebook.core.abilities import Abilities, LaneLimits
from ws_notebook.core.learned import Learned
from ws_notebook.core.waits import Waits
from ws_notebook.exceptions import ConnectionLost

__all__: list[str] = []

FULL = Abilities(limits=LaneLimits(named=8, in_flight=4), sockets=3, steers=True, encrypts=True)


@pytest.mark.parametrize(
    ("lose", "left"),
    [
        (Learned.lose_lanes, {"limits": LaneLimits(named=0, in_flight=1)}),
        (Learned.lose_websocket, {"transport": "http", "memory": False, "limits": LaneLimits()}),
        (Learned.lose_steering, {"steers": False}),
        (Learned.lose_store, {"trusts_store": False}),
    ],
)
def test_what_it_lacks_is_lost_and_all_else_stays(lose: Callable[[Learned], None], left: dict[str, object]) -> None:
    learned = Learned(FULL)
    lose(learned)
    assert [(name, getattr(learned.abilities, name)) for name in left] == list(left.items())
    others = [name for name in Abilities.__struct_fields__ if name not in left]
    assert [getattr(learned.abilities, name) for name in others] == [getattr(FULL, name) for name in others]


def test_without_lanes_there_are_more_connections() -> None:
    learned = Learned(FULL)
    assert learned.abilities.places == 1
    learned.lose_lanes()
    assert learned.abilities.places == 3


def test_connections_are_numbered_once_also_those_beside_them_and_their_ends_are_known() -> None:
    learned = Learned(FULL)
    beside = learned.over_http()
    assert [learned.begin_connection(), beside.begin_connection(), learned.begin_connection()] == [1, 2, 3]
    beside.end_connection(2, "connection_lost")
    assert (learned.ended, beside.abilities) == ({2: "connection_lost"}, FULL.over_http())


def test_a_model_that_encrypts_nothing_is_known_on_every_connection() -> None:
    learned = Learned(FULL)
    learned.over_http().lose_encryption("small")
    assert [learned.encrypts("small"), learned.encrypts("large"), Learned(Abilities()).encrypts("large")] == [
        False,
        True,
        False,
    ]


def test_a_refused_size_is_the_limit_unless_a_larger_one_was_taken() -> None:
    learned = Learned(FULL)
    learned.note_accepted(100)
    learned.note_accepted(50)
    assert (learned.note_refused(100), learned.abilities.max_message) == (False, None)
    assert (learned.note_refused(101), learned.abilities.max_message) == (True, 100)


def test_the_waits_of_a_session_hold_for_what_goes_beside_its_connections_too() -> None:
    drive = Drive(aside=True, waits=Waits(silence=5))
    run = drive.ask("x" * 1000)
    drive.link.receive_eof(ConnectionLost("Too large.", code=1009, unread=True), drive.now)
    drive.settle()
    assert drive.places == [0, 1]
    moment = drive.protocol.links[1].silence_ends()
    assert moment is not None
    assert moment - drive.now < 10
    drive.receive(answer("resp_1", message("a")), link=1)
    assert run.status == "completed"
