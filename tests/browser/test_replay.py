"""A replay moves nothing but what is replayed: the slider stays under the pointer, whatever it shows."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from browser.lab import Lab, Server
from playwright.sync_api import Locator, expect
from render.play import HEADER, Play, capitals

from ws_notebook.render.bundle import MIME_TYPE
from ws_notebook.render.mime import mime_bundle

__all__: list[str] = []

# Markdown whose beginning is taller than its whole: a table is rows of bars until its second line is there.
TABLE = "| city | inhabitants |\n| --- | --- |\n" + "".join(f"| town {number} | {number} |\n" for number in range(12))
TOPS = """node => [...node.querySelectorAll('.wsn-slider, .wsn-timeline, .wsn-foot, .wsn-header')]
  .filter(part => part.checkVisibility()).map(part => part.getBoundingClientRect())
  .map(({ top, bottom }) => [Math.round(top), Math.round(bottom)])"""


def growing() -> Play:
    """A run without calls whose text comes in pieces over three seconds."""
    play = Play("Which towns?", "r3").at(0.003).send().at(0.3).created("resp_1")
    for number, piece in enumerate(re.findall(r".{1,9}", TABLE, re.DOTALL)):
        play.at(0.3 + number * 0.05).text(piece)
    return play.completed()


def forms(play: Play) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(mime_bundle(play.run, HEADER)))
    return found


@pytest.fixture
def views(server: Server, lab: Lab) -> list[Locator]:
    server.put_outputs("replay.ipynb", forms(capitals()), forms(growing()))
    lab.page.set_viewport_size({"width": 1280, "height": 1100})
    lab.open("replay.ipynb", kernel=False)
    lab.hide_side_bars()
    found = [lab.output(index).locator(".wsn-run") for index in (0, 1)]
    for view in found:
        expect(view).to_have_attribute("data-wsn-status", "completed")
    return found


@pytest.mark.parametrize("width", [1280, 640])
def test_nothing_moves_while_the_slider_is_dragged(lab: Lab, views: list[Locator], width: int) -> None:
    lab.page.set_viewport_size({"width": width, "height": 1100})
    for view in views:
        view.get_by_role("button", name="Replay").click()
        slider = view.get_by_role("slider", name="Moment of the run")
        slider.fill("1000")
        whole = view.evaluate(TOPS)
        box = slider.bounding_box()
        assert box is not None
        mouse, middle = lab.page.mouse, box["y"] + box["height"] / 2
        mouse.move(box["x"] + box["width"] - 3, middle)
        mouse.down()
        for part in range(20, -1, -1):
            mouse.move(box["x"] + 3 + (box["width"] - 6) * part / 20, middle)
            assert view.evaluate(TOPS) == whole
            words = view.locator(".wsn-what").inner_text()
            assert "running" not in words
        mouse.up()
        expect(slider).to_have_value("0")
        expect(view.locator(".wsn-what")).to_have_text(re.compile(r"^r\d replay · 0\.0 of [13]\.\d\ss$"))
        view.get_by_role("button", name="End replay").click()
        expect(view.locator(".wsn-status")).to_have_text("completed")


def test_a_page_of_another_width_gives_a_replay_another_height(lab: Lab, views: list[Locator]) -> None:
    view = views[0]
    view.get_by_role("button", name="Replay").click()
    slider = view.get_by_role("slider", name="Moment of the run")
    slider.fill("0")
    lab.page.set_viewport_size({"width": 640, "height": 1100})
    expect(view).not_to_have_attribute("data-wsn-room", "strip")
    expect(view.locator(".wsn-what")).to_contain_text("replay")
    early = view.evaluate(TOPS)
    slider.fill("1000")
    assert view.evaluate(TOPS) == early


def test_a_run_of_an_older_version_is_drawn_and_replayed(lab: Lab, server: Server) -> None:
    """One that says less: no parent, no notes, no growth, spans and growth in lists as they were once written."""
    old = forms(capitals())
    run = old[MIME_TYPE]
    for name in ("parent", "notes", "frames", "reason", "steers", "view", "format", "images"):
        run.pop(name, None)
    for turn in run["turns"]:
        for name in ("growth", "retry_at_ms", "items", "lane"):
            turn.pop(name, None)
        for call in turn["calls"]:
            for name in ("approval", "note", "images", "progress"):
                call.pop(name, None)
    server.put_outputs("old.ipynb", old)
    lab.open("old.ipynb", kernel=False)
    view = lab.output(0).locator(".wsn-run")
    expect(view.locator(".wsn-answer")).to_contain_text("has more inhabitants")
    expect(view.locator(".wsn-row")).to_have_count(6)
    view.get_by_role("button", name="Replay").click()
    view.get_by_role("slider", name="Moment of the run").fill("400")
    expect(view.locator(".wsn-row")).to_have_count(6)
    assert lab.console_errors == []
