"""The beat: one further picture for each that was wanted."""

from __future__ import annotations

from collections.abc import Callable

from ws_notebook.views.beat import Beat

__all__: list[str] = []


def test_a_picture_is_asked_for_once_for_each_time_that_one_is_wanted() -> None:
    due: list[tuple[float, Callable[[], None]]] = []
    asked: list[int] = []
    beat = Beat(lambda: asked.append(1), lambda delay, callback: due.append((delay, callback)), interval=3)
    beat.want(False)
    assert due == []
    beat.want(True)
    beat.want(True)
    ((delay, strike),) = due
    strike()
    assert (delay, len(asked)) == (3, 1)
    beat.want(True)
    assert len(due) == 2
