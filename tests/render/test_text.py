from __future__ import annotations

from render.play import HEADER, Play, capitals

from ws_notebook.render.bundle import bundle
from ws_notebook.render.text import closing_lines, plain_text, terminal, text, timeline_text

__all__: list[str] = []


def test_the_answer_comes_first_and_one_line_of_figures_last() -> None:
    lines = text(capitals().run, HEADER).splitlines()
    assert lines[0] == "I will clear the cache."
    assert lines[-1].startswith("r7 completed · 3.2 s · 3 turns · 3 calls · ")
    assert lines[-2] == ""


def test_no_control_of_a_model_reaches_the_terminal() -> None:
    play = (
        Play().send().created("resp_1").text("\x1b[2Jgone\x07").completed("failed", error={"message": "\x1b]0;x\x07"})
    )
    shown = plain_text(bundle(play.run, HEADER))
    assert not any(ord(char) < 32 and char != "\n" for char in shown)
    assert "␛[2Jgone␇" in shown


def test_a_refusal_is_the_answer() -> None:
    play = Play().send().created("resp_1").event("response.refusal.delta", delta="I will not.").completed()
    assert text(play.run, HEADER).startswith("I will not.\n\nr7 completed")


def test_what_went_wrong_stands_before_the_figures() -> None:
    play = Play().send().created("resp_1").completed("failed", error={"message": "It broke."})
    first, second = closing_lines(bundle(play.run, HEADER)).splitlines()
    assert first.startswith("ProviderError: The provider answered: It broke.")
    assert second.startswith("r7 failed")


def test_steered_words_stand_before_the_figures() -> None:
    play = Play().send().created("resp_1").text("Long").steer("be brief").steer_event("accepted")
    play.completed("incomplete").created("resp_2").text("Short").completed()
    lines = plain_text(bundle(play.run, HEADER)).splitlines()
    assert lines[-2] == "steered: be brief"
    assert lines[-1].startswith("r7 completed")


def test_a_timeline_has_a_line_for_each_turn_and_call() -> None:
    lines = timeline_text(bundle(capitals().run, HEADER)).splitlines()
    assert len(lines) == 7
    assert lines[1] == '  population(city="Paris"): 250 ms → 2103000'
    assert lines[0] == "turn 1: 0.80 s (connect 3 ms, wait 357 ms, reasoning 340 ms, text 100 ms)"


def test_rare_spaces_are_plain_in_a_terminal() -> None:
    assert terminal("1\u2009000\u00a0s") == "1 000 s"


def test_the_beginning_of_the_reasoning_stands_below_the_answer() -> None:
    play = Play().send().created("r").reasoning("First\nthis. " * 100).text("Hi", index=1).completed()
    lines = plain_text(bundle(play.run, HEADER)).split("\n\n")
    assert lines[0] == "Hi"
    assert lines[1].startswith("reasoning: First this. First")
    assert len(lines[1]) < 320
