"""Cells that begin with %%responses look like prompts, in a real JupyterLab and Notebook 7."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from browser.lab import App, Lab, Server, Theme
from playwright.sync_api import Locator, expect

SETUP = """\
%load_ext ws_notebook
%config ResponsesMagics.provider = "local"
import ws_notebook as wsn

@wsn.tool
def population(city: str) -> int:
    "The number of inhabitants of a city."
    return {"Paris": 2_103_000, "Oslo": 717_710}[city]

city = "Paris"
"""

ASK = """\
%%responses -t population
# The question
Which has **more inhabitants**, {city} or Oslo? Answer in _one_ `line`.
"""
LONG = "%%responses\nwrite 3000 words\n"


@pytest.fixture
def opened(server: Server, lab: Lab, request: pytest.FixtureRequest) -> Callable[..., Lab]:
    """Opens a notebook of these cells whose first, the set-up, has run."""

    def open_it(*cells: str, theme: Theme = "light", app: App = "lab") -> Lab:
        name = f"{request.node.name.partition('[')[0]}.ipynb"
        server.write(name, [SETUP, *cells])
        lab.open(name, app=app)
        lab.set_theme(theme)
        lab.run_cell(0)
        return lab

    return open_it


def prompt(lab: Lab, index: int) -> Locator:
    return lab.cell(index).locator(".wsn-prompt-editor")


def badge(lab: Lab, index: int) -> Locator:
    return lab.cell(index).locator(".wsn-badge")


def test_a_prompt_is_highlighted_as_markdown_and_says_what_its_run_does(opened: Callable[..., Lab]) -> None:
    lab = opened(ASK, LONG)
    expect(prompt(lab, 0)).to_have_count(0)
    expect(prompt(lab, 1)).to_have_count(1)
    expect(lab.cell(1).locator(".wsn-cm-flag")).to_have_text("-t")
    expect(lab.cell(1).locator(".wsn-cm-expression")).to_have_text("{city}")
    lab.screenshot("prompt-before")
    lab.run_cell(1)
    expect(badge(lab, 1)).to_contain_text("done in")
    lab.run_cell(2, wait=False)
    expect(badge(lab, 2)).to_contain_text("streaming")
    lab.screenshot("prompt-running")
    expect(lab.cell(2).locator(".jp-cell-toolbar").get_by_role("button", name="Stop This Run")).to_be_visible()
    badge(lab, 2).get_by_role("button", name="Stop").click()
    lab.wait_cell(2)
    expect(badge(lab, 2)).to_contain_text("stopped after")
    lab.screenshot("prompt-after")
