"""Calls that wait for approval while their cell blocks, in a real JupyterLab: decided by mouse and by keys."""

from __future__ import annotations

import re

import pytest
from browser.cells import MIME
from browser.lab import Lab, Server
from playwright.sync_api import Locator, expect
from support.started import SUBSHELLS, needs_subshells

by_prompt = pytest.mark.skipif(SUBSHELLS, reason="not on this version: ipykernel 7 hears the buttons")

SETUP = """\
%load_ext ws_notebook
%config ResponsesMagics.provider = "local"
import time
import ws_notebook as wsn

@wsn.tool(approve=True)
def remove(path: str, days: int = 30) -> str:
    "Delete old files below a folder."
    return f"Removed what was older than {days} days in {path}."
"""
SEEN = r'"reports\u202e001 :syad\u2066\u200b"'
ONE = '%%responses -o run\ncall remove(path="reports/2024", days=90)\n'
HIDDEN = '%%responses -o run\ncall remove(path="reports\u202e001 :syad\u2066\u200b", days=90)\n'
TWO = '%%responses -o run\ncall remove(path="a") and remove(path="b")\n'
SHOW = "print([(c.status, c.decision, c.error, c.edited) for c in run.tool_calls])\nprint(run.tool_calls[0].output)"


def opened(server: Server, lab: Lab, *cells: str, setup: str = SETUP) -> Locator:
    """Open a notebook of these cells, run the set-up and begin the first; its run view."""
    server.write("approval.ipynb", [setup, *cells])
    lab.open("approval.ipynb")
    lab.run_cell(0)
    lab.run_cell(1, wait=False)
    return lab.output(1).locator(".wsn-run")


def panel(view: Locator) -> Locator:
    return view.get_by_role("group", name="Approval of remove")


def printed(lab: Lab, index: int) -> Locator:
    """What a cell at the end of the notebook prints of the run."""
    lab.wait_cell(1)
    lab.run_cell(index)
    return lab.output(index)


@needs_subshells
def test_a_call_waits_in_the_view_and_runs_once_it_is_approved(server: Server, lab: Lab) -> None:
    view = opened(server, lab, ONE, SHOW)
    asked = panel(view)
    expect(asked).to_be_visible(timeout=20_000)
    expect(asked).to_contain_text("remove waits for your approval")
    expect(asked).to_contain_text('"days": 90')
    expect(asked).to_contain_text(re.compile(r"33 characters · SHA-256 [0-9a-f]{16}…"))
    expect(view.locator(".wsn-row[data-status=awaiting_approval]")).to_have_count(1)
    lab.screenshots("approval", of=lab.output(1))
    asked.get_by_role("button", name="Approve").click()
    expect(asked).to_have_count(0)
    lab.wait_cell(1)
    expect(view.locator(".wsn-answer")).to_contain_text("Removed what was older than 90 days")
    expect(view.locator(".wsn-row[data-kind=call] .wsn-label")).to_contain_text("approved after")
    expect(printed(lab, 2)).to_contain_text("[('completed', 'approved', None, None)]")
    call = lab.save().cells[1].outputs[0].data[MIME]["turns"][0]["calls"][0]
    assert call["approval"]["decision"] == "approved"
    assert "approval" in call["spans"].split()


@needs_subshells
def test_it_is_denied_from_the_keyboard_with_a_reason(server: Server, lab: Lab) -> None:
    view = opened(server, lab, ONE, SHOW)
    asked = panel(view)
    expect(asked).to_be_focused(timeout=20_000)
    expect(view.get_by_role("alert").first).to_contain_text("Press A to approve, D to deny, E to edit the arguments")
    lab.page.wait_for_timeout(900)  # keys that come at once were meant for what had the focus before
    lab.page.keyboard.press("d")
    reason = asked.get_by_role("textbox", name="Reason of the denial")
    expect(reason).to_be_focused()
    # Letters of the choice, and keys of the notebook, are text here.
    lab.page.keyboard.type("add the older ones, dd")
    lab.screenshot("approval-deny", of=lab.output(1))
    lab.page.keyboard.press("Escape")
    expect(reason).to_be_hidden()
    expect(asked).to_be_focused()
    lab.page.keyboard.press("d")
    lab.page.keyboard.press("Enter")
    expect(asked).to_have_count(0)
    expect(lab.page.locator(".jp-Notebook .jp-Cell")).to_have_count(3)
    expect(printed(lab, 2)).to_contain_text("('denied', 'denied', 'add the older ones, dd', None)")
    expect(lab.output(2)).to_contain_text("Reason: add the older ones, dd")
    expect(view.locator(".wsn-row[data-kind=call] .wsn-label")).to_contain_text("denied: add the older ones, dd")


