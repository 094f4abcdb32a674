"""The pictures of the README, and the quickstart as its reader meets it."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from browser.lab import Lab, Server, Theme
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


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_picture_of_the_readme(lab: Lab, server: Server, theme: Theme) -> None:
    server.write("readme.ipynb", [cell.strip() for cell in (SETUP, '%%responses\nsay "Hello."', TOOL, QUESTION)])
    lab.page.set_viewport_size({"width": 1280, "height": 1400})
    lab.open("readme.ipynb")
    lab.set_theme(theme)
    lab.hide_side_bars()
    for index in range(4):
        lab.run_cell(index)
    view = lab.output(3).locator(".wsn-run")
    expect(view).to_have_attribute("data-wsn-status", "completed")
    expect(view.locator(".wsn-answer")).to_contain_text("Paris has more")
    expect(view.locator(".wsn-row[data-kind=call][data-status=completed]")).to_have_count(2)
    lab.cell(0).locator(".cm-content").click()
    lab.clip(f"readme-{theme}", lab.cell(2), lab.cell(3))


def test_the_live_latency_chart_is_drawn_and_grows(lab: Lab, server: Server) -> None:
    ask = "session = wsn.Session(provider='local')\nsession.ask('say \"one\"')\nsession.latency()"
    chart = f"import ws_notebook as wsn\n{ask}"
    server.write("latency.ipynb", [SETUP, chart, '%%responses -s session\nsay "two"'])
    lab.open("latency.ipynb")
    for index in (0, 1):
        lab.run_cell(index)
    plot = lab.output(1).locator(".js-plotly-plot")
    expect(plot).to_be_visible(timeout=30_000)
    bars = plot.locator(".bars .point path")
    lab.page.wait_for_function("() => document.querySelectorAll('.js-plotly-plot .bars .point').length > 0")
    before = bars.count()
    lab.run_cell(2)
    lab.page.wait_for_function(
        "before => document.querySelectorAll('.js-plotly-plot .bars .point').length > before", arg=before
    )
    lab.screenshot("latency", of=lab.output(1))


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
