"""What those hear who do not see a run: its parts by role and name, in sentences, in the order of their importance."""

from __future__ import annotations

import json
from typing import Any

from browser.lab import Lab, Server
from playwright.sync_api import expect
from render.play import HEADER, capitals

from ws_notebook.render.bundle import MIME_TYPE
from ws_notebook.render.mime import mime_bundle

__all__: list[str] = []

NOTE = "Left as typed: {dff.mean()}, since there is no dff."


def told(**more: Any) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(json.dumps(mime_bundle(capitals().run, HEADER)))
    data[MIME_TYPE].update(parent="r6", notes=[NOTE], **more)
    first = data[MIME_TYPE]["turns"][0]["calls"][0]
    first.update(status="failed", output=None, error="ValueError: no such city")
    return data


def test_a_run_is_read_out_in_sentences(lab: Lab, server: Server) -> None:
    stopped = told(status="cancelled", stopped="The connection was closed to stop it.")
    server.put_outputs("heard.ipynb", told(), stopped)
    lab.page.set_viewport_size({"width": 1600, "height": 1200})
    lab.open("heard.ipynb", kernel=False)
    lab.hide_side_bars()
    view = lab.page.get_by_role("group", name="Run r7").first
    expect(view).to_be_visible()
    view.get_by_role("button", name="Timeline", expanded=True).click()
    expect(view.get_by_role("treegrid", name="Timeline")).to_have_count(0)
    view.get_by_role("button", name="Timeline", expanded=False).press("Enter")
    grid = view.get_by_role("treegrid", name="Timeline")
    expect(grid.get_by_role("rowheader", name='population city="Paris"', exact=True)).to_be_visible()
    expect(grid.get_by_role("rowheader", name="turn 1", exact=True)).to_be_visible()
    for cell in ("failed: ValueError: no such city", "0.80 s", "70 ms, after 500 ms in the queue → done"):
        expect(grid.get_by_role("gridcell", name=cell, exact=True)).to_be_visible()
    snapshot = view.aria_snapshot().replace("\u00a0", " ").replace("\u2009", " ")
    header = snapshot.split("paragraph")[0]
    for sentence in (
        "r7 (from r6) completed · 1 of 3 calls failed 3.2 s · 3 turns · 3 calls embedded server: a script, no AI",
        'button "Timeline" [expanded]',
        'button "Replay"',
        'button "Copy answer"',
    ):
        assert sentence in header, header
    assert snapshot.index("has more inhabitants") < snapshot.index(NOTE) < snapshot.index("treegrid")
    stopped = lab.page.get_by_role("group", name="Run r7").nth(1)
    expect(stopped.get_by_text("Stopped. The connection was closed to stop it.", exact=True)).to_have_count(1)
    expect(stopped.locator(".wsn-error")).to_be_hidden()

    sent = view.locator(".wsn-totals")
    sent.click()
    expect(sent).to_have_attribute("aria-expanded", "true")
    asked = view.get_by_role("region", name="What was sent")
    expect(asked).to_contain_text("Which has more inhabitants, Paris or Oslo, and by how much? Then clear the cache.")
    assert lab.violations(".wsn-run") == []
