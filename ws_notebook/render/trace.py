"""Runs as a trace in Chrome's JSON format, which Perfetto and the browsers' own trace viewers open.

The form is that of the "Trace Event Format": a process for each run, a thread for its turns, and
as many more as there were calls side by side. Times are in microseconds since the epoch.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from .summary import calls_of
from .words import KINDS

__all__ = ["chrome_trace"]

_TURNS = 1
"""The thread of the turns; calls have those after it."""


def chrome_trace(runs: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The trace of these bundles, ready to be written as JSON."""
    events = [event for number, run in enumerate(runs, 1) for event in _run_events(run, number)]
    return {"traceEvents": events, "displayTimeUnit": "ms"}


def _run_events(run: dict[str, Any], process: int) -> Iterator[dict[str, Any]]:
    begun = datetime.fromisoformat(run["started"]).timestamp() * 1e6
    end = run["duration_ms"]

    def event(
        name: str, kind: str, thread: int, start: float, stop: float | None, details: dict[str, Any]
    ) -> dict[str, Any]:
        length = max(0.0, (end if stop is None else stop) - start)
        return {
            "ph": "X",
            "name": name,
            "cat": kind,
            "pid": process,
            "tid": thread,
            "ts": round(begun + start * 1000, 1),
            "dur": round(length * 1000, 1),
            "args": {key: value for key, value in details.items() if value not in (None, "")},
        }

    session = run["session"]
    yield _named("process_name", process, _TURNS, f"{run['id']} · {session['provider']} {session['model']}")
    yield _named("thread_name", process, _TURNS, "turns")
    yield event(run["id"], "run", _TURNS, 0.0, end, {"prompt": run["prompt"], "status": run["status"]})
    for turn in run["turns"]:
        yield event(turn["id"], "turn", _TURNS, turn["start_ms"], turn["end_ms"], _turn_details(turn))
        for kind, start, stop in turn["spans"]:
            yield event(KINDS.get(kind, kind), kind, _TURNS, start, stop, {})
    threads = _threads(calls_of(run), end)
    for thread in sorted(set(threads.values())):
        yield _named("thread_name", process, thread, "calls" if thread == _TURNS + 1 else f"calls ({thread - _TURNS})")
    for turn in run["turns"]:
        for call in turn["calls"]:
            thread = threads[id(call)]
            details = {name: call[name] for name in ("call_id", "status", "arguments", "output", "error")}
            yield event(call["name"], "call", thread, call["start_ms"], call["end_ms"], details)
            for kind, start, stop in call["spans"]:
                yield event(KINDS.get(kind, kind), kind, thread, start, stop, {})


def _named(what: str, process: int, thread: int, name: str) -> dict[str, Any]:
    return {"ph": "M", "name": what, "pid": process, "tid": thread, "args": {"name": name}}


def _turn_details(turn: dict[str, Any]) -> dict[str, Any]:
    usage = turn["usage"] or {}
    names = ("response_id", "status", "lane", "recovered", "bytes_sent", "bytes_full_context", "tokens_per_second")
    return {**{name: turn[name] for name in names}, **usage, "text": turn["text"], "reasoning": turn["reasoning"]}


def _threads(calls: list[dict[str, Any]], end: float) -> dict[int, int]:
    """The thread of each call: on one thread nothing may overlap."""
    free_from: list[float] = []
    chosen: dict[int, int] = {}
    for call in sorted(calls, key=lambda call: float(call["start_ms"])):
        stop = end if call["end_ms"] is None else call["end_ms"]
        place = next((index for index, moment in enumerate(free_from) if moment <= call["start_ms"]), len(free_from))
        free_from[place : place + 1] = [stop]
        chosen[id(call)] = _TURNS + 1 + place
    return chosen
