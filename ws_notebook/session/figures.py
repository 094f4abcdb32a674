"""What a session draws on request: the chart of its latency, once, and the timeline of a run."""

from __future__ import annotations

import weakref
from typing import Any

from .. import kernel
from ..exceptions import SettingsError
from .host import Host
from .run import Run

__all__ = ["Figures"]


class Figures:
    """The figures of one session. Plotly and the widgets are loaded for the first of them."""

    def __init__(self) -> None:
        self._charts: weakref.WeakKeyDictionary[object, Any] = weakref.WeakKeyDictionary()
        """By the session that is drawn beside; of none, by this."""

    def latency(self, session: Host[Run], beside: Host[Run] | None) -> Any:
        """The FigureWidget with every turn of the session, and those of another over them."""
        key = beside or self
        if key not in self._charts:
            self._charts[key] = _chart(session, beside)
        return self._charts[key]

    def timeline(self, session: Host[Run], run: Run | None) -> Any:
        """The widget with the timeline of a run, live while it goes on. Raises SettingsError where there is none."""
        chosen = run or next(reversed(session.runs), None)
        if chosen is None:
            raise SettingsError("There is no run yet. Ask something first.")
        if not chosen.done and kernel.in_kernel():
            from .showing import live_timeline

            return live_timeline(chosen)
        from ..views.live import timeline_widget

        return timeline_widget(chosen.state, session.header(chosen.state))


def _chart(session: Host[Run], beside: Host[Run] | None) -> Any:
    """It holds what is behind the sessions and not their handles: a figure may be kept for ever."""
    from ..views.charts import LatencyChart

    engine = session._engine
    others = None if beside is None else beside._engine.states
    name = "" if beside is None else f"{beside.header().provider} over {beside.header().transport}"
    chart = LatencyChart(engine.states, call_later=engine.portal.call_later, beside=others, name=name)
    session.watch(chart.touch)
    if beside is not None:
        beside.watch(chart.touch)
    return chart.figure
