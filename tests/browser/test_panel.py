"""The session panel in a real JupyterLab and Notebook 7: what it tells of a live kernel, and what it does."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from browser.lab import APPS, App, Lab, Server, Theme
from playwright.sync_api import Locator, expect
from support.started import needs_subshells

SETUP = """\
%load_ext ws_notebook
%config ResponsesMagics.provider = "local"
import time
import ws_notebook as wsn

@wsn.tool
def population(city: str) -> int:
    "The number of inhabitants of a city."
    return {"Paris": 2_103_000, "Oslo": 717_710}[city]
"""

ASK = '%%responses\ncall population(city="Paris"), then say "Paris has 2,103,000 inhabitants."'
MORE = '%%responses\ncall population(city="Oslo"), then say "And Oslo 717,710."'
BRANCH = '%%responses --from r1\nsay "Paris it is."'
CITIES = (
    "%%responses\nWhich has more inhabitants, Paris or Oslo?",
    "%%responses\nNow write 40 words about _both_.",
    '%%responses --from r1 -t population\nsay "Paris, by far."',
)
LONG = "%%responses\nwrite 3000 words\n"
ONE = 'say "one"'
QUICKSTART = Path(__file__).resolve().parents[2] / "notebooks" / "01_quickstart.ipynb"


@pytest.fixture
def opened(server: Server, lab: Lab, request: pytest.FixtureRequest) -> Callable[..., Lab]:
    """Opens a notebook of these cells whose first, the set-up, has run, and the panel beside it."""

    def open_it(*cells: str, app: App = "lab", name: str = "") -> Lab:
        name = name or f"{request.node.name.partition('[')[0]}.ipynb"
        server.write(name, [SETUP, *cells])
        lab.open(name, app=app)
        lab.command("ws-notebook:open-panel")
        expect(panel(lab)).to_be_visible()
        lab.run_cell(0)
        return lab

    return open_it


def panel(lab: Lab) -> Locator:
    return lab.page.locator(".wsn-side .wsn-panel")


def runs(lab: Lab) -> Locator:
    return panel(lab).get_by_role("treeitem")


def status(lab: Lab) -> Locator:
    return lab.page.locator(".wsn-status-button")


def source(lab: Lab, index: int) -> str:
    """The text of a cell."""
    found = lab.page.evaluate(
        "index => window.jupyterapp.shell.currentWidget.content.widgets[index].model.sharedModel.getSource()", index
    )
    return str(found)


def test_the_panel_and_the_status_bar_show_a_live_kernel(opened: Callable[..., Lab]) -> None:
    lab = opened(*CITIES, LONG, name="cities.ipynb")
    lab.hide_side_bars()
    expect(status(lab)).to_be_hidden()
    for index in (1, 2, 3):
        lab.run_cell(index)
    expect(runs(lab)).to_have_count(3)
    expect(status(lab)).to_contain_text("Responses: connected · 59 min left")
    lab.run_cell(4, wait=False)
    expect(runs(lab).nth(3)).to_contain_text("streaming")
    expect(status(lab)).to_contain_text("1 run")
    expect(panel(lab)).to_contain_text("1 of 16 lanes in use")
    expect(panel(lab).locator(".wsn-tools")).to_contain_text("population2 calls")
    expect(panel(lab).get_by_role("meter")).to_contain_text("of 60 min")
    lab.page.mouse.move(640, 860)
    lab.screenshots("panel")
    runs(lab).nth(1).click()
    themes: tuple[Theme, ...] = ("dark", "light")
    for theme in themes:
        lab.set_theme(theme)
        assert lab.violations(".wsn-side .wsn-panel") == []
        assert lab.violations(".wsn-statusbar") == []
    panel(lab).get_by_role("button", name="Stop all").click()
    lab.wait_cell(4)
    expect(runs(lab).nth(3)).to_have_attribute("data-wsn-status", "cancelled")
    expect(status(lab)).not_to_contain_text("1 run")
    expect(status(lab)).to_contain_text("tokens today")


def test_an_empty_panel_says_what_to_do_and_does_it(opened: Callable[..., Lab]) -> None:
    lab = opened("1 + 1")
    expect(panel(lab)).to_contain_text("Run a cell with %load_ext ws_notebook")
    lab.screenshot("panel-empty", of=panel(lab))
    assert lab.violations(".wsn-side .wsn-panel") == []
    panel(lab).get_by_role("button", name="Insert a prompt cell").click()
    expect(lab.cell(1).locator(".wsn-prompt-editor .cm-content")).to_be_focused()
    lab.page.keyboard.type("What can you do?")
    expect(lab.cell(1).locator(".cm-line").nth(1)).to_have_text("What can you do?")
    assert source(lab, 1) == "%%responses\nWhat can you do?"
    lab.choose_command("Insert Prompt Cell Below")
    expect(lab.cell(2).locator(".wsn-prompt-editor .cm-content")).to_be_focused()


@pytest.mark.new_page  # a setting is read when the page is loaded
def test_a_run_leads_to_its_cell_and_branches_from_there(opened: Callable[..., Lab], server: Server) -> None:
    # Cells out of view stay in the page, where the test counts them.
    server.set_settings("@jupyterlab", "notebook-extension/tracker", windowingMode="none")
    lab = opened(ASK, *["0\n" * 30] * 4, MORE)
    lab.run_cell(1)
    lab.run_cell(6)
    expect(runs(lab)).to_have_count(2)
    expect(lab.cell(1)).not_to_be_in_viewport()
    runs(lab).first.click()
    expect(lab.cell(1)).to_be_in_viewport()
    expect(runs(lab).first).to_be_focused()
    expect(runs(lab).first).to_have_attribute("aria-selected", "true")
    panel(lab).get_by_role("button", name="Branch from here").click()
    expect(lab.cell(2).locator(".wsn-prompt-editor")).to_be_visible()
    lab.page.keyboard.type('say "a branch"')
    assert source(lab, 2) == '%%responses --from r1\nsay "a branch"'
    lab.page.keyboard.press("Control+Enter")
    expect(runs(lab)).to_have_count(3)
    assert runs(lab).evaluate_all("rows => rows.map(row => [row.dataset.wsnRun, row.ariaLevel])") == [
        ["r1", "1"], ["r2", "2"], ["r3", "1"],
    ]  # fmt: skip
    expect(runs(lab).nth(2)).to_have_attribute("aria-label", re.compile("continues r1$"))


def test_a_session_without_a_name_offers_no_branch_and_a_reset_is_confirmed(opened: Callable[..., Lab]) -> None:
    lab = opened(f"box = [wsn.Session(provider='local')]\nbox[0].ask({ONE!r})")
    lab.run_cell(1)
    runs(lab).first.click()
    expect(panel(lab)).to_contain_text("put the session into a variable")
    expect(panel(lab).get_by_role("button", name="Branch from here")).to_be_hidden()
    expect(panel(lab).get_by_role("button", name="Run its cell again")).to_be_visible()
    for answer, left in (("Cancel", 1), ("Reset", 0)):
        panel(lab).get_by_role("button", name="Reset").click()
        lab.page.get_by_role("dialog").get_by_role("button", name=answer).click()
        expect(runs(lab)).to_have_count(left)
    lab.page.keyboard.press("Alt+Shift+R")
    expect(panel(lab)).to_be_hidden()
    assert lab.page.evaluate("document.activeElement.closest('.jp-NotebookPanel') !== null")


def test_the_tree_works_from_the_keyboard(opened: Callable[..., Lab]) -> None:
    lab = opened(ASK, MORE, BRANCH)
    for index in (1, 2, 3):
        lab.run_cell(index)
    expect(runs(lab)).to_have_count(3)
    lab.page.keyboard.press("Escape")
    lab.command("ws-notebook:open-panel", {"keep": True})
    expect(runs(lab).nth(2)).to_be_focused()
    press = lab.page.keyboard.press
    press("Home")
    expect(runs(lab).first).to_be_focused()
    expect(runs(lab).first).to_have_attribute("aria-expanded", "true")
    press("ArrowLeft")
    expect(runs(lab)).to_have_count(2)
    expect(runs(lab).first).to_contain_text("(+1)")
    press("ArrowRight")
    expect(runs(lab)).to_have_count(3)
    press("ArrowDown")
    press("Enter")
    expect(runs(lab).nth(1)).to_have_attribute("aria-selected", "true")
    expect(runs(lab).nth(1)).to_be_focused()
    press("Tab")
    expect(panel(lab).get_by_role("button", name="Show cell")).to_be_focused()
    press("Tab")
    press("Tab")
    expect(panel(lab).get_by_role("button", name="Ask again")).to_be_focused()
    press("Enter")
    expect(runs(lab)).to_have_count(4)


@pytest.mark.new_page  # its address names the notebook, so that it is there again
def test_a_reloaded_page_and_a_restarted_kernel(opened: Callable[..., Lab]) -> None:
    lab = opened(ASK)
    lab.run_cell(1)
    expect(runs(lab)).to_have_count(1)
    lab.save()
    lab.page.reload()
    expect(status(lab)).to_contain_text("Responses: connected", timeout=30_000)
    lab.command("ws-notebook:open-panel", {"keep": True})
    expect(runs(lab)).to_have_count(1)
    lab.page.evaluate("window.jupyterapp.shell.currentWidget.sessionContext.restartKernel()")
    expect(panel(lab)).to_contain_text("No session yet.")
    expect(status(lab)).to_be_hidden()


@needs_subshells
@pytest.mark.new_page
def test_a_page_that_is_loaded_while_a_cell_runs_follows_and_stops_its_run(opened: Callable[..., Lab]) -> None:
    lab = opened(ASK, LONG)
    lab.run_cell(2, wait=False)
    expect(runs(lab).first).to_contain_text("streaming")
    lab.save()
    lab.page.reload()
    expect(status(lab)).to_contain_text("1 run", timeout=30_000)
    lab.command("ws-notebook:stop-all")
    expect(status(lab)).not_to_contain_text("1 run")
    expect(lab.cell(2).locator(".wsn-badge")).to_contain_text("stopped after")


def test_several_notebooks_stand_side_by_side_and_a_click_leads_to_the_right_one(
    opened: Callable[..., Lab], server: Server
) -> None:
    lab = opened(ASK, name="first.ipynb")
    lab.run_cell(1)
    server.write("second.ipynb", [SETUP, MORE])
    lab.page.evaluate(OPEN_AND_RUN, "second.ipynb")
    names = panel(lab).get_by_role("heading", level=2)
    expect(names).to_have_text(["%%responses · second.ipynb", "%%responses · first.ipynb"])
    expect(runs(lab)).to_have_count(2)
    expect(lab.page.get_by_role("tab", name="second.ipynb", exact=True)).to_have_attribute("aria-selected", "true")
    runs(lab).last.click()
    expect(lab.page.get_by_role("tab", name="first.ipynb", exact=True)).to_have_attribute("aria-selected", "true")
    # Nothing moves from under the pointer; the notebook that is looked at comes first when that has gone.
    expect(names).to_have_text(["%%responses · second.ipynb", "%%responses · first.ipynb"])
    lab.cell(1).locator(".cm-content").click()
    expect(names).to_have_text(["%%responses · first.ipynb", "%%responses · second.ipynb"])
    lab.page.evaluate("window.jupyterapp.shell.currentWidget.dispose()")
    expect(names).to_have_text(["%%responses"])


def test_a_hidden_page_is_told_nothing_and_then_everything(opened: Callable[..., Lab]) -> None:
    lab = opened(ASK, MORE)
    lab.run_cell(1)
    expect(runs(lab)).to_have_count(1)
    lab.page.evaluate(HIDE, True)
    lab.page.evaluate(COUNT_NEWS)
    lab.run_cell(2)
    expect(runs(lab)).to_have_count(1)
    assert lab.page.evaluate("window.news") == 0
    lab.page.evaluate(HIDE, False)
    expect(runs(lab)).to_have_count(2)


OPEN_AND_RUN = """async path => {
  const panel = await window.jupyterapp.commands.execute('docmanager:open', { path });
  await panel.context.ready;
  await panel.sessionContext.ready;
  await window.jupyterapp.commands.execute('notebook:run-all-cells');
}"""
HIDE = """hidden => {
  Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
  document.dispatchEvent(new Event('visibilitychange'));
}"""
COUNT_NEWS = """async () => {
  const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  // The page's word that it is hidden has arrived before whatever is counted.
  await new Promise(done => setTimeout(done, 300));
  window.news = 0;
  kernel.iopubMessage.connect((_, { content }) => {
    if (content.data?.kind === 'sessions') window.news += 1;
  });
}"""


def test_a_click_on_the_status_bar_opens_the_panel(opened: Callable[..., Lab]) -> None:
    lab = opened(ASK)
    lab.run_cell(1)
    lab.page.keyboard.press("Escape")
    lab.page.keyboard.press("Alt+Shift+R")
    expect(panel(lab)).to_be_hidden()
    status(lab).click()
    expect(panel(lab)).to_be_visible()
    status(lab).click()
    expect(panel(lab)).to_be_visible()


@pytest.mark.parametrize("app", APPS)
def test_the_widget_shows_the_same_and_reaches_the_notebook(opened: Callable[..., Lab], app: App) -> None:
    lab = opened(f"session = wsn.Session(provider='local')\nrun = session.ask({ONE!r})\nsession.panel()", app=app)
    lab.run_cell(1)
    widget = lab.output(1).locator(".wsn-panel")
    expect(widget.get_by_role("treeitem")).to_have_count(1)
    widget.get_by_role("treeitem").click()
    assert lab.violations(".jp-OutputArea .wsn-panel") == []
    lab.screenshots(f"panel-widget-{app}", of=widget)
    widget.get_by_role("button", name="Branch from here").click()
    expect(lab.cell(2).locator(".wsn-prompt-editor")).to_be_visible()
    assert source(lab, 2) == "%%responses -s session --from r1\n"
    widget.get_by_role("button", name="Reset").click()
    widget.get_by_role("button", name="Reset? Click again").click()
    expect(widget).to_contain_text("No run yet.")


def test_notebook_7_has_the_panel_too(opened: Callable[..., Lab]) -> None:
    lab = opened(ASK, MORE, app="notebook", name="capitals.ipynb")
    lab.run_cell(1)
    expect(runs(lab)).to_have_count(1)
    runs(lab).first.click()
    panel(lab).get_by_role("button", name="Ask again").click()
    expect(runs(lab)).to_have_count(2)
    # Notebook 7 has errors of its own there.
    assert [error for error in lab.console_errors if "ws-notebook" in error] == []


def test_the_launcher_opens_a_copy_of_the_quickstart(opened: Callable[..., Lab], server: Server) -> None:
    for copy in server.root.glob("quickstart*.ipynb"):
        copy.unlink()
    lab = opened(ASK)
    for name in ("quickstart", "quickstart-1"):
        lab.command("launcher:create")
        lab.page.get_by_role("main").get_by_role("button", name="Responses quickstart").click()
        expect(lab.page.get_by_role("tab", name=f"{name}.ipynb", exact=True)).to_be_visible()
    assert server.read("quickstart.ipynb").cells == nbformat.read(QUICKSTART, as_version=4).cells
