"""Charts over turns and runs: a plotly figure that is updated in place, a run's timeline as a widget or static."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from ..core.run import RunState
from ..render.bundle import RunHeader, bundle
from ..render.latency import LATENCY_KINDS, latency_bundle, turn_latency
from ..render.snapshot import timeline_html
from ..render.svg import COLOURS
from ..render.text import closing_lines
from ..render.words import KINDS

if TYPE_CHECKING:
    from .widget import RunWidget

__all__ = ["LatencyChart", "latency_bundle", "timeline_bundle", "timeline_widget"]


class LatencyChart:
    """Each turn's time by kind as stacked bars. `figure` is a plotly FigureWidget; it costs 5 MB, so make one."""

    def __init__(self) -> None:
        import plotly.graph_objects as go

        bars = [
            go.Bar(name=KINDS[kind], marker_color=COLOURS[kind][0], x=[], y=[], hovertemplate="%{y:.0f} ms")
            for kind in LATENCY_KINDS
        ]
        layout = {
            "barmode": "stack",
            "height": 320,
            "margin": {"l": 60, "r": 20, "t": 20, "b": 40},
            "xaxis": {"type": "category"},
            "yaxis": {"title": {"text": "milliseconds"}, "rangemode": "tozero"},
            "legend": {"traceorder": "normal", "orientation": "h", "y": 1.12},
            "hovermode": "x unified",
            "template": "plotly_white",
        }
        self.figure: Any = go.FigureWidget(data=bars, layout=layout)
        self._lock = threading.Lock()
        self._shown: dict[str, dict[str, float]] = {}

    def update(self, runs: Iterable[RunState]) -> None:
        """Show the turns of `runs`. May be called from any thread; sends nothing when nothing changed."""
        turns = {turn.id: turn_latency(turn) for run in list(runs) for turn in list(run.turns)}
        with self._lock:
            if turns == self._shown:
                return
            self._shown = turns
            with self.figure.batch_update():
                for bar, kind in zip(self.figure.data, LATENCY_KINDS, strict=True):
                    bar.x = list(turns)
                    bar.y = [round(kinds[kind], 1) for kinds in turns.values()]


def timeline_bundle(run: RunState, header: RunHeader, *, now: float | None = None) -> dict[str, Any]:
    """A run's timeline without its answer, HTML and plain text, by mime type."""
    data = bundle(run, header, now=now)
    return {"text/html": f"<div>{timeline_html(data)}</div>", "text/plain": closing_lines(data)}


def timeline_widget(run: RunState, header: RunHeader, *, now: float | None = None) -> RunWidget:
    """A run as it stands, as a widget. Raises SettingsError when the widget's script is not there."""
    from .widget import RunWidget

    return RunWidget(run=bundle(run, header, now=now))
