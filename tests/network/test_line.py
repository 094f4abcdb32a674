"""When bytes arrive: every figure here is computed by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws_notebook.network.line import INITIAL_WINDOW, Direction, Link

__all__: list[str] = []

RTT = 0.08


def direction(rate: float | None = None, *, opened: float = 0.0, rtt: float = RTT) -> Direction:
    return Direction(Link(rtt / 2, rate), opened=opened, rtt=rtt)


def test_bytes_take_half_a_round_trip() -> None:
    assert direction().schedule(10.0, 100) == [(pytest.approx(10.04), 100)]


def test_a_new_connection_costs_a_round_trip_before_its_first_byte() -> None:
    line = direction(opened=10.0 + RTT)
    assert line.schedule(10.0, 100) == [(pytest.approx(10.12), 100)]
    assert line.schedule(11.0, 100) == [(pytest.approx(11.04), 100)]


def test_a_rate_spreads_bytes_and_holds_back_what_comes_behind_them() -> None:
    line = direction(rate=125_000)
    assert line.schedule(0.0, 1_250) == [(pytest.approx(0.05), 1_250)]
    assert line.schedule(0.0, 1_250) == [(pytest.approx(0.06), 1_250)]
    assert line.schedule(1.0, 1_250) == [(pytest.approx(1.05), 1_250)]


def test_connections_share_a_link() -> None:
    link = Link(0.0, 1_000)
    first, second = (Direction(link, opened=0.0, rtt=0.0) for _ in range(2))
    assert first.schedule(0.0, 500) == [(0.5, 500)]
    assert second.schedule(0.0, 500) == [(1.0, 500)]


def test_a_first_flight_beyond_the_window_costs_another_round_trip_once() -> None:
    line = direction()
    assert line.schedule(0.0, 20_000) == [
        (pytest.approx(0.04), INITIAL_WINDOW),
        (pytest.approx(0.12), 20_000 - INITIAL_WINDOW),
    ]
    assert line.schedule(1.0, 200_000) == [(pytest.approx(1.04), 200_000)]


def test_what_was_confirmed_meanwhile_leaves_room_for_more() -> None:
    line = direction()
    line.schedule(0.0, 10_000)
    # Both are under the window, but not what is on its way together.
    assert [size for _, size in line.schedule(0.01, 10_000)] == [4_600, 5_400]
    other = direction()
    other.schedule(0.0, 10_000)
    assert other.schedule(RTT, 10_000) == [(pytest.approx(0.12), 10_000)]


def test_on_this_machine_nothing_waits() -> None:
    assert direction(rtt=0.0).schedule(3.0, 1_000_000) == [(3.0, 1_000_000)]
    assert direction(rtt=0.0).end(3.0) == 3.0


@given(
    st.lists(st.tuples(st.floats(0, 0.2), st.integers(1, 60_000)), min_size=1, max_size=30),
    st.sampled_from([None, 1e4, 1e6]),
    st.floats(0, 0.4),
)
def test_bytes_arrive_in_order_all_of_them_and_never_early(
    sent: list[tuple[float, int]], rate: float | None, rtt: float
) -> None:
    line, now, last = direction(rate, opened=rtt, rtt=rtt), 0.0, 0.0
    for gap, size in sent:
        now += gap
        arrivals = line.schedule(now, size)
        assert sum(number for _, number in arrivals) == size
        for arrives, number in arrivals:
            assert number > 0
            assert arrives >= max(now, rtt) + rtt / 2 + (number / rate if rate else 0.0) - 1e-9
            assert arrives >= last
            last = arrives
    assert line.end(now) >= last
