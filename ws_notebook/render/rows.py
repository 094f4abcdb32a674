"""The timeline's rows as data, read from a bundle: one for each turn and, below it, one for each call."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from .format import NO_BREAK_SPACE, counted, duration, one_line, seconds, short_arguments
from .hosted import hosted_name
from .words import BAD_CALLS, CALL_WORDS, DECISION_WORDS, DOING, KINDS, RUN_WORDS

__all__ = ["Row", "Span", "age", "amounts", "fault_words", "rows_of", "spans_in_words", "time_in"]

Span = tuple[str, float, float]
"""Kind of time, start and end in milliseconds."""
Mark = tuple[float, str]
"""A fault on demand: when it happened, in milliseconds, and its rule."""

_AGED = 5000.0
"""Milliseconds after which it is said how long something has been waited for."""
_WAITS = ("connect", "wait", "queued")
"""Kinds of a turn's time in which nothing comes."""
_NO_QUEUE = 20.0
"""Milliseconds in the queue of which nothing is said."""
_ASIDE, _OUTPUT, _ERROR, _WHOLE_ERROR = 60, 28, 60, 300


class Row(msgspec.Struct, frozen=True):
    """One bar of the timeline. Times in milliseconds from the run's start."""

    kind: str
    """"turn" or "call"."""
    name: str
    aside: str
    """Shown smaller after the name: a call's arguments, a turn's lane."""
    status: str
    spans: list[Span]
    start: float
    end: float
    label: str
    """What stands after the bar."""
    tone: str
    """"plain", "warn" or "bad"."""
    running: bool = False
    output: str = ""
    error: str = ""
    """What went wrong in a call, at length."""
    marks: tuple[Mark, ...] = ()
    """The faults that somebody had set and that happened."""


def rows_of(run: dict[str, Any]) -> list[Row]:
    """The rows of a bundle. What still lasts ends at the run's present end."""
    rows: list[Row] = []
    for index, turn in enumerate(run["turns"]):
        rows.append(_turn_row(run, turn, index))
        rows += [_call_row(run, call) for call in turn["calls"]]
        rows += [_hosted_row(run, item) for item in turn["items"] if "start_ms" in item]
    return rows


def amounts(rows: Sequence[Row]) -> list[str]:
    """How many there are, those of the provider among the calls: 1 turn, 5 calls."""
    found = [(sum(row.kind == kind for row in rows), kind) for kind in ("turn", "call")]
    return [counted(count, kind) for count, kind in found if count or kind == "turn"]


def time_in(spans: Sequence[Span], kind: str) -> float:
    """The milliseconds of one kind."""
    return sum(max(0.0, end - start) for each, start, end in spans if each == kind)


