"""A real language model in a real JupyterLab: it calls a Python function of the notebook and streams its answer."""

from __future__ import annotations

from browser.lab import Lab, Server
from playwright.sync_api import expect
from support.real_model import NAME, real_model

SETUP = """\
%load_ext ws_notebook
import ws_notebook as wsn

@wsn.tool
def distance(start: str, end: str) -> str:
    "The distance between two cities by air, in kilometres."
    return "1343 km"
"""


def test_a_real_model_streams_and_calls_a_function_of_the_notebook(server: Server, lab: Lab) -> None:
    real_model()
    question = "%%responses\nWhat is the distance between Paris and Oslo?\n"
    server.write("real.ipynb", [SETUP, f"%responses connect local -m {NAME}", question])
    lab.open("real.ipynb")
    lab.run_cell(0)
    lab.run_cell(1)
    expect(lab.output(1)).to_contain_text("SmolLM2-135M on this machine")
    lab.run_cell(2)
    view = lab.output(2).locator(".wsn-run")
    expect(view).to_contain_text("a real but tiny model; it makes mistakes")
    expect(view.locator(".wsn-row[data-kind=call]").first).to_contain_text("distance")
    expect(view).to_contain_text("1343")
    lab.screenshots("real-model", of=lab.output(2))
