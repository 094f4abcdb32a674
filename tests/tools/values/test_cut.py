"""Text that is too long."""

from __future__ import annotations

import pytest

from ws_notebook.tools.values.cut import SHORT_MARKER, cut, json_length, shares

__all__: list[str] = []


def test_a_short_text_is_left_alone() -> None:
    assert cut("x" * 100, 100) == "x" * 100
    assert cut("", 0) == ""


def test_a_long_text_ends_in_what_it_was() -> None:
    found = cut("x" * 2_000, 200)
    assert len(found) == 200
    assert found.endswith("\n[cut: 2,000 characters in all, more than the 200 allowed; ask for a smaller part]")


def test_where_there_is_no_room_for_words_a_mark_is_left() -> None:
    assert cut("x" * 2_000, 20) == "x" * (20 - len(SHORT_MARKER)) + SHORT_MARKER


@pytest.mark.parametrize(
    ("lengths", "room", "expected"),
    [
        ([10, 20], 100, [10, 20]),
        ([10, 500, 500], 110, [10, 50, 50]),
        ([500, 10, 60], 100, [45, 10, 45]),
        ([], 10, []),
        ([5], -1, [0]),
    ],
)
def test_a_room_is_shared_so_that_the_short_ones_stay_whole(lengths: list[int], room: int, expected: list[int]) -> None:
    assert shares(lengths, room) == expected


def test_data_are_as_long_as_their_json_without_blanks() -> None:
    assert json_length({"ä": [1, None]}) == len('{"ä":[1,null]}')
    assert json_length([object()]) == len("[0]")
    assert json_length(10**5000) == 0
