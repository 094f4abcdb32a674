"""Charts over turns and runs: a plotly figure that is updated in place, and static pictures."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any

from ..core.run import RunState
from ..render.bundle import RunHeader, bundle
from ..render.latency import LATENCY_KINDS, latency_bundle, turn_latency
from ..render.snapshot import timeline_html
from ..render.svg import COLOURS
from ..render.text import timeline_text
from ..render.words import KINDS
from .base import CallLater
from .throttle import Throttle

__all__ = ["LatencyChart", "Picture", "latency_picture", "timeline_picture"]


class LatencyChart:
    """Each turn's time by kind as stacked bars, in a plotly FigureWidget. It costs 5 MB, so make one.

    `runs` gives the runs to show. Hand `touch` every change; the figure follows, at most five times a second.
    """

    def __init__(self, runs: Callable[[], Iterable[RunState]], *, call_later: CallLater) -> None:
        import plotly.graph_objects as go

        self._runs = runs
        self._shown: dict[str, dict[str, float]] = {}
        self._lock = threading.Lock()
        self._throttle = Throttle(self.update, call_later, interval=0.2)
        bars = [
            go.Bar(name=KINDS[kind], marker_color=COLOURS[kind][0], x=[], y=[], hovertemplate="%{y:.0f} ms")
            for kind in LATENCY_KINDS
        ]
        self.figure: Any = go.FigureWidget(data=bars, layout=_LAYOUT)
        self.update()

    def touch(self, *_: object) -> None:
        """Something changed. May be called from any thread; returns at once."""
        self._throttle.request()

    def update(self) -> None:
        """Show the turns as they are now. Sends nothing when nothing changed."""
        turns = {turn.id: turn_latency(turn) for run in list(self._runs()) for turn in list(run.turns)}
        with self._lock:
            if turns == self._shown:
                return
            self._shown = turns
            with self.figure.batch_update():
                for bar, kind in zip(self.figure.data, LATENCY_KINDS, strict=True):
                    bar.x = list(turns)
                    bar.y = [round(kinds[kind], 1) for kinds in turns.values()]


_LAYOUT = {
    "barmode": "stack",
    "height": 320,
    "margin": {"l": 60, "r": 20, "t": 40, "b": 40},
    "xaxis": {"type": "category"},
    "yaxis": {"title": {"text": "milliseconds"}, "rangemode": "tozero"},
    "legend": {"traceorder": "normal", "orientation": "h", "y": 1.15},
    "hovermode": "x unified",
}


class Picture:
    """Something static to show, by mime type: the result of a cell."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.data = data

    def __repr__(self) -> str:
        return str(self.data["text/plain"])

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return self.data


def latency_picture(runs: Iterable[RunState]) -> Picture:
    """The latency of every turn of `runs`, as a picture with a table, and as plain text."""
    return Picture(latency_bundle(list(runs)))


def timeline_picture(run: RunState, header: RunHeader, *, now: float | None = None) -> Picture:
    """A run's timeline without its answer, as a picture with a table, and as plain text."""
    data = bundle(run, header, now=now)
    return Picture({"text/html": f"<div>{timeline_html(data)}</div>", "text/plain": timeline_text(data)})
