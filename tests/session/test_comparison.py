"""What a comparison found, from samples that are made up."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from render.samples import made

from ws_notebook.exceptions import SettingsError
from ws_notebook.render.sample import Sample
from ws_notebook.session.comparison import Comparison
from ws_notebook.session.ways import Variant

__all__: list[str] = []

WAYS = [Variant("websocket", "m"), Variant("http full", "m")]


def compared(*rounds: tuple[float, float], **change: Any) -> Comparison:
    """A comparison of two ways whose runs took these seconds."""
    run: Any = SimpleNamespace()
    taken = []
    for number, times in enumerate(rounds, 1):
        samples: list[Sample] = [
            msgspec.structs.replace(made(way.way, number, sent=size), total_ms=1000 * seconds)
            for way, seconds, size in zip(WAYS, times, (1_000, 5_000), strict=True)
        ]
        samples[1] = msgspec.structs.replace(samples[1], **change)
        taken.append({way: (run, sample) for way, sample in zip(WAYS, samples, strict=True)})
    return Comparison(WAYS, taken, asked="2 calls", wanted=len(rounds))


def test_a_gain_is_told_with_its_confidence_and_bytes() -> None:
    found = compared((3, 5), (3.1, 5), (2.9, 5), (3, 5), (3, 5))
    assert found.sentence.startswith("Over 5 rounds of 2 calls, websocket took 40% less time (between 37% and 43%) ")
    assert found.sentence.endswith("than http full, with 99 % confidence; it sent 80% fewer bytes than http full.")
    table = found.table
    assert table.loc["http full", "saved"] == pytest.approx(0.4, abs=0.01)
    assert table.loc["websocket", ["total_ms", "least_ms", "most_ms"]].tolist() == [3000.0, 2900.0, 3100.0]
    assert table["saved"].isna().tolist() == [True, False]
    assert "40%" in repr(found)


def test_no_difference_is_told_as_none() -> None:
    assert "no difference seen" in compared((3, 3.01), (3.01, 3), (3, 3)).sentence


def test_a_way_that_failed_is_told_and_not_counted() -> None:
    found = compared((3, 0.1), (3, 0.1), (3, 0.1), status="failed", error="It broke.", turns=())
    assert found.gains == {}
    assert "nothing could be compared" in found.sentence
    assert "http full failed 3 times" in found.sentence
    assert found.table.loc["http full", "error"] == "It broke."
    assert "It broke." in repr(found)
    assert found.figure().data


def test_runs_of_different_lengths_are_compared_by_the_turn() -> None:
    longer = made(turns=6).turns
    found = compared((3, 6), (3, 6), (3, 6.01), turns=longer)
    assert "no difference seen" in found.sentence
    assert "different numbers of turns" in found.sentence


def test_parts_are_those_of_a_network_that_is_known() -> None:
    with pytest.raises(SettingsError, match="network="):
        _ = compared((1, 1)).parts


def test_an_empty_one_can_still_be_shown() -> None:
    found = Comparison(WAYS, [], asked="2 calls", wanted=3)
    assert found.stopped
    assert "nothing could be compared" in found.sentence
    assert "Stopped: 0 of 3 rounds" in repr(found)
