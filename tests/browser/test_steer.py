"""Words added to a run while its cell blocks, in a real JupyterLab: typed, listed, obeyed, saved."""

from __future__ import annotations

import re

from browser.cells import MIME
from browser.lab import Lab, Server
from playwright.sync_api import Locator, expect

SETUP = """\
%load_ext ws_notebook
%config ResponsesMagics.provider = "local"
import threading
import ws_notebook as wsn

gate = threading.Event()

@wsn.tool(run_in="thread")
def wait() -> str:
    "Wait until the gate is opened."
    return "done" if gate.wait(60) else "closed"
"""
LONG = "%%responses\nwrite 600 words\n"
ENDLESS = "%%responses\nwrite 6000 words\n"
WITH_TOOL = "%%responses\ncall wait(), then write 20 words\n"


def opened(server: Server, lab: Lab, *cells: str) -> Locator:
    """Open a notebook of these cells, run the set-up and begin the first; its run view, once it writes."""
    server.write("steer.ipynb", [SETUP, *cells])
    lab.open("steer.ipynb")
    lab.run_cell(0)
    lab.run_cell(1, wait=False)
    view = lab.output(1).locator(".wsn-run")
    view.scroll_into_view_if_needed()
    expect(view).to_have_attribute("data-wsn-live", "true", timeout=20_000)
    return view


def box(view: Locator) -> Locator:
    return view.get_by_role("textbox", name="Steer this run")


def test_a_word_typed_while_the_model_writes_is_obeyed_and_saved(server: Server, lab: Lab) -> None:
    view = opened(server, lab, LONG)
    answer = view.locator(".wsn-answer")
    expect(answer).to_contain_text("the", timeout=20_000)
    lab.screenshot("steer-box", of=lab.output(1))
    box(view).fill('say "enough"')
    box(view).press("Enter")
    steer = view.get_by_role("list", name="Steered").get_by_role("listitem")
    expect(steer).to_have_text('steered: say "enough" · accepted')
    expect(box(view)).to_have_value("")
    expect(box(view)).to_be_focused()
    expect(view).to_have_attribute("data-wsn-live", "true")
    lab.wait_cell(1)
    expect(answer).to_contain_text("enough")
    expect(steer).to_have_text('steered: say "enough" · applied')
    expect(box(view)).to_be_hidden()
    lab.screenshots("steer-applied", of=lab.output(1))
    saved = lab.save().cells[1].outputs[0].data
    assert saved[MIME]["steers"] == [{"text": 'say "enough"', "status": "applied", "error": None}]
    assert saved[MIME]["text"].endswith("enough")
    assert 'steered: say "enough"' in saved["text/plain"]


def test_the_box_keeps_its_keys_from_the_notebook(server: Server, lab: Lab) -> None:
    view = opened(server, lab, ENDLESS)
    send = view.get_by_role("button", name="Send")
    expect(send).to_be_disabled()
    box(view).click()
    # Each of these would do something to the notebook's cells: delete, insert, cut, run.
    lab.page.keyboard.type("dd b x a")
    lab.page.keyboard.press("Shift+Enter")
    expect(view.get_by_role("listitem").filter(has_text="dd b x a")).to_contain_text(re.compile("accepted|applied"))
    box(view).press_sequentially("no")
    expect(send).to_be_enabled()
    box(view).press("Escape")
    expect(box(view)).to_have_value("")
    expect(send).to_be_disabled()
    box(view).press("Enter")
    expect(view.locator(".wsn-steer")).to_have_count(1)
    box(view).fill("write 1500 words")
    send.click()
    expect(view.locator(".wsn-steer")).to_have_count(2)
    expect(lab.page.locator(".jp-Notebook .jp-Cell")).to_have_count(2)
    # What is typed when the run ends does not fall through to the notebook either.
    box(view).fill('say "enough"')
    box(view).press("Enter")
    lab.wait_cell(1)
    lab.page.keyboard.type("ddxx")
    expect(lab.page.locator(".jp-Notebook .jp-Cell")).to_have_count(2)


def test_a_word_that_waits_when_the_run_is_stopped_was_not_applied(server: Server, lab: Lab) -> None:
    view = opened(server, lab, WITH_TOOL)
    expect(view.locator(".wsn-row[data-kind=call][data-status=running]")).to_have_count(1, timeout=20_000)
    box(view).fill('say "enough"')
    box(view).press("Enter")
    expect(view.locator(".wsn-steer")).to_have_text('steered: say "enough" · waits for the next request')
    lab.screenshot("steer-waits", of=lab.output(1))
    view.get_by_role("button", name="Stop").click()
    lab.wait_cell(1)
    expect(view.locator(".wsn-steer")).to_contain_text("not applied — The run ended before")
    lab.screenshot("steer-not-applied", of=lab.output(1))
