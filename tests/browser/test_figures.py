"""Figures stay in the cell that drew them, whatever a page says meanwhile."""

from __future__ import annotations

from browser.lab import Lab, Server
from playwright.sync_api import Locator, expect
from support.started import needs_subshells

__all__: list[str] = []

SETUP = """\
%load_ext ws_notebook
%config ResponsesMagics.provider = "local"
%matplotlib inline
import ipywidgets, pathlib, time
import matplotlib.pyplot as plt
import ws_notebook as wsn
from IPython.display import display

def draw(color):
    plt.figure(figsize=(1.6, 0.8))
    plt.plot([3, 1, 2], color=color)
    plt.axis("off")

@wsn.tool
def plot() -> str:
    "Draws."
    draw("tab:orange")
    return "drawn"

@wsn.tool(approve=True)
def remove(path: str, days: int = 30) -> str:
    "Removes."
    draw("tab:green")
    return "removed"

session = wsn.Session(provider="local", tools=[plot, remove])
"""
ASK = """\
draw("tab:blue")
run = session.start('call plot() then call remove(path="a") then say "all is drawn"')
display(run)
run.result(60)
print("after it")
"""


def figures(lab: Lab, cell: int) -> Locator:
    return lab.output(cell).locator(".jp-RenderedImage img")


@needs_subshells
def test_what_was_drawn_before_approve_is_pressed_stays_in_its_cell(server: Server, lab: Lab) -> None:
    server.write("figures.ipynb", [SETUP, ASK, "1 + 1"])
    lab.open("figures.ipynb")
    lab.run_cell(0)
    lab.run_cell(1, wait=False)
    view = lab.output(1).locator(".wsn-run")
    asked = view.get_by_role("group", name="Approval of remove")
    expect(asked).to_be_visible(timeout=30_000)
    asked.get_by_role("button", name="Approve").click()
    lab.wait_cell(1)
    expect(view.locator(".wsn-answer")).to_contain_text("all is drawn")
    expect(figures(lab, 1)).to_have_count(3)
    expect(lab.output(1)).to_contain_text("after it")
    lab.run_cell(2)
    expect(lab.page.locator(".jp-RenderedImage img")).to_have_count(3)
    lab.screenshot("figures", of=lab.output(1))
