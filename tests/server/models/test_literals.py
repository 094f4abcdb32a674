from __future__ import annotations

from typing import Any

import pytest

from ws_notebook.server.models.literals import INDEX, LiteralError, find_close, parse_arguments

VALUES: dict[str, Any] = {
    "5": 5,
    "-5": -5,
    "+3": 3,
    "1_000": 1000,
    "2.5": 2.5,
    "-.5": -0.5,
    "1e3": 1000.0,
    "true": True,
    "False": False,
    "null": None,
    "None": None,
    '"a, (b)"': "a, (b)",
    "'it\\'s'": "it's",
    '"tab\\t, \\u00e9, \\ud83c\\udf89"': "tab\t, é, 🎉",
    '"\\d+"': "\\d+",
    "“curly”": "curly",
    "[1, [2, 3], []]": [1, [2, 3], []],
    "(1, 2,)": [1, 2],
    '{"a": {"b": [true]}}': {"a": {"b": [True]}},
    "{1: 'x', None: 2, y: 3}": {"1": "x", "null": 2, "y": 3},
    "Paris": "Paris",
    "New York": "New York",
    "don't": "don't",
    "2026-05-01": "2026-05-01",
    "…": INDEX,
    "...": INDEX,
    "東京": "東京",
}


@pytest.mark.parametrize("text", VALUES)
def test_a_value_is_read_by_position_and_by_name(text: str) -> None:
    assert parse_arguments(text).positional == [VALUES[text]]
    assert parse_arguments(f"key={text}").named == {"key": VALUES[text]}
    assert parse_arguments(f'"key": {text}').named == {"key": VALUES[text]}


def test_arguments_mix() -> None:
    found = parse_arguments(' 1, "two", three=[3, {"k": -4}], four=null ')
    assert found.positional == [1, "two"]
    assert found.named == {"three": [3, {"k": -4}], "four": None}


def test_no_arguments_are_none() -> None:
    assert parse_arguments("  ").positional == []


def test_a_number_too_large_for_json_stays_finite() -> None:
    assert parse_arguments("1e999").positional == [1.7976931348623157e308]


@pytest.mark.parametrize(
    "text", ["a=", "[1, 2", "{1 2}", '"open', "1 2 )", "f(x)", ",", '"a" "b"', "[" * 99 + "]" * 99]
)
def test_what_cannot_be_read_says_where(text: str) -> None:
    with pytest.raises(LiteralError, match=r"expected|nested"):
        parse_arguments(text)


@pytest.mark.parametrize("inside", ["", "1", "a='(', b=[(1), {}]", '")"', "don't", "“)”", '"\\")"'])
def test_the_closing_bracket_is_found_beyond_quotes(inside: str) -> None:
    text = f"f({inside}) and more)"
    assert find_close(text, 1) == len(inside) + 2


@pytest.mark.parametrize("text", ["(", "(()", '("', "([)"])
def test_an_open_bracket_is_told(text: str) -> None:
    assert find_close(text, 0) is None
