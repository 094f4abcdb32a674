"""Runs in a Voila page: one in the background ends with its cell, or goes on live, with its last form to stay."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from browser.lab import PACKAGE
from playwright.sync_api import Browser, Page, expect
from support.environment import environment_with, inherited_paths
from support.sessions import free_port

__all__: list[str] = []

pytestmark = [pytest.mark.nightly, pytest.mark.timeout(900)]

SOON = 120_000
SETUP = """\
%load_ext ws_notebook
%config ResponsesMagics.provider = "local"
import time
import ws_notebook as wsn

@wsn.tool(run_in="thread")
def slow() -> str:
    "Takes a while."
    time.sleep(4)
    return "late"
"""
CELLS = [
    SETUP,
    '%%responses --background --new\ncall slow() then say "the plain end"',
    '%%responses --background --new --view live\ncall slow() then think 3 seconds, then say "the live end"',
    "session = wsn.Session(provider='local', tools=[slow])\nsession.start('call slow() then say \"the shown end\"')",
]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Of a Voila server with the notebook."""
    python = environment_with(tmp_path_factory.mktemp("environment") / "env", "voila")
    home = tmp_path_factory.mktemp("voila")
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in CELLS])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, home / "runs.ipynb")
    port = free_port()
    options = ["--no-browser", f"--port={port}", "--Voila.ip=127.0.0.1"]
    command = [str(python), "-m", "voila", str(home / "runs.ipynb"), *options]
    environment = {name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")}
    environment |= {f"JUPYTER_{name}_DIR": str(home / name.lower()) for name in ("CONFIG", "DATA", "RUNTIME")}
    environment |= inherited_paths(python)
    if not PACKAGE.is_relative_to(sys.prefix):
        environment["PYTHONPATH"] = str(PACKAGE.parent)
    with (home / "log").open("w") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=home)
    try:
        wait_for(f"http://127.0.0.1:{port}/voila/static/", process)
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.wait(timeout=20)


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    """Until the server answers, with whatever."""
    pause = threading.Event()
    for _ in range(600):
        assert process.poll() is None, "voila has ended"
        try:
            urllib.request.urlopen(url, timeout=5)
        except urllib.error.HTTPError:
            return
        except OSError:
            pause.wait(0.1)


@pytest.fixture
def page(address: str, chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1100, "height": 1200})
    context.set_default_timeout(SOON)
    found = context.new_page()
    found.goto(address)
    yield found
    context.close()


def test_a_run_in_the_background_ends_with_its_cell_or_stays_live(page: Page, pictures: Path | None) -> None:
    for words in ("the plain end", "the shown end"):
        expect(page.locator(".jp-OutputArea", has_text=words).first).to_be_visible(timeout=SOON)
    expect(page.get_by_text("No page shows what comes after this cell", exact=False)).to_have_count(2)
    live = page.locator(".wsn-run")
    expect(live.locator(".wsn-answer")).to_contain_text("the live end", timeout=SOON)
    expect(live).to_have_attribute("data-wsn-status", "completed")
    page.wait_for_timeout(1500)  # what would take it away comes behind its end
    expect(live).to_have_count(1)
    expect(live.locator(".wsn-answer")).to_contain_text("the live end")
    if pictures is not None:
        page.screenshot(path=pictures / "voila.png", full_page=True)
