"""Charts over turns and runs: a plotly figure that is updated in place, and static pictures."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy
from typing import Any

from ..core.run import RunState
from ..core.turn import TurnState
from ..render.bundle import RunHeader, bundle
from ..render.latency import LATENCY_KINDS, latency_bundle, turn_latency
from ..render.snapshot import timeline_html
from ..render.svg import COLOURS
from ..render.text import timeline_text
from ..render.words import KINDS
from .base import CallLater, Clock
from .beat import Beat
from .throttle import Throttle

__all__ = ["AXIS", "PLAIN", "LatencyChart", "Picture", "latency_picture", "percentile", "timeline_picture"]


Runs = Callable[[], Iterable[RunState]]


class LatencyChart:
    """Each turn's time by kind as stacked bars, in a plotly FigureWidget. It costs 5 MB, so make one.

    Two lines mark the median and the 95th percentile of the whole time of the turns that have ended. `runs` gives
    the runs to show; `beside` those of another transport or provider, whose turns are markers over the bars, in
    their order. Hand `touch` every change; the figure follows, at most five times a second, and grows by the
    clock while a turn goes on.
    """

    def __init__(
        self,
        runs: Runs,
        *,
        call_later: CallLater,
        beside: Runs | None = None,
        name: str = "",
        clock: Clock = time.monotonic,
    ) -> None:
        import plotly.graph_objects as go

        self._runs, self._beside = runs, beside
        self._shown: tuple[dict[str, dict[str, float]], list[float]] | None = None
        self._lock = threading.Lock()
        self._clock = clock
        self._beat = Beat(self.touch, call_later, _TICK)
        self._throttle = Throttle(self._follow, call_later, interval=0.2)
        bars = [
            go.Bar(name=KINDS[kind], marker_color=COLOURS[kind][0], x=[], y=[], hovertemplate="%{y:.0f} ms")
            for kind in LATENCY_KINDS
        ]
        lines = [
            go.Scatter(name=words, mode="lines", line=line, x=[], y=[], hovertemplate="%{y:.0f} ms")
            for words, _, line in _PERCENTILES
        ]
        others = [go.Scatter(name=name or "beside", **_OTHERS, x=[], y=[])] if beside else []
        self.figure: Any = go.Figure(data=[*bars, *lines, *others], layout=_LAYOUT)
        self.update()
        self.figure = _widget(self.figure, self._lock)

    def touch(self, *_: object) -> None:
        """Something changed. May be called from any thread; returns at once."""
        self._throttle.request()

    def _follow(self) -> None:
        if not self.update():
            self._throttle.request()
        self._beat.want(any(not turn.done for turn in _turns(self._runs)))

    def update(self) -> bool:
        """Show the turns as they are now. Sends nothing when nothing changed.

        False: a message of the page is being handled meanwhile, so nothing was done.
        """
        if not self._lock.acquire(blocking=False):
            return False
        try:
            self._show(self._clock())
        finally:
            self._lock.release()
        return True

    def _show(self, now: float) -> None:
        turns = _latencies(self._runs, now)
        ended = [sum(turns[turn.id].values()) for turn in _turns(self._runs) if turn.done and turn.id in turns]
        beside = {} if self._beside is None else _latencies(self._beside, now)
        others = [sum(kinds.values()) for kinds in beside.values()]
        if (turns, others) == self._shown:
            return
        names = list(turns)
        with self.figure.batch_update():
            self.figure.layout.annotations = () if turns else (_NO_TURN,)
            traces = iter(self.figure.data)
            for kind in LATENCY_KINDS:
                _draw(next(traces), names, [kinds[kind] for kinds in turns.values()])
            for _, share, _ in _PERCENTILES:
                _draw(next(traces), names if ended else [], [percentile(ended, share)] * len(names) if ended else [])
            for markers in traces:
                _draw(markers, names[: len(others)], others[: len(names)])
        self._shown = turns, others


def _widget(figure: Any, lock: threading.Lock) -> Any:
    """A FigureWidget of this figure. While it handles a message of the page, it holds `lock`.

    plotly's own is opened empty, and what is in it follows in other messages: a page that has its code before these
    arrive, as with a slow kernel, reads nothing and stays blank. And plotly sends a change by setting a trait and
    clearing it again. While ipywidgets handles a message, traitlets merges the two into nothing, also where another
    thread sets them; a later change sends only what differs from the lost one.
    """
    import plotly.graph_objects as go

    class FigureWidget(go.FigureWidget):  # type: ignore[misc]
        _is_whole = False

        def open(self) -> None:
            if self._is_whole:
                super().open()

        def set_state(self, sync_data: dict[str, Any]) -> None:
            with lock:
                super().set_state(sync_data)

    widget = FigureWidget(figure)
    # plotly before 6.1 fills them only when the figure is displayed.
    widget._widget_layout, widget._widget_data = deepcopy(widget._layout_obj._props), deepcopy(widget._data)
    widget._is_whole = True
    widget.open()
    return widget


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which this share of the values lies, between neighbours by the straight line."""
    import numpy as np

    return float(np.quantile(values, share))


def _turns(runs: Runs) -> list[TurnState]:
    return [turn for run in list(runs()) for turn in list(run.turns)]


def _latencies(runs: Runs, now: float) -> dict[str, dict[str, float]]:
    return {turn.id: turn_latency(turn, now) for turn in _turns(runs)}


def _draw(trace: Any, names: list[str], values: list[float]) -> None:
    trace.x, trace.y = names, [round(value, 1) for value in values]


_GREY = "#7a7a7a"
"""Legible on white and on black: the kernel does not know the page's theme."""
AXIS = {"gridcolor": "rgba(128, 128, 128, 0.25)", "zerolinecolor": "rgba(128, 128, 128, 0.5)"}
PLAIN: dict[str, Any] = {
    "template": "none",
    "paper_bgcolor": "rgba(0, 0, 0, 0)",
    "plot_bgcolor": "rgba(0, 0, 0, 0)",
    "font": {"color": _GREY, "family": "system-ui, sans-serif"},
    "autosize": True,
    "hovermode": "x unified",
    "hoverlabel": {"bgcolor": "#ffffff", "font": {"color": "#333333"}},
}
"""The layout of every figure."""
_PERCENTILES: tuple[tuple[str, float, dict[str, Any]], ...] = (
    ("median", 0.5, {"dash": "dot", "width": 1.5, "color": _GREY}),
    ("95th percentile", 0.95, {"dash": "dash", "width": 1.5, "color": _GREY}),
)
_OTHERS: dict[str, Any] = {
    "mode": "markers",
    "marker": {"symbol": "diamond", "size": 10, "color": "#c2410c", "line": {"width": 1.5, "color": "#ffffff"}},
    "hovertemplate": "%{y:.0f} ms",
}


_TICK = 0.5
"""Seconds after which a turn in progress is drawn again although nothing came of it."""
_LAYOUT = {
    **PLAIN,
    "barmode": "stack",
    "bargap": 0.35,
    "height": 320,
    "margin": {"l": 64, "r": 20, "t": 24, "b": 40},
    "xaxis": {"type": "category", "showgrid": False, **AXIS},
    "yaxis": {"title": {"text": "milliseconds"}, "rangemode": "tozero", **AXIS},
    "legend": {"traceorder": "reversed"},
}


_NO_TURN = {"text": "No turn yet.", "xref": "paper", "yref": "paper", "x": 0.5, "y": 0.5, "showarrow": False}


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
