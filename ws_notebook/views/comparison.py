"""The figure of a comparison: plotly's where a page has it, a picture with a table where not, without any kernel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from ..render.comparison import CHARTS, HUES, Chart, points
from ..render.sample import Sample
from .charts import AXIS, PLAIN

__all__ = ["comparison_figure"]

_DASHES: Final = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")


def comparison_figure(samples: Mapping[str, Sequence[Sample]], fallback: Mapping[str, Any]) -> Any:
    """A plotly Figure: the median of each way with its spread. `fallback`: what pages without plotly show."""
    import plotly.graph_objects as go
    from plotly.subplots import make_subplots

    class Figure(go.Figure):  # type: ignore[misc]
        def _ipython_display_(self) -> None:
            from IPython.display import publish_display_data

            publish_display_data(self._repr_mimebundle_())  # type: ignore[no-untyped-call]

        def _repr_mimebundle_(self, *_: Any, **__: Any) -> dict[str, Any]:
            return {"application/vnd.plotly.v1+json": _plain(self), **fallback}

        _repr_html_ = None

    made = make_subplots(
        rows=len(CHARTS),
        cols=1,
        shared_xaxes=True,
        vertical_spacing=0.09,
        subplot_titles=[chart.title for chart in CHARTS],
    )
    for row, chart in enumerate(CHARTS, 1):
        for index, (label, each) in enumerate(samples.items()):
            for trace in _traces(label, each, chart, index, legend=row == 1):
                made.add_trace(trace, row=row, col=1)
        made.update_yaxes(title_text=chart.unit, rangemode="tozero", row=row, col=1, **AXIS)
    made.update_xaxes(showgrid=False, **AXIS)
    made.update_xaxes(title_text="turn", row=len(CHARTS), col=1)
    made.update_layout(**_LAYOUT)
    return Figure(made)


def _plain(figure: Any) -> dict[str, Any]:
    """The figure as JSON has it: arrays are lists."""
    import json

    found: dict[str, Any] = json.loads(figure.to_json())
    return found


def _traces(label: str, samples: Sequence[Sample], chart: Chart, index: int, *, legend: bool) -> list[Any]:
    """The spread as an area, and the median as a line over it."""
    import plotly.graph_objects as go

    found = points(samples, chart)
    turns, hue = [point.turn for point in found], HUES[index % len(HUES)][0]
    red, green, blue = (int(hue[place : place + 2], 16) for place in (1, 3, 5))
    band = go.Scatter(
        x=[*turns, *reversed(turns)],
        y=[*(_short(point.most) for point in found), *(_short(point.least) for point in reversed(found))],
        fill="toself",
        fillcolor=f"rgba({red}, {green}, {blue}, 0.16)",
        line={"width": 0},
        mode="lines",
        hoverinfo="skip",
        legendgroup=label,
        showlegend=False,
    )
    line = go.Scatter(
        x=turns,
        y=[_short(point.middle) for point in found],
        name=label,
        mode="lines",
        line={"color": hue, "width": 2, "dash": _DASHES[index % len(_DASHES)]},
        legendgroup=label,
        showlegend=legend,
        hovertemplate=f"%{{y:,.0f}} {chart.unit}",
    )
    return [band, line]


def _short(value: float) -> float:
    return round(value, 1)


_LAYOUT: Final = {
    **PLAIN,
    "height": 680,
    "margin": {"l": 72, "r": 20, "t": 60, "b": 44},
    "legend": {"orientation": "h", "y": 1.1, "x": 0},
}
