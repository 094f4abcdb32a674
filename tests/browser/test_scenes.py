"""The scenes that come with the package, as a class sees them, and the switch for faults with the mark it leaves."""

from __future__ import annotations

from browser.cells import LOAD
from browser.lab import Lab, Server
from playwright.sync_api import expect

__all__: list[str] = []

TOOLS = """
@wsn.tool
def population(city: str) -> int:
    "The number of inhabitants of a city."
    return {"Paris": 2_103_000, "Oslo": 717_710}[city]

@wsn.tool
def add(a: float, b: float) -> float:
    "Add two numbers."
    return a + b

@wsn.tool
def step(i: int) -> str:
    "One step."
    return f"step {i} is done"

@wsn.tool
def divide(a: float, b: float) -> float:
    "Divide a by b."
    return a / b
"""
SCENES = {
    "first-contact": [("completed", "I go on from here"), ("completed", "You asked this: “Question 1”")],
    "parallel-tools": [("completed", "together that is 2820710.0")],
    "long-chain": [("completed", "The last one gave step 12 is done")],
    "failing-tool": [("completed", "So I asked for 10 / 4 and got 2.5")],
    "lost-connection": [("completed", "lamps go off"), ("failed", "wet rope and"), ("completed", "colour of honey")],
    "refusal": [("completed", "I will not write it for you"), ("incomplete", "which")],
}
"""How each of its questions ends, and words of its answer."""


def test_each_scene_plays_in_a_notebook_to_its_end(lab: Lab, server: Server) -> None:
    cells, wanted = [LOAD + TOOLS], []
    for name, answers in SCENES.items():
        for number, answer in enumerate(answers, 1):
            cells.append(f"%%responses -m scene:{name}{' --new' if number == 1 else ''}\nQuestion {number}")
            wanted.append((name, number, *answer))
    server.write("scenes.ipynb", cells)
    lab.page.set_viewport_size({"width": 1280, "height": 1100})
    lab.open("scenes.ipynb")
    lab.run_cell(0)
    for cell, (name, number, status, words) in enumerate(wanted, 1):
        lab.run_cell(cell)
        shown = lab.output(cell).locator(".wsn-run")
        expect(shown).to_have_attribute("data-wsn-status", status)
        expect(shown).to_contain_text(words)
        lab.screenshots(f"scene-{name}-{number}", of=lab.output(cell))
        if status == "failed":
            expect(shown.locator(".wsn-flag")).to_have_attribute("title", "fault: drop at line 12 of the scene")


def test_the_switch_sets_a_fault_whose_mark_stays_in_the_saved_run(lab: Lab, server: Server) -> None:
    cells = [LOAD, "%responses fault widget", "%%responses\nthink 200 ms, write 12 words"]
    server.write("switch.ipynb", cells)
    lab.page.set_viewport_size({"width": 1280, "height": 1100})
    lab.open("switch.ipynb")
    lab.run_cell(0)
    lab.run_cell(1)
    switch = lab.output(1).locator(".wsn-faults")
    switch.get_by_label("what happens").select_option("stall")
    switch.get_by_label("argument").fill("soon")
    switch.get_by_role("button", name="Add").click()
    expect(switch.get_by_role("alert")).to_contain_text("'stall' takes seconds, 0 to 86400, not 'soon'")
    switch.get_by_label("argument").fill("0.4")
    switch.get_by_label("number", exact=True).fill("3")
    switch.get_by_label("number", exact=True).press("Enter")
    rule = "stall 0.4 at response.output_text.delta 3"
    expect(switch.locator("li code")).to_have_text(rule)
    lab.run_cell(2)
    expect(switch).to_contain_text("happened 1 ×")
    flag = lab.output(2).locator(".wsn-flag")
    expect(flag).to_have_attribute("title", f"fault: {rule}")
    expect(lab.output(2).locator(".wsn-row[data-kind=turn] .wsn-label")).to_contain_text(f"fault: {rule}")
    lab.screenshots("fault-switch", of=switch)
    lab.screenshots("fault-mark", of=lab.output(2))
    assert lab.violations(".wsn-faults") == []
    saved = lab.save().cells[2].outputs[0].data
    assert saved["application/vnd.ws-notebook.run.v1+json"]
    assert f"fault: {rule}" in saved["text/plain"]
    switch.get_by_role("button", name="All off").click()
    expect(switch).to_contain_text("No fault is set")
