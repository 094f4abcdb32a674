"""Where an item stands, with ids, with indices, with either wrong or missing."""

from __future__ import annotations

from ws_notebook.core import places
from ws_notebook.core.events import OutputTextDelta
from ws_notebook.core.timing import TurnTiming
from ws_notebook.core.turn import TurnState

__all__: list[str] = []


def turn() -> TurnState:
    return TurnState(id="r1.1", run_id="r1", timing=TurnTiming(started=0.0))


def test_an_id_says_more_than_a_wrong_index() -> None:
    one = turn()
    assert places.begin(one, "msg", 1) == 1
    assert places.of(one, OutputTextDelta(item_id="msg", output_index=4)) == 1
    assert places.end(one, "msg", 7) == 1


def test_without_indices_items_are_counted() -> None:
    one = turn()
    assert [places.begin(one, "a", -1), places.begin(one, "b", -1)] == [0, 1]
    assert places.of(one, OutputTextDelta(item_id="a")) == 0
    assert places.of(one, OutputTextDelta()) == 1
    assert [places.end(one, "a", -1), places.end(one, None, -1), places.end(one, "c", -1)] == [0, 1, 2]


def test_an_id_that_changes_with_each_event_is_that_of_the_item_that_began() -> None:
    one = turn()
    places.begin(one, "a", -1)
    assert places.of(one, OutputTextDelta(item_id="b")) == 0
    assert places.end(one, "c", -1) == 0


def test_one_id_for_several_open_items_says_nothing() -> None:
    one = turn()
    places.begin(one, "x", 0)
    places.begin(one, "x", 1)
    assert places.of(one, OutputTextDelta(item_id="x", output_index=0)) == 0


def test_what_nothing_announced_begins_with_its_first_piece() -> None:
    one = turn()
    assert places.of(one, OutputTextDelta(item_id="a")) == 0
    assert places.of(one, OutputTextDelta(item_id="b")) == 1
    assert places.of(one, OutputTextDelta(item_id="a")) == 0