@needs_subshells
def test_its_arguments_are_edited_and_checked_as_the_models_are(server: Server, lab: Lab) -> None:
    view = opened(server, lab, HIDDEN, SHOW)
    asked = panel(view)
    # What would turn the line, or cannot be seen, is written out wherever it is decided about.
    expect(asked).to_contain_text(SEEN, timeout=20_000)
    expect(view.get_by_role("alert").first).to_contain_text(SEEN)
    asked.get_by_role("button", name="Edit arguments").click()
    editor = asked.get_by_role("textbox", name="Arguments as JSON")
    expect(editor).to_be_focused()
    expect(editor).to_have_value(re.compile(re.escape(SEEN)))
    run = asked.get_by_role("button", name="Run with these arguments")
    editor.fill('{"path": "tmp", ')
    run.click()
    expect(asked.get_by_role("alert")).to_contain_text("This is not JSON")
    editor.fill('{"path": "tmp", "days": "many"}')
    run.click()
    expect(asked.get_by_role("alert")).to_contain_text("days")
    expect(editor).to_have_value('{"path": "tmp", "days": "many"}')
    lab.screenshots("approval-edit", of=lab.output(1))
    editor.fill('{"path": "tmp", "days": 7}')
    editor.press("Control+Enter")
    expect(asked).to_have_count(0)
    expect(printed(lab, 2)).to_contain_text("""('completed', 'edited', None, '{"path": "tmp", "days": 7}')""")
    expect(lab.output(2)).to_contain_text('It ran with: {"path": "tmp", "days": 7}]')
    expect(view.locator(".wsn-row[data-kind=call] .wsn-label")).to_contain_text("approved with other arguments after")


@needs_subshells
def test_the_focus_goes_on_to_the_next_call_and_keys_decide(server: Server, lab: Lab) -> None:
    view = opened(server, lab, TWO, SHOW)
    expect(panel(view)).to_have_count(2, timeout=20_000)
    expect(panel(view).first).to_be_focused()
    lab.page.wait_for_timeout(900)
    lab.page.keyboard.press("a")
    expect(panel(view)).to_have_count(1)
    expect(panel(view)).to_be_focused()
    lab.page.keyboard.press("d")
    lab.page.keyboard.press("Enter")
    expect(panel(view)).to_have_count(0)
    expect(printed(lab, 2)).to_contain_text("('completed', 'approved', None, None), ('denied', 'denied', None, None)")
    expect(lab.page.locator(".jp-Notebook .jp-Cell")).to_have_count(3)


@needs_subshells
def test_who_writes_elsewhere_keeps_the_focus(server: Server, lab: Lab) -> None:
    slow = '%%responses -o run\nthink 2 seconds then call remove(path="a")\n'
    view = opened(server, lab, slow, "")
    lab.cell(2).locator(".cm-content").click()
    lab.page.keyboard.type("a")
    expect(panel(view)).to_be_visible(timeout=20_000)
    lab.page.keyboard.type(" = 'add'")
    expect(lab.cell(2).locator(".cm-content")).to_have_text("a = 'add'")
    expect(panel(view)).to_be_visible()
    panel(view).get_by_role("button", name="Approve").click()
    lab.wait_cell(1)


@needs_subshells
def test_a_run_in_the_background_waits_while_other_cells_run(server: Server, lab: Lab) -> None:
    background = ONE.replace("-o run", "-o run --background")
    view = opened(server, lab, background, "time.sleep(1)\nprint('other')", "run.result(20)\n" + SHOW)
    expect(panel(view)).to_be_visible(timeout=20_000)
    lab.run_cell(2)
    expect(lab.output(2)).to_contain_text("other")
    panel(view).get_by_role("button", name="Approve").click()
    expect(panel(view)).to_have_count(0)
    lab.run_cell(3)
    expect(lab.output(3)).to_contain_text("[('completed', 'approved', None, None)]")


