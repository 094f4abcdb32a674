"""A comparison as a picture with a table and as plain text: each way's turns, the rounds' median and their spread."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from itertools import accumulate
from typing import Any, Final

import msgspec

from . import axis, svg
from .format import aligned, counted, duration, size
from .sample import Sample, middle
from .sheet import figures, sheet
from .text import terminal

__all__ = ["CHARTS", "HUES", "Chart", "Point", "comparison_bundle", "points"]

Samples = Mapping[str, Sequence[Sample]]
"""The runs of each way that came to their end, round by round."""

HUES: Final = (
    ("#2f7de1", "#5c9cf2"),
    ("#8e68d6", "#a987ea"),
    ("#d9731a", "#efa34c"),
    ("#2e8b62", "#56b98c"),
    ("#c4407d", "#e77fae"),
    ("#6d7681", "#98a1ab"),
)
"""A colour for each way, in order, on a light and on a dark ground."""
_LEFT, _RIGHT, _HEIGHT, _GAP = 74.0, 18.0, 150.0, 52.0
_LINES = 4
_DASHES: Final = ("", "8 3", "2 3", "8 3 2 3", "12 4", "4 4")
"""So that lines that lie on one another, or have one colour to the reader, can be told apart."""


class Point(msgspec.Struct, frozen=True):
    """One turn of one way over all rounds."""

    turn: int
    middle: float
    least: float
    most: float


class Chart(msgspec.Struct, frozen=True):
    """One of the pictures: what is shown over the turns."""

    title: str
    unit: str
    of: Callable[[Sample], list[float]]
    """A value for each turn."""
    written: Callable[[float], str]


CHARTS: Final = (
    Chart("Latency of each turn", "ms", lambda sample: [turn.total_ms for turn in sample.turns], duration),
    Chart("Time since the question", "ms", lambda sample: [turn.at_ms for turn in sample.turns], duration),
    Chart(
        "Bytes sent since the question",
        "bytes",
        lambda sample: list(accumulate(float(turn.bytes_sent) for turn in sample.turns)),
        size,
    ),
)


def points(samples: Iterable[Sample], chart: Chart) -> list[Point]:
    """The median, the least and the most of each turn that at least one of the runs had."""
    lines = [chart.of(sample) for sample in samples]
    found = []
    for turn in range(max(map(len, lines), default=0)):
        values = [line[turn] for line in lines if turn < len(line)]
        found.append(Point(turn + 1, middle(values), min(values), max(values)))
    return found


def comparison_bundle(samples: Samples, cells: Sequence[Sequence[str]], sentence: str) -> dict[str, Any]:
    """HTML and plain text by mime type. `cells`: the table, its head first."""
    head, *rows = cells
    alt = f"Latency, time and bytes by turn of {counted(len(samples), 'way')}; the table below has the figures."
    table = figures(counted(len(rows), "way"), map(escape, head), [[escape(cell) for cell in row] for row in rows])
    html = f"{svg.picture(_picture(samples), alt)}<div>{escape(sentence)}</div>{table}"
    return {"text/html": sheet(html), "text/plain": terminal(f"{aligned(cells)}\n\n{sentence}")}


def _picture(samples: Samples) -> str:
    body, top = [_style(len(samples))], 34.0
    for chart in CHARTS:
        body += _panel({label: points(each, chart) for label, each in samples.items()}, chart, top)
        top += _HEIGHT + _GAP
    x = _LEFT
    for index, label in enumerate(samples):
        line = f'<path class="w{_hue(index)} line" d="M{x:.0f} {top - 16:.0f}h18"/>'
        body += [line, svg.text(x + 24, top - 12, label)]
        x += 44 + axis.text_width(label, svg.FONT)
    return svg.document(body, top, "Latency, time and bytes by turn")


def _step(most: float) -> float:
    """A round value of which a few are enough for `most`."""
    rough = max(most, 1e-9) / _LINES
    power = 10.0 ** math.floor(math.log10(rough))
    return next(each * power for each in (1, 2, 2.5, 5, 10) if each * power >= rough * (1 - 1e-9))


def _hue(index: int) -> int:
    return index % len(HUES)


def _style(count: int) -> str:
    hues = HUES[: max(1, min(count, len(HUES)))]
    shapes = "".join(f".w{index}.line{{stroke-dasharray:{dash}}}" for index, dash in enumerate(_DASHES) if dash)
    shapes += ".line{fill:none;stroke:currentColor;stroke-width:2}.band{fill:currentColor;opacity:.16}"
    return f"<style>{shapes}{svg.coloured({f'w{index}': pair for index, pair in enumerate(hues)})}</style>"


def _panel(lines: Mapping[str, list[Point]], chart: Chart, top: float) -> list[str]:
    """One chart: turns from left to right, values upwards from nothing."""
    step = _step(max((point.most for each in lines.values() for point in each), default=0.0))
    most = step * _LINES
    last = max((point.turn for each in lines.values() for point in each), default=1)
    across, bottom = svg.WIDTH - _LEFT - _RIGHT, top + _HEIGHT

    def x(turn: int) -> float:
        return _LEFT + across * (turn - 1) / max(1, last - 1)

    def y(value: float) -> float:
        return bottom - (_HEIGHT - 12) * value / most

    body = [f'<g class="name">{svg.text(16, top - 8, chart.title)}</g>']
    for value in (step * number for number in range(_LINES + 1)):
        body.append(f'<path class="grid" d="M{_LEFT:.0f} {y(value):.1f}H{svg.WIDTH - _RIGHT:.0f}"/>')
        body.append(svg.text(16, y(value) + 4, chart.written(value)))
    body += [svg.text(x(turn), bottom + 16, str(turn), "tick") for turn in range(1, last + 1, max(1, last // 12))]
    for index, each in enumerate(lines.values()):
        body += _line(each, _hue(index), x, y)
    return body


def _line(each: list[Point], hue: int, x: Callable[[int], float], y: Callable[[float], float]) -> list[str]:
    if not each:
        return []
    there = [f"{x(point.turn):.1f} {y(point.most):.1f}" for point in each]
    back = [f"{x(point.turn):.1f} {y(point.least):.1f}" for point in reversed(each)]
    line = " ".join(f"{x(point.turn):.1f},{y(point.middle):.1f}" for point in each)
    band = f'<path class="w{hue} band" d="M{"L".join([*there, *back])}z"/>' if len(each) > 1 else ""
    return [band, f'<polyline class="w{hue} line" points="{line}"/>']
