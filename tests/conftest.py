"""What holds for every test: no key, no provider, the package under test named in the header, browser tests last."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from support.sessions import local, opened, server, unused_port, wire

import ws_notebook

__all__ = ["local", "opened", "server", "unused_port", "wire"]

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = Path(ws_notebook.__file__).resolve().parent

Report = pytest.TestReport | pytest.CollectReport
# What a skip says of itself that is no want of this machine.
ELSEWHERE = ("not on this platform", "not on this version")
# With one of these set, "auto" would leave the machine.
PROVIDER_VARIABLES = (
    "AI_GATEWAY_API_KEY",
    "AZURE_OPENAI_API_KEY",
    "AZURE_OPENAI_ENDPOINT",
    "OPENAI_API_KEY",
    "OPENAI_BASE_URL",
    "XAI_API_KEY",
)


def pytest_configure(config: pytest.Config) -> None:
    """Set up Hypothesis and interrupts; refuse the source tree where the installed package is to be tested.

    A slow machine is no fault of the code. In continuous integration every run tries the same examples; each night
    (`--hypothesis-profile nightly`) many others. Begun in the background of a shell, this and all that it starts would
    ignore interrupts, which are tested.
    """
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    slow = (hypothesis.HealthCheck.too_slow, hypothesis.HealthCheck.data_too_large)
    usual = hypothesis.settings(deadline=None, suppress_health_check=slow)
    same = os.environ.get("CI") == "true"
    hypothesis.settings.register_profile("wsn", usual, max_examples=50, derandomize=same)
    hypothesis.settings.register_profile("nightly", usual, max_examples=1000)
    hypothesis.settings.load_profile("wsn")
    if os.environ.get("WSN_TEST_INSTALLED") == "1" and PACKAGE.parent == ROOT:
        raise pytest.UsageError(f"WSN_TEST_INSTALLED=1, but ws_notebook is imported from the source tree, {PACKAGE}")


def pytest_report_header() -> str:
    """Which package is tested."""
    return f"ws_notebook: {PACKAGE}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests last: Playwright's synchronous interface leaves an event loop running in the main thread."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Iterator[None]:
    """A test that is skipped fails where all are required."""
    return _required((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Iterator[None]:
    """A file that is skipped fails where all are required."""
    return _required((yield))


def _required(report: Report) -> Report:
    if os.environ.get("WSN_REQUIRE_ALL") != "1" or not report.skipped or hasattr(report, "wasxfail"):
        return report
    assert isinstance(report.longrepr, tuple)
    path, line, reason = report.longrepr
    if not reason.removeprefix("Skipped: ").startswith(ELSEWHERE):
        report.outcome = "failed"
        report.longrepr = f"{path}:{line}: left out, but WSN_REQUIRE_ALL=1: {reason}"
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in one loud line how many tests were left out."""
    skipped = terminalreporter.stats.get("skipped", [])
    if skipped:
        browser = sum("browser" in report.keywords for report in skipped)
        message = f"LEFT OUT: {len(skipped)} tests, {browser} of them in tests/browser; WSN_REQUIRE_ALL=1 refuses that"
        terminalreporter.write_line(message, yellow=True, bold=True)


@pytest.fixture(autouse=True)
def no_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reaches a provider or reads a real key, whatever the developer's environment holds."""
    for name in PROVIDER_VARIABLES:
        monkeypatch.delenv(name, raising=False)
