"""The tutorial as its reader goes through it: its blocks in cells of a new notebook, and a picture of each step."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest
from browser.lab import Lab, Server, Theme
from playwright.sync_api import Locator, expect
from support.pages import blocks
from support.started import needs_subshells

ROOT = Path(__file__).resolve().parents[2]
THEMES: tuple[Theme, ...] = ("dark", "light")
CELLS = blocks((ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8"))
STEPS = {
    heading: [index for index, cell in enumerate(CELLS) if cell.heading == heading]
    for heading in dict.fromkeys(cell.heading for cell in CELLS)
}


WRONG = "[data-mime-type='application/vnd.jupyter.error'], [data-mime-type='application/vnd.jupyter.stderr']"


class Reader:
    """Runs the cells of one step after another."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab

    def run(self, heading: str) -> list[Locator]:
        """Run the cells under a heading, all but those that wait for a click; the outputs of all."""
        for index in STEPS[heading]:
            if not CELLS[index].why:
                self._lab.run_cell(index)
                expect(self._lab.output(index).locator(WRONG)).to_have_count(0)
        return [self._lab.output(index) for index in STEPS[heading]]

    def picture(self, name: str, cells: list[int]) -> None:
        """The first to the last of these cells, in both themes, with nothing under the pointer."""
        first, last = cells[0], cells[-1]
        self._lab.page.mouse.move(2, 2)
        for theme in THEMES if self._lab.pictures is not None else ():
            self._lab.set_theme(theme)
            self._lab.cell(first).scroll_into_view_if_needed()
            self._lab.clip(f"tutorial-{name}-{theme}", self._lab.cell(first), self._lab.cell(last))


def test_what_make_demo_opens(lab: Lab, server: Server) -> None:
    quickstart = ROOT / "notebooks" / "01_quickstart.ipynb"
    server.put("01_quickstart.ipynb", nbformat.read(quickstart, as_version=4))
    lab.page.set_viewport_size({"width": 1100, "height": 700})
    lab.open("01_quickstart.ipynb")
    lab.screenshots("tutorial-install")


@needs_subshells
@pytest.mark.timeout(300)
def test_the_half_hour(lab: Lab, server: Server) -> None:
    server.write("Untitled.ipynb", [cell.code.strip() for cell in CELLS])
    lab.page.set_viewport_size({"width": 1000, "height": 5000})
    lab.open("Untitled.ipynb")
    lab.hide_side_bars()
    reader = Reader(lab)

    shown = reader.run("Ask")
    expect(shown[-1].locator(".wsn-run")).to_have_attribute("data-wsn-status", "completed")
    reader.picture("ask", STEPS["Ask"])

    shown = reader.run("Write a tool")
    view = shown[-1].locator(".wsn-run")
    expect(view.locator(".wsn-row[data-kind=call][data-status=completed]")).to_have_count(2)
    expect(shown[1]).to_contain_text("717710")
    view.locator(".wsn-row[data-kind=call]").first.click()
    reader.picture("tool", STEPS["Write a tool"])
    view.get_by_role("button", name="Close").click()
    view.get_by_role("button", name="Replay").click()
    view.get_by_role("slider").fill("700")
    reader.picture("replay", STEPS["Write a tool"][-1:])

    define, ask, by_code = STEPS["Approve a call"]
    lab.run_cell(define)
    lab.run_cell(ask, wait=False)
    asked = lab.output(ask).get_by_role("group", name="Approval of send_report")
    expect(asked).to_be_visible()
    reader.picture("approve", [define, ask])
    asked.get_by_role("button", name="Approve").click()
    lab.wait_cell(ask)
    expect(lab.output(ask).locator(".wsn-answer")).to_contain_text("Sent to ada@example.org")
    lab.run_cell(by_code)
    expect(lab.output(by_code)).to_contain_text("Sent to ada@example.org")

    shown = reader.run("Read a latency chart")
    expect(shown[0].locator("img").first).to_be_visible()
    expect(shown[1].locator("tbody tr")).to_have_count(5)
    reader.picture("latency", STEPS["Read a latency chart"])

    shown = reader.run("Record, and replay without a server")
    expect(shown[-1]).to_contain_text("Paris** has more")
    reader.picture("record", STEPS["Record, and replay without a server"])

    shown = reader.run("Export a trace")
    assert json.loads((server.root / "session.json").read_text(encoding="utf-8"))["traceEvents"]
    lab.command("application:toggle-left-area")
    lab.page.set_viewport_size({"width": 1100, "height": 700})
    lab.command("filebrowser:refresh")
    expect(lab.page.get_by_role("listitem").filter(has_text="session.json")).to_be_visible()
    expect(lab.output(len(CELLS) - 1)).to_contain_text("session.json")
    for theme in THEMES if lab.pictures is not None else ():
        lab.set_theme(theme)
        lab.cell(len(CELLS) - 1).evaluate("node => node.scrollIntoView({ block: 'center' })")
        lab.screenshot(f"tutorial-trace-{theme}")
