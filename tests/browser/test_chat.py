"""The chat: ask, steer, stop and branch in a real page, while no cell runs."""

from __future__ import annotations

import pytest
from browser.lab import App, Lab, Server
from playwright.sync_api import expect

SETUP = """import ws_notebook as wsn

@wsn.tool
def population(city: str) -> int:
    "How many people live in a city."
    return {"Paris": 2_103_000, "Oslo": 717_710}[city]

session = wsn.Session(provider="local", tools=[population])
session.chat()"""
CHECK = "print([(run.id, run.status, run.parent and run.parent.id) for run in session.runs])"
TREE = "[('r1', 'completed', None), ('r2', 'cancelled', 'r1'), ('r3', 'completed', 'r1')]"


@pytest.mark.parametrize("app", ["lab", "notebook"])
def test_a_chat_asks_continues_stops_and_branches(lab: Lab, server: Server, app: App) -> None:
    server.write("chat.ipynb", [SETUP, CHECK])
    lab.page.set_viewport_size({"width": 1280, "height": 1500})
    lab.open("chat.ipynb", app=app)
    lab.run_cell(0)
    chat = lab.output(0).locator(".wsn-chat")
    line = chat.locator("input.widget-input")
    line.fill("Which has more inhabitants, Paris or Oslo?")
    line.press("Enter")
    runs = chat.locator(".wsn-run")
    expect(runs.nth(0)).to_have_attribute("data-wsn-status", "completed", timeout=20_000)
    line.fill("think 60 seconds, then write 20 words")
    line.press("Enter")
    expect(runs.nth(1).locator(".wsn-bar[data-kind=reasoning]")).to_be_visible(timeout=20_000)
    expect(chat.get_by_role("button", name="Steer")).to_be_visible()
    if app == "lab":
        lab.screenshots("chat", of=chat)
    chat.locator("button.jupyter-button", has_text="Stop").click()
    expect(runs.nth(1)).to_have_attribute("data-wsn-status", "cancelled")
    chat.get_by_label("Continue").select_option(index=2)
    line.fill('say "a branch"')
    chat.get_by_role("button", name="Ask").click()
    expect(runs.nth(2)).to_contain_text("a branch", timeout=20_000)
    expect(runs.nth(2)).to_have_attribute("data-wsn-status", "completed")
    lab.run_cell(1)
    expect(lab.output(1)).to_have_text(TREE)
    assert lab.violations(".wsn-chat") == []
