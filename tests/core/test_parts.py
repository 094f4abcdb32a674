"""A text ends as the provider says it as a whole, and nothing that was shown is taken away."""

from __future__ import annotations

from support.events import message

from ws_notebook.core import parts
from ws_notebook.core.changes import TextAppended, TurnChanged
from ws_notebook.core.items import Item
from ws_notebook.core.timing import TurnTiming
from ws_notebook.core.turn import TurnState
from ws_notebook.render.grown import Grown

__all__: list[str] = []

PLACE = (0, 0)


def turn_with(*pieces: str) -> TurnState:
    turn = TurnState(id="r1.1", run_id="r1", timing=TurnTiming(started=0.0))
    for moment, piece in enumerate(pieces):
        parts.grow(turn, "text", PLACE, piece, float(moment))
    return turn


def test_what_is_missing_at_the_end_is_appended_once() -> None:
    turn = turn_with("Got", " it")
    (change,) = parts.settle(turn, "text", PLACE, "Got it, thanks", 9.0)
    assert isinstance(change, TextAppended)
    assert change.text == ", thanks"
    assert parts.settle(turn, "text", PLACE, "Got it, thanks", 9.0) == []
    assert turn.parts[0].chunks == ["Got", " it", ", thanks"]


def test_what_is_missing_before_the_end_is_put_in_and_the_pieces_before_it_keep_their_times() -> None:
    turn = turn_with("Got", " it", " now")
    assert [type(change) for change in parts.settle(turn, "text", PLACE, "Got that it is now", 9.0)] == [TurnChanged]
    assert turn.text == "Got that it is now"
    assert (turn.parts[0].chunks, list(turn.parts[0].times)) == (["Got", " that it is now"], [0.0, 9.0])


def test_a_whole_that_says_less_takes_nothing_away() -> None:
    for whole in ("", "Got", "it", "Got it", "Got  it\n", "Gt it"):
        turn = turn_with("Got", " it")
        assert parts.settle(turn, "text", PLACE, whole, 9.0) == []
        assert turn.text == "Got it"


def test_a_whole_that_says_something_else_is_added_once_as_a_paragraph() -> None:
    turn = turn_with("Got it")
    assert parts.settle(turn, "text", PLACE, "I cannot say that.", 9.0)
    assert parts.settle(turn, "text", PLACE, "I cannot say that.", 9.0) == []
    assert turn.text == "Got it\n\nI cannot say that."


def test_a_character_in_two_pieces_is_the_same_character_in_the_whole() -> None:
    assert parts.settle(turn_with("x\ud83d", "\ude00"), "text", PLACE, "x😀", 9.0) == []
    for pieces in (("x\ud83d",), ("x\ud83d", "\ude00")):
        turn = turn_with(*pieces)
        parts.settle(turn, "text", PLACE, "x😀 y", 9.0)
        assert Grown(turn, "text").whole() == "x😀 y"


def test_an_item_that_is_said_to_be_whole_again_is_known_by_its_id() -> None:
    turn = turn_with("Hi")
    parts.close(turn, Item(message("Hi")), 0)
    assert parts.settle(turn, "text", PLACE, "Hi", 9.0, item_id="msg_0") == []
    assert parts.settle(turn, "text", PLACE, "Hi", 9.0, item_id="msg_1")
    assert turn.text == "HiHi"
