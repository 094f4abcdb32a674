"""The header of a run at every width: one row or two, nothing cut off or covered, all buttons in reach."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
from browser.lab import Lab, Server
from playwright.sync_api import Locator, expect
from render.play import HEADER, Play, capitals
from render.test_size import tool_run

from ws_notebook.render.mime import mime_bundle

__all__: list[str] = []

WIDTHS = range(280, 1441, 29)
PAGES = (1400, 1100, 900, 640)

# The run's width is what counts; the page's own parts are of no matter.
FAULTS = """async (node, widths) => {
  const found = [];
  const header = node.querySelector('.wsn-header');
  const settled = () => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
  for (const width of widths) {
    if (width > 0) node.style.width = `${width}px`;
    await settled();
    const box = header.getBoundingClientRect();
    const parts = [...header.children].filter(part => part.getBoundingClientRect().width > 0);
    const boxes = parts.map(part => part.getBoundingClientRect());
    boxes.forEach((one, index) => {
      const name = parts[index].className;
      if (one.left < box.left - 0.5 || one.right > box.right + 0.5) found.push([width, name, 'is cut off']);
      boxes.slice(index + 1).forEach((other, beyond) => {
        const beside = one.right <= other.left + 0.5 || other.right <= one.left + 0.5;
        if (!beside && one.bottom > other.top + 0.5 && other.bottom > one.top + 0.5) {
          found.push([width, name, 'is over', parts[index + 1 + beyond].className]);
        }
      });
    });
    const rows = [];
    for (const { top, bottom } of boxes) {
      const middle = (top + bottom) / 2;
      if (!rows.some(row => Math.abs(row - middle) < 9)) rows.push(middle);
    }
    if (rows.length > 2) found.push([width, 'rows', rows.length]);
    const status = node.querySelector('.wsn-status').getBoundingClientRect();
    if (status.width < 20) found.push([width, 'status', status.width]);
  }
  node.style.width = '';
  return found;
}"""


def cancelled() -> Play:
    play = tool_run(3, "one")
    play.run.status = "cancelled"
    play.run.stopped = "The connection was closed to stop it; the next turn sends the history again."
    return play


def named(**more: Any) -> dict[str, Any]:
    """A run whose names are longer than any page has room for."""
    data = json.loads(json.dumps(mime_bundle(capitals().run, HEADER)))
    (run,) = (form for kind, form in data.items() if kind.endswith("+json"))
    run.update(id="r1234567", parent=f"resp_{'0123456789abcdef' * 4}", **more)
    run["session"]["note"] = "a note of a provider that has very much to say about itself"
    for turn in run["turns"]:
        for call in turn["calls"][:1]:
            call.update(status="failed", output=None, error="ValueError: no such city")
    return data


@pytest.fixture
def views(server: Server, lab: Lab) -> list[Locator]:
    forms = [*(mime_bundle(play.run, HEADER) for play in (capitals(), tool_run(25, "o", 10), cancelled())), named()]
    server.put_outputs("widths.ipynb", *forms)
    lab.page.set_viewport_size({"width": 1600, "height": 1200})
    lab.open("widths.ipynb", kernel=False)
    lab.hide_side_bars()
    found = [lab.output(number).locator(".wsn-run") for number in range(len(forms))]
    for view in found:
        expect(view).to_have_attribute("data-wsn-room", "strip")
    return found


def test_nothing_of_a_header_is_cut_off_or_covered_at_any_width(lab: Lab, views: list[Locator]) -> None:
    for view in views:
        assert view.evaluate(FAULTS, list(WIDTHS)) == []


def test_the_rooms_of_a_page_that_becomes_narrower(lab: Lab, views: list[Locator]) -> None:
    rooms: list[list[str | None]] = []
    for width in PAGES:
        lab.page.set_viewport_size({"width": width, "height": 1200})
        for view in views:
            assert view.evaluate(FAULTS, [0]) == []
        rooms.append([view.get_attribute("data-wsn-room") for view in views])
        lab.screenshot(f"header-{width}")
    order = ["strip", "line", "rows", "menu", "least"]
    for before, after in itertools.pairwise(rooms):
        assert all(order.index(a or "") >= order.index(b or "") for a, b in zip(after, before, strict=True))
    assert rooms[0][0] == "strip"
    assert rooms[-1][0] in ("rows", "menu")


def test_what_has_no_room_is_in_a_menu_for_pointer_and_keys(lab: Lab, views: list[Locator]) -> None:
    view, press = views[0], lab.page.keyboard.press
    lab.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    view.evaluate("node => { node.style.width = '420px'; }")
    more = view.get_by_role("button", name="More")
    expect(more).to_be_visible()
    expect(view.get_by_role("button", name="Copy answer")).to_have_count(0)
    more.focus()
    press("Enter")
    menu = view.get_by_role("menu", name="More")
    expect(menu).to_be_visible()
    items = menu.get_by_role("menuitem")
    expect(items.first).to_be_focused()
    lab.screenshot("header-menu")
    press("End")
    expect(menu.get_by_role("menuitem", name="Copy answer")).to_be_focused()
    press("Enter")
    expect(menu.get_by_role("menuitem", name="Copied")).to_be_visible()
    press("Escape")
    expect(menu).to_be_hidden()
    expect(more).to_be_focused()
    expect(more).to_have_attribute("aria-expanded", "false")
    press("ArrowDown")
    expect(items.first).to_be_focused()
    lab.cell(1).locator(".jp-InputPrompt").first.click()
    expect(menu).to_be_hidden()
    assert "Paris" in lab.page.evaluate("navigator.clipboard.readText()")
    expect(lab.page.locator(".jp-Notebook .jp-Cell")).to_have_count(4)
    assert lab.violations(".wsn-run") == []
