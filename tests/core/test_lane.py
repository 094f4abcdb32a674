"""A lane is where its runs, turns and memory are."""

from __future__ import annotations

from ws_notebook.core.lane import Lane

__all__: list[str] = []


def test_a_lane_begins_with_nothing() -> None:
    lane = Lane("a")
    assert lane.name == "a"
    assert (lane.run, lane.pending, lane.current, lane.last, lane.memory) == (None,) * 5
    assert not lane.waiting
