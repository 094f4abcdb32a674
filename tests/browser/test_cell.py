"""A `%%responses` cell in a real JupyterLab: streaming, tools, both ways to stop it, and what is saved."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from browser.cells import MIME
from browser.lab import Lab, Server, Theme
from playwright.sync_api import Locator, expect

SETUP = """\
%load_ext ws_notebook
%config ResponsesMagics.provider = "local"
import time
import ws_notebook as wsn

@wsn.tool
def population(city: str) -> int:
    "The number of inhabitants of a city."
    time.sleep(1.5)
    return {"Paris": 2_103_000, "Oslo": 717_710}[city]

@wsn.tool
def capital(country: str) -> str:
    "The capital of a country."
    time.sleep(1.5)
    return {"France": "Paris", "Norway": "Oslo"}[country]
"""

TWO_TOOLS = """\
%%responses
call population(city="Paris") and call capital(country="Norway"), then write 80 words
"""

LONG = """\
%%responses
write 3000 words
"""

MOVES = """() => document.getAnimations()
  .filter(each => each.playState === 'running' && each.effect.target.closest('.wsn-run, .wsn-badge'))
  .map(each => each.animationName)"""


@pytest.fixture
def opened(opener: Callable[..., Lab]) -> Callable[..., Lab]:
    """Opens a notebook of these cells whose first, the set-up, has run."""
    return partial(opener, SETUP, theme="light")


def answer(lab: Lab, index: int) -> Locator:
    return lab.output(index).locator(".wsn-answer")


def test_text_and_a_running_tool_are_visible_before_the_answer_ends(opened: Callable[..., Lab]) -> None:
    lab = opened(TWO_TOOLS)
    lab.run_cell(1, wait=False)
    view = lab.output(1).locator(".wsn-run")
    running = view.locator(".wsn-row[data-kind=call][data-status=running]")
    expect(running).to_have_count(1, timeout=20_000)
    expect(view.locator(".wsn-bar[data-kind=tool]")).not_to_have_count(0)
    expect(view).to_have_attribute("data-wsn-status", "in_progress")
    lab.screenshot("running-tool", of=lab.output(1))
    assert "wsn-badge-pulse" in lab.page.evaluate(MOVES)
    lab.page.emulate_media(reduced_motion="reduce")
    assert lab.page.evaluate(MOVES) == []
    expect(answer(lab, 1)).to_contain_text("the", timeout=20_000)
    expect(view).to_have_attribute("data-wsn-status", "in_progress")
    lab.wait_cell(1)
    expect(view).to_have_attribute("data-wsn-status", "completed")
    expect(view.locator(".wsn-row[data-kind=call][data-status=completed]")).to_have_count(2)
    lab.screenshot("finished-run", of=lab.output(1))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_saved_notebook_holds_one_output_and_shows_it_without_a_kernel(
    opened: Callable[..., Lab], server: Server, theme: Theme
) -> None:
    lab = opened(TWO_TOOLS, theme=theme)
    lab.run_cell(1)
    saved = lab.save()
    outputs = saved.cells[1].outputs
    assert [output.output_type for output in outputs] == ["display_data"]
    assert set(outputs[0].data) == {MIME, "text/html", "text/markdown", "text/plain"}
    assert outputs[0].data[MIME]["status"] == "completed"
    assert "widgets" not in saved.metadata
    name = "test_the_saved_notebook_holds_one_output_and_shows_it_without_a_kernel.ipynb"
    server.shutdown_kernels()
    server.forget_kernel(name)
    lab.open(name, kernel=False)
    lab.set_theme(theme)
    view = lab.output(1).locator(".wsn-run")
    expect(view).to_have_attribute("data-wsn-status", "completed")
    expect(view.locator(".wsn-row[data-kind=call]")).to_have_count(2)
    expect(view.locator(".wsn-row[data-kind=turn]")).to_have_count(len(outputs[0].data[MIME]["turns"]))
    expect(answer(lab, 1)).to_contain_text(outputs[0].data[MIME]["text"].split()[-1].strip(".*`"))
    lab.screenshot(f"saved-run-{theme}", of=lab.output(1))


def stopped(lab: Lab, status: str = "cancelled") -> None:
    lab.wait_cell(1)
    view = lab.output(1).locator(".wsn-run")
    expect(view).to_have_attribute("data-wsn-status", status)
    saved = lab.save()
    bundles = [output for output in saved.cells[1].outputs if output.output_type == "display_data"]
    assert len(bundles) == 1
    data = bundles[0].data[MIME]
    assert data["status"] == "cancelled"
    assert data["stopped"]
    assert 0 < len(data["text"].split()) < 3000
    lab.run_cell(2)
    expect(answer(lab, 2)).to_have_text("still here")


def test_the_stop_button_of_the_view_ends_a_long_answer(opened: Callable[..., Lab]) -> None:
    lab = opened(LONG, '%%responses\nsay "still here"')
    lab.run_cell(1, wait=False)
    expect(answer(lab, 1)).to_contain_text("the", timeout=20_000)
    lab.output(1).get_by_role("button", name="Stop").click()
    stopped(lab)


def test_interrupting_the_kernel_ends_a_long_answer(opened: Callable[..., Lab]) -> None:
    lab = opened(LONG, '%%responses\nsay "still here"')
    lab.run_cell(1, wait=False)
    expect(answer(lab, 1)).to_contain_text("the", timeout=20_000)
    lab.interrupt()
    stopped(lab)
