"""The pictures of the README, and the quickstart as its reader meets it."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from browser.lab import APPS, App, Lab, Server, Theme
from playwright.sync_api import expect

SETUP = """\
%load_ext ws_notebook
%config ResponsesMagics.provider = "local"
"""

TOOL = '''\
import time
import ws_notebook as wsn

INHABITANTS = {"Paris": 2_103_000, "Oslo": 717_710}

@wsn.tool(run_in="thread")
def population(city: str) -> int:
    """The number of inhabitants of a city."""
    time.sleep(0.3 + len(city) / 20)
    return INHABITANTS[city]
'''

QUESTION = """\
%%responses
Which has more inhabitants, Paris or Oslo?
"""


def test_the_picture_of_the_readme(lab: Lab, server: Server) -> None:
    server.write("readme.ipynb", [cell.strip() for cell in (SETUP, '%%responses\nsay "Hello."', TOOL, QUESTION)])
    lab.page.set_viewport_size({"width": 1280, "height": 1400})
    lab.open("readme.ipynb")
    lab.hide_side_bars()
    for index in range(4):
        lab.run_cell(index)
    view = lab.output(3).locator(".wsn-run")
    expect(view).to_have_attribute("data-wsn-status", "completed")
    expect(view.locator(".wsn-answer")).to_contain_text("Paris has more")
    expect(view.locator(".wsn-row[data-kind=call][data-status=completed]")).to_have_count(2)
    lab.cell(0).locator(".cm-content").click()
    themes: tuple[Theme, ...] = ("dark", "light")
    for theme in themes:
        lab.set_theme(theme)
        lab.clip(f"readme-{theme}", lab.cell(2), lab.cell(3))


SESSIONS = """\
import ws_notebook as wsn

session, http = (wsn.Session(provider="local", transport=each, tools=[population]) for each in ("websocket", "http"))
for each in (session, http):
    each.ask("Which has more inhabitants, Paris or Oslo?")
session.latency(http)"""
THINK = "%%responses -s session\nthink 1 second, then write 20 words"


@pytest.mark.parametrize("app", APPS)
def test_the_live_latency_chart_grows_and_the_timeline_is_a_widget(lab: Lab, server: Server, app: App) -> None:
    cells = [SETUP, TOOL.strip(), SESSIONS, THINK, "session.timeline()"]
    server.write("latency.ipynb", cells)
    lab.page.set_viewport_size({"width": 1280, "height": 1500})
    lab.open("latency.ipynb", app=app)
    for index in (0, 1, 2):
        lab.run_cell(index)
    plot = lab.output(2).locator(".js-plotly-plot")
    expect(plot).to_be_visible(timeout=30_000)
    bars = plot.locator(".bars .point path")
    lab.page.wait_for_function("() => document.querySelectorAll('.js-plotly-plot .bars .point').length > 0")
    before = bars.count()
    expect(plot.locator(".legendtext")).to_contain_text(["local over http", "95th percentile", "median"])
    lab.run_cell(3)
    lab.page.wait_for_function(
        "before => document.querySelectorAll('.js-plotly-plot .bars .point').length > before", arg=before
    )
    lab.run_cell(4)
    timeline = lab.output(4).locator(".wsn-run")
    expect(timeline).to_have_attribute("data-wsn-status", "completed")
    expect(timeline.locator(".wsn-bar[data-kind=reasoning]")).not_to_have_count(0)
    if app == "lab":
        # Away from the chart, which shows its tools under the pointer.
        lab.page.mouse.move(2, 2)
        lab.screenshots("latency", of=plot)


@pytest.mark.nightly  # in a kernel alone it is executed by tests/test_notebooks.py each time
def test_the_quickstart_runs_from_top_to_bottom(lab: Lab, server: Server) -> None:
    quickstart = Path(__file__).resolve().parents[2] / "notebooks" / "01_quickstart.ipynb"
    server.put("quickstart.ipynb", nbformat.read(quickstart, as_version=4))
    lab.open("quickstart.ipynb")
    for index, cell in enumerate(server.read("quickstart.ipynb").cells):
        if cell.cell_type == "code":
            lab.run_cell(index)
    saved = lab.save()
    for cell in saved.cells:
        if cell.cell_type == "code":
            assert all(output.output_type != "error" for output in cell.outputs), cell.source
            if cell.source.startswith("%%responses"):
                assert [output.output_type for output in cell.outputs] == ["display_data"], cell.source
    assert lab.foreign_requests == []
