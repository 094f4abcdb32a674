"""What holds for every test: no key, no provider, the package under test named in the header, browser tests last."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import hypothesis
import pytest
from support.sessions import local, opened, server, unused_port, wire

import ws_notebook

__all__ = ["local", "opened", "server", "unused_port", "wire"]

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = Path(ws_notebook.__file__).resolve().parent

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

    A slow machine is no fault of the code. In continuous integration every run tries the same examples. Begun in the
    background of a shell, this and all that it starts would ignore interrupts, which are tested.
    """
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    slow = (hypothesis.HealthCheck.too_slow, hypothesis.HealthCheck.data_too_large)
    same = os.environ.get("CI") == "true"
    hypothesis.settings.register_profile("wsn", deadline=None, suppress_health_check=slow, derandomize=same)
    hypothesis.settings.load_profile("wsn")
    if os.environ.get("WSN_TEST_INSTALLED") == "1" and PACKAGE.parent == ROOT:
        raise pytest.UsageError(f"WSN_TEST_INSTALLED=1, but ws_notebook is imported from the source tree, {PACKAGE}")


def pytest_report_header() -> str:
    """Which package is tested."""
    return f"ws_notebook: {PACKAGE}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests last: Playwright's synchronous interface leaves an event loop running in the main thread."""
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in one loud line how many browser tests were left out."""
    skipped = terminalreporter.stats.get("skipped", [])
    left_out = [report for report in skipped if "browser" in report.keywords]
    if left_out:
        message = f"LEFT OUT for want of a browser: {len(left_out)} tests in tests/browser"
        terminalreporter.write_line(message, yellow=True, bold=True)


@pytest.fixture(autouse=True)
def no_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reaches a provider or reads a real key, whatever the developer's environment holds."""
    for name in PROVIDER_VARIABLES:
        monkeypatch.delenv(name, raising=False)
