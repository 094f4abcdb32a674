from __future__ import annotations

from render.play import Play

from ws_notebook.render.grown import Grown

__all__: list[str] = []


def test_pieces_are_read_once_each() -> None:
    play = Play().send().created("resp_1").text("a", "b")
    grown = Grown(play.run.turns[0], "text")
    assert grown.more() == "ab"
    assert grown.more() == ""
    play.text("c", index=0).text("d", index=1)
    assert grown.more() == "c\n\nd"
    assert grown.whole() == "abc\n\nd"
    assert grown.more() == ""


def test_an_earlier_message_that_grows_again_is_noticed() -> None:
    play = Play().send().created("resp_1").text("a", index=0).text("b", index=1)
    grown = Grown(play.run.turns[0], "text")
    grown.more()
    play.text("!", index=0)
    assert grown.more() is None
    assert grown.whole() == "a!\n\nb"


def test_a_character_in_two_pieces_is_read_when_it_is_whole() -> None:
    play = Play().send().created("resp_1").text("x\ud83d")
    grown = Grown(play.run.turns[0], "text")
    assert grown.more() == "x"
    play.text("\ude00")
    assert grown.more() == "😀"


def test_half_a_character_at_the_very_end_becomes_a_sign() -> None:
    play = Play().send().created("resp_1").text("x\ud83d")
    grown = Grown(play.run.turns[0], "text")
    assert grown.more() == "x"
    play.completed()
    assert grown.more() == "\ufffd"


def test_paragraphs_of_the_reasoning_are_parted() -> None:
    play = Play().send().created("resp_1").reasoning("a", part=0).reasoning("b", part=1).text("answer", index=1)
    assert Grown(play.run.turns[0], "reasoning").whole() == "a\n\nb"
    assert Grown(play.run.turns[0], "text").whole() == "answer"
