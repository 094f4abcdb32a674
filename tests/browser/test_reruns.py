"""A newer answer is never replaced by an older one, none is doubled, and nothing else of a cell is touched."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from browser.cells import LOAD, MIME, WAIT, close_gate, open_gate
from browser.lab import APPS, App, Lab, Server
from playwright.sync_api import Locator, expect

pytestmark = pytest.mark.new_page

__all__: list[str] = []

SOON = 60_000

SETUP = f"""\
{LOAD}
from IPython.display import display
{WAIT}
session, times = wsn.Session(provider="local", tools=[wait]), iter(["one", "two", "three"])
"""
BETWEEN = """\
word = next(times)
print("before", word)
run = session.start(f'say "answer {word}"')
display(run)
run.result(30)
print("behind", word)
"""
WAITS = """\
word = next(times)
print("before", word)
run = session.start(f'say "answer {word}"' if word == "one" else f'call wait(), then say "answer {word}"')
display(run)
"""


@pytest.fixture(autouse=True)
def _closed_gate(server: Server) -> Iterator[None]:
    close_gate(server)
    yield
    open_gate(server)


def reload(lab: Lab) -> Locator:
    """Load the page again; the run that stands below the second cell then."""
    lab.page.reload()
    expect(lab.cell(1)).to_be_visible(timeout=SOON)
    return lab.output(1).locator(".wsn-run")


def restored(lab: Lab) -> Locator:
    """Load the page again, and wait until it has asked the kernel what to bring back, and got it."""
    heard: list[bytes | str] = []

    def hear(frame: bytes | str) -> None:
        heard.append(frame)

    lab.page.on("websocket", lambda socket: socket.on("framereceived", hear))
    view = reload(lab)
    until = time.monotonic() + SOON / 1000
    while not any(VIEWS.search(frame if isinstance(frame, bytes) else frame.encode()) for frame in heard):
        assert time.monotonic() < until, "the kernel told the page nothing of its views"
        # What comes meanwhile is heard.
        lab.page.evaluate("() => new Promise(requestAnimationFrame)")
    return view


VIEWS = re.compile(rb'"kind":\s*"views"')


def kinds(cell: Any) -> list[str]:
    """What a saved cell's outputs are: the text of a stream, the answer of a run."""
    return [
        output.text.strip() if output.output_type == "stream" else output.data[MIME]["text"] for output in cell.outputs
    ]


@pytest.mark.parametrize("app", APPS)
def test_a_cell_that_was_run_twice_keeps_its_newest_answer_and_its_prints_over_a_reload(
    server: Server, lab: Lab, app: App
) -> None:
    server.write(f"twice-{app}.ipynb", [SETUP, BETWEEN])
    lab.open(f"twice-{app}.ipynb", app=app)
    lab.run_cell(0)
    lab.run_cell(1)
    lab.run_cell(1)
    expect(lab.output(1).locator(".wsn-answer")).to_contain_text("answer two")
    saved = kinds(lab.save().cells[1])
    assert saved == ["before two", "answer two", "behind two"]
    view = restored(lab)
    expect(view).to_have_count(1)
    expect(view.locator(".wsn-answer")).to_contain_text("answer two")
    lab.run_cell(0)
    assert kinds(lab.save().cells[1]) == saved


@pytest.mark.parametrize("saved", [True, False], ids=["first-saved", "nothing-saved"])
def test_a_reload_in_mid_run_puts_the_new_run_in_the_place_of_the_previous_answer(
    server: Server, lab: Lab, saved: bool
) -> None:
    server.write("mid.ipynb", [SETUP, WAITS])
    lab.open("mid.ipynb")
    lab.run_cell(0)
    lab.run_cell(1)
    view = lab.output(1).locator(".wsn-run")
    expect(view.locator(".wsn-answer")).to_contain_text("answer one")
    if saved:
        lab.save()
    lab.run_cell(1)
    expect(view.locator(".wsn-row[data-kind=call][data-status=running]")).to_have_count(1, timeout=SOON)
    view = reload(lab)
    expect(view.locator(".wsn-row[data-kind=call][data-status=running]")).to_have_count(1, timeout=SOON)
    expect(view).to_have_count(1)
    expect(lab.output(1)).not_to_contain_text("answer one")
    if saved:
        expect(lab.output(1)).to_contain_text("before one")
    lab.screenshot(f"mid-run-again-{saved}", of=lab.output(1))
    open_gate(server)
    expect(view.locator(".wsn-answer")).to_contain_text("answer two", timeout=SOON)
    lab.page.wait_for_function(ENDED)
    assert kinds(lab.save().cells[1]) == (["before one", "answer two"] if saved else ["answer two"])


ENDED = """() => {
  const {outputs} = window.jupyterapp.shell.currentWidget.content.model.cells.get(1);
  const runs = Array.from({length: outputs.length}, (_, index) => outputs.get(index).data["%s"]).filter(run => run);
  return runs.length > 0 && runs.every(run => run.status === "completed");
}""".replace("%s", MIME)


def test_a_cell_that_was_run_again_with_other_code_gets_no_answer_back(server: Server, lab: Lab) -> None:
    server.write("other.ipynb", [SETUP, BETWEEN])
    lab.open("other.ipynb")
    lab.run_cell(0)
    lab.run_cell(1)
    expect(lab.output(1).locator(".wsn-answer")).to_contain_text("answer one")
    lab.cell(1).locator(".cm-content").click()
    lab.page.keyboard.press("Control+A")
    lab.page.keyboard.insert_text('# %%responses was here\nprint("nothing asked")')
    lab.run_cell(1)
    lab.save()
    view = restored(lab)
    expect(view).to_have_count(0)
    expect(lab.output(1)).to_contain_text("nothing asked")


def test_a_run_that_ended_while_the_notebook_was_closed_stands_there_once_it_is_opened_again(
    server: Server, lab: Lab
) -> None:
    server.write("closed.ipynb", [SETUP, '%%responses --background\ncall wait(), then say "came later"'])
    lab.open("closed.ipynb")
    lab.run_cell(0)
    lab.save()
    lab.run_cell(1)
    view = lab.output(1).locator(".wsn-run")
    expect(view.locator(".wsn-row[data-kind=call][data-status=running]")).to_have_count(1, timeout=SOON)
    lab.page.goto("about:blank")
    open_gate(server)
    lab.open("closed.ipynb")
    expect(view.locator(".wsn-answer")).to_contain_text("came later", timeout=SOON)
    expect(view).to_have_count(1)
    assert kinds(lab.save().cells[1]) == ["came later"]
