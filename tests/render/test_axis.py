from __future__ import annotations

import itertools

import pytest

from ws_notebook.render.axis import fit, longest_label, needed_span, text_width, ticks

__all__: list[str] = []


@pytest.mark.parametrize("span", [3, 40, 999, 3200, 61_000, 3_600_000, 90_000_000])
def test_marks_are_round_few_and_inside(span: float) -> None:
    marks = ticks(span, 700)
    assert 2 <= len(marks) <= 11
    assert marks[0][0] == 0
    assert all(at < span for at, _ in marks)
    gaps = {round(after - before, 6) for (before, _), (after, _) in itertools.pairwise(marks)}
    assert len(gaps) == 1


def test_marks_name_their_unit() -> None:
    assert [words for _, words in ticks(3200, 700)][:3] == ["0\u00a0s", "0.5\u00a0s", "1\u00a0s"]
    assert ticks(40, 700)[1][1] == "5\u00a0ms"
    assert ticks(3_600_000, 700)[1][1] == "10\u00a0min"


def test_the_span_leaves_room_for_every_label() -> None:
    plot = 700.0
    extents = [(1000.0, 100.0), (500.0, 600.0)]
    span = needed_span(extents, plot)
    for end, label in extents:
        assert end * plot / span + min(label, longest_label(plot)) <= plot


def test_words_are_cut_to_their_room() -> None:
    assert fit("short", 100, 11) == "short"
    cut = fit("a rather long piece of text", 60, 11)
    assert cut.endswith("…")
    assert text_width(cut, 11) <= 60
    assert fit("x", 0, 11) == ""


def test_wide_characters_take_twice_the_room() -> None:
    assert text_width("値" * 10, 10) > 1.5 * text_width("a" * 10, 10)
