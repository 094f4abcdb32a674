"""Ten live runs on one page: each shows its own, nothing is lost, and a page loaded again finds them all."""

from __future__ import annotations

import pytest
from browser.cells import LOAD, MIME, WAIT, close_gate, open_gate
from browser.lab import Lab, Server
from browser.test_reload import RELOAD_MS
from playwright.sync_api import Locator, expect

__all__: list[str] = []

pytestmark = [pytest.mark.nightly, pytest.mark.new_page, pytest.mark.timeout(600)]

RUNS = 10
FIRST = 1
END_MS = 60_000


def question(number: int) -> str:
    return (
        f'%%responses --new --background\nwrite 150 words, call wait(), write 50 words, then say "the end of {number}"'
    )


def view(lab: Lab, number: int) -> Locator:
    return lab.output(FIRST + number).locator(".wsn-run")


HAS_ENDED = """([first, runs, mime]) => {
  const { cells } = window.jupyterapp.shell.currentWidget.content.model;
  return [...Array(runs).keys()].every(number => {
    const { outputs } = cells.get(first + number);
    return outputs.length === 1 && outputs.get(0).data[mime].status === 'completed';
  });
}"""


def test_ten_live_runs_on_one_page_are_each_complete_and_outlive_a_reload(server: Server, lab: Lab) -> None:
    close_gate(server)
    # All in sight: what nobody sees is not drawn until it has ended.
    lab.page.set_viewport_size({"width": 1280, "height": 8000})
    server.write("ten.ipynb", [LOAD + WAIT, *[question(number) for number in range(RUNS)]])
    lab.open("ten.ipynb")
    lab.run_cell(0)
    for number in range(RUNS):
        lab.run_cell(FIRST + number)
    waits = ".wsn-row[data-kind=call][data-status=running]"
    for number in range(RUNS):
        expect(view(lab, number).locator(waits)).to_have_count(1, timeout=END_MS)
        expect(view(lab, number)).to_have_attribute("data-wsn-live", "true")
    lab.screenshot("ten-runs")
    lab.save()
    lab.page.reload()
    for number in range(RUNS):
        expect(view(lab, number)).to_have_attribute("data-wsn-live", "true", timeout=RELOAD_MS)
    open_gate(server)
    for number in range(RUNS):
        expect(view(lab, number).locator(".wsn-answer")).to_contain_text(f"the end of {number}", timeout=END_MS)
        expect(view(lab, number)).to_have_attribute("data-wsn-status", "completed", timeout=END_MS)
    lab.page.wait_for_function(HAS_ENDED, arg=[FIRST, RUNS, MIME])
    saved = [cell.outputs[0].data[MIME] for cell in lab.save().cells[FIRST:]]
    assert [run["text"].split()[-1] for run in saved] == [str(number) for number in range(RUNS)]
    assert [len(run["text"].split()) for run in saved] == [150 + 50 + len("the end of 0".split())] * RUNS
    assert len({run["turns"][0].get("lane") for run in saved}) == RUNS
