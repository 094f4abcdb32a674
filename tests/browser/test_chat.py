"""The chat: ask, steer, stop and branch in a real page, while no cell runs."""

from __future__ import annotations

import pytest
from browser.lab import APPS, App, Lab, Server
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


def test_text_of_several_lines_is_written_and_the_line_stays_in_sight(lab: Lab, server: Server) -> None:
    server.write("lines.ipynb", [SETUP])
    lab.open("lines.ipynb")
    lab.run_cell(0)
    chat = lab.output(0).locator(".wsn-chat")
    line = chat.get_by_role("textbox", name="Your words")
    for number in range(3):
        line.fill("write 60 words")
        line.press("Shift+Enter")
        line.press_sequentially(f'say "the end of {number}"')
        line.press("Enter")
        expect(chat.locator(".wsn-run").nth(number)).to_contain_text(f"the end of {number}", timeout=20_000)
        expect(chat.get_by_role("button", name="Ask")).to_be_visible()
        expect(line).to_be_in_viewport()
    expect(line).to_have_value("")
    assert chat.locator(".wsn-chat-question").first.inner_text() == 'write 60 words\nsay "the end of 0"'


@pytest.mark.parametrize("app", APPS)
def test_a_chat_asks_continues_stops_and_branches(lab: Lab, server: Server, app: App) -> None:
    server.write("chat.ipynb", [SETUP, CHECK])
    lab.page.set_viewport_size({"width": 1280, "height": 1500})
    lab.open("chat.ipynb", app=app)
    lab.run_cell(0)
    chat = lab.output(0).locator(".wsn-chat")
    line = chat.get_by_role("textbox", name="Your words")
    line.fill("Which has more inhabitants, Paris or Oslo?")
    line.press("Enter")
    runs = chat.locator(".wsn-run")
    expect(runs.nth(0)).to_have_attribute("data-wsn-status", "completed", timeout=20_000)
    line.fill("think 60 seconds, then write 20 words")
    line.press("Enter")
    # Its timeline is folded, as it calls nothing.
    expect(runs.nth(1).locator(".wsn-bar[data-kind=reasoning]")).to_be_attached(timeout=20_000)
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
