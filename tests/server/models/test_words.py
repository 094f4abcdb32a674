from __future__ import annotations

import pytest

from ws_notebook.server.models.words import find_values, mentions, number, stems


def test_stems_meet() -> None:
    assert stems("cities") == stems("city") == stems("getCity") == stems("get_city")
    assert stems("adding numbers") == stems("add number")
    assert stems("squares") == stems("square")


def test_words_that_say_nothing_are_left_out() -> None:
    assert stems("What is the value of this?") == set()


@pytest.mark.parametrize(
    ("prompt", "numbers"),
    [
        ("2 plus 3", [2, 3]),
        ("add 2 3", [2, 3]),
        ("2 and -3.5", [2, -3.5]),
        ("7 - 3", [7, 3]),
        ("5-3", [5, 3]),
        ("2,103,000 people", [2103000]),
        ("1e3 or 20%", [1000.0, 20]),
        ("5km in v2", [5]),
        ("on 2026-05-01", []),
        ('not in "7 words"', []),
    ],
)
def test_numbers_come_in_order(prompt: str, numbers: list[float]) -> None:
    assert find_values(prompt).numbers == numbers


@pytest.mark.parametrize(
    ("prompt", "names"),
    [
        ("Which is larger, Paris or Oslo?", ["Paris", "Oslo"]),
        ("Paris or Oslo: which is larger?", ["Paris", "Oslo"]),
        ("How large is New York?", ["New York"]),
        ("I asked. Then Zürich's and São Paulo's", ["Zürich", "São Paulo"]),
        ("Compare New York and Oslo", ["New York", "Oslo"]),
        ("Is it so? Yes.", []),
    ],
)
def test_names_are_capitalised_words_within_a_sentence(prompt: str, names: list[str]) -> None:
    assert find_values(prompt).names == names


def test_a_word_that_begins_a_sentence_is_kept_apart() -> None:
    assert find_values("Oslo, please").starters == ["Oslo"]


def test_quotes_addresses_and_dates_are_values_as_they_stand() -> None:
    values = find_values("""get "a b" and 'c', https://example.com/x?y=1, a@example.com on 2026-05-01.""")
    assert values.quoted == ["a b", "c"]
    assert values.literals == ["https://example.com/x?y=1", "a@example.com", "2026-05-01"]


def test_a_word_is_mentioned_as_a_whole() -> None:
    assert mentions("in Celsius please", "celsius")
    assert not mentions("percelsius", "celsius")


def test_a_number_too_large_for_json_stays_finite() -> None:
    assert number("-1e999") == -1.7976931348623157e308
    assert (number("1,200"), number("1__0"), number("2.5")) == (1200, 10, 2.5)
