"""The latency of turns as a static picture with a table: each turn's time by kind, one bar below the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from ..core.run import RunState
from ..core.turn import TurnState
from . import axis, svg
from .format import aligned, counted, duration, seconds
from .sheet import figures, sheet
from .text import terminal
from .words import KINDS

__all__ = ["LATENCY_KINDS", "latency_bundle", "turn_latency"]

LATENCY_KINDS = ("connect", "send", "wait", "reasoning", "text", "tool")
"""The kinds of time that are compared between turns."""

_HEAD = ("turn", *(KINDS[kind] for kind in LATENCY_KINDS), "total")
_MAX_BARS = 60
_TOP = 34


def turn_latency(turn: TurnState, now: float | None = None) -> dict[str, float]:
    """The milliseconds of a turn by kind. Tools that run side by side count once.

    `now` (seconds of the monotonic clock) is the end of what still lasts; without it that does not count.
    """
    found = dict.fromkeys(LATENCY_KINDS, 0.0)
    for span in list(turn.timing.spans):
        end = now if span.end is None else span.end
        if end is not None and span.kind in found:
            found[span.kind] += max(0.0, end - span.start) * 1000
    found["tool"] = turn.tool_ms
    return found


def latency_bundle(runs: Iterable[RunState]) -> dict[str, Any]:
    """HTML and plain text of the turns of `runs`, by mime type."""
    turns = {turn.id: turn_latency(turn) for run in runs for turn in list(run.turns)}
    if not turns:
        return {"text/html": "<p>No turn yet.</p>", "text/plain": "No turn yet."}
    cells = [[name, *(duration(ms) for ms in (*kinds.values(), sum(kinds.values())))] for name, kinds in turns.items()]
    table = figures(counted(len(cells), "turn"), _HEAD, [[escape(name), *times] for name, *times in cells])
    picture = svg.picture(
        _picture(turns), f"Latency of {counted(len(turns), 'turn')}; the table below has the figures."
    )
    return {"text/html": sheet(picture + table), "text/plain": terminal(aligned([_HEAD, *cells], right=True))}


def _picture(turns: Mapping[str, Mapping[str, float]]) -> str:
    shown = list(turns.items())[-_MAX_BARS:]
    step = 20
    left = max(70.0, 32 + max(axis.text_width(name, 12) for name, _ in shown))
    plot = svg.WIDTH - left - 14
    labels = {name: seconds(sum(kinds.values())) for name, kinds in shown}
    span = axis.needed_span(
        [(sum(kinds.values()), axis.text_width(labels[name], svg.FONT)) for name, kinds in shown], plot
    )
    bottom = _TOP + step * len(shown)
    body = svg.grid([(left + at * plot / span, words) for at, words in axis.ticks(span, plot)], _TOP, bottom)
    bars: list[svg.Bar] = []
    for index, (name, kinds) in enumerate(shown):
        middle = _TOP + step * index + step / 2
        body.append(svg.text(16, middle + 4, name))
        at = left
        for kind, ms in kinds.items():
            if ms > 0:
                bars.append((kind, at, middle - 6, ms * plot / span, 12))
            at += ms * plot / span
        body.append(svg.text(at + axis.LABEL_GAP, middle + 4, labels[name]))
    if len(turns) > len(shown):
        bottom += step
        body.append(svg.text(16, bottom - 6, f"the latest {len(shown)} of {len(turns)} turns; the table has them all"))
    used = [kind for kind in LATENCY_KINDS if any(kinds[kind] > 0 for _, kinds in shown)]
    return svg.document(
        [*body, *svg.bars(bars), *svg.legend(used, left, bottom + 18)], bottom + 32, "Latency of turns by kind of time"
    )
