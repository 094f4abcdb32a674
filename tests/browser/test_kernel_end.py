"""A kernel that ends in the middle of a run: what is on the page stays, stands still, and says what happened.

And the timeline, whose widget is one of those that have to learn it, while the run goes on.
"""

from __future__ import annotations

import os
import signal
from typing import Literal

import pytest
from browser.cells import LOAD, MIME, WAIT, close_gate
from browser.lab import Lab, Server
from playwright.sync_api import Locator, expect

__all__: list[str] = []

pytestmark = pytest.mark.new_page

SESSION = f"{LOAD}{WAIT}import os\nsession = wsn.Session(provider='local')\nprint(os.getpid())"
QUESTION = '%%responses --background\nwrite 40 words, call wait(), then say "here is the end"'
RUN = """\
run = session.start('write 40 words, call wait(), then say "here is the end"', tools=[wait])
session.timeline()
"""
PANEL = "session.panel()"
WAITS = ".wsn-row[data-kind=call][data-status=running]"
NO_BUTTONS = "button:visible:is(.wsn-stop, .wsn-steer-send, .wsn-frames-button), .wsn-approval:visible"
RESTART = "() => window.jupyterapp.shell.currentWidget.context.sessionContext.restartKernel()"
ANNOUNCED = """view => {
  const place = view.querySelector('[role=status][aria-live=polite]');
  window.announced = [];
  new MutationObserver(() => window.announced.push(place.textContent))
    .observe(place, { childList: true, characterData: true, subtree: true });
}"""

Way = Literal["killed", "restarted"]
WAYS: dict[Way, str] = {
    "killed": "The kernel ended while it ran, and was started again.",
    "restarted": "The kernel was restarted while it ran.",
}


def end_kernel(lab: Lab, way: Way) -> None:
    if way == "killed":
        os.kill(int(lab.output(0).inner_text().split()[-1]), signal.SIGKILL)
        lab.page.get_by_role("dialog", name="Kernel Restarting").get_by_role("button", name="Ok").click()
    else:
        lab.page.evaluate(RESTART)


def still(view: Locator) -> str:
    """What the view shows, once it has stood still over two of its clock's ticks."""
    expect(view).to_have_attribute("data-wsn-live", "false", timeout=20_000)
    text = view.inner_text()
    view.page.wait_for_timeout(200)
    assert view.inner_text() == text
    return text


def test_what_is_on_the_page_is_kept_when_the_kernel_ends_in_mid_run_and_later_runs_are_live(
    server: Server, lab: Lab
) -> None:
    close_gate(server)
    server.write("kernel-end.ipynb", [SESSION, QUESTION, RUN, PANEL])
    # All in sight: what nobody sees is not drawn until it has ended.
    lab.page.set_viewport_size({"width": 1280, "height": 1900})
    lab.open("kernel-end.ipynb")
    asked, timeline = (lab.output(index).locator(".wsn-run") for index in (1, 2))
    panel = lab.output(3).locator(".wsn-panel")
    # Once more than after the restart, so that each cell's number changes then.
    lab.run_cell(0)
    for way, words in WAYS.items():
        for index in range(4):
            lab.run_cell(index)
        for view in (asked, timeline):
            expect(view.locator(WAITS)).to_have_count(1, timeout=20_000)
            expect(view).to_have_attribute("data-wsn-live", "true")
            expect(view.get_by_role("button", name="Stop")).to_be_visible()
        expect(panel).to_contain_text("connected")
        answer = asked.locator(".wsn-answer").inner_text()
        asked.evaluate(ANNOUNCED)
        end_kernel(lab, way)
        for view in (asked, timeline):
            expect(view).to_contain_text(words, timeout=20_000)
            expect(view.locator(".wsn-status")).to_have_text("stopped")
            assert answer in still(view)
            expect(view.locator(NO_BUTTONS)).to_have_count(0)
        expect(panel).to_contain_text("The kernel has ended, or was restarted.")
        expect(panel).not_to_contain_text("connected")
        expect(panel.get_by_role("button", name="Reset")).to_be_hidden()
        lab.screenshot(f"kernel-{way}", of=lab.page.locator(".jp-Notebook"))
        lab.wait_idle()
        assert answer in still(asked)
        (said,) = lab.page.evaluate("window.announced")
        assert said.endswith(words)
        data = lab.save().cells[1].outputs[0].data
        assert (data[MIME]["status"], data[MIME]["stopped"]) == ("cancelled", words)
        assert answer.split()[-1] in data[MIME]["text"]
        assert words in data["text/html"]


def test_the_buttons_of_a_timeline_reach_the_run_it_follows_to_the_end(server: Server, lab: Lab) -> None:
    close_gate(server)
    server.write("timeline.ipynb", [SESSION, RUN])
    lab.open("timeline.ipynb")
    lab.run_cell(0)
    lab.run_cell(1)
    view = lab.output(1).locator(".wsn-run")
    expect(view.locator(WAITS)).to_have_count(1, timeout=20_000)
    view.get_by_role("textbox", name="Steer this run").fill("be brief")
    view.get_by_role("button", name="Send").click()
    expect(view.locator(".wsn-steer")).to_contain_text("be brief")
    view.get_by_role("button", name="Stop").click()
    expect(view).to_have_attribute("data-wsn-status", "cancelled", timeout=20_000)
    view.get_by_role("button", name="Frames").click()
    expect(view.locator(".wsn-frames")).to_contain_text("response.create")


def test_all_forms_of_a_run_tell_the_same_after_a_restart_in_mid_run(server: Server, lab: Lab) -> None:
    close_gate(server)
    server.write("one-truth.ipynb", [SESSION, '%%responses --background\nsay "some words", then think 60 seconds'])
    lab.open("one-truth.ipynb")
    lab.run_cell(0)
    lab.run_cell(1)
    view = lab.output(1).locator(".wsn-run")
    expect(view.locator(".wsn-answer")).to_contain_text("some words", timeout=20_000)
    end_kernel(lab, "restarted")
    still(view)
    data = lab.save().cells[1].outputs[0].data
    assert data[MIME]["status"] == "cancelled"
    for form in ("text/html", "text/markdown", "text/plain"):
        assert "some words" in data[form]
        assert WAYS["restarted"] in data[form]
        assert "running" not in data[form].replace("while it ran", "")
