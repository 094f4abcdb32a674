"""Cells that begin with %%responses look like prompts, in a real JupyterLab and Notebook 7."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from browser.lab import App, Lab, Server
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
Which has **more inhabitants**, {city} or Oslo? Answer in _one_ line.
"""
LONG = "%%responses\nwrite 3000 words\n"


@pytest.fixture
def opened(server: Server, lab: Lab, request: pytest.FixtureRequest) -> Callable[..., Lab]:
    """Opens a notebook of these cells whose first, the set-up, has run."""

    def open_it(*cells: str, app: App = "lab", name: str = "") -> Lab:
        name = name or f"{request.node.name.partition('[')[0]}.ipynb"
        server.write(name, [SETUP, *cells])
        lab.open(name, app=app)
        lab.run_cell(0)
        return lab

    return open_it


def prompt(lab: Lab, index: int) -> Locator:
    return lab.cell(index).locator(".wsn-prompt-editor")


def badge(lab: Lab, index: int) -> Locator:
    return lab.cell(index).locator(".wsn-badge")


@pytest.mark.parametrize("app", ["lab", "notebook"])
def test_a_prompt_is_highlighted_as_markdown_and_says_what_its_run_does(opened: Callable[..., Lab], app: App) -> None:
    lab = opened(ASK, LONG, app=app, name="prompts.ipynb")
    if app == "lab":
        lab.hide_side_bars()
    expect(prompt(lab, 0)).to_have_count(0)
    expect(prompt(lab, 1)).to_have_count(1)
    expect(lab.cell(1).locator(".wsn-cm-flag")).to_have_text("-t")
    expect(lab.cell(1).locator(".wsn-cm-expression")).to_have_text("{city}")
    bold = lab.cell(1).get_by_text("more inhabitants", exact=True)
    expect(bold).to_have_css("font-weight", "700")
    lab.run_cell(1)
    expect(badge(lab, 1)).to_have_text(re.compile(r"^done in \d"))
    expect(badge(lab, 1)).to_have_attribute("title", "Run r1")
    lab.run_cell(2, wait=False)
    expect(badge(lab, 2)).to_contain_text("streaming")
    expect(lab.cell(2).locator(".jp-cell-toolbar").get_by_role("button", name="Stop This Run")).to_be_visible()
    lab.screenshots(f"prompt-cells-{app}")
    assert lab.violations(".wsn-badge, .wsn-cm-magic") == []
    badge(lab, 2).get_by_role("button", name="Stop").click()
    lab.wait_cell(2)
    expect(badge(lab, 2)).to_contain_text("stopped after")
    expect(lab.cell(2).locator(".jp-cell-toolbar").get_by_role("button", name="Stop This Run")).to_be_hidden()


def test_the_stop_buttons_of_toolbar_and_badge_stop_the_run_also_behind_a_long_line(opened: Callable[..., Lab]) -> None:
    lab = opened(LONG, LONG.replace("\n", f' -i "{"Be brief. " * 20}"\n', 1))
    lab.run_cell(1, wait=False)
    expect(badge(lab, 1)).to_contain_text("streaming")
    lab.cell(1).locator(".jp-cell-toolbar").get_by_role("button", name="Stop This Run").click()
    lab.wait_cell(1)
    expect(badge(lab, 1)).to_contain_text("stopped after")
    lab.run_cell(2, wait=False)
    expect(badge(lab, 2)).to_contain_text("streaming")
    expect(badge(lab, 2)).to_be_in_viewport(ratio=1)
    lab.screenshot("prompt-long-line")
    badge(lab, 2).get_by_role("button", name="Stop").click()
    lab.wait_cell(2)
    expect(badge(lab, 2)).to_contain_text("stopped after")


