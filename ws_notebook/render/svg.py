"""Pictures without a script: shapes in two palettes, one of which the reader's own preference picks."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from html import escape
from typing import Any

from . import axis
from .format import counted, duration, printable
from .rows import Row, rows_of
from .words import KINDS

__all__ = ["COLOURS", "FONT", "WIDTH", "alt_text", "bar", "document", "grid", "image", "legend", "text", "timeline"]

WIDTH = 960
FONT = 11
_MAX_ROWS = 240
_TOP = 34

COLOURS = {
    "connect": ("#58708c", "#7f9cbd"),
    "send": ("#7f8a97", "#8b95a1"),
    "wait": ("#c6ced6", "#4a525c"),
    "reasoning": ("#8e68d6", "#a987ea"),
    "text": ("#2f7de1", "#5c9cf2"),
    "queued": ("#9db4a6", "#6d8a79"),
    "kernel_busy": ("#c4628d", "#dc86aa"),
    "approval": ("#d9b300", "#e5c83a"),
    "tool": ("#e0881c", "#efa34c"),
}
"""The colour of each kind of time on a light and on a dark ground: those of the live view (view/run.css)."""

_STYLE = """
text{font:11px system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;fill:#5d6570}
.mono{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#1c2024}
.aside{font-size:10px;fill:#6b747e}.name{font-weight:600;font-size:12px;fill:#1c2024}
.bad{fill:#c0272d}.warn{fill:#8a5a00}.ground{fill:#fff}.grid{stroke:#e6e9ec}.tick,.end{text-anchor:middle}
"""
_DARK = """
text{fill:#9ba4af}.mono,.name{fill:#e4e7ea}.aside{fill:#98a1ab}.bad{fill:#ff7b7b}.warn{fill:#e2b65c}
.ground{fill:#14171b}.grid{stroke:#2a2f36}
"""


def timeline(run: dict[str, Any]) -> str:
    """The timeline of a bundle as an SVG document."""
    rows = rows_of(run)
    shown = rows[:_MAX_ROWS]
    step = 24 if len(shown) <= 30 else 20
    left = _name_column(shown)
    plot = WIDTH - left - 14
    span = axis.needed_span([(row.end, axis.text_width(row.label, FONT)) for row in shown], plot)
    bottom = _TOP + step * len(shown)
    body = grid([(left + at * plot / span, words) for at, words in axis.ticks(span, plot)], _TOP, bottom)
    for index, row in enumerate(shown):
        body += _row(row, _TOP + step * index + step / 2, left, plot, plot / span)
    if len(rows) > len(shown):
        bottom += step
        body.append(text(16, bottom - 6, f"{counted(len(rows) - len(shown), 'further row')} in the table below"))
    used = {kind for row in shown for kind, start, end in row.spans if end > start}
    body += legend([kind for kind in KINDS if kind in used], left, bottom + 18)
    title = f"Timeline: {counted(len(run['turns']), 'turn')} in {duration(run['duration_ms'])}"
    return document(body, bottom + 32, title)


def document(body: Iterable[str], height: float, title: str) -> str:
    """A whole SVG of the common width."""
    light = "".join(f".{kind}{{fill:{colours[0]}}}" for kind, colours in COLOURS.items())
    dark = "".join(f".{kind}{{fill:{colours[1]}}}" for kind, colours in COLOURS.items())
    style = f"{_STYLE}{light}@media (prefers-color-scheme:dark){{{_DARK}{dark}}}"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height:.0f}" '
        f'viewBox="0 0 {WIDTH} {height:.0f}" role="img"><title>{escape(title)}</title><style>{style}</style>'
        f'<rect class="ground" width="100%" height="100%" rx="4"/>{"".join(body)}</svg>'
    )


def image(svg: str, alt: str) -> str:
    """An `<img>` that holds the picture: front ends drop a bare `<svg>` from what they do not trust."""
    data = base64.b64encode(svg.encode()).decode()
    style = "display:block;width:100%;max-width:960px;height:auto"
    return f'<img src="data:image/svg+xml;base64,{data}" alt="{escape(alt)}" style="{style}">'


def text(x: float, y: float, words: str, css: str = "") -> str:
    """A `<text>`; any words may be handed in."""
    chosen = f' class="{css}"' if css else ""
    return f'<text x="{x:.1f}" y="{y:.1f}"{chosen}>{escape(printable(words), quote=False)}</text>'


def bar(x: float, y: float, width: float, height: float, kind: str) -> str:
    """One stretch of time; never narrower than can be seen."""
    return (
        f'<rect class="{escape(kind)}" x="{x:.1f}" y="{y:.1f}" width="{max(width, 1.5):.1f}" height="{height}" rx="2"/>'
    )


def legend(kinds: Iterable[str], x: float, y: float) -> list[str]:
    """The kinds of time with their colours, in one line."""
    shapes: list[str] = []
    for kind in kinds:
        shapes += [f'<rect class="{kind}" x="{x:.1f}" y="{y - 8:.1f}" width="10" height="8" rx="2"/>']
        shapes += [text(x + 15, y, KINDS[kind])]
        x += 31 + axis.text_width(KINDS[kind], FONT)
    return shapes


def grid(marks: Iterable[tuple[float, str]], top: float, bottom: float) -> list[str]:
    """An upright line for each mark (place, words), its words above."""
    shapes: list[str] = []
    for x, words in marks:
        line = f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{top - 6:.1f}" y2="{bottom:.1f}"/>'
        shapes += [text(x, top - 14, words, "tick"), line]
    return shapes


def _name_column(rows: list[Row]) -> float:
    widths = [_name_width(row) + (axis.text_width(row.aside, 10, mono=True) if row.aside else 0) for row in rows]
    return min(300.0, max([110.0, *widths]))


def _name_width(row: Row) -> float:
    if row.kind == "turn":
        return 16 + axis.text_width(row.name, 12) + 20
    return 30 + axis.text_width(row.name, FONT, mono=True) + 20


def _row(row: Row, middle: float, left: float, plot: float, scale: float) -> list[str]:
    turn = row.kind == "turn"
    height = 12 if turn else 8
    base = middle + 4
    x = 16 if turn else 30
    name = axis.fit(row.name, left - x - 14, FONT, mono=True)
    shapes = [text(x, base, name, "name" if turn else "mono")]
    beside = x + axis.text_width(name, 12 if turn else FONT, mono=not turn) + 8
    shapes.append(text(beside, base, axis.fit(row.aside, left - beside - 10, 10, mono=True), "mono aside"))
    for kind, start, end in (span for span in row.spans if span[2] > span[1]):
        shapes.append(bar(left + start * scale, middle - height / 2, (end - start) * scale, height, kind))
    after = left + row.end * scale + axis.LABEL_GAP
    label = axis.fit(row.label, max(axis.longest_label(plot), left + plot - after), FONT)
    shapes.append(text(after, base, label, "" if row.tone == "plain" else row.tone))
    return shapes


def alt_text(run: dict[str, Any]) -> str:
    """What the timeline shows, in one sentence."""
    calls = sum(len(turn["calls"]) for turn in run["turns"])
    what = f"{counted(len(run['turns']), 'turn')} and {counted(calls, 'call')}"
    return f"Timeline of {what} in {duration(run['duration_ms'])}; the table below has the figures."
