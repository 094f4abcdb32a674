"""A timeline begins as the settings say, and stays as its reader left it: over a run anew, and over a reload."""

from __future__ import annotations

import pytest
from browser.lab import Lab, Server
from browser.test_prompt_cells import ASK, SETUP
from playwright.sync_api import Locator, expect

__all__: list[str] = []

PLAIN = "%%responses\nsay hi"


def timeline(lab: Lab, index: int) -> Locator:
    return lab.output(index).locator(".wsn-timeline")


def toggle(lab: Lab, index: int) -> None:
    """Click the strip of the run, or where it has no room the timeline's head: that folds it and opens it."""
    lab.output(index).locator(".wsn-strip:visible, .wsn-fold:visible").first.click()


def is_open(place: Locator) -> None:
    expect(place).to_have_attribute("open", "")


def is_folded(place: Locator) -> None:
    expect(place).not_to_have_attribute("open", "")


def test_a_fold_survives_a_run_anew_and_a_reload(server: Server, lab: Lab) -> None:
    server.write("folds.ipynb", [SETUP, ASK, PLAIN])
    lab.open("folds.ipynb")
    lab.hide_side_bars()
    for index in (0, 1, 2):
        lab.run_cell(index)
    is_open(timeline(lab, 1))
    is_folded(timeline(lab, 2))
    toggle(lab, 1)
    is_folded(timeline(lab, 1))
    lab.run_cell(1)
    is_folded(timeline(lab, 1))
    lab.save()
    lab.open("folds.ipynb")
    lab.hide_side_bars()
    is_folded(timeline(lab, 1))
    toggle(lab, 1)
    is_open(timeline(lab, 1))


@pytest.mark.new_page  # it is read when the page is loaded
def test_the_setting_folds_all_timelines_but_those_that_were_opened(server: Server, lab: Lab) -> None:
    server.set_settings("ws-notebook", "settings", timeline="folded")
    server.write("folded.ipynb", [SETUP, ASK, ASK])
    lab.open("folded.ipynb")
    lab.hide_side_bars()
    for index in (0, 1, 2):
        lab.run_cell(index)
    is_folded(timeline(lab, 1))
    toggle(lab, 1)
    lab.run_cell(1)
    is_open(timeline(lab, 1))
    is_folded(timeline(lab, 2))
