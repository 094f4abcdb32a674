"""A page that goes away in the middle of a run finds the live view again; what was saved reads without it."""

from __future__ import annotations

import pytest
from browser.cells import LOAD, MIME, WAIT, close_gate, open_gate
from browser.lab import App, Lab, Server
from playwright.sync_api import Locator, expect
from support.started import needs_subshells

pytestmark = pytest.mark.new_page

WIDGET = "application/vnd.jupyter.widget-view+json"
RELOAD_MS = 60_000

SETUP = LOAD + WAIT
QUESTION = """\
%%responses
call wait(), then say "here is the end"
"""


def begin(server: Server, lab: Lab, name: str, app: App = "lab", question: str = QUESTION) -> Locator:
    """A run that waits in its tool until the gate is opened, and its view."""
    close_gate(server)
    server.write(name, [SETUP, question, "1 + 1"])
    lab.open(name, app=app)
    lab.run_cell(0)
    lab.run_cell(1, wait=False)
    view = lab.output(1).locator(".wsn-run")
    expect(view.locator(".wsn-row[data-kind=call][data-status=running]")).to_have_count(1, timeout=20_000)
    return view


def reload(lab: Lab) -> Locator:
    lab.page.reload()
    view = lab.output(1).locator(".wsn-run")
    expect(view).to_have_attribute("data-wsn-live", "true", timeout=RELOAD_MS)
    return view


@needs_subshells
@pytest.mark.parametrize(
    ("app", "saved"),
    [("lab", True), ("lab", False), pytest.param("notebook", True, marks=pytest.mark.nightly)],
    ids=["lab-saved", "lab-unsaved", "notebook-saved"],
)
def test_a_page_loaded_again_in_mid_run_finds_the_live_view_and_the_saved_form_at_the_end(
    server: Server, lab: Lab, app: App, saved: bool
) -> None:
    name = f"reload-{saved}.ipynb"
    begin(server, lab, name, app)
    if saved:
        lab.save()
    view = reload(lab)
    expect(view.locator(".wsn-row[data-kind=call][data-status=running]")).to_have_count(1)
    expect(view.get_by_role("button", name="Stop")).to_be_visible()
    lab.screenshot(f"reloaded-{app}-{'saved' if saved else 'unsaved'}", of=lab.output(1))
    open_gate(server)
    expect(view.locator(".wsn-answer")).to_contain_text("here is the end", timeout=20_000)
    expect(view).to_have_attribute("data-wsn-status", "completed")
    lab.page.wait_for_function(HAS_FORMS)
    data = lab.save().cells[1].outputs[0].data
    assert data[MIME]["status"] == "completed"
    assert set(data) == {MIME, "text/html", "text/markdown", "text/plain"}
    assert "here is the end" in data["text/plain"]


HAS_FORMS = """() => {
  const outputs = window.jupyterapp.shell.currentWidget.content.model.cells.get(1).outputs;
  return outputs.length === 1 && outputs.get(0).data["%s"].status === "completed";
}""".replace("%s", MIME)


FORMS_NAME_THE_CALL = """() => {
  const outputs = window.jupyterapp.shell.currentWidget.content.model.cells.get(1).outputs;
  return outputs.get(0).data["text/html"].includes("wait");
}"""


@needs_subshells
def test_the_buttons_of_a_page_loaded_again_work(server: Server, lab: Lab) -> None:
    begin(server, lab, "reload-stop.ipynb")
    lab.save()
    view = reload(lab)
    view.get_by_role("button", name="Stop").click()
    expect(view).to_have_attribute("data-wsn-status", "cancelled", timeout=20_000)


def test_a_notebook_saved_in_mid_run_reads_well_with_no_kernel(server: Server, lab: Lab) -> None:
    name = "mid-run.ipynb"
    begin(server, lab, name)
    lab.page.wait_for_function(FORMS_NAME_THE_CALL)
    data = lab.save().cells[1].outputs[0].data
    assert WIDGET not in data
    assert data[MIME]["turns"][0]["calls"][0]["status"] == "running"
    assert data[MIME]["status"] == "in_progress"
    assert "wait" in data["text/html"]
    lab.page.goto("about:blank")
    server.forget_kernel(name)
    open_gate(server)
    lab.open(name, kernel=False)
    view = lab.output(1).locator(".wsn-run")
    expect(view).to_have_attribute("data-wsn-live", "false")
    expect(view.locator(".wsn-row[data-kind=call]")).to_have_count(1)
    expect(view).to_contain_text("It was still running here. What came after is not in this notebook.")
    expect(lab.output(1)).not_to_contain_text("model not found")
    lab.screenshot("saved-in-mid-run", of=lab.output(1))


@needs_subshells
def test_a_page_loaded_again_in_mid_run_goes_on_streaming(server: Server, lab: Lab) -> None:
    question = f"{QUESTION.rstrip()}, then think 2 seconds, then write 60 words"
    begin(server, lab, "reload-streams.ipynb", question=question)
    lab.save()
    view = reload(lab)
    open_gate(server)
    # The call's row ends, the answer grows and the run ends, each while the cell still blocks the kernel.
    expect(view.locator(".wsn-row[data-kind=call][data-status=completed]")).to_have_count(1, timeout=20_000)
    expect(view).to_have_attribute("data-wsn-live", "true")
    expect(view.locator(".wsn-answer")).to_contain_text("here is the end", timeout=20_000)


def test_a_second_page_claims_no_answer_that_it_does_not_show(server: Server, lab: Lab) -> None:
    server.write("two-pages.ipynb", [SETUP, '%%responses\nsay "asked in the first"'])
    lab.open("two-pages.ipynb")
    second = Lab(server, lab.page.context.new_page(), lab.pictures)
    second.open("two-pages.ipynb")
    lab.run_cell(0)
    lab.run_cell(1)
    badge = ".wsn-badge"
    expect(lab.cell(1).locator(badge)).to_contain_text("done in")
    second.wait_idle()
    expect(second.output(1).locator(".wsn-run")).to_have_count(0)
    expect(second.cell(1).locator(badge)).to_have_count(0)
