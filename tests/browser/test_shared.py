"""A notebook that two pages share (jupyter-collaboration): a page that is loaded again doubles nothing, anywhere."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from browser.cells import MIME, close_gate, open_gate
from browser.lab import Lab, Server
from browser.test_reload import QUESTION, SETUP
from playwright.sync_api import Browser, WebSocket, expect
from support.environment import environment_with, inherited_paths

__all__: list[str] = []

pytestmark = [pytest.mark.nightly, pytest.mark.timeout(900)]

SOON = 90_000
VIEWS = re.compile(rb'"kind": ?"views"')
"""In what a kernel says when a page asks which runs there are."""


class SharedServer(Server):
    """JupyterLab with jupyter-collaboration, in an environment of its own."""

    def __init__(self, home: Path, python: Path) -> None:
        super().__init__(home)
        self._python = python

    def _command(self) -> list[str]:
        return [str(self._python), *super()._command()[1:]]

    def _environment(self) -> dict[str, str]:
        return super()._environment() | inherited_paths(self._python)

    def outputs(self, name: str, cell: int) -> list[nbformat.NotebookNode]:
        """As the server has written them, which it does a while after a change."""
        pause = threading.Event()
        for _ in range(300):
            found = list(self.read(name).cells[cell].outputs)
            if found and all(output.data[MIME]["status"] == "completed" for output in found):
                break
            pause.wait(0.2)
        return found


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SharedServer]:
    python = environment_with(tmp_path_factory.mktemp("environment") / "env", "jupyter-collaboration")
    with SharedServer(tmp_path_factory.mktemp("shared"), python) as running:
        # The server writes the file, where the pages want it to.
        running.set_settings("@jupyterlab", "docmanager-extension/plugin", autosave=True)
        yield running


@pytest.fixture
def pages(shared: SharedServer, chromium: Browser, pictures: Path | None) -> Iterator[tuple[Lab, Lab]]:
    """Two people's pages."""
    contexts = [chromium.new_context(viewport={"width": 1280, "height": 900}) for _ in range(2)]
    first, second = (Lab(shared, context.new_page(), pictures) for context in contexts)
    for lab in (first, second):
        # A busy machine takes longer than its patience to load a shared document.
        slow = lab.page.get_by_role("dialog", name="Loading")
        lab.page.add_locator_handler(slow, lambda shown: shown.get_by_role("button", name="Continue waiting").click())
    yield first, second
    for context in contexts:
        context.close()
    shared.shutdown_kernels()


def begun(shared: SharedServer, pages: tuple[Lab, Lab], name: str) -> None:
    """Both pages look at a run that waits in its tool, which the first has asked."""
    close_gate(shared)
    shared.write(name, [SETUP, QUESTION])
    first, second = pages
    first.open(name)
    second.open(name)
    first.run_cell(0)
    first.run_cell(1, wait=False)
    for page in pages:
        running = page.output(1).locator(".wsn-row[data-kind=call][data-status=running]")
        expect(running).to_have_count(1, timeout=SOON)


def reload(lab: Lab) -> None:
    """Load the page again, and wait until the kernel has told it what it has."""
    told: list[bool] = []

    def listen(socket: WebSocket) -> None:
        socket.on("framereceived", lambda data: told.extend([True] * bool(VIEWS.search(_bytes(data)))))

    lab.page.on("websocket", listen)
    lab.page.reload()
    expect(lab.cell(1)).to_be_visible(timeout=SOON)
    deadline = time.monotonic() + SOON / 1000
    while not told and time.monotonic() < deadline:
        lab.page.wait_for_timeout(100)
    lab.page.remove_listener("websocket", listen)
    assert told


def _bytes(data: str | bytes) -> bytes:
    return data.encode() if isinstance(data, str) else data


@pytest.mark.parametrize("mid_run", [True, False], ids=["mid-run", "ended"])
@pytest.mark.parametrize("who", [0, 1], ids=["who-asked", "the-other"])
def test_a_page_loaded_again_doubles_nothing(
    shared: SharedServer, pages: tuple[Lab, Lab], mid_run: bool, who: int
) -> None:
    name = f"shared-{mid_run}-{who}.ipynb"
    begun(shared, pages, name)
    if mid_run:
        reload(pages[who])
    open_gate(shared)
    for page in pages:
        expect(page.output(1).locator(".wsn-answer")).to_contain_text("here is the end", timeout=SOON)
    if not mid_run:
        reload(pages[who])
    pages[who].screenshot(name)
    for page in pages:
        expect(page.output(1).locator(".wsn-run")).to_have_count(1, timeout=SOON)
        expect(page.output(1).locator(".wsn-run")).to_have_attribute("data-wsn-status", "completed", timeout=SOON)
    # Once more, so that what a page wrote a moment ago has come to the others.
    reload(pages[1 - who])
    for page in pages:
        expect(page.output(1).locator(".wsn-run")).to_have_count(1, timeout=SOON)
    assert [output.data[MIME]["status"] for output in shared.outputs(name, 1)] == ["completed"]
