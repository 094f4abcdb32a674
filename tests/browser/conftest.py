"""The rig: one real JupyterLab server, one real Chromium and one tab for all browser tests of a process."""

from __future__ import annotations

import os
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browser.lab import VIEWPORT, WAIT_MS, App, Lab, Server, Theme

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

__all__: list[str] = []

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
BROWSER_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
BROWSER_FLAGS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--font-render-hinting=none",
    "--force-color-profile=srgb",
    # Nothing outside of this machine is reached.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    "--no-default-browser-check",
    "--no-first-run",
)
# JupyterLab takes seconds to load, and a kernel to start, on a busy machine.
TEST_TIMEOUT = 180


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark this folder's tests; give them the time that a browser needs; last in a file those that leave no page.

    The files with the most tests come first: of several processes none is left with one of them at the end.
    """
    sizes = Counter(item.path for item in items)
    places = {path: (-sizes[path] * path.is_relative_to(HERE), index) for index, path in enumerate(sizes)}
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.browser)
            if item.get_closest_marker("timeout") is None:
                item.add_marker(pytest.mark.timeout(TEST_TIMEOUT))
    items.sort(key=lambda item: (places[item.path], item.path.is_relative_to(HERE) and _leaves_no_page(item)))


def _leaves_no_page(item: pytest.Item) -> bool:
    """Whether its page is of no use for the test behind it."""
    call = getattr(item, "callspec", None)
    return item.get_closest_marker("new_page") is not None or (call is not None and "notebook" in call.params.values())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Keep the report of the test's call, so that the page's fixture knows whether the test failed."""
    report = yield
    if call.when == "call":
        item.stash[FAILED] = report.failed
    return report


FAILED = pytest.StashKey[bool]()


@pytest.fixture
def opener(server: Server, lab: Lab, request: pytest.FixtureRequest) -> Callable[..., Lab]:
    """Opens a notebook of these cells, which is called as the test is, and runs the first of them, the set-up."""

    def open_it(*cells: str, app: App = "lab", name: str = "", theme: Theme | None = None) -> Lab:
        name = name or f"{request.node.name.partition('[')[0]}.ipynb"
        server.write(name, list(cells))
        lab.open(name, app=app)
        if theme is not None:
            lab.set_theme(theme)
        lab.run_cell(0)
        return lab

    return open_it


@pytest.fixture(scope="session")
def browser_path() -> str:
    """The Chromium to drive: WSN_BROWSER, or one of the usual names. Skips without one."""
    named = os.environ.get("WSN_BROWSER")
    found = [path for path in (shutil.which(name) for name in ([named] if named else BROWSER_NAMES)) if path]
    if found:
        return found[0]
    pytest.skip("no Chromium: install it or name one by WSN_BROWSER")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, browser_path: str) -> Iterator[Server]:
    """A JupyterLab server with its own token, port, folder and settings. Without a browser there is none."""
    with Server(tmp_path_factory.mktemp("jupyter")) as running:
        yield running


@pytest.fixture(scope="session")
def chromium(browser_path: str) -> Iterator[Browser]:
    """The browser."""
    from playwright.sync_api import expect, sync_playwright

    # What comes late on a busy machine is no failure; what never comes costs no more than other waits do.
    expect.set_options(timeout=WAIT_MS)
    flags = [*BROWSER_FLAGS]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        flags.append("--no-sandbox")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=flags)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path | None]:
    """Where screenshots go: a folder that WSN_SCREENSHOTS names; None where nobody asked for any.

    With WSN_SCREENSHOTS=1 those that README.md or docs/ show go to docs/images at the end.
    """
    chosen = os.environ.get("WSN_SCREENSHOTS", "")
    if chosen != "1":
        if chosen:
            Path(chosen).mkdir(parents=True, exist_ok=True)
        yield Path(chosen) if chosen else None
        return
    folder = tmp_path_factory.mktemp("pictures")
    yield folder
    pages = "".join(page.read_text() for page in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))))
    for name in set(re.findall(r"images/([\w-]+\.png)", pages)):
        if (folder / name).exists():
            shutil.copy(folder / name, ROOT / "docs" / "images" / name)


class Desk:
    """The tab that tests hand on to each other: loading JupyterLab takes longer than most of them.

    Where nothing differs from a page that was just loaded, the next test goes on with it. Otherwise the tab is emptied:
    the next load is half the work, since the tab's process has compiled the scripts already.
    """

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._page: Page | None = None
        self.loaded = False
        """Whether JupyterLab is in the tab, as if just loaded."""

    def page(self) -> Page:
        """The tab."""
        if self._page is None:
            self._page = self._browser.new_context(viewport=VIEWPORT).new_page()
        return self._page

    def clear(self) -> None:
        """Close it: the next is new."""
        if self._page is not None:
            self._page.context.close()
        self._page, self.loaded = None, False


@pytest.fixture(scope="session")
def desk(chromium: Browser) -> Iterator[Desk]:
    """The tab that is handed on."""
    kept = Desk(chromium)
    yield kept
    kept.clear()


@pytest.fixture
def lab(server: Server, desk: Desk, pictures: Path | None, request: pytest.FixtureRequest) -> Iterator[Lab]:
    """A page on the server, like new, or, for tests marked `new_page`, new. After a failure so is the tab.

    A failed test leaves a picture of it and the server's last lines in test-results/.
    """
    alone = request.node.get_closest_marker("new_page") is not None
    page = Lab(server, desk.page(), pictures, loaded=desk.loaded and not alone)
    yield page
    failed = request.node.stash.get(FAILED, False)
    if failed:
        page.keep_evidence(ROOT / "test-results" / request.node.name)
        desk.clear()
    else:
        desk.loaded = page.empty() and server.settings_are_usual and not alone
        if not desk.loaded:
            page.leave()
    server.shutdown_kernels()
    server.reset_settings()
