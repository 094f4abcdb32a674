"""The rig itself, with plain Python cells: if these fail, no other browser test means anything."""

from __future__ import annotations

import pytest
from browser.lab import APPS, App, Lab, Server, Theme
from playwright.sync_api import expect

__all__: list[str] = []

OUTPUT = ".jp-OutputArea-output"


@pytest.mark.parametrize("app", APPS)
def test_a_cell_runs_and_its_output_is_seen_and_saved(server: Server, lab: Lab, app: App) -> None:
    name = f"plain-{app}.ipynb"
    server.write(name, ["print(6 * 7)"])
    lab.open(name, app=app)
    lab.run_cell(0)
    expect(lab.output(0).locator(OUTPUT)).to_have_text("42")
    assert len(lab.page.screenshot()) > 10_000
    saved = lab.save()
    assert [output["text"] for output in saved.cells[0].outputs] == ["42\n"]
    assert lab.foreign_requests == []


def test_the_stop_button_interrupts_a_running_cell(server: Server, lab: Lab) -> None:
    server.write("endless.ipynb", ["import threading\nprint('started', flush=True)\nthreading.Event().wait()"])
    lab.open("endless.ipynb")
    lab.run_cell(0, wait=False)
    expect(lab.output(0)).to_contain_text("started")
    lab.interrupt()
    lab.wait_cell(0)
    expect(lab.output(0)).to_contain_text("KeyboardInterrupt")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_notebook_opens_in_either_theme(server: Server, lab: Lab, theme: Theme) -> None:
    server.write("themed.ipynb", ["1"])
    lab.open("themed.ipynb")
    lab.set_theme(theme)
    background = lab.page.evaluate("getComputedStyle(document.querySelector('.jp-Notebook')).backgroundColor")
    assert background == {"light": "rgb(255, 255, 255)", "dark": "rgb(17, 17, 17)"}[theme]


@pytest.mark.parametrize("app", APPS)
def test_a_saved_notebook_opens_without_a_kernel(server: Server, lab: Lab, app: App) -> None:
    name = f"reopened-{app}.ipynb"
    server.write(name, ["print('kept')"])
    lab.open(name)
    lab.run_cell(0)
    lab.save()
    server.forget_kernel(name)
    lab.open(name, app=app, kernel=False)
    expect(lab.output(0)).to_contain_text("kept")
    assert server.running_kernels() == 0
