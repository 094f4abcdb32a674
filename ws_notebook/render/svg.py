"""Pictures without a script: shapes in two palettes, one of which the reader's own preference picks."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from . import axis
from .format import as_html, counted, duration
from .rows import Row, amounts, rows_of
from .words import KINDS

__all__ = [
    "COLOURS",
    "Bar",
    "FONT",
    "WIDTH",
    "alt_text",
    "bars",
    "coloured",
    "document",
    "grid",
    "legend",
    "picture",
    "text",
    "timeline",
]

WIDTH = 960
FONT = 11
_MAX_ROWS = 240
_SHEET = 60
"""Rows of one picture: what prints a page cuts a higher one through the middle of a row."""
_MAX_MARKS = 50
_TOP = 34
_LEAST = 0.25
"""Pixels below which a stretch of time is not drawn beside a longer one: the table has it."""

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
text{font:11px system-ui,"Segoe UI",Arial,sans-serif;fill:#5d6570}
.mono text{font-family:ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#1c2024}
.name text{font-weight:600;font-size:12px;fill:#1c2024}.aside{font:10px ui-monospace,monospace;fill:#6b747e}
.bad,.struck{fill:#c0272d}.warn{fill:#8a5a00}.ground{fill:#fff}.grid{stroke:#e6e9ec}.tick{text-anchor:middle}
.bar{fill:currentColor;stroke:currentColor;stroke-width:2;stroke-linejoin:round}
"""
_DARK = """
text{fill:#9ba4af}.mono text,.name text{fill:#e4e7ea}.aside{fill:#98a1ab}.bad,.struck{fill:#ff7b7b}.warn{fill:#e2b65c}
.ground{fill:#14171b}.grid{stroke:#2a2f36}
"""


def timeline(run: dict[str, Any]) -> list[str]:
    """The timeline of a bundle as SVG documents on one clock: a long one in parts, each of which fits on a sheet."""
    rows = rows_of(run)
    shown = rows[:_MAX_ROWS]
    left = _name_column(shown)
    plot = WIDTH - left - 14
    span = axis.needed_span([(row.end, axis.text_width(row.label, FONT)) for row in shown], plot)
    title = f"Timeline: {counted(len(run['turns']), 'turn')} in {duration(run['duration_ms'])}"
    parts = [shown[start : start + _SHEET] for start in range(0, max(1, len(shown)), _SHEET)]
    left_out = [0] * (len(parts) - 1) + [len(rows) - len(shown)]
    return [_part(part, left, span, title, more) for part, more in zip(parts, left_out, strict=True)]


def _part(rows: list[Row], left: float, span: float, title: str, left_out: int) -> str:
    step = 24 if len(rows) <= 30 else 20
    plot = WIDTH - left - 14
    bottom = _TOP + step * len(rows)
    body = grid([(left + at * plot / span, words) for at, words in axis.ticks(span, plot)], _TOP, bottom)
    placed = [(row, _TOP + step * index + step / 2) for index, row in enumerate(rows)]
    drawn = [bar for row, middle in placed for bar in _bars(row, middle, left, plot / span)]
    body += bars(drawn)
    for kind, css in (("turn", "name"), ("call", "mono")):
        names = "".join(_name(row, middle + 4, left) for row, middle in placed if row.kind == kind)
        body += [f'<g class="{css}">{names}</g>'] if names else []
    body += [_mark(left + at * plot / span, middle) for row, middle in placed for at, _ in row.marks[:_MAX_MARKS]]
    body += [_label(row, middle + 4, left, plot, plot / span) for row, middle in placed]
    if left_out > 0:
        bottom += step
        body.append(text(16, bottom - 6, f"{counted(left_out, 'further row')} in the table below"))
    used = {bar[0] for bar in drawn}
    body += legend([kind for kind in KINDS if kind in used], left, bottom + 18)
    return document(body, bottom + 32, title)


def document(body: Iterable[str], height: float, title: str) -> str:
    """A whole SVG of the common width."""
    drawn = "".join(body)
    used = {kind: colours for kind, colours in COLOURS.items() if f'class="bar {kind}"' in drawn}
    style = _STYLE + coloured(used, dark=_DARK)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height:.0f}" '
        f'viewBox="0 0 {WIDTH} {height:.0f}" role="img"><title>{escape(title)}</title><style>{style}</style>'
        f'<rect class="ground" width="100%" height="100%" rx="4"/>{drawn}</svg>'
    )


def coloured(colours: Mapping[str, tuple[str, str]], field: str = "color", *, dark: str = "") -> str:
    """The rules that give classes their colours on a light and on a dark ground; `dark`: what else holds on that."""
    light, other = ("".join(f".{css}{{{field}:{pair[side]}}}" for css, pair in colours.items()) for side in (0, 1))
    return f"{light}@media (prefers-color-scheme:dark){{{dark}{other}}}"


