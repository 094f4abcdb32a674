"""What the provider can do, and what turns out on the way."""

from __future__ import annotations

from ws_notebook.core.abilities import Abilities, LaneLimits

__all__: list[str] = []


def test_there_is_one_connection_where_it_has_lanes_and_a_pool_of_them_where_it_has_none() -> None:
    abilities = Abilities(limits=LaneLimits(named=8, in_flight=4), sockets=3)
    assert abilities.places == 1
    abilities.without_lanes()
    assert (abilities.limits, abilities.places) == (LaneLimits(named=0, in_flight=1), 3)


def test_connections_are_numbered_once() -> None:
    abilities = Abilities()
    assert [abilities.next_connection() for _ in range(3)] == [1, 2, 3]
