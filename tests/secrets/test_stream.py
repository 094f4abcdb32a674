from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.kinds_of_secrets import FRAGMENTS, KEY, SECRETS, UNCHANGED

from ws_notebook.secrets import Keys, Stream, hidden, so_far

__all__: list[str] = []

TEXTS = [f"Your key {secret} looks fine." for secret in SECRETS.values()]
TEXTS += [f"See {text % secret} there." for text, secret in FRAGMENTS.values()]
TEXTS += [text[:400] for text in UNCHANGED.values()]


def shown(pieces: list[str], keys: Keys) -> list[str]:
    stream = Stream(keys)
    found = [stream.feed(piece) for piece in pieces]
    assert not stream.broken
    return [*found, stream.end()]


def split(text: str, size: int) -> list[str]:
    return [text[at : at + size] for at in range(0, len(text), size)]


@pytest.mark.parametrize("size", [1, 2, 5, 7, 40])
@pytest.mark.parametrize("text", TEXTS)
def test_pieces_make_the_text_without_its_secrets(text: str, size: int) -> None:
    keys = Keys([KEY, "ollama", "lm-studio"])
    assert "".join(shown(split(text, size), keys)) == hidden(text, keys)


@given(st.sampled_from(TEXTS), st.lists(st.integers(1, 30), min_size=1))
def test_it_does_not_matter_where_a_text_is_split(text: str, sizes: list[int]) -> None:
    pieces, at = [], 0
    for size in sizes * len(text):
        pieces.append(text[at : at + size])
        at += size
        if at >= len(text):
            break
    keys = Keys([KEY, "ollama", "lm-studio"])
    assert "".join(shown(pieces, keys)) == hidden(text, keys)


def test_words_are_let_go_at_once() -> None:
    stream = Stream(Keys([KEY]))
    assert [stream.feed(piece) for piece in ("Oslo ", "has ", "700,000", " people.")] == [
        "Oslo ",
        "has ",
        "700,000",
        " people.",
    ]
    assert stream.held == 0


def test_what_is_held_is_not_shown_of_a_text_that_goes_on() -> None:
    assert so_far("It is " + SECRETS["GitHub"][:12]) == "It is "
    assert so_far('{"user": "ada", "password": "hun') == '{"user": "ada", "password": "'
    assert so_far("It is fine") == "It is fine"


def test_a_text_that_only_begins_like_a_secret_is_not_held_for_ever() -> None:
    stream = Stream()
    assert "".join([stream.feed("eyJ" + "a" * 9000), stream.feed("a" * 9000), stream.end()]) == "eyJ" + "a" * 18_000


def test_characters_of_other_scripts_and_halves_of_pairs_come_through() -> None:
    text = "Ключ 🔑: " + SECRETS["GitHub"] + " — \ud83d"
    assert "".join(shown(list(text), Keys())) == "Ключ 🔑: [secret] — \ud83d"
