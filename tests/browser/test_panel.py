"""The session panel in a real JupyterLab and Notebook 7: what it tells of a live kernel, and what it does."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from browser.lab import App, Lab, Server, Theme
from playwright.sync_api import Locator, expect

SETUP = """\
%load_ext ws_notebook
%config ResponsesMagics.provider = "local"
import time
import ws_notebook as wsn

@wsn.tool
def population(city: str) -> int:
    "The number of inhabitants of a city."
    return {"Paris": 2_103_000, "Oslo": 717_710}[city]
"""

ASK = '%%responses\ncall population(city="Paris"), then say "Paris has 2,103,000 inhabitants."'
LONG = "%%responses\nwrite 3000 words\n"


@pytest.fixture
def opened(server: Server, lab: Lab, request: pytest.FixtureRequest) -> Callable[..., Lab]:
    """Opens a notebook of these cells whose first, the set-up, has run, and the panel beside it."""

    def open_it(*cells: str, theme: Theme = "light", app: App = "lab") -> Lab:
        name = f"{request.node.name.partition('[')[0]}.ipynb"
        server.write(name, [SETUP, *cells])
        lab.open(name, app=app)
        lab.set_theme(theme)
        lab.page.evaluate("window.jupyterapp.commands.execute('ws-notebook:open-panel')")
        expect(panel(lab)).to_be_visible()
        lab.run_cell(0)
        return lab

    return open_it


def panel(lab: Lab) -> Locator:
    return lab.page.locator(".wsn-side .wsn-panel")


def test_the_panel_shows_the_sessions_of_a_live_kernel(opened: Callable[..., Lab]) -> None:
    lab = opened(ASK, LONG)
    lab.screenshot("panel-empty")
    lab.run_cell(1)
    expect(panel(lab).get_by_role("treeitem")).to_have_count(1)
    lab.run_cell(2, wait=False)
    expect(panel(lab).get_by_role("treeitem")).to_have_count(2)
    lab.screenshot("panel-running")
    panel(lab).get_by_role("treeitem").nth(1).click()
    panel(lab).get_by_role("button", name="Stop", exact=True).click()
    lab.wait_cell(2)
    lab.screenshot("panel-light")
