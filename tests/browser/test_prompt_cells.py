"""Cells that begin with %%responses look like prompts, in a real JupyterLab and Notebook 7."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

import pytest
from browser.lab import APPS, App, Lab, Server
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
def opened(opener: Callable[..., Lab]) -> Callable[..., Lab]:
    """Opens a notebook of these cells whose first, the set-up, has run."""
    return partial(opener, SETUP)


def prompt(lab: Lab, index: int) -> Locator:
    return lab.cell(index).locator(".wsn-prompt-editor")


def badge(lab: Lab, index: int) -> Locator:
    return lab.cell(index).locator(".wsn-badge")


@pytest.mark.parametrize("app", APPS)
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
    lab.command("ws-notebook:ask-stale")
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
    lab.command("ws-notebook:insert-prompt")
    expect(prompt(lab, 2).locator(".cm-line").first).to_have_text("%%responses --view text")
    expect(lab.page.locator(".wsn-prompt-look, .wsn-cm-head, .wsn-cm-expression")).to_have_count(0)


NAME = "edited.ipynb"


def edit(lab: Lab, index: int, keys: str) -> None:
    """Go to the end of a cell's text and type there."""
    lab.cell(index).locator(".cm-content").click()
    lab.page.keyboard.press("Control+End")
    lab.page.keyboard.type(keys)


def test_an_edited_prompt_says_so_until_the_edit_is_undone_or_asked(
    opened: Callable[..., Lab], server: Server, lab: Lab
) -> None:
    opened(ASK, name=NAME)
    lab.run_cell(1)
    expect(badge(lab, 1)).to_contain_text("done in")
    edit(lab, 1, "Now.")
    expect(badge(lab, 1)).to_have_text("Prompt edited since this answer")
    expect(badge(lab, 1)).to_have_attribute("title", re.compile("Run the cell to ask anew"))
    lab.screenshots("prompt-edited", of=lab.cell(1))
    lab.page.keyboard.press("Control+z")
    expect(badge(lab, 1)).to_contain_text("done in")
    edit(lab, 1, "Now.")
    lab.run_cell(1)
    expect(badge(lab, 1)).to_contain_text("done in")
    edit(lab, 1, "Or never.")
    lab.save()
    server.forget_kernel(NAME)
    lab.open(NAME, kernel=False)
    expect(badge(lab, 1)).to_have_text("Prompt edited since this answer")
    edit(lab, 1, "")
    for _ in "Or never.":
        lab.page.keyboard.press("Backspace")
    expect(badge(lab, 1)).to_contain_text("done in")


def test_after_a_restart_old_cells_say_that_the_kernel_does_not_know_their_runs(opened: Callable[..., Lab]) -> None:
    lab = opened(ASK, name="restarted.ipynb")
    lab.run_cell(1)
    expect(badge(lab, 1)).to_have_text(re.compile("^done in"))
    lab.page.evaluate("() => window.jupyterapp.shell.currentWidget.context.sessionContext.restartKernel()")
    lab.wait_idle()
    expect(badge(lab, 1)).to_have_text(re.compile("^from before the restart · done in"))
    expect(badge(lab, 1)).to_have_attribute("title", re.compile("Run the cell to ask again"))
    lab.screenshots("prompt-restarted", of=lab.cell(1))
    lab.save()
    lab.open("restarted.ipynb")
    expect(badge(lab, 1)).to_have_text(re.compile("^no longer in the kernel · done in"))
    lab.run_cell(0)
    lab.run_cell(1)
    expect(badge(lab, 1)).to_have_text(re.compile("^done in"))


def test_a_prompt_that_was_run_too_early_offers_to_load_the_extension(server: Server, lab: Lab) -> None:
    server.write("early.ipynb", ["1 + 1", "%%responses\nsay hi"])
    lab.open("early.ipynb")
    lab.run_cell(1)
    expect(badge(lab, 1)).to_contain_text("Run %load_ext ws_notebook first")
    lab.screenshots("prompt-early", of=lab.cell(1))
    badge(lab, 1).get_by_role("button", name="Load it and ask").click()
    expect(badge(lab, 2)).to_have_text(re.compile("^done in"), timeout=60_000)
    assert lab.cell(1).locator(".cm-content").inner_text() == "%load_ext ws_notebook"
    expect(lab.output(2).locator(".wsn-answer")).to_contain_text("hi")


def test_long_lines_of_prompts_wrap_and_those_of_other_cells_stay(opened: Callable[..., Lab]) -> None:
    words = "word " * 100
    lab = opened(f"%%responses\n{words}", f"# {words}")
    content = "node => getComputedStyle(node).whiteSpace"
    editors = [lab.cell(index).locator(".cm-content") for index in (1, 2)]
    height = editors[1].bounding_box()
    assert height is not None
    assert (editors[0].bounding_box() or {})["height"] > 2 * height["height"]
    assert [each.evaluate(content) for each in editors] == ["break-spaces", "pre"]
    editors[0].click()
    lab.page.keyboard.press("Control+Home")
    lab.page.keyboard.type("#")
    assert editors[0].evaluate(content) == "pre"
    lab.page.keyboard.press("Backspace")
    assert editors[0].evaluate(content) == "break-spaces"


def test_values_in_braces_are_painted_as_such_and_hold_no_markdown(opened: Callable[..., Lab]) -> None:
    cell = "%%responses\nOf {df['col']}, {df['a*b'] * 2} and {x:.1f}, {x!r}, {x=} see [this](http://a.b) *soon*.\n"
    lab = opened(cell)
    values = lab.cell(1).locator(".wsn-cm-expression")
    expect(values).to_have_text(["{df['col']}", "{df['a*b'] * 2}", "{x:.1f}", "{x!r}", "{x=}"])
    expect(lab.cell(1).get_by_text("soon", exact=True)).to_have_css("font-style", "italic")
    assert values.locator("span").count() == 0
    assert values.first.evaluate("node => node.parentElement.className") == "cm-line"
    lab.screenshots("prompt-values", of=lab.cell(1))
