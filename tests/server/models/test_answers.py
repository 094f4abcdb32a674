from __future__ import annotations

import json
from typing import Any

import pytest

from ws_notebook.server.models.answers import answer_from_history, answer_from_outputs
from ws_notebook.server.models.history import Exchange, Made


def made(output: str | None, name: str = "f", **arguments: Any) -> Made:
    return Made({"type": "function_call", "name": name, "arguments": json.dumps(arguments)}, output)


def answer(*calls: Made, prompt: str = "") -> str:
    return answer_from_outputs(Exchange(prompt, calls, (), 0))


def remembered(prompt: str, *asked: str) -> str | None:
    return answer_from_history(Exchange(prompt, (), asked, 0))


def test_one_output_is_one_sentence() -> None:
    assert answer(made("5", "add", a=2, b=3)) == "`add(a=2, b=3)` gave **5**."


@pytest.mark.parametrize(
    ("output", "ending"),
    [
        ('"ok"', "gave **ok**."),
        ("ok", "gave **ok**."),
        ("2.5", "gave **2.5**."),
        ("true", "gave **true**."),
        ("null", "gave **null**."),
        ("", "gave an empty text."),
        ('{"a": [1]}', 'gave `{"a": [1]}`.'),
        ("a*b", "gave `a*b`."),
        ("one\ntwo", "gave \n\n```\none\ntwo\n```"),
        ('{"error": {"type": "ValueError", "message": "no such\\ncity"}}', "failed: no such city"),
        ('{"error": "gone"}', "failed: gone"),
    ],
)
def test_outputs_are_shown_as_what_they_are(output: str, ending: str) -> None:
    assert answer(made(output)) == f"`f()` {ending}"


def test_long_outputs_are_cut() -> None:
    assert len(answer(made("word " * 1000))) < 300


def test_a_few_calls_are_a_list_and_many_a_summary() -> None:
    few = answer(made("1", i=1), made("2", i=2))
    assert few.splitlines() == ["- `f(i=1)` gave **1**.", "- `f(i=2)` gave **2**."]
    many = answer(*(made(str(i), i=i) for i in range(1, 26)))
    assert many.startswith("25 calls of `f`:")
    assert "`f(i=25)` gave **25**." in many
    assert "21 more" in many
    assert len(many.splitlines()) < 10


def test_failures_among_many_are_counted() -> None:
    calls = [made("1")] * 8 + [made('{"error": "x"}')] * 2
    assert "10 calls of `f`, 2 of them failed" in answer(*calls)


def test_numbers_are_compared_when_the_prompt_asks() -> None:
    calls = made("2103000", city="Paris"), made("717710", city="Oslo")
    assert answer(*calls, prompt="Which has more?") == "**Paris** has more: 2103000 against 717710, 1385290 more."
    assert answer(*calls, prompt="Which has fewer?") == "**Oslo** has less: 717710 against 2103000, 1385290 less."
    assert "- `f" in answer(*calls, prompt="Population of both")


def test_equal_numbers_and_no_numbers_are_told() -> None:
    assert "equal" in answer(made("2", x="A"), made("2", x="B"), prompt="Which is more?")
    assert "- `f" in answer(made("many", x="A"), made("2", x="B"), prompt="Which is more?")


def test_a_call_without_an_output_is_told() -> None:
    assert answer(made(None)) == "`f()` was not answered."


def test_names_and_earlier_prompts_are_remembered() -> None:
    assert remembered("What is my name?", "My name is Ada", "x") == "Your name is **Ada**."
    assert "not told" in str(remembered("What is my name?", "x"))
    assert "> second" in str(remembered("What did I ask before?", "first", "second"))
    assert "> first" in str(remembered("What did I say first?", "first", "second"))
    assert "first thing" in str(remembered("What did I ask?"))


def test_small_talk_is_answered_and_says_what_speaks() -> None:
    assert "no AI" in str(remembered("Hello!"))
    assert remembered("Thank you") == "You are welcome."
    assert remembered("Tell me a joke") is None
