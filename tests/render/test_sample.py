"""A run as a sample of a comparison."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from support.tools import add

from ws_notebook import Session
from ws_notebook.render.sample import middle, sample_of

__all__: list[str] = []


def test_its_figures_are_those_of_the_tables(local: Callable[..., Session]) -> None:
    session = local(tools=[add])
    run = session.ask("2 times: call add(a=…, b=1)")
    sample = sample_of(run.state, "websocket", 3)
    table = session.turns
    assert (sample.label, sample.round, sample.completed, sample.calls) == ("websocket", 3, True, 2)
    assert [turn.bytes_sent for turn in sample.turns] == table["bytes_sent"].tolist()
    assert [turn.total_ms for turn in sample.turns] == pytest.approx(table["total_ms"].tolist())
    assert sample.sum("bytes_sent") == table["bytes_sent"].sum()
    assert sample.turns[-1].at_ms <= sample.total_ms + 1
    assert sample.input_tokens == table["input_tokens"].sum()
    assert sample.text == run.text


def test_the_median_of_nothing_is_no_number() -> None:
    assert middle([3.0, 1.0, 2.0]) == 2.0
    assert math.isnan(middle([]))
