"""Runs side by side in one notebook: two lanes and a fork stream at once; one is stopped, the others go on."""

from __future__ import annotations

from browser.cells import LOAD, MIME, WAIT, close_gate, open_gate
from browser.lab import Lab, Server
from playwright.sync_api import Locator, expect

ROOT = '%%responses -o root\nsay "root"'
# None of them ends before the gate is opened, however long the page takes.
LEFT = "%%responses --background -o left --from root\nwrite 300 words, call wait(), write 50 words"
FORK = "%%responses --background -o fork --from root\nwrite 300 words, call wait(), write 50 words"
FRESH = "%%responses --background -o fresh --new\nwrite 300 words, call wait(), write 50 words"
CHECK = "print([run.turns[0].lane for run in (left, fork, fresh)], [run.turns[0].parent_id for run in (left, fork)])"


def test_two_lanes_and_a_fork_stream_at_once_and_one_is_stopped_alone(lab: Lab, server: Server) -> None:
    close_gate(server)
    server.write("lanes.ipynb", [LOAD + WAIT, ROOT, LEFT, FORK, FRESH, CHECK])
    lab.page.set_viewport_size({"width": 1280, "height": 2200})
    lab.open("lanes.ipynb")
    for index in range(5):
        lab.run_cell(index)
    views = [lab.output(index).locator(".wsn-run") for index in (2, 3, 4)]
    for view in views:
        expect(view.locator(".wsn-answer")).to_contain_text("the", timeout=20_000)
    statuses = [view.get_attribute("data-wsn-status") for view in views]
    assert statuses == ["in_progress"] * 3
    lab.screenshot("lanes")
    views[1].get_by_role("button", name="Stop").click()
    expect(views[1]).to_have_attribute("data-wsn-status", "cancelled")
    grown = [len(words(view)) for view in (views[0], views[2])]
    open_gate(server)
    for view in (views[0], views[2]):
        expect(view).to_have_attribute("data-wsn-status", "completed", timeout=60_000)
    assert all(len(words(view)) > before for view, before in zip((views[0], views[2]), grown, strict=True))
    lab.run_cell(5)
    expect(lab.output(5)).to_contain_text("lane-1")
    saved = lab.save()
    runs = [saved.cells[index].outputs[0].data[MIME] for index in (2, 3, 4)]
    assert [run["status"] for run in runs] == ["completed", "cancelled", "completed"]
    assert len({run["turns"][0].get("lane") for run in runs}) == 3


def words(view: Locator) -> list[str]:
    return view.locator(".wsn-answer").inner_text().split()
