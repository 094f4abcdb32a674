"""The rig: a real JupyterLab server and a real Chromium for all browser tests, a page for each of them."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browser.lab import VIEWPORT, Lab, Server

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

__all__: list[str] = []

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
BROWSER_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
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
    """Mark this folder's tests; give them the time that a browser needs; last in a file those that leave no page."""
    places = {path: index for index, path in enumerate(dict.fromkeys(item.path for item in items))}
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
    from playwright.sync_api import sync_playwright

    flags = [*BROWSER_FLAGS]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        flags.append("--no-sandbox")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=flags)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where screenshots go: a folder that WSN_SCREENSHOTS names, or a scratch folder.

    With WSN_SCREENSHOTS=1 those that README.md or docs/ show go to docs/images at the end.
    """
    chosen = os.environ.get("WSN_SCREENSHOTS", "")
    if chosen not in ("", "1"):
        Path(chosen).mkdir(parents=True, exist_ok=True)
        yield Path(chosen)
        return
    folder = tmp_path_factory.mktemp("pictures")
    yield folder
    if chosen == "1":
        pages = "".join(page.read_text() for page in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))))
        for name in set(re.findall(r"images/([\w-]+\.png)", pages)):
            if (folder / name).exists():
                shutil.copy(folder / name, ROOT / "docs" / "images" / name)


class Desk:
    """Where a page stays between tests: loading JupyterLab takes longer than most of them.

    A page is kept as long as nothing about it differs from one that was just loaded.
    """

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._context: BrowserContext | None = None
        self._page: Page | None = None

    def lend(self) -> tuple[BrowserContext, Page | None]:
        """A context, and the page that was kept, if there is one."""
        page, self._page = self._page, None
        if self._context is None or page is None:
            self.clear()
            self._context = self._browser.new_context(viewport=VIEWPORT)
        return self._context, page

    def keep(self, page: Page | None) -> None:
        """Keep it for the next test."""
        self._page = page
        if page is None:
            self.clear()

    def clear(self) -> None:
        """Close what there is."""
        if self._context is not None:
            self._context.close()
            self._context = None


@pytest.fixture(scope="session")
def desk(chromium: Browser) -> Iterator[Desk]:
    """The page that is kept between tests."""
    kept = Desk(chromium)
    yield kept
    kept.clear()


@pytest.fixture
def lab(server: Server, desk: Desk, pictures: Path, request: pytest.FixtureRequest) -> Iterator[Lab]:
    """A page on the server, new or like new; new for tests marked `new_page`, and after those that failed.

    A failed test leaves a picture of it and the server's last lines in test-results/.
    """
    alone = request.node.get_closest_marker("new_page") is not None
    if alone:
        desk.keep(None)
    context, kept = desk.lend()
    page = Lab(server, context, pictures, kept)
    yield page
    failed = request.node.stash.get(FAILED, False)
    if failed:
        page.keep_evidence(ROOT / "test-results" / request.node.name)
    usual = server.settings_are_usual
    desk.keep(None if failed or alone or not usual else page.empty())
    server.shutdown_kernels()
    server.reset_settings()
