"""How far a running call is, in a real JupyterLab: its own words, its bar, and what its generator gave so far."""

from __future__ import annotations

from browser.lab import Lab, Server
from playwright.sync_api import expect

SETUP = """\
%load_ext ws_notebook
%config ResponsesMagics.provider = "local"
import threading
import ws_notebook as wsn

gate = threading.Event()

@wsn.tool(run_in="thread")
def load(ctx: wsn.Context) -> str:
    ctx.progress(0.4, "reading")
    gate.wait(60)
    return "done"

@wsn.tool(run_in="thread")
def search():
    for shelf in range(1, 4):
        yield f"shelf {shelf}"
    gate.wait(60)
"""


def test_a_running_call_shows_how_far_it_is(server: Server, lab: Lab) -> None:
    server.write("progress.ipynb", [SETUP, "%%responses -o run\ncall load() and search()\n"])
    lab.open("progress.ipynb")
    lab.run_cell(0)
    lab.run_cell(1, wait=False)
    view = lab.output(1).locator(".wsn-run")
    rows = view.locator(".wsn-row[data-kind=call]")
    expect(rows.nth(0).locator(".wsn-label")).to_have_text("40\u00a0% · reading", timeout=20_000)
    expect(rows.nth(1).locator(".wsn-label")).to_have_text("3: shelf 3")
    bar = rows.nth(0).locator(".wsn-bar[data-kind=tool]")
    assert bar.evaluate("node => node.style.getPropertyValue('--wsn-done')") == "40%"
    lab.screenshot("progress", of=lab.output(1))
    view.get_by_role("button", name="Stop").click()
    lab.wait_cell(1)
    expect(rows.nth(0).locator(".wsn-label")).to_have_text("cancelled")
