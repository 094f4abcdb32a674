from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from ws_notebook.secrets.words import one_of

__all__: list[str] = []

WORDS = st.lists(st.text("ab.-", min_size=1, max_size=4).map(str.encode), min_size=1, max_size=8)


@given(WORDS, st.text("ab.-", max_size=6).map(str.encode))
def test_the_expression_is_for_what_begins_with_one_of_the_words(words: list[bytes], text: bytes) -> None:
    assert bool(re.match(one_of(words), text)) == text.startswith(tuple(words))
