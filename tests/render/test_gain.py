"""What one way saves of another's time, with its confidence, and the sentence about it."""

from __future__ import annotations

import random
import statistics

import pytest

from ws_notebook.render.gain import MARGIN, Gain, gain, verdict

__all__: list[str] = []


def test_equal_times_are_no_difference() -> None:
    found = gain([1.0, 1.01, 0.99, 1.0, 1.0], [1.0, 1.0, 1.0, 1.01, 0.99])
    assert found.verdict == "same"
    assert verdict("a", {"b": found}) == "no difference seen between a and b, within 5%"


def test_what_is_saved_is_told_with_its_bounds() -> None:
    found = gain([60.0, 61, 59, 60, 60.5], [100.0, 101, 99, 100, 100])
    assert found.part == pytest.approx(0.4, abs=0.01)
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.part < found.high
    sentence = verdict("a", {"b": found})
    assert sentence.startswith("a took 40% less time (between 39% and 41%) ")
    assert sentence.endswith("than b, with 99 % confidence")


def test_what_takes_longer_is_told_as_longer() -> None:
    found = gain([150.0, 151, 149, 150, 150], [100.0] * 5)
    assert found.verdict == "more"
    assert "50% more time (between 49% and 51%) than b" in verdict("a", {"b": found})


def test_rounds_that_differ_too_much_show_no_difference() -> None:
    found = gain([80.0, 120, 60, 140, 100], [100.0, 100, 100, 100, 100])
    assert found.verdict == "unclear"
    assert "no difference seen to b, but the rounds differ too much" in verdict("a", {"b": found})


@pytest.mark.parametrize("rounds", [1, 2])
def test_too_few_rounds_have_no_confidence(rounds: int) -> None:
    found = gain([50.0] * rounds, [100.0] * rounds)
    assert found.verdict == "unknown"
    assert "too few rounds for any confidence" in verdict("a", {"b": found})
    assert verdict("a", {}) == "nothing could be compared"


def test_one_sentence_holds_all_that_was_found() -> None:
    gains = {"b": Gain(0.4, 0.38, 0.42), "c": Gain(0.0, -0.01, 0.01), "d": Gain(0.1, -0.2, 0.3), "e": Gain(0, 0, 0.02)}
    said = verdict("a", gains)
    assert said.count("no difference seen") == 2
    assert "a and c and e" in said or "between a and c and e" in said


def test_bounds_hold_what_is_true_about_as_often_as_they_say() -> None:
    source = random.Random(7)
    for rounds in (3, 5, 12, 40):
        held = []
        for _ in range(1500):
            pairs = [(source.lognormvariate(0, 0.05), source.lognormvariate(0, 0.05)) for _ in range(rounds)]
            found = gain([ours for ours, _ in pairs], [other for _, other in pairs])
            assert found.low is not None
            assert found.high is not None
            held.append(found.low <= 0 <= found.high)
        assert statistics.fmean(held) == pytest.approx(0.99, abs=0.01)


def test_noise_alone_is_hardly_ever_called_a_gain() -> None:
    source = random.Random(11)
    claimed = 0
    for _ in range(1500):
        times = [[source.lognormvariate(0, MARGIN) for _ in range(5)] for _ in range(2)]
        claimed += gain(*times).verdict in ("less", "more")
    assert claimed <= 3
