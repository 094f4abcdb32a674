"""A comparison on a page: it shows how far it is, *Stop* keeps what is done, and its figure needs no kernel."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
from browser.lab import Lab, Server
from playwright.sync_api import expect
from support.started import needs_subshells

__all__: list[str] = []

SETUP = """\
import ws_notebook as wsn
network = wsn.Network(rtt="10ms", overhead="20ms", first_token=5, tokens_per_second=0)
session = wsn.Session(provider="local", network=network)
"""
SHIPPED = Path(__file__).resolve().parents[2] / "notebooks" / "03_why_websocket_mode.ipynb"
COMPARE = "found = wsn.compare(session=session, turns=6, rounds=500)\nfound"
NOTEBOOK = "comparison.ipynb"


@needs_subshells
def test_stop_keeps_the_rounds_that_are_done_and_the_figure_is_saved(server: Server, lab: Lab) -> None:
    server.write(NOTEBOOK, [SETUP, COMPARE, "found.figure()"])
    lab.open(NOTEBOOK)
    lab.run_cell(0)
    lab.run_cell(1, wait=False)
    progress = lab.output(1).get_by_role("status")
    expect(progress).to_contain_text("round 3 of 500", timeout=90_000)
    expect(progress).to_contain_text("left")
    lab.output(1).get_by_role("button", name="Stop").click()
    lab.wait_cell(1)
    expect(lab.output(1)).to_contain_text(re.compile(r"Stopped: \d+ of 500 rounds are done\."))
    expect(lab.output(1).get_by_role("button", name="Stop")).to_have_count(0)
    expect(lab.output(1).get_by_role("table")).to_contain_text("websocket full")
    lab.run_cell(2)
    plot = lab.output(2).locator(".js-plotly-plot")
    expect(plot.locator(".legendtext")).to_have_text(
        ["websocket", "websocket full", "http full", "http id", "http new"]
    )
    lab.screenshots("comparison", of=lab.output(2))
    saved = lab.save()
    (figure,) = saved.cells[2].outputs
    assert {"application/vnd.plotly.v1+json", "text/html", "text/plain"} <= set(figure.data)
    # The bar and its button are gone.
    assert all("application/vnd.jupyter.widget-view+json" not in output.data for output in saved.cells[1].outputs)
    server.forget_kernel(NOTEBOOK)
    lab.open(NOTEBOOK, kernel=False)
    # Plotly's own extension shows the picture that it has kept, or draws it anew.
    expect(lab.output(2).locator(".jp-RenderedPlotly").locator("img, .main-svg").first).to_be_visible()


def test_the_knobs_of_the_third_notebook_measure_what_they_are_set_to(server: Server, lab: Lab) -> None:
    shipped = nbformat.read(SHIPPED, as_version=4)
    sources = {cell.id: cell.source for cell in shipped.cells}
    knobs = next(source for source in sources.values() if "import ipywidgets" in source)
    server.write("knobs.ipynb", [sources["03-01"], knobs])
    lab.open("knobs.ipynb")
    lab.run_cell(0)
    lab.run_cell(1)
    output = lab.output(1)
    expect(output.get_by_role("table")).to_contain_text("http new")
    expect(output).to_contain_text("Over 1 round of 5 calls")
    calls = output.locator(".widget-hslider", has_text="calls").locator(".widget-readout")
    calls.fill("2")
    calls.press("Enter")
    button = output.get_by_role("button", name="Measure")
    button.click()
    expect(output).to_contain_text("Over 1 round of 2 calls", timeout=60_000)
    expect(button).to_be_enabled()
    expect(output.get_by_role("table")).to_have_count(1)
    lab.screenshots("knobs", of=output)
