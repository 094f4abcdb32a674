"""Large runs and large letters: only what is in sight has elements, and presentation mode enlarges all of it."""

from __future__ import annotations

import json
from typing import Any

from browser.lab import Lab, Server
from playwright.sync_api import Locator, expect
from render.play import HEADER, capitals
from render.test_size import tool_run

from ws_notebook.render.bundle import MIME_TYPE
from ws_notebook.render.mime import mime_bundle

__all__: list[str] = []

MANY = 10_000
SIZES = """node => [
    '.wsn-status', '.wsn-answer p', '.wsn-row .wsn-name', '.wsn-label', '.wsn-tick', '.wsn-key', '.wsn-tools button'
  ]
  .map(name => parseFloat(getComputedStyle(node.querySelector(name)).fontSize))"""


def opened(lab: Lab, server: Server, data: dict[str, Any]) -> Locator:
    server.put_outputs("large.ipynb", data)
    lab.open("large.ipynb", kernel=False)
    lab.hide_side_bars()
    view = lab.output(0).locator(".wsn-run")
    expect(view.locator(".wsn-row").first).to_be_visible()
    return view


def many(calls: int) -> dict[str, Any]:
    """A run of one turn with so many calls, one after another."""
    data: dict[str, Any] = json.loads(json.dumps(mime_bundle(capitals().run, HEADER)))
    run = data[MIME_TYPE]
    turn = run["turns"][0]
    turn["calls"] = [
        {
            "call_id": f"call_{number}", "name": "population", "arguments": json.dumps({"city": f"town {number}"}),
            "status": "completed", "output": str(number), "error": None,
            "spans": [["queued", number, number + 20], ["tool", number + 20, number + 40]],
            "start_ms": number, "end_ms": number + 40,
        }
        for number in range(calls)
    ]  # fmt: skip
    run["duration_ms"] = calls + 40
    run["turns"] = [turn]
    return data


def test_of_ten_thousand_calls_only_those_in_sight_have_elements(lab: Lab, server: Server) -> None:
    view = opened(lab, server, many(MANY))
    rows = view.locator(".wsn-row")
    assert rows.count() < 100
    expect(view.get_by_role("treegrid", name="Timeline")).to_have_attribute("aria-rowcount", str(MANY + 2))
    rows.first.focus()
    lab.page.keyboard.press("End")
    last = view.locator(f".wsn-row[aria-rowindex='{MANY + 2}']")
    expect(last).to_be_focused()
    expect(last.locator(".wsn-label")).to_have_text("20\u00a0ms, after 20\u00a0ms in the queue → 9999")
    assert rows.count() < 100
    lab.page.keyboard.press("Enter")
    expect(view.get_by_role("region", name="Details of population")).to_contain_text('"town 9999"')
    view.locator(".wsn-scroll").evaluate("node => { node.scrollTop = node.scrollHeight / 2; }")
    expect(rows.filter(has_text="town 5000")).to_be_visible()
    view.get_by_role("button", name="Table").click()
    expect(view.get_by_role("region", name="Timeline as a table")).to_contain_text("9\u2009501 more rows")
    view.get_by_role("button", name="Replay").click()
    view.get_by_role("slider", name="Moment of the run").fill("500")
    expect(view.locator(".wsn-status")).to_have_text("replay")
    assert rows.count() < 120


def test_sixty_calls_scroll_inside_of_the_run(lab: Lab, server: Server) -> None:
    view = opened(lab, server, mime_bundle(tool_run(60, "one", 5).run, HEADER))
    inside = view.locator(".wsn-scroll")
    assert inside.evaluate("node => node.scrollHeight > 2 * node.clientHeight")
    box = view.bounding_box()
    assert box is not None
    assert box["height"] < 600
    expect(view.get_by_role("button", name="Keys")).to_be_visible()
    lab.screenshots("run-sixty", of=lab.output(0))


def test_presentation_mode_enlarges_the_whole_view(lab: Lab, server: Server) -> None:
    view = opened(lab, server, mime_bundle(capitals().run, HEADER))
    before, height = view.evaluate(SIZES), view.locator(".wsn-row").first.bounding_box()
    lab.command("application:toggle-presentation-mode")
    expect(lab.page.locator(".jp-mod-presentationMode").first).to_be_attached()
    after, taller = view.evaluate(SIZES), view.locator(".wsn-row").first.bounding_box()
    assert height is not None
    assert taller is not None
    factors = {round(large / small, 2) for large, small in zip(after, before, strict=True)}
    assert len(factors) == 1
    assert factors.pop() > 1.15
    assert taller["height"] > 1.15 * height["height"]
    assert view.evaluate("node => node.scrollWidth <= node.clientWidth")
    lab.screenshot("run-presentation", of=lab.output(0))
