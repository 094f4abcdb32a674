from __future__ import annotations

from typing import Any

import pytest

from ws_notebook.server.models.directives import Invoke, Refuse, Say, Think, Write, parse


def shape(prompt: str) -> list[list[Any]]:
    """Turns as lists: texts as they are, calls as (name, positional, named)."""
    return [[_plain(part) for part in turn] for turn in parse(prompt)]


def _plain(part: Any) -> Any:
    if isinstance(part, Invoke):
        return (part.name, *part.arguments.positional, *part.arguments.named.items())
    return part


def test_calls_joined_by_and_are_one_turn() -> None:
    one = [[("a", ("x", 1)), ("b", ("y", 2)), ("c",)]]
    assert shape("call a(x=1) and call b(y=2), c()") == one
    assert shape("Please CALL a(x=1), AND b(y=2) & call `c`() for me") == one


@pytest.mark.parametrize(
    "between", [" then ", ", then call ", " and then call ", ". Call ", ".\ncall ", "\ncall ", "; call "]
)
def test_then_full_stops_and_new_lines_begin_a_later_turn(between: str) -> None:
    assert shape(f"call a(){between}b()") == [[("a",)], [("b",)]]


def test_text_after_calls_waits_for_their_outputs() -> None:
    assert shape('call a() and say "done"') == [[("a",)], [Say("done")]]
    assert shape('say "first" and call a() then say "done"') == [[Say("first"), ("a",)], [Say("done")]]


def test_texts_are_one_turn() -> None:
    assert shape('Think 0.5 seconds, then say "x". Write 10 words') == [[Think(0.5), Say("x"), Write(10)]]


def test_repetitions_are_turns_and_count_from_1() -> None:
    expected = [[("step", ("i", number))] for number in range(1, 26)]
    assert shape("25 times: call step(i=…)") == expected
    assert shape("25 times call step(i=...)") == expected
    assert shape("call step(i=…) 25 times") == expected


def test_the_index_goes_into_every_argument() -> None:
    assert shape('2 times: call f(…, a=["…", {"k": ...}])') == [
        [("f", 1, ("a", [1, {"k": 1}]))],
        [("f", 2, ("a", [2, {"k": 2}]))],
    ]


def test_a_repetition_takes_what_is_joined_to_it_and_no_more() -> None:
    assert shape('call z() and 2 times: call a(i=…) and b(i=…), then say "end"') == [
        [("z",)],
        [("a", ("i", 1)), ("b", ("i", 1))],
        [("a", ("i", 2)), ("b", ("i", 2))],
        [Say("end")],
    ]


@pytest.mark.parametrize(
    ("prompt", "text"),
    [
        ('say "plain"', "plain"),
        ("say “curly”", "curly"),
        ("say 'don't'", "don't"),
        ("say «guillemets»", "guillemets"),
        ('Please say: "call f(a=1) then"', "call f(a=1) then"),
        ('say "a \\"quoted\\" word"', 'a "quoted" word'),
        ('say "$\\nabla \\frac{1}{2}$"', "$\\nabla \\frac{1}{2}$"),
        ('say "two\n\nlines  and spaces "', "two\n\nlines  and spaces "),
        ('say "東京 🎉"', "東京 🎉"),
        ('say ""', ""),
    ],
)
def test_say_is_exact(prompt: str, text: str) -> None:
    assert shape(prompt) == [[Say(text)]]


@pytest.mark.parametrize(
    ("prompt", "seconds"),
    [
        ("think 2 seconds", 2),
        ("think for 1.5s", 1.5),
        ("Think 1 second", 1),
        ("think 200 ms", 0.2),
        ("think 2 minutes", 120),
    ],
)
def test_thinking_has_a_length(prompt: str, seconds: float) -> None:
    assert shape(prompt) == [[Think(pytest.approx(seconds))]]


def test_words_and_refusals() -> None:
    assert shape("write 1,500 words about the sea") == [[Write(1500)]]
    assert shape('refuse "no"') == [[Refuse("no")]]


def test_braces_may_stand_for_arguments() -> None:
    assert shape('call add {"a": 1}') == [[("add", {"a": 1})]]


@pytest.mark.parametrize(
    "prompt",
    [
        "",
        "Call me maybe",
        "How do I call a function?",
        "He says hello",
        'say "open',
        "I think 2 is enough",
        "write words",
        "0 times: call f()",
    ],
)
def test_ordinary_sentences_hold_no_directive(prompt: str) -> None:
    assert parse(prompt) == []


def test_unreadable_arguments_keep_their_text_and_the_reason() -> None:
    ((part,),) = parse("call f(2 + f(3))")
    assert isinstance(part, Invoke)
    assert part.raw == "2 + f(3)"
    assert part.problem
    ((part,),) = parse("call f(a=1")
    assert isinstance(part, Invoke)
    assert "not closed" in part.problem
