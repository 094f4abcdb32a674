"""The run view in JupyterLab: keys, details, replay, frames, a table; how it serves those who do not see it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from browser.lab import APPS, App, Lab, Server, Theme
from playwright.sync_api import Locator, expect

import ws_notebook as wsn
from ws_notebook.render.bundle import MIME_TYPE

SETUP = """\
%load_ext ws_notebook
%config ResponsesMagics.provider = "local"
import time
import ws_notebook as wsn

@wsn.tool(run_in="thread")
def population(city: str) -> int:
    "The number of inhabitants of a city."
    time.sleep(0.4)
    return {"Paris": 2_103_000, "Oslo": 717_710}[city]
"""
QUESTION = 'call population(city="Paris") and call population(city="Oslo"), then write 60 words'


@wsn.tool
def population(city: str) -> int:
    """The number of inhabitants of a city."""
    return {"Paris": 2_103_000, "Oslo": 717_710}[city]


@pytest.fixture(scope="module")
def forms() -> Iterator[dict[str, Any]]:
    """All four forms of a run of two turns."""
    with wsn.Session(provider="local", tools=[population]) as session:
        yield session.ask(QUESTION)._repr_mimebundle_()


@pytest.fixture
def saved(server: Server, lab: Lab, forms: dict[str, Any]) -> Callable[..., Locator]:
    """Opens a notebook that holds the run, with no kernel; returns the view."""

    def open_it(theme: Theme = "light", app: App = "lab") -> Locator:
        server.put_outputs("view.ipynb", forms, source="%%responses\n…")
        lab.open("view.ipynb", app=app, kernel=False)
        lab.set_theme(theme)
        if app == "lab":
            lab.hide_side_bars()
        view = lab.output(0).locator(".wsn-run")
        expect(view).to_have_attribute("data-wsn-status", "completed")
        return view

    return open_it


def test_the_keys_of_the_timeline_are_perfetto_s(lab: Lab, saved: Callable[..., Locator]) -> None:
    view = saved()
    rows = view.locator(".wsn-row")
    rows.nth(0).focus()
    timeline = view.locator(".wsn-timeline")
    before = view.locator(".wsn-tick").all_inner_texts()
    for _ in range(3):
        lab.page.keyboard.press("w")
    expect(timeline).to_have_attribute("data-wsn-zoomed", "")
    zoomed = view.locator(".wsn-tick").all_inner_texts()
    assert zoomed != before
    lab.page.keyboard.press("d")
    assert view.locator(".wsn-tick").all_inner_texts() != zoomed
    lab.page.keyboard.press("0")
    assert view.locator(".wsn-tick").all_inner_texts() == before
    rows.nth(1).hover()
    lab.page.keyboard.down("Control")
    lab.page.mouse.wheel(0, -400)
    lab.page.keyboard.up("Control")
    expect(timeline).to_have_attribute("data-wsn-zoomed", "")
    zoomed = view.locator(".wsn-tick").all_inner_texts()
    lab.page.mouse.down()
    lab.page.mouse.move(500, 300, steps=4)
    lab.page.mouse.up()
    assert view.locator(".wsn-tick").all_inner_texts() != zoomed
    rows.nth(0).focus()
    lab.page.keyboard.press("0")
    lab.page.keyboard.press("ArrowDown")
    expect(rows.nth(1)).to_be_focused()
    lab.page.keyboard.press("Enter")
    details = view.get_by_role("region", name="Details of population")
    expect(details).to_contain_text("2103000")
    lab.page.keyboard.press("Escape")
    expect(details).to_be_hidden()
    lab.page.keyboard.press("?")
    expect(view.get_by_role("region", name="Keys of the timeline")).to_be_visible()
    lab.page.keyboard.press("Escape")
    expect(view.get_by_role("region", name="Keys of the timeline")).to_be_hidden()
    # None of these keys reached the notebook, nor do those that would add, copy and cut a cell or make it a text.
    for key in "bcxxmj":
        lab.page.keyboard.press(key)
    expect(rows.nth(1)).to_be_focused()
    expect(lab.page.locator(".jp-Notebook .jp-Cell")).to_have_count(1)
    expect(lab.cell(0)).to_have_class(re.compile("jp-CodeCell"))
    lab.page.keyboard.press("Tab")
    expect(view.get_by_role("button", name="Table")).to_be_focused()
    lab.page.keyboard.press("x")
    expect(lab.page.locator(".jp-Notebook .jp-Cell")).to_have_count(1)


def test_a_row_tells_its_facts_under_the_pointer(saved: Callable[..., Locator]) -> None:
    view = saved()
    view.locator(".wsn-row[data-kind=call]").first.hover()
    tip = view.locator(".wsn-tip")
    expect(tip).to_contain_text("Paris")
    expect(tip).to_contain_text("2103000")
    view.locator(".wsn-row[data-kind=turn]").first.hover()
    expect(tip).to_contain_text("tokens")
    expect(tip).to_contain_text("sent")


def test_a_saved_run_can_be_dragged_and_played_with_no_kernel(lab: Lab, saved: Callable[..., Locator]) -> None:
    view = saved()
    lab.screenshots("run", of=lab.output(0))
    words = view.locator(".wsn-answer").inner_text()
    slider = view.get_by_role("slider", name="Moment of the run")
    expect(slider).to_be_hidden()
    ended = view.locator(".wsn-dot").evaluate("dot => getComputedStyle(dot).backgroundColor")
    view.get_by_role("button", name="Replay").click()
    slider.fill("0")
    # All rows are there, with nothing in them but what had begun.
    expect(view.locator(".wsn-row")).to_have_count(4)
    assert view.locator(".wsn-bar").count() < 2
    expect(view.locator(".wsn-answer")).to_be_hidden()
    expect(view.locator(".wsn-sent")).to_be_hidden()
    moment, part = 1000, words
    while part == words:
        moment -= 10
        slider.fill(str(moment))
        part = view.locator(".wsn-answer").inner_text()
    assert 0 < len(part) < len(words)
    expect(view.locator(".wsn-what")).to_have_text(re.compile(r"^r\d+ replay · [\d.]+ of [\d.]+\ss$"))
    lab.screenshots("replay", of=lab.output(0))
    # The dot says the same as the word beside it.
    assert view.locator(".wsn-dot").evaluate("dot => getComputedStyle(dot).backgroundColor") != ended
    play, end = view.locator(".wsn-play"), view.get_by_role("button", name="End replay")
    view.get_by_label("Speed of the replay").select_option("0.25")
    # From its beginning: a busy machine has seconds to see that it plays.
    slider.fill("0")
    slider.press(" ")
    expect(play).to_have_text("Pause")
    play.click()
    expect(play).to_have_text("Play")
    slider.fill(str(moment // 2))
    assert len(view.locator(".wsn-answer").inner_text()) < len(part)
    view.get_by_label("Speed of the replay").select_option("10")
    play.click()
    expect(view.locator(".wsn-status")).to_have_text("completed", timeout=20_000)
    expect(view.locator(".wsn-answer")).to_have_text(words.replace("\n\n", "\n"), use_inner_text=True)
    expect(play).to_have_text("Play")
    slider.fill("300")
    end.click()
    expect(view.locator(".wsn-status")).to_have_text("completed")
    expect(slider).to_be_hidden()
    expect(view.get_by_role("button", name="Replay")).to_be_visible()


def test_the_frames_of_a_saved_run_are_kept_in_groups(lab: Lab, saved: Callable[..., Locator]) -> None:
    view = saved()
    view.get_by_role("button", name="Frames").click()
    frames = view.get_by_role("region", name="Frames", exact=True)
    rows = frames.locator("tbody tr")
    expect(rows.first).to_contain_text("response.create")
    expect(frames.locator(".wsn-frames-note")).to_contain_text("while the kernel of the run is")
    everything = rows.count()
    frames.get_by_role("searchbox").fill("sent")
    expect(rows).to_have_count(2)
    expect(frames.locator(".wsn-frames-sums")).to_contain_text("2 frames ·")
    assert everything > 2
    expect(rows.nth(1)).to_contain_text("response.create")
    view.get_by_role("button", name="Frames").click()
    expect(frames).to_be_hidden()


def test_every_frame_has_its_json_while_the_kernel_is_there(lab: Lab, server: Server) -> None:
    server.write("frames.ipynb", [SETUP, f"%%responses\n{QUESTION}"])
    lab.page.set_viewport_size({"width": 1280, "height": 1500})
    lab.open("frames.ipynb")
    lab.hide_side_bars()
    lab.run_cell(0)
    lab.run_cell(1, wait=False)
    view = lab.output(1).locator(".wsn-run")
    view.get_by_role("button", name="Frames").click()
    frames = view.get_by_role("region", name="Frames", exact=True)
    # While it runs they are listed when that is asked for, and once more at its end.
    expect(frames.get_by_role("button", name="Refresh")).to_be_visible()
    lab.wait_cell(1)
    expect(frames.get_by_role("button", name="Refresh")).to_be_hidden()
    frames.get_by_role("button", name="response.create", exact=True).nth(1).click()
    json = frames.locator(".wsn-frame-json")
    expect(json).to_contain_text('"previous_response_id"')
    expect(json).to_contain_text("function_call_output")
    expect(json).not_to_contain_text("Authorization")
    lab.screenshots("frames", of=lab.output(1))


def test_the_timeline_is_a_table_too_and_the_run_folds_to_one_line(lab: Lab, saved: Callable[..., Locator]) -> None:
    view = saved()
    view.get_by_role("button", name="Table").click()
    table = view.get_by_role("table", name="Timeline of run")
    expect(table.get_by_role("columnheader", name="Duration")).to_be_visible()
    expect(table.get_by_role("rowheader")).to_have_count(4)
    fold = view.get_by_role("button", name="Show the run")
    fold.click()
    expect(fold).to_have_attribute("aria-expanded", "false")
    expect(view.locator(".wsn-answer")).to_be_hidden()
    height = view.bounding_box()
    assert height is not None
    assert height["height"] < 50
    fold.click()
    expect(view.locator(".wsn-answer")).to_be_visible()


def test_the_answer_and_the_python_of_a_run_can_be_copied(
    lab: Lab, saved: Callable[..., Locator], forms: dict[str, Any]
) -> None:
    lab.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    view = saved()
    view.get_by_role("button", name="Copy answer").click()
    expect(view.get_by_role("button", name="Copied")).to_be_visible()
    assert lab.page.evaluate("navigator.clipboard.readText()") == forms[MIME_TYPE]["text"]
    view.get_by_role("button", name="Copy as Python").click()
    expect(view.get_by_role("button", name="Copied")).to_have_count(2)
    copied = lab.page.evaluate("navigator.clipboard.readText()")
    assert "tools=[population]" in copied
    compile(copied, "copied", "exec")


@pytest.mark.parametrize("app", APPS)
def test_axe_finds_nothing_serious_with_everything_open(lab: Lab, saved: Callable[..., Locator], app: App) -> None:
    lab.page.set_viewport_size({"width": 1280, "height": 1800})
    view = saved("dark", app)
    for name in ("Frames", "Table", "Keys"):
        view.get_by_role("button", name=name, exact=True).click()
    view.locator(".wsn-row").nth(1).click()
    assert lab.violations(".wsn-run") == []
    lab.set_theme("light")
    assert lab.violations(".wsn-run") == []
    view.get_by_role("button", name="Keys", exact=True).click()
    view.get_by_role("button", name="Frames", exact=True).click()
    if app == "lab":
        lab.screenshots("table", of=lab.output(0))


@pytest.mark.parametrize("app", APPS)
def test_the_end_is_announced_once_and_no_token_is(lab: Lab, server: Server, app: App) -> None:
    server.write("announced.ipynb", [SETUP, f"%%responses\n{QUESTION}"])
    lab.open("announced.ipynb", app=app)
    lab.run_cell(0)
    lab.page.evaluate(
        """() => {
          window.said = [];
          new MutationObserver(records => {
            for (const { target } of records) {
              const node = target.nodeType === Node.TEXT_NODE ? target.parentElement : target;
              const live = node.closest?.('.wsn-run [aria-live], .wsn-run [role=status], .wsn-run [role=alert]');
              if (live) window.said.push(live.textContent);
            }
          }).observe(document.body, { subtree: true, childList: true, characterData: true });
        }"""
    )
    lab.run_cell(1)
    expect(lab.output(1).locator(".wsn-run")).to_have_attribute("data-wsn-status", "completed")
    lab.page.wait_for_function("() => window.said.length > 0")
    said = lab.page.evaluate("() => window.said")
    assert len(said) == 1
    assert said[0].startswith("Run completed after")


def test_it_can_be_read_at_twice_the_size(lab: Lab, saved: Callable[..., Locator]) -> None:
    lab.page.set_viewport_size({"width": 640, "height": 900})
    view = saved()
    view.get_by_role("button", name="Replay").click()
    view.get_by_role("slider", name="Moment of the run").fill("1000")
    for part in (".wsn-status", ".wsn-tokens", ".wsn-row >> nth=0", ".wsn-slider", ".wsn-answer"):
        expect(view.locator(part)).to_be_visible()
    assert view.evaluate("node => node.scrollWidth <= node.clientWidth")
    lab.screenshot("run-narrow", of=lab.output(0))


def test_notebook_7_reads_and_replays_a_saved_run_with_no_kernel(lab: Lab, saved: Callable[..., Locator]) -> None:
    lab.page.set_viewport_size({"width": 640, "height": 900})
    view, press = saved(app="notebook"), lab.page.keyboard.press
    assert view.evaluate("node => node.scrollWidth <= node.clientWidth")
    rows, words = view.locator(".wsn-row"), view.locator(".wsn-answer").inner_text()
    rows.nth(0).focus()
    press("ArrowDown")
    press("Enter")
    expect(view.get_by_role("region", name="Details of population")).to_contain_text("2103000")
    press("Escape")
    # Letters that insert, cut and delete cells elsewhere.
    for key in ("w", "a", "d", "d", "x"):
        press(key)
    expect(view.locator(".wsn-timeline")).to_have_attribute("data-wsn-zoomed", "")
    press("0")
    expect(rows.nth(1)).to_be_focused()

    view.get_by_role("button", name="Replay").click()
    slider = view.get_by_role("slider", name="Moment of the run")
    slider.fill("1000")
    slider.focus()
    press("ArrowDown")
    expect(slider).to_be_focused()
    expect(slider).to_have_value("999")
    slider.fill("900")
    expect(rows).to_have_count(4)
    assert 0 < len(view.locator(".wsn-answer").inner_text()) < len(words)
    view.get_by_label("Speed of the replay").select_option("10")
    view.get_by_role("button", name="Play", exact=True).click()
    expect(view.locator(".wsn-status")).to_have_text("completed", timeout=20_000)
    slider.focus()
    press("Escape")
    expect(slider).to_be_hidden()

    view.get_by_role("button", name="Frames").click()
    frames = view.get_by_role("region", name="Frames", exact=True)
    frames.get_by_role("searchbox").fill("sent")
    expect(frames.locator("tbody tr")).to_have_count(2)
    fold = view.get_by_role("button", name="Show the run")
    fold.click()
    expect(view.locator(".wsn-answer")).to_be_hidden()
    # None of these keys reached the notebook.
    expect(lab.page.locator(".jp-Notebook .jp-Cell")).to_have_count(1)
