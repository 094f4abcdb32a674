from __future__ import annotations

import pytest

from ws_notebook.server.tokens import count, count_items, count_tools, split_json, split_text

TEXTS = [
    "",
    "one",
    "one two",
    "  lead",
    "a\n\n## b\n- c  d\n",
    "word" * 40,
    "東京の人口は二千万" * 9,
    "tail \n",
    *(f"{'x' * n}  y" for n in range(20, 30)),
]


@pytest.mark.parametrize("text", TEXTS)
def test_tokens_joined_are_the_text(text: str) -> None:
    assert "".join(split_text(text)) == text
    assert "".join(split_json(text)) == text
    assert count(text) == len(split_text(text))


def test_a_token_is_a_word_with_its_space() -> None:
    assert split_text("two words\n\nthree") == ["two ", "words\n\n", "three"]


def test_text_without_spaces_still_comes_in_pieces() -> None:
    assert max(len(token) for token in split_text("x" * 1000)) == 24


def test_arguments_come_in_more_than_one_piece() -> None:
    assert len(split_json('{"a":2,"b":3}')) > 2


def test_items_count_their_text_and_not_their_ids() -> None:
    short = {"type": "message", "role": "user", "content": "four words are here"}
    long = {**short, "id": "msg with many more words than that"}
    parts = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "four words are here"}]}
    assert count_items([short]) == count_items([long]) == count_items([parts]) == 5


def test_tools_count() -> None:
    assert count_tools([]) == 0
    assert count_tools([{"type": "function", "name": "a"}]) > 2
