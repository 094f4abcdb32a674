from __future__ import annotations

import pytest

from ws_notebook.server.models.prose import reasoning, write


@pytest.mark.parametrize("words", [*range(40), 99, 100, 500, 501, 2345])
def test_the_words_are_as_many_as_asked(words: int) -> None:
    text = write(words)
    assert len(text.split()) == words
    assert text.count("```") % 2 == 0
    assert text.count("**") % 2 == 0


def test_long_prose_has_headings_lists_bold_and_code() -> None:
    text = write(500)
    for mark in ("## ", "\n- ", "**", "```python\n"):
        assert mark in text
    assert text == write(500)


def test_reasoning_has_as_many_words() -> None:
    assert len(list(reasoning(50))) == 50
    assert len("".join(reasoning(50)).split()) == 50
