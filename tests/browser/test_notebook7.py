"""Notebook 7: one page used from end to end, and what it has another place for than JupyterLab."""

from __future__ import annotations

import re

from browser.lab import Lab, Server
from playwright.sync_api import expect
from support.started import needs_subshells

__all__: list[str] = []

SETUP = """\
%load_ext ws_notebook
%config ResponsesMagics.provider = "local"
import threading
import ws_notebook as wsn

gate = threading.Event()

@wsn.tool(run_in="thread")
def population(city: str) -> int:
    "The number of inhabitants of a city."
    gate.wait(60)
    return {"Paris": 2_103_000, "Oslo": 717_710}[city]

@wsn.tool(approve=True)
def remove(path: str) -> str:
    "Delete a folder."
    gate.set()
    return f"Removed {path}."
"""
ASK = '%%responses\ncall population(city="Paris") and remove(path="drafts"), then write 40 words'
LONG = "%%responses\nwrite 3000 words\n"
MOVES = """() => document.getAnimations().filter(each => {
  const node = each.effect?.target;
  return each.playState === 'running' && node?.closest('.wsn-run, .wsn-badge, .wsn-side, .wsn-statusbar');
}).map(each => each.animationName ?? each.transitionProperty)"""

pytestmark = needs_subshells


def test_a_run_is_watched_looked_into_approved_and_steered(lab: Lab, server: Server) -> None:
    server.write("walk.ipynb", [SETUP, ASK, LONG, ""])
    lab.page.set_viewport_size({"width": 1280, "height": 1400})
    lab.page.emulate_media(reduced_motion="reduce")
    lab.open("walk.ipynb", app="notebook")
    status = lab.page.locator("#menu-panel .wsn-statusbar")
    expect(status).to_be_hidden()
    lab.run_cell(0)
    lab.run_cell(1, wait=False)
    view, page = lab.output(1).locator(".wsn-run"), lab.page
    rows = view.locator(".wsn-row")
    expect(view.locator(".wsn-row[data-status=awaiting_approval]")).to_have_count(1, timeout=20_000)

    # The timeline of a run that goes on: under the pointer, in detail, nearer, as a table, folded.
    rows.nth(1).hover()
    expect(view.locator(".wsn-tip")).to_contain_text("Paris")
    rows.nth(1).focus()
    page.keyboard.press("Enter")
    details = view.get_by_role("region", name="Details of population")
    expect(details).to_contain_text('"city": "Paris"')
    page.keyboard.press("Escape")
    expect(details).to_be_hidden()
    page.keyboard.press("w")
    expect(view.locator(".wsn-timeline")).to_have_attribute("data-wsn-zoomed", "")
    page.keyboard.press("0")
    expect(view.locator(".wsn-timeline")).not_to_have_attribute("data-wsn-zoomed", "")
    page.keyboard.press("?")
    expect(view.get_by_role("region", name="Keys of the timeline")).to_be_visible()
    page.keyboard.press("Escape")
    view.get_by_role("button", name="Table").click()
    expect(view.get_by_role("table", name="Timeline of run")).to_contain_text("population")
    view.get_by_role("button", name="Table").click()
    for _ in range(2):
        view.get_by_role("button", name="Show the run").click()
    assert page.evaluate(MOVES) == []
    assert lab.violations(".wsn-run") == []
    lab.screenshots("run-live-notebook", of=lab.output(1))

    # Approved with a click and steered by words, while the cell blocks.
    view.get_by_role("textbox", name="Steer this run").fill('say "enough"')
    page.keyboard.press("Enter")
    expect(view.locator(".wsn-steer")).to_contain_text("waits for the next request")
    view.get_by_role("group", name="Approval of remove").get_by_role("button", name="Approve").click()
    lab.wait_cell(1)
    expect(view).to_have_attribute("data-wsn-status", "completed")
    expect(view.locator(".wsn-answer")).to_contain_text("enough")
    expect(lab.cell(1).locator(".wsn-badge")).to_have_text(re.compile(r"^done in \d"))
    expect(status).to_contain_text("Responses: connected · 59 min left")

    # Every frame, with its JSON.
    view.get_by_role("button", name="Frames").click()
    frames = view.get_by_role("region", name="Frames", exact=True)
    frames.get_by_role("button", name="response.create", exact=True).last.click()
    expect(frames.locator(".wsn-frame-json")).to_contain_text("function_call_output")

    # A click on the status opens the panel; a key, and the command, stop what runs.
    lab.run_cell(2, wait=False)
    expect(lab.output(2).locator(".wsn-answer")).to_contain_text("the", timeout=20_000)
    expect(status).to_contain_text("1 run")
    status.get_by_role("button").click()
    panel = page.locator(".wsn-side .wsn-panel")
    expect(panel.get_by_role("treeitem")).to_have_count(2)
    assert page.evaluate(MOVES) == []
    for selector in (".wsn-side .wsn-panel", ".wsn-statusbar"):
        assert lab.violations(selector) == []
    lab.screenshots("panel-notebook")
    lab.cell(2).locator(".jp-InputPrompt").first.click()
    page.keyboard.press("Alt+Shift+X")
    lab.wait_cell(2)
    expect(lab.cell(2).locator(".wsn-badge")).to_contain_text("stopped after")

    # The palette has the commands; options and tools are completed.
    lab.choose_command("Insert Prompt Cell Below")
    expect(lab.cell(3).locator(".wsn-prompt-editor .cm-content")).to_be_focused()
    page.keyboard.press("Control+Home")
    page.keyboard.press("End")
    page.keyboard.type(" -t pop")
    page.keyboard.press("Tab")
    expect(page.locator(".jp-Completer-item").filter(has_text="population")).to_be_visible()
    page.keyboard.press("Enter")
    expect(lab.cell(3).locator(".cm-line").first).to_have_text("%%responses -t population")
    assert lab.foreign_requests == []


def test_the_file_list_opens_a_copy_of_the_quickstart(lab: Lab, server: Server) -> None:
    page = lab.page
    page.goto(f"{server.url}/tree?token={server.token}")
    page.get_by_role("menuitem", name="Help", exact=True).click()
    with page.context.expect_page() as opened:
        page.get_by_role("menuitem", name="Responses Quickstart").click()
    # A page of its own: the whole front end is loaded once more.
    expect(opened.value.locator(".jp-Notebook .jp-Cell").first).to_be_visible(timeout=30_000)
    assert "/notebooks/quickstart" in opened.value.url
