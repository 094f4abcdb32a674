"""Answers of many formulas: they are typeset as they are seen, and the page goes on answering."""

from __future__ import annotations

import json

import nbformat
import pytest
from browser.cells import PATHS
from browser.lab import WAIT_MS, Lab, Server
from playwright.sync_api import Locator, expect
from render.play import HEADER, Play

from ws_notebook.render.mime import mime_bundle

__all__: list[str] = []

COUNT = 1500
LINES = "\n\n".join(f"$$\\int_0^{{{number}}} \\frac{{x^2}}{{1+x}}\\,dx$$ and" for number in range(COUNT))
ONE_PARAGRAPH = " ".join(f"$\\frac{{x_{{{number}}}}}{{\\sqrt{{1+x}}}}$" for number in range(COUNT))
MOST = 1000
"""Formulas that are typeset without being looked at, and those in sight; far from all of them."""
MOST_WORK = 30
"""Seconds of a processor that the page may need for all that a test does, JupyterLab's start included."""


def put(server: Server, text: str) -> None:
    play = Play("Q").send().at(0.2).created("resp_1").text(f"{text}\n\nthe end").at(1).completed()
    output = nbformat.v4.new_output("display_data", data=json.loads(json.dumps(mime_bundle(play.run, HEADER))))
    cells = [nbformat.v4.new_code_cell("…", outputs=[output]), nbformat.v4.new_markdown_cell("below")]
    server.put("formulas.ipynb", nbformat.v4.new_notebook(cells=cells))


def is_drawn(formula: Locator) -> bool:
    return bool(formula.locator("mjx-container, math").count())


def scroll_to(formula: Locator) -> None:
    """What is above it takes its height only when it comes into sight, so that the first try ends elsewhere."""
    for _ in range(30):
        formula.evaluate("node => node.scrollIntoView({ block: 'center' })")
        formula.page.wait_for_timeout(100)
        if is_drawn(formula):
            return


@pytest.mark.parametrize("text", [LINES, ONE_PARAGRAPH], ids=["lines", "paragraph"])
def test_a_saved_answer_of_many_formulas_leaves_the_page_free(server: Server, lab: Lab, text: str) -> None:
    put(server, text)
    worked = lab.measure_work()
    lab.open("formulas.ipynb", kernel=False)
    view = lab.output(0).locator(".wsn-run")
    formulas = view.locator(".wsn-tex")
    expect(formulas).to_have_count(COUNT, timeout=WAIT_MS)
    expect(formulas.first.locator("mjx-container")).to_be_visible(timeout=WAIT_MS)
    # What is not looked at stays as it was written, but for the first few; a click is answered meanwhile.
    view.get_by_role("button", name="Show the run").click()
    expect(view.locator(".wsn-answer")).to_be_hidden()
    view.get_by_role("button", name="Show the run").click()
    expect(view.locator(".wsn-answer")).to_be_visible()
    assert view.locator("mjx-container").count() <= MOST
    scroll_to(formulas.last)
    expect(formulas.last.locator("mjx-container")).to_be_visible(timeout=WAIT_MS)
    assert view.locator("mjx-container").count() <= MOST
    assert worked() < MOST_WORK
    lab.screenshot(f"formulas-{'paragraph' if text == ONE_PARAGRAPH else 'lines'}")


LIVE = """\
%load_ext ws_notebook
import sys
sys.path[:0] = {paths!r}
from browser.test_formulas import LINES
from render.play import HEADER
from views.stage import Stage
from ws_notebook.views.hub import hub
from ws_notebook.views.live import LiveView

def begin():
    stage = Stage()
    stage.view = LiveView(stage.play.run, HEADER, stage, hub=hub())
    stage.view.show()
    stage.act(lambda play: play.send().created("resp_1"))
    for start in range(0, len(LINES), 500):
        stage.act(lambda play: play.text(LINES[start:start + 500]))
    return stage
"""


@pytest.mark.parametrize(
    "extension", [pytest.param(True, id="lab"), pytest.param(False, id="bundled", marks=pytest.mark.new_page)]
)
def test_a_live_answer_of_many_formulas_leaves_the_page_free(server: Server, lab: Lab, extension: bool) -> None:
    if not extension:
        lab.page.route("**/extensions/ws-notebook/**", lambda route: route.abort())
    server.write("live-formulas.ipynb", [LIVE.format(paths=PATHS), "stage = begin()"])
    worked = lab.measure_work()
    lab.open("live-formulas.ipynb")
    lab.run_cell(0)
    lab.run_cell(1)
    view = lab.output(1).locator(".wsn-run")
    formulas = view.locator(".wsn-tex")
    expect(formulas.nth(COUNT - 2)).to_be_attached(timeout=WAIT_MS)
    expect(formulas.first.locator("mjx-container, math").first).to_be_visible(timeout=WAIT_MS)
    view.get_by_role("button", name="Show the run").click()
    expect(view.locator(".wsn-answer")).to_be_hidden()
    assert view.locator("mjx-container, math").count() <= MOST
    assert worked() < MOST_WORK