def picture(svg: str, alt: str) -> str:
    """An `<img>` that holds the picture: front ends drop a bare `<svg>` from what they do not trust."""
    data = base64.b64encode(svg.encode()).decode()
    style = "display:block;width:100%;max-width:960px;height:auto"
    return f'<img src="data:image/svg+xml;base64,{data}" alt="{escape(alt)}" style="{style}">'


def text(x: float, y: float, words: str, css: str = "", aside: str = "") -> str:
    """A `<text>`, with something smaller behind it; any words may be handed in."""
    chosen = f' class="{css}"' if css else ""
    behind = f'<tspan dx="8" class="aside">{as_html(aside, quote=False)}</tspan>' if aside else ""
    return f'<text x="{_short(x)}" y="{_short(y)}"{chosen}>{as_html(words, quote=False)}{behind}</text>'


Bar = tuple[str, float, float, float, float]
"""Kind of time, x, y, width and height of one stretch of it."""


def bars(shapes: Iterable[Bar]) -> list[str]:
    """One path for all stretches of a kind, none narrower than can be seen. A picture has hundreds: a rectangle of its
    own for each would be most of it."""
    paths: dict[str, list[str]] = {}
    for kind, x, y, width, height in shapes:
        # The outline, which rounds the corners, is 1 pixel wide on each side.
        across, down = _short(max(0.0, width - 2)), _short(height - 2)
        paths.setdefault(kind, []).append(f"M{_short(x + 1)} {_short(y + 1)}h{across}v{down}h-{across}z")
    return [f'<path class="bar {escape(kind)}" d="{"".join(steps)}"/>' for kind, steps in paths.items()]


def legend(kinds: Iterable[str], x: float, y: float) -> list[str]:
    """The kinds of time with their colours, in one line."""
    shapes: list[str] = []
    for kind in kinds:
        shapes += [*bars([(kind, x, y - 8, 10, 8)]), text(x + 15, y, KINDS[kind])]
        x += 31 + axis.text_width(KINDS[kind], FONT)
    return shapes


def grid(marks: Iterable[tuple[float, str]], top: float, bottom: float) -> list[str]:
    """An upright line for each mark (place, words), its words above."""
    shapes: list[str] = []
    for x, words in marks:
        line = f'<path class="grid" d="M{_short(x)} {_short(top - 6)}V{_short(bottom)}"/>'
        shapes += [text(x, top - 14, words, "tick"), line]
    return shapes


def _name_column(rows: list[Row]) -> float:
    widths = [_name_width(row) + (axis.text_width(row.aside, 10, mono=True) if row.aside else 0) for row in rows]
    return min(300.0, max([110.0, *widths]))


def _name_width(row: Row) -> float:
    if row.kind == "turn":
        return 16 + axis.text_width(row.name, 12) + 20
    return 30 + axis.text_width(row.name, FONT, mono=True) + 20


def _bars(row: Row, middle: float, left: float, scale: float) -> list[Bar]:
    """The stretches of a row that are wide enough to tell, and always its longest and a tool's."""
    height = 12 if row.kind == "turn" else 8
    longest = max((end - start for _, start, end in row.spans), default=0.0)
    least = min(longest, _LEAST / scale)
    return [
        (kind, left + start * scale, middle - height / 2, (end - start) * scale, height)
        for kind, start, end in row.spans
        if end > start and (end - start >= least or kind == "tool")
    ]


def _mark(x: float, middle: float) -> str:
    """A fault on demand: a flag above the bar that points at its moment."""
    return f'<path class="struck" d="M{_short(x)} {_short(middle - 4)}l-4 -7h8z"/>'


def _name(row: Row, base: float, left: float) -> str:
    turn = row.kind == "turn"
    x = 16 if turn else 30
    name = axis.fit(row.name, left - x - 14, FONT, mono=True)
    beside = x + axis.text_width(name, 12 if turn else FONT, mono=not turn) + 8
    return text(x, base, name, aside=axis.fit(row.aside, left - beside - 10, 10, mono=True))


def _label(row: Row, base: float, left: float, plot: float, scale: float) -> str:
    after = left + row.end * scale + axis.LABEL_GAP
    label = axis.fit(row.label, max(axis.longest_label(plot), left + plot - after), FONT)
    return text(after, base, label, "" if row.tone == "plain" else row.tone)


def alt_text(run: dict[str, Any]) -> str:
    """What the timeline shows, in one sentence."""
    what = " and ".join(amounts(rows_of(run)))
    return f"Timeline of {what} in {duration(run['duration_ms'])}; the table below has the figures."


def _short(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
