from __future__ import annotations

from typing import Any

import pytest

from ws_notebook.exceptions import SettingsError
from ws_notebook.magics.options import OPTIONS, CellOptions, nearest, parse_cell_options, split_words

__all__: list[str] = []


def told(line: str) -> str:
    """The one line that a wrong first line is answered with."""
    with pytest.raises(SettingsError) as caught:
        parse_cell_options(line)
    message = str(caught.value)
    assert "\n" not in message
    return message


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("", {}),
        ("-s work", {"session": "work"}),
        ("--session=work", {"session": "work"}),
        ("-m gpt-5.5", {"model": "gpt-5.5"}),
        ("-t add,divide", {"tools": ("add", "divide")}),
        ("--tools 'add, divide,'", {"tools": ("add", "divide")}),
        ("--no-tools", {"tools": ()}),
        ("-i 'Be brief.'", {"instructions": "Be brief."}),
        ('-i "don\'t guess"', {"instructions": "don't guess"}),
        ("--new", {"new": True}),
        ("--from r7", {"parent": "r7"}),
        ("-o answer", {"output": "answer"}),
        ("--transport http", {"transport": "http"}),
        ("--store", {"store": True}),
        ("--max-turns 3", {"max_turns": 3}),
        ("--view none", {"view": "none"}),
        ("--format list[City]", {"format": "list[City]"}),
        ("--format 'dict[str, int]'", {"format": "dict[str, int]"}),
        ("--image fig --image a.png", {"images": ["fig", "a.png"]}),
        ("--set text.verbosity=low", {"request": {"text": {"verbosity": "low"}}}),
        ("--raw", {"raw": True}),
        ("--set store=false", {"store": False}),
        ("--effort low", {"request": {"reasoning": {"effort": "low"}}}),
        ("--set temperature=0.2", {"request": {"temperature": 0.2}}),
        ("--set service_tier=flex --set seed=1", {"request": {"service_tier": "flex", "seed": 1}}),
        (
            """--effort high --set 'reasoning={"summary": "auto"}'""",
            {"request": {"reasoning": {"summary": "auto", "effort": "high"}}},
        ),
        ("-i {x} --set user=$y", {"instructions": "{x}", "request": {"user": "$y"}}),
    ],
)
def test_each_option_is_read(line: str, expected: dict[str, Any]) -> None:
    assert parse_cell_options(line) == CellOptions(**expected)


@pytest.mark.parametrize(
    ("line", "name", "right"),
    [("--mdoel x", "--mdoel", "--model"), ("--fromm r1", "--fromm", "--from"), ("-T add", "-T", "-t"),
     ("--form City", "--form", "--format"), ("--img fig", "--img", "--image"),
     ("--max_turns=5", "--max_turns", "--max-turns"), ("--tool add", "--tool", "--tools")],
)  # fmt: skip
def test_an_unknown_option_is_named_with_the_nearest_right_one(line: str, name: str, right: str) -> None:
    message = told(line)
    assert f"no option {name}." in message
    assert f"Did you mean {right}?" in message


def test_an_unknown_field_is_led_to_set() -> None:
    assert "--set temperature=VALUE" in told("--temperature 0.2")
    assert "%responses help" in told("--temperature 0.2")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("What can you do?", ("only options", "'What'", "below")),
        ("-m demo Hello", ("only options", "'Hello'", "below")),
        ("-i don't", ("quotation mark", "-i don't")),
        ("-i 'a\\", ("quotation mark",)),
        ("-m", ("-m/--model", "needs a value behind it")),
        ("--max-turns many", ("--max-turns", "whole number", "'many'")),
        ("--max-turns 0", ("--max-turns", "at least 1")),
        ("--view lvie", ("--view", "auto, live, text, none", "Did you mean live?")),
        ("--transport htpp", ("--transport", "Did you mean http?")),
        ("-o 2x", ("-o", "name of a variable", "'2x'")),
        ("-o class", ("-o", "name of a variable", "'class'")),
        ("-t ,", ("-t needs the names",)),
        ("--new --from r1", ("--new", "--from", "Use one")),
        ("--no-tools -t add", ("--no-tools", "-t", "Use one")),
        ("-s work --transport http", ("--transport", "Session(…)")),
        ("--format int --set text.format={}", ("--format", "--set", "Use one")),
        ("--effort hihg", ("--effort", "Did you mean high?", "--set reasoning.effort=hihg")),
        ("--set temperature", ("KEY=JSON", "'temperature'", "temperature=0.2")),
        ("--set input=x", ("cannot set input", "prompt")),
        ("--set previous_response_id=x", ("cannot set previous_response_id", "--from")),
    ],
)
def test_what_is_wrong_with_a_line_is_said_in_one_line(line: str, words: tuple[str, ...]) -> None:
    message = told(line)
    assert [word for word in words if word not in message] == []
    assert "%%responses" in message


def test_every_option_says_what_it_does_once() -> None:
    flags = [flag for option in OPTIONS for flag in option.flags]
    assert len(flags) == len(set(flags))
    assert all(option.help for option in OPTIONS)


def test_quotes_group_words() -> None:
    assert split_words("timeline 'r 3'", "%responses") == ["timeline", "r 3"]
    with pytest.raises(SettingsError, match=r"^%responses: a quotation mark"):
        split_words("timeline 'r3", "%responses")


def test_only_a_near_word_is_suggested() -> None:
    assert nearest("Popluation", ["population", "distance"]) == " Did you mean population?"
    assert nearest("weather", ["population", "distance"]) == ""
