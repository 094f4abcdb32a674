"""What a provider can do, as its profile says."""

from __future__ import annotations

import pytest

from ws_notebook.core.abilities import Abilities, LaneLimits

__all__: list[str] = []


def test_there_is_one_connection_where_it_has_lanes_and_a_pool_of_them_where_it_has_none() -> None:
    assert Abilities(limits=LaneLimits(named=8, in_flight=4), sockets=3).places == 1
    assert Abilities(sockets=3).places == 3


def test_a_message_may_be_as_large_as_is_known_and_any_size_over_http() -> None:
    limited = Abilities(max_message=10)
    assert [limited.takes(length) for length in (10, 11)] == [True, False]
    assert Abilities(max_message=10, memory=False).takes(11)
    assert Abilities().takes(10**9)


def test_over_http_there_is_no_memory_and_there_are_no_lanes() -> None:
    full = Abilities(
        limits=LaneLimits(named=8), steers=True, encrypts=True, trusts_store=False, max_message=1, aside=True
    )
    assert full.over_http() == Abilities(transport="http", memory=False, encrypts=True, trusts_store=False)


def test_they_do_not_change() -> None:
    with pytest.raises(AttributeError):
        Abilities().steers = True  # type: ignore[misc]