@needs_subshells
def test_the_time_that_is_left_is_shown_and_then_the_default_taken(server: Server, lab: Lab) -> None:
    setup = SETUP.replace("approve=True", "approve=wsn.Approval(timeout=3)")
    view = opened(server, lab, ONE, SHOW, setup=setup)
    expect(panel(view)).to_contain_text("denied in", timeout=20_000)
    expect(panel(view)).to_have_count(0)
    expect(printed(lab, 2)).to_contain_text("('denied', 'timeout', 'Nobody decided within 3 s.', None)")


@needs_subshells
def test_stop_ends_the_wait(server: Server, lab: Lab) -> None:
    view = opened(server, lab, ONE, SHOW)
    expect(panel(view)).to_be_visible(timeout=20_000)
    view.get_by_role("button", name="Stop").click()
    expect(printed(lab, 2)).to_contain_text("[('cancelled', '', None, None)]")
    expect(panel(view)).to_have_count(0)


def test_without_a_view_the_cell_asks_in_a_box_of_its_own(server: Server, lab: Lab) -> None:
    ask = 'run = wsn.Session(provider="local", tools=[remove]).ask(\'call remove(path="a")\')'
    opened(server, lab, ask, SHOW)
    box = lab.output(1).locator(".jp-Stdin-input")
    expect(box).to_be_visible(timeout=20_000)
    lab.screenshot("approval-input", of=lab.cell(1))
    box.fill('{"path": "b"}')
    box.press("Enter")
    expect(printed(lab, 2)).to_contain_text("""('completed', 'edited', None, '{"path": "b"}')""")


@by_prompt
def test_where_no_button_is_heard_the_view_sends_to_the_box(server: Server, lab: Lab) -> None:
    view = opened(server, lab, TWO, SHOW)
    box = lab.output(1).locator(".jp-Stdin", has_text='remove({"path":"a"})').locator("input")
    expect(box).to_be_visible(timeout=20_000)
    expect(panel(view).first).to_contain_text("Answer in the input box of the cell.")
    expect(view.get_by_role("button", name="Approve")).to_have_count(0)
    lab.screenshot("approval-prompt", of=lab.output(1))
    box.fill("y")
    box.press("Enter")
    again = lab.output(1).locator(".jp-Stdin", has_text='remove({"path":"b"})').locator("input")
    expect(again).to_be_visible(timeout=20_000)
    again.fill("n keep b")
    again.press("Enter")
    expect(printed(lab, 2)).to_contain_text(
        "('completed', 'approved', None, None), ('denied', 'denied', 'keep b', None)"
    )


LONG = 'text = "x" * 24_000 + " and the end"\n'
LONG_ASK = "run = session.ask('call remove(path=\"' + text + '\")')"


@needs_subshells
def test_long_arguments_are_not_approved_before_all_of_them_were_shown(server: Server, lab: Lab) -> None:
    session = "session = wsn.Session(provider='local', tools=[remove])\nfrom IPython.display import display\n"
    setup = f"{SETUP}{session}{LONG}"
    ask = LONG_ASK.replace("session.ask", "session.start") + "\ndisplay(run)\nrun.result(100)\nNone"
    view = opened(server, lab, ask, SHOW, setup=setup)
    asked = panel(view)
    expect(asked).to_be_visible(timeout=30_000)
    approve = asked.get_by_role("button", name="Approve")
    expect(approve).to_be_disabled()
    expect(asked).not_to_contain_text("and the end")
    expect(asked).to_contain_text(re.compile(r"24.023 characters · SHA-256 [0-9a-f]{16}"))
    expect(asked).to_contain_text('"days": 30')
    lab.screenshot("approval-long", of=lab.output(1))
    asked.get_by_role("button", name="Show all").click()
    expect(asked).to_contain_text("and the end", timeout=20_000)
    expect(asked.get_by_role("button", name="Show all")).to_be_hidden()
    approve.click()
    expect(asked).to_have_count(0)
    lab.wait_cell(1)
    lab.run_cell(2)
    expect(lab.output(2)).to_contain_text("'completed', 'approved'")
