"""Words added to a run while its cell blocks, in a real JupyterLab: typed, listed, obeyed, saved."""

from __future__ import annotations

from browser.cells import LOAD, MIME, WAIT, close_gate, open_gate
from browser.lab import Lab, Server
from playwright.sync_api import Locator, expect

LONG = "%%responses\nwrite 600 words\n"
ENDLESS = "%%responses\ncall wait(), then write 6000 words\n"
WITH_TOOL = "%%responses\ncall wait(), then write 20 words\n"


def opened(server: Server, lab: Lab, *cells: str) -> Locator:
    """Open a notebook of these cells, run the set-up and begin the first; its run view, once it writes."""
    close_gate(server)
    server.write("steer.ipynb", [LOAD + WAIT, *cells])
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
    expect(view.locator(".wsn-row[data-kind=call][data-status=running]")).to_have_count(1, timeout=20_000)
    send, steers = view.get_by_role("button", name="Send"), view.locator(".wsn-steer")
    expect(send).to_be_disabled()
    box(view).click()
    # Each of these would do something to the notebook's cells: delete, insert, cut, run.
    lab.page.keyboard.type("dd b x a")
    lab.page.keyboard.press("Shift+Enter")
    expect(steers).to_have_text(["steered: dd b x a · waits for the next request"])
    box(view).press_sequentially("no")
    expect(send).to_be_enabled()
    box(view).press("Escape")
    expect(box(view)).to_have_value("")
    expect(send).to_be_disabled()
    box(view).press("Enter")
    expect(steers).to_have_count(1)
    box(view).fill("write 1500 words")
    send.click()
    expect(steers).to_have_count(2)
    expect(lab.page.locator(".jp-Notebook .jp-Cell")).to_have_count(2)
    # What is typed when the run ends does not fall through to the notebook either.
    box(view).fill('say "enough"')
    box(view).press("Enter")
    expect(steers.nth(2)).to_contain_text("waits for the next request")
    open_gate(server)
    lab.wait_cell(1)
    expect(view.locator(".wsn-answer")).to_have_text("enough")
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