def age(spans: Sequence[Sequence[Any]], end: float) -> str:
    """How long the last span has lasted, in whole seconds: "12 s"; empty where that is short."""
    lasted = end - spans[-1][1] if spans else 0.0
    return seconds(lasted // 1000 * 1000) if lasted >= _AGED else ""


def spans_in_words(spans: Sequence[Span]) -> str:
    """ "wait 350 ms, reasoning 300 ms" """
    kinds = dict.fromkeys(kind for kind, start, end in spans if end > start)
    return ", ".join(f"{KINDS.get(kind, kind)} {duration(time_in(spans, kind))}" for kind in kinds)


def _closed(spans: list[list[Any]], end: float) -> list[Span]:
    return [(kind, start, max(start, end if stop is None else stop)) for kind, start, stop in spans]


def _end(run: dict[str, Any], part: dict[str, Any]) -> tuple[float, bool]:
    """Where a turn or a call ends, and whether it still runs."""
    if part["end_ms"] is not None:
        return float(part["end_ms"]), False
    running = run["status"] == "in_progress"
    known = max((stop or start for _, start, stop in part["spans"]), default=part["start_ms"])
    return max(run["duration_ms"], known) if running else known, running


def _turn_row(run: dict[str, Any], turn: dict[str, Any], index: int) -> Row:
    end, running = _end(run, turn)
    spans = _closed(turn["spans"], end)
    label = _turn_label(turn, end)
    if running:
        label = DOING.get(spans[-1][0], "running…") if spans else "waiting…"
        label = f"{label} {age(spans, end)}".rstrip() if spans and spans[-1][0] in _WAITS else label
    tone = "bad" if turn["status"] == "failed" else "warn" if turn["recovered"] or turn.get("faults") else "plain"
    name, aside = f"turn {index + 1}", turn["lane"] or ""
    marks = tuple((each["at_ms"], each["rule"]) for each in turn.get("faults", ()))
    if marks:
        label = f"{label} · {fault_words([rule for _, rule in marks])}"
    return Row("turn", name, aside, turn["status"], spans, turn["start_ms"], end, label, tone, running, marks=marks)


def _turn_label(turn: dict[str, Any], end: float) -> str:
    took = seconds(end - turn["start_ms"])
    good = turn["status"] in ("completed", "in_progress")
    parts = [took if good else f"{RUN_WORDS.get(turn['status'], turn['status'])} after {took}"]
    if good and turn["tokens_per_second"]:
        parts.append(f"{turn['tokens_per_second']:.0f}{NO_BREAK_SPACE}tok/s")
    if turn["recovered"]:
        what = "history sent again" if turn["recovered"].startswith(("connection_", "history_")) else "sent again"
        parts.append(f"{what}: {one_line(turn['recovered'], _ERROR)}")
    return " · ".join(parts)


def fault_words(rules: Sequence[str]) -> str:
    """ "fault: drop at response.completed", or "fault: duplicate at response.*.delta × 12, stall 1 at error" """
    counts = {rule: rules.count(rule) for rule in rules}
    told = [f"{one_line(rule, _ERROR)}{f' × {count}' if count > 1 else ''}" for rule, count in counts.items()]
    return f"fault: {', '.join(told)}"


def _call_row(run: dict[str, Any], call: dict[str, Any]) -> Row:
    end, running = _end(run, call)
    spans = _closed(call["spans"], end)
    status = call["status"]
    word = CALL_WORDS.get(status, status)
    if running:
        label = f"{_progress_label(call) or word} {age(spans, end)}".rstrip()
    elif status == "completed":
        label = _completed_label(call, spans, end)
    else:
        label = word.replace("…", "") + (f": {one_line(call['error'], _ERROR)}" if call["error"] else "")
    tone = "bad" if status in BAD_CALLS else "plain" if status == "completed" or running else "warn"
    aside, output = short_arguments(call["arguments"], _ASIDE), one_line(call["output"] or "", _ASIDE)
    error = one_line(call["error"] or "", _WHOLE_ERROR)
    return Row("call", call["name"], aside, status, spans, call["start_ms"], end, label, tone, running, output, error)


def _hosted_row(run: dict[str, Any], item: dict[str, Any]) -> Row:
    """A call that the provider carries out itself; of those, how it went is all that is known."""
    end, running = _end(run, {**item, "spans": []})
    good = item["status"] in ("completed", "in_progress", "")
    label = item["summary"] if running else duration(end - item["start_ms"])
    if not running and not good:
        label = f"{item['status']} after {label}"
    aside = "" if running else one_line(item["summary"], _ASIDE)
    spans: list[Span] = [("tool", item["start_ms"], end)]
    tone = "plain" if good else "bad"
    return Row(
        "call", hosted_name(item["type"]), aside, item["status"], spans, item["start_ms"], end, label, tone, running
    )


def _completed_label(call: dict[str, Any], spans: list[Span], end: float) -> str:
    """270 ms, after 240 ms in the queue → 717710, or 60 ms, approved after 0.50 s → ok."""
    took = ", ".join(filter(None, [_ran_for(call, spans, end), *_waited_for(call, spans)]))
    came = f"{took} → {one_line(call['output'], _OUTPUT)}" if call["output"] else took
    return f"{came} · {call['note']}" if call.get("note") else came


def _ran_for(call: dict[str, Any], spans: list[Span], end: float) -> str:
    """The time of the function itself, where its spans say it."""
    alone = any(kind == "tool" for kind, _, _ in spans)
    return duration(time_in(spans, "tool") if alone else end - call["start_ms"])


def _waited_for(call: dict[str, Any], spans: list[Span]) -> list[str]:
    asked = time_in(spans, "approval")
    queued = time_in(spans, "queued") + time_in(spans, "kernel_busy")
    word = DECISION_WORDS.get((call.get("approval") or {}).get("decision", ""), "approved")
    return [
        f"{word} after {seconds(asked)}" if asked > 0 else "",
        f"after {duration(queued)} in the queue" if queued >= _NO_QUEUE else "",
    ]


def _progress_label(call: dict[str, Any]) -> str:
    """ "40 % · reading" or "3: the third part"; empty where it says nothing."""
    progress = call.get("progress") or {}
    if call["status"] != "running":
        return ""
    done = "" if progress.get("fraction") is None else f"{progress['fraction'] * 100:.0f}{NO_BREAK_SPACE}%"
    count, partial = progress.get("count") or 0, one_line(progress.get("partial") or "", _OUTPUT)
    words = progress.get("text") or (f"{count}: {partial}" if count else "")
    return " · ".join(part for part in (done, words) if part)
