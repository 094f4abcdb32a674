"""The figure of a comparison."""

from __future__ import annotations

import json

from render.samples import made

from ws_notebook.views.comparison import comparison_figure

__all__: list[str] = []

PLOTLY = "application/vnd.plotly.v1+json"


def test_a_saved_notebook_holds_it_for_plotly_and_as_a_picture() -> None:
    samples = {"websocket": [made(), made(round=3)], "http full": [made(sent=9_000)]}
    figure = comparison_figure(samples, {"text/html": "<img>", "text/plain": "words"})
    data = figure._repr_mimebundle_()
    assert set(data) == {PLOTLY, "text/html", "text/plain"}
    traces = json.loads(json.dumps(data[PLOTLY]))["data"]
    named = [trace for trace in traces if trace.get("name")]
    assert [trace["name"] for trace in named] == ["websocket", "http full"] * 3
    assert named[0]["y"] == [103.0, 104.0, 105.0]
    assert [trace.get("showlegend") for trace in named] == [True, True, False, False, False, False]
    # A spread around each: there and back.
    assert len(traces) == 2 * len(named)
    assert traces[0]["x"] == [1, 2, 3, 3, 2, 1]
    # Lists, which any reader has, and no packed arrays.
    assert all(isinstance(trace["y"], list) for trace in traces)