def test_a_cell_becomes_a_prompt_and_stops_being_one_as_it_is_edited(opened: Callable[..., Lab]) -> None:
    lab = opened("import os")
    word = lab.cell(1).get_by_text("import", exact=True)
    expect(word).to_have_css("font-weight", "700")
    lab.cell(1).locator(".cm-content").click()
    press = lab.page.keyboard.press
    press("Control+Home")
    lab.page.keyboard.type("%%responses -m demo\n")
    expect(prompt(lab, 1)).to_have_count(1)
    expect(lab.cell(1).locator(".wsn-cm-value")).to_have_text("demo")
    expect(word).to_have_count(0)
    press("Control+z")
    expect(prompt(lab, 1)).to_have_count(0)
    expect(word).to_have_css("font-weight", "700")
    press("Control+Shift+z")
    expect(prompt(lab, 1)).to_have_count(1)
    press("Control+Home")
    press("Delete")
    expect(prompt(lab, 1)).to_have_count(0)
    expect(lab.cell(1).locator(".wsn-cm-value")).to_have_count(0)


def test_badges_come_back_with_the_notebook_and_need_no_kernel(
    opened: Callable[..., Lab], server: Server, lab: Lab
) -> None:
    opened(ASK, "%%responses\nfail with the code server_error")
    lab.run_cell(1)
    expect(badge(lab, 1)).to_contain_text("done in")
    said = badge(lab, 1).inner_text()
    lab.save()
    name = "test_badges_come_back_with_the_notebook_and_need_no_kernel.ipynb"
    server.forget_kernel(name)
    lab.open(name, kernel=False)
    expect(badge(lab, 1)).to_have_text(said)
    expect(badge(lab, 2)).to_have_count(0)


def test_what_stands_on_changed_ground_is_stale_until_it_is_asked_again(opened: Callable[..., Lab]) -> None:
    lab = opened('%%responses\nsay "one"', '%%responses --from r1\nsay "two"', '%%responses\nsay "three"')
    for index in (1, 2, 3, 1):
        lab.run_cell(index)
    expect(badge(lab, 2)).to_contain_text("stale · done in")
    expect(badge(lab, 3)).to_contain_text("stale · done in")
    expect(badge(lab, 2)).to_have_attribute("title", re.compile("asked again since run r2"))
    expect(badge(lab, 1)).not_to_contain_text("stale")
    lab.screenshot("prompt-stale")
    lab.page.evaluate("window.jupyterapp.commands.execute('ws-notebook:ask-stale')")
    expect(badge(lab, 2)).to_have_text(re.compile("^done in"))
    expect(badge(lab, 3)).to_have_text(re.compile("^done in"))


def test_options_and_tools_complete_in_the_editor(opened: Callable[..., Lab]) -> None:
    lab = opened("%%responses ")
    offered = lab.page.locator(".jp-Completer-item")
    lab.cell(1).locator(".cm-content").click()
    lab.page.keyboard.press("End")
    for written, chosen in (("--no-t", "--no-tools"), (" -t ", "population")):
        lab.page.keyboard.type(written)
        lab.page.keyboard.press("Tab")
        expect(offered.filter(has_text=chosen)).to_be_visible()
        lab.page.keyboard.press("Enter")
        expect(offered.filter(has_text=chosen)).to_be_hidden()
    assert lab.cell(1).locator(".cm-line").first.inner_text() == "%%responses --no-tools -t population"


def test_the_settings_turn_it_off_and_name_the_first_line(opened: Callable[..., Lab], server: Server) -> None:
    server.set_settings(
        "ws-notebook", "settings", badges=False, promptCells=False, promptLine="%%responses --view text"
    )
    lab = opened(ASK)
    lab.run_cell(1)
    expect(badge(lab, 1)).to_have_count(0)
    expect(lab.cell(1).locator(".cm-content").get_by_text("more inhabitants")).not_to_have_css("font-weight", "700")
    lab.page.evaluate("window.jupyterapp.commands.execute('ws-notebook:insert-prompt')")
    expect(prompt(lab, 2).locator(".cm-line").first).to_have_text("%%responses --view text")
    expect(lab.page.locator(".wsn-prompt-look, .wsn-cm-head, .wsn-cm-expression")).to_have_count(0)
