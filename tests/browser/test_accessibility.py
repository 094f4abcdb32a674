"""axe-core about all of ours on one page: prompt cells with badges, a run, the panel, the status bar."""

from __future__ import annotations

import re

from browser.lab import THEMES, Lab, Server
from browser.test_prompt_cells import ASK, SETUP
from playwright.sync_api import expect

__all__: list[str] = []

OURS = (".wsn-run", ".wsn-panel", ".wsn-prompt-editor", ".wsn-badge", ".wsn-statusbar")


def test_axe_finds_nothing_serious_in_run_panel_prompt_and_status_bar(server: Server, lab: Lab) -> None:
    server.write("accessible.ipynb", [SETUP, ASK])
    lab.open("accessible.ipynb")
    lab.run_cell(0)
    lab.run_cell(1)
    lab.choose_command("Sessions Panel")
    expect(lab.page.locator(".wsn-side .wsn-panel")).to_be_visible()
    view = lab.output(1).locator(".wsn-run")
    view.locator(".wsn-row[data-kind=call]").first.click()
    expect(view.locator(".wsn-details")).to_be_visible()
    lab.cell(1).locator(".cm-content").click()
    lab.page.keyboard.type("Now. ")
    expect(lab.cell(1).locator(".wsn-badge")).to_have_text(re.compile("^Prompt edited"))
    for theme in THEMES:
        lab.set_theme(theme)
        for selector in OURS:
            assert lab.violations(selector) == [], (theme, selector)
