"""A batch as a saved notebook holds it: small for any number of rows, in words, without a script."""

from __future__ import annotations

import random
from typing import Any

import pytest

from ws_notebook.render.batch import LETTERS, forms, packed, unpacked

__all__: list[str] = []


def batch(letters: str, **more: Any) -> dict[str, Any]:
    counts = {status: letters.count(letter) for status, letter in LETTERS.items() if letter in letters}
    first = [
        {"position": n, "index": f"k{n}", "status": "completed", "text": "an *answer* | <b>", "ms": 5, "attempts": 2}
        for n in range(10)
    ]
    return {
        "id": "r2",
        "status": "completed",
        "prompt": "Classify: {text} <script>",
        "model": "demo",
        "total": len(letters),
        "counts": counts,
        "states": packed(letters),
        "elapsed_ms": 61_000,
        "rate": 98.7,
        "left_s": 0,
        "lanes": {"now": 8, "most": 16, "history": [[0, 16], [1000, 8]]},
        "tokens": {"input": 10, "cached": 0, "output": 5},
        "cost": 0.25,
        "errors": [{"text": "ValueError: <no>", "count": 7, "rows": [1, 2, 3, 4, 5]}],
        "first": first,
        "notes": ["1 cell is empty."],
        "stopped": "",
        **more,
    }


@pytest.mark.parametrize("letters", ["", "w", "cccfff", "wacifx", "c" * 10_000, "cf" * 500])
def test_the_states_have_a_short_form(letters: str) -> None:
    assert unpacked(packed(letters)) == letters


def test_it_says_what_came_of_the_rows() -> None:
    found = forms(batch("c" * 90 + "f" * 7 + "www"))
    for words in ("100 rows: 3 waiting, 90 completed, 7 failed", "1 cell is empty.", "8 of 16 lanes", "cost 0.25"):
        assert all(words in form for form in found.values()), words
    assert "ValueError: &lt;no&gt;" in found["text/html"]
    assert "asked 2 times" in found["text/html"]
    assert "1, 2, 3, 4, 5, …" in found["text/markdown"]


def test_it_holds_no_script_and_no_markup_of_the_answers() -> None:
    found = forms(batch("c" * 10))
    assert "<script" not in found["text/html"].lower()
    assert "<b>" not in found["text/html"]
    assert "\\|" in found["text/markdown"]


@pytest.mark.parametrize("seed", [1, 2])
def test_ten_thousand_rows_take_less_than_200_kb(seed: int) -> None:
    letters = "".join(random.Random(seed).choices("cfiwax", k=10_000))
    assert sum(map(len, forms(batch(letters)).values())) < 200_000


def test_a_square_stands_for_several_rows_as_the_worst_of_them() -> None:
    found = forms(batch("c" * 9_999 + "f"))
    assert "a square" in _svg(found["text/html"])
    assert 'class="sf"' in _svg(found["text/html"])
    # The picture's own rules, and those of the squares.
    assert _svg(found["text/html"]).count("<style>") == 2


def _svg(html: str) -> str:
    import base64

    return base64.b64decode(html.partition("base64,")[2].partition('"')[0]).decode()
