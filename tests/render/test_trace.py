from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

from render.play import HEADER, Play, capitals

from ws_notebook.render.bundle import bundle
from ws_notebook.render.trace import chrome_trace

__all__: list[str] = []


def events(*plays: Play) -> list[dict[str, Any]]:
    trace = chrome_trace(bundle(play.run, HEADER, now=play.now) for play in plays)
    return list(json.loads(json.dumps(trace))["traceEvents"])


def test_a_run_is_a_process_with_its_turns_and_calls_on_threads() -> None:
    found = events(capitals())
    names = {(event["tid"], event["args"]["name"]) for event in found if event["name"] == "thread_name"}
    assert names == {(1, "turns"), (2, "calls"), (3, "calls (2)")}
    calls = {event["name"]: event for event in found if event.get("cat") == "call"}
    assert set(calls) == {"population", "delete_cache"}
    assert calls["delete_cache"]["args"]["output"] == "done"
    run = next(event for event in found if event.get("cat") == "run")
    assert (run["dur"], run["ts"]) == (3_200_000.0, 1_700_000_000_000_000.0)


def test_bars_of_one_thread_are_beside_or_inside_one_another() -> None:
    by_thread: dict[int, list[tuple[float, float]]] = defaultdict(list)
    for event in events(capitals()):
        if event["ph"] == "X":
            by_thread[event["tid"]].append((event["ts"], event["ts"] + event["dur"]))
    for bars in by_thread.values():
        for start, end in bars:
            for other_start, other_end in bars:
                apart = other_start >= end or other_end <= start
                inside = (start <= other_start and other_end <= end) or (other_start <= start and end <= other_end)
                assert apart or inside


def test_runs_are_processes_of_their_own_and_what_still_lasts_ends_now() -> None:
    play = Play("Hi", "r8").at(0.01).send().at(0.5).created("resp_1").at(1.0)
    found = events(capitals(), play)
    assert {event["pid"] for event in found} == {1, 2}
    turn = next(event for event in found if event["pid"] == 2 and event.get("cat") == "turn")
    assert turn["dur"] == 1_000_000.0
