"""A picture that a tool returns: seen with its call in the timeline, live and in the saved notebook."""

from __future__ import annotations

import re

from browser.lab import Lab, Server
from playwright.sync_api import expect

__all__: list[str] = []

SETUP = """\
%load_ext ws_notebook
%config ResponsesMagics.provider = "local"
import matplotlib.pyplot as plt
import ws_notebook as wsn

@wsn.tool
def draw(heights: list[float]):
    "Bars."
    figure, axes = plt.subplots(figsize=(3, 2))
    axes.bar(range(len(heights)), heights)
    plt.close(figure)
    return {"bars": len(heights), "plot": figure}
"""


def test_the_picture_of_a_tool_is_in_the_details_of_its_call_and_in_the_file(server: Server, lab: Lab) -> None:
    server.write("pictures.ipynb", [SETUP, "%%responses\ncall draw(heights=[1, 3, 2])"])
    lab.open("pictures.ipynb")
    lab.run_cell(0)
    lab.run_cell(1)
    view = lab.output(1).locator(".wsn-run")
    expect(view).to_have_attribute("data-wsn-status", "completed")
    view.locator(".wsn-row", has_text="draw").first.click()
    details = view.get_by_role("region", name="Details of draw")
    expect(details).to_contain_text("[image 1]")
    picture = details.locator("figure img")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.naturalWidth") > 50
    expect(details.locator("figcaption")).to_contain_text("PNG")
    saved = lab.save()
    (html,) = [
        output["data"]["text/html"] for output in saved.cells[1].outputs if "text/html" in output.get("data", {})
    ]
    assert "draw: PNG" in html


TABLES = """\
%load_ext ws_notebook
%config ResponsesMagics.provider = "local"
import pandas as pd
import plotly.graph_objects as go
import ws_notebook as wsn

@wsn.tool
def towns():
    "Towns."
    return pd.DataFrame({"town": [f"town {n}" for n in range(1000)], "people": range(1000)})

@wsn.tool
def chart():
    "Bars."
    return go.Figure(go.Bar(x=["Paris", "Oslo"], y=[3, 1]), layout={"title": {"text": "Towns"}})
"""


def test_tables_and_plotly_figures_of_tools_are_seen_as_such_also_in_the_saved_notebook(
    server: Server, lab: Lab
) -> None:
    server.write("exhibits.ipynb", [TABLES, "%%responses\ncall towns() and chart()"])
    lab.open("exhibits.ipynb")
    lab.run_cell(0)
    lab.run_cell(1)
    lab.save()
    for way in ("live", "saved"):
        view = lab.output(1).locator(".wsn-run")
        expect(view).to_have_attribute("data-wsn-status", "completed")
        view.locator(".wsn-row", has_text="towns").first.click()
        table = view.get_by_role("region", name=re.compile(r"^Table: 20 of 1.000 rows, 2 columns$"))
        expect(table.get_by_role("columnheader", name="people")).to_be_visible()
        expect(table.locator("tbody tr")).to_have_count(20)
        lab.screenshots(f"tool-table-{way}", of=view)
        view.locator(".wsn-row", has_text="chart").first.click()
        expect(view.locator(".wsn-figure .js-plotly-plot .bars path").first).to_be_visible(timeout=30_000)
        lab.screenshots(f"tool-figure-{way}", of=view)
        assert lab.foreign_requests == []
        if way == "live":
            server.forget_kernel("exhibits.ipynb")
            lab.open("exhibits.ipynb", kernel=False)
