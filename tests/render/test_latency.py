from __future__ import annotations

import base64
import re

import pytest
from render.play import Play, capitals

from ws_notebook.render.latency import LATENCY_KINDS, latency_bundle, turn_latency

__all__: list[str] = []


def test_a_turn_s_time_is_split_by_kind_and_parallel_tools_count_once() -> None:
    first = turn_latency(capitals().run.turns[0])
    assert list(first) == list(LATENCY_KINDS)
    assert {kind: round(ms) for kind, ms in first.items()} == {
        "connect": 3,
        "send": 0,
        "wait": 357,
        "reasoning": 340,
        "text": 100,
        "tool": 440,
    }


def test_the_picture_has_a_bar_and_the_table_a_row_for_each_turn() -> None:
    found = latency_bundle([capitals().run, Play(run_id="r8").run])
    svg = base64.b64decode(re.findall(r"base64,([^\"]+)", found["text/html"])[0]).decode()
    for name in ("r7.1", "r7.2", "r7.3", "r8.1"):
        assert f">{name}</text>" in svg
        assert f"<th scope=row>{name}</th>" in found["text/html"]
    assert found["text/plain"].splitlines()[1].split()[0] == "r7.1"


@pytest.mark.parametrize("runs", [[], [Play().run]])
def test_there_need_be_nothing_to_show(runs: list[object]) -> None:
    assert latency_bundle(runs)["text/plain"]  # type: ignore[arg-type]


def test_many_turns_keep_the_picture_small_and_the_table_whole() -> None:
    runs = [Play(run_id=f"r{number}").run for number in range(100)]
    html = latency_bundle(runs)["text/html"]
    svg = base64.b64decode(re.findall(r"base64,([^\"]+)", html)[0]).decode()
    assert "the latest 60 of 100 turns" in svg
    assert html.count("scope=row") == 100
