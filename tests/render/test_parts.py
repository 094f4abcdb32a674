"""What a run's time is made of, computed by hand."""

from __future__ import annotations

import pytest
from render.samples import made

from ws_notebook.render.parts import Line, parts_of

__all__: list[str] = []

LINE = Line(rtt=0.1, up=10_000, down=100_000, tls=True, fixed=0.02, per_kb=0.001)


def test_a_socket_is_opened_once_with_an_upgrade_and_reads_what_is_new() -> None:
    parts = parts_of(LINE, made(turns=3, sent=1_000, received=2_000), "websocket")
    assert parts.connections_ms == pytest.approx(300)
    assert parts.round_trips_ms == pytest.approx(300)
    assert parts.bytes_ms == pytest.approx(300 + 60)
    # The first whole, the others what is new.
    assert parts.server_ms == pytest.approx(20 + 3)
    assert parts.rest_ms == pytest.approx(parts.total_ms - 300 - 300 - 360 - 23)


def test_a_new_connection_for_each_turn_costs_its_round_trips_each_time() -> None:
    parts = parts_of(LINE, made(turns=3, sent=1_000, received=0), "http new")
    assert parts.connections_ms == pytest.approx(3 * 200)
    assert parts.server_ms == pytest.approx(3 * 20 + 1 + 2 + 3)


def test_a_first_flight_that_is_too_long_costs_one_more() -> None:
    assert parts_of(LINE, made(turns=3, sent=20_000), "http full").connections_ms == pytest.approx(300)
    assert parts_of(LINE, made(turns=3, sent=20_000), "http new").connections_ms == pytest.approx(900)
