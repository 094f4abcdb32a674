"""What a session draws on request: the chart of its latency, once, and the timeline of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import kernel
from ..exceptions import SettingsError
from .run import Run
from .showing import live_timeline

if TYPE_CHECKING:
    from .session import Session

__all__ = ["Figures"]


class Figures:
    """The figures of one session. Plotly and the widgets are loaded for the first of them."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._charts: dict[int, tuple[Session | None, Any]] = {}
        """By the session that is drawn beside, which is held so that no other takes its place."""

    def latency(self, beside: Session | None) -> Any:
        """The FigureWidget with every turn of the session, and those of another over them."""
        if id(beside) not in self._charts:
            self._charts[id(beside)] = beside, self._chart(beside)
        return self._charts[id(beside)][1]

    def _chart(self, beside: Session | None) -> Any:
        from ..views.charts import LatencyChart

        session = self._session
        others = None if beside is None else beside.states
        name = "" if beside is None else f"{beside.header().provider} over {beside.header().transport}"
        chart = LatencyChart(session.states, call_later=session.call_later, beside=others, name=name)
        session.watch(chart.touch)
        if beside is not None:
            beside.watch(chart.touch)
        return chart.figure

    def timeline(self, run: Run | None) -> Any:
        """The widget with the timeline of a run, live while it goes on. Raises SettingsError where there is none."""
        chosen = run or next(reversed(self._session.runs), None)
        if chosen is None:
            raise SettingsError("There is no run yet. Ask something first.")
        if not chosen.done and kernel.in_kernel():
            return live_timeline(chosen)
        from ..views.live import timeline_widget

        return timeline_widget(chosen.state, self._session.header(chosen.state))
