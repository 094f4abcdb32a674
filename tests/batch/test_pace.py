"""Rows at once: one more for each round that goes well, half as many where a limit is reached."""

from __future__ import annotations

from ws_notebook.batch.pace import Pace

__all__: list[str] = []


def test_a_refusal_halves_and_answers_bring_it_back() -> None:
    pace = Pace(16)
    assert pace.width == 16
    pace.slow(10.0, 12.0)
    assert (pace.width, pace.holds(10.0), pace.holds(12.5)) == (8, 2.0, 0.0)
    for _ in range(9):
        pace.speed(13.0)
    assert pace.width == 9
    for _ in range(500):
        pace.speed(14.0)
    assert pace.width == 16
    assert [lanes for _, lanes in pace.history][:2] == [8, 9]


def test_refusals_of_one_crowd_are_one() -> None:
    pace = Pace(16)
    for _ in range(16):
        pace.slow(10.0, 10.5)
    assert (pace.width, pace.refusals) == (8, 1)
    pace.slow(20.0, 20.1)
    assert (pace.width, pace.refusals) == (4, 2)


def test_the_longest_wait_counts_and_one_row_always_goes() -> None:
    pace = Pace(2)
    for moment in range(10):
        pace.slow(float(moment * 10), moment * 10 + (5.0 if moment == 9 else 1.0))
    assert pace.width == 1
    pace.slow(90.0, 90.1)
    assert pace.holds(90.0) == 5.0
