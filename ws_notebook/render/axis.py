"""Where things stand on a picture's one clock: widths of text, the span it needs, round times to mark."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable

from .format import NO_BREAK_SPACE

__all__ = ["LABEL_GAP", "fit", "longest_label", "needed_span", "text_width", "ticks"]

LABEL_GAP = 6
"""Pixels between a bar and its label."""
_LABEL_SHARE = 0.45
_TICK_ROOM = 76
_STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, *(1e3 * s for s in (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600))]


def text_width(text: str, font: float, *, mono: bool = False) -> float:
    """About how many pixels `text` takes in a font of this size: a picture has nothing to measure with."""
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    return font * ((0.61 if mono else 0.56) * (len(text) - wide) + wide)


def fit(text: str, width: float, font: float, *, mono: bool = False) -> str:
    """`text`, cut to this many pixels."""
    if text_width(text, font, mono=mono) <= width:
        return text
    while text and text_width(text + "…", font, mono=mono) > width:
        text = text[:-1]
    return f"{text.rstrip()}…" if text else ""


def longest_label(plot: float) -> float:
    return max(60.0, plot * _LABEL_SHARE)


def needed_span(extents: Iterable[tuple[float, float]], plot: float) -> float:
    """The milliseconds a plot must span so that every bar (end, label's width) is followed by its label."""
    span = 1.0
    for end, label in extents:
        room = plot - min(label, longest_label(plot)) - LABEL_GAP - 2
        span = max(span, end * plot / room if room > 0 else end * 2)
    return span


def ticks(span: float, plot: float) -> list[tuple[float, str]]:
    """Round times with their words, none so near the right end that its words would be cut."""
    rough = span * _TICK_ROOM / max(plot, 1)
    step = next((each for each in _STEPS if each >= rough), math.ceil(rough / 3600e3) * 3600e3)
    last = span * (1 - 22 / max(plot, 44))
    return [(index * step, _tick_text(index * step, step)) for index in range(int(last / step) + 1)]


def _tick_text(ms: float, step: float) -> str:
    if step >= 60e3:
        return f"{ms / 60e3:g}{NO_BREAK_SPACE}min"
    return f"{ms / 1000:.4g}{NO_BREAK_SPACE}s" if step >= 100 else f"{ms:g}{NO_BREAK_SPACE}ms"
