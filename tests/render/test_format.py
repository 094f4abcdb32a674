from __future__ import annotations

import pytest

from ws_notebook.render.format import (
    aligned,
    counted,
    cut,
    duration,
    json_value,
    number,
    one_line,
    printable,
    saving,
    seconds,
    short_arguments,
    shortened,
    size,
    valid,
    visible,
    whole,
)

__all__: list[str] = []


@pytest.mark.parametrize(
    ("ms", "words"),
    [
        (0, "0 ms"),
        (0.4, "0.4 ms"),
        (34, "34 ms"),
        (240, "240 ms"),
        (999.6, "1.0 s"),
        (32_000, "32 s"),
        (125_000, "2 min 5 s"),
    ],
)
def test_durations_have_about_two_digits(ms: float, words: str) -> None:
    assert duration(ms).replace("\u00a0", " ") == words


@pytest.mark.parametrize(("ms", "words"), [(34, "34 ms"), (800, "0.80 s"), (1080, "1.1 s"), (60_000, "1 min")])
def test_seconds_begin_at_a_tenth(ms: float, words: str) -> None:
    assert seconds(ms).replace("\u00a0", " ") == words


@pytest.mark.parametrize(
    ("count", "words"), [(812, "812 B"), (1900, "1.9 kB"), (55_000, "55 kB"), (1_200_000, "1.2 MB")]
)
def test_sizes_are_decimal(count: int, words: str) -> None:
    assert size(count).replace("\u00a0", " ") == words


def test_numbers_are_grouped_and_nouns_counted() -> None:
    assert whole(12187) == "12\u2009187"
    assert (counted(1, "call"), counted(3, "call")) == ("1 call", "3 calls")


def test_a_saving_is_shown_from_one_percent_and_never_as_all() -> None:
    assert saving(1900, 21000) == "91\u00a0%"
    assert saving(0, 21000) == "99\u00a0%"
    assert saving(100, 100) == saving(100, 0) == saving(120, 100) == ""


def test_only_numbers_count_as_numbers() -> None:
    assert (number(3), number(2.5), number(True), number("3"), number(None)) == (3, 2.5, 0, 0, 0)


def test_json_that_is_none_has_a_stand_in() -> None:
    assert json_value('{"a": 1}') == {"a": 1}
    assert json_value("null", 3) is None
    assert json_value("{", 3) == 3
    assert json_value("[" * 100_000) is None


def test_columns_of_text_are_aligned() -> None:
    assert aligned([("a", "bb"), ("ccc", "d")]) == "a    bb\nccc  d"
    assert aligned([("a", "bb"), ("ccc", "d")], right=True) == "  a  bb\nccc   d"
    assert aligned([]) == ""


def test_a_shortened_text_says_that_there_was_more() -> None:
    assert shortened("abcde", 5) == "abcde"
    assert shortened("a b\ncdef", 5) == "a b\n…"


def test_one_line_is_one_line_and_short() -> None:
    assert one_line("a\n b\t c", 20) == "a b c"
    assert one_line("abcdefghij", 5) == "abcd…"
    assert one_line(" " * 1000 + "x", 5) == "…"


def test_what_is_cut_is_counted() -> None:
    assert cut("abc", 3) == "abc"
    assert cut("abcdef", 3) == "abc\n… 3 more characters"


def test_arguments_read_like_a_call() -> None:
    assert short_arguments('{"city": "Zürich", "days": 3}', 60) == 'city="Zürich", days=3'
    assert short_arguments("SELECT\n 1", 60) == "SELECT 1"
    assert short_arguments('{"city": "Pa', 60) == '{"city": "Pa'


def test_a_terminal_cannot_be_steered() -> None:
    shown = printable("a\x1b[31mred\x1b]0;title\x07 b\r\nc\rd\x9b\x7f\u202e")
    assert shown == "a␛[31mred␛]0;title␇ b\nc␍d\ufffd␡\ufffd"
    assert printable("tabs\tand\nlines stay") == "tabs\tand\nlines stay"


@pytest.mark.parametrize(
    "hidden", "\0\x1b\r\x7f\x9b\xad\u061c\u200b\u200e\u200f\u2028\u202e\u2060\u2066\u2069\u3164\ufeff\ufff9"
)
def test_what_cannot_be_seen_is_written_out(hidden: str) -> None:
    assert visible(f"a{hidden}b") == rf"a\u{ord(hidden):04x}b"


def test_tags_and_lone_joiners_are_written_out_too() -> None:
    assert visible("\U000e0041") == r"\udb40\udc41"
    assert visible("\u200da\u200db\u200c") == r"\u200da\u200db\u200c"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a\n\tb",
        "مرحبا 100 עברית",
        "می\u200cخواهم",
        "क्\u200dष",
        "👩🏽\u200d🚀 👩\u200d👩\u200d👧",
        "🏳\ufe0f\u200d🌈",
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "é–…\xa0x",
    ],
)
def test_what_belongs_to_a_text_stays(text: str) -> None:
    assert visible(text) == text


def test_one_line_and_arguments_hide_nothing() -> None:
    assert one_line("a\u202eb\x85c", 20) == r"a\u202eb\u0085c"
    assert short_arguments('{"to": "alice\\u202e001"}', 60) == r'to="alice\u202e001"'


def test_surrogates_are_joined_or_replaced() -> None:
    assert valid("\ud83d\ude00 \ud800") == "😀 \ufffd"
