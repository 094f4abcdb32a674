"""The pytest plugin: cassettes for tests that ask a model, recorded once and replayed without a provider.

It is loaded by every pytest of an environment that has this package, so it imports pytest alone; all else comes with
the first test that uses it. docs/cassettes.md shows how.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from ..session.session import Session
    from .case import Case
    from .relay import Relay

__all__ = [
    "pytest_addoption",
    "pytest_configure",
    "pytest_runtest_makereport",
    "pytest_runtest_setup",
    "ws_case",
    "ws_config",
    "ws_relay",
    "ws_session",
]

_MARKER = "ws_cassette"
_FIXTURES = {"ws_session", "ws_relay"}
_PASSED = pytest.StashKey[bool]()
_MODES = ("none", "once", "new_episodes", "all")


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("ws-notebook", "cassettes of ws-notebook")
    group.addoption(
        "--ws-record",
        choices=_MODES,
        default=None,
        help="how the cassettes of ws_session and ws_relay are used: none (only replayed; what CI=true means), once "
        "(recorded where there is none; else the default), new_episodes (what is not on one is recorded besides), all "
        "(recorded anew)",
    )
    parser.addini("ws_record", "as --ws-record, where that is not given", default="")
    parser.addini("ws_cassettes", "folder of the cassettes; default: cassettes/ beside each test file", default="")
    parser.addini(
        "ws_upstream",
        "what ws_relay records: a provider's name (openai), local for the demo model, or a base URL",
        default="openai",
    )
    parser.addini(
        "ws_upstream_key_variable", "the environment variable with its key, where that is not the usual", default=""
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        f"{_MARKER}(name=None, *, mode=None, exact=False, speed=0, tools='live'): the cassette of this test's "
        "ws_session or ws_relay; a test with neither gets ws_relay, and OPENAI_BASE_URL with it",
    )


def pytest_runtest_setup(item: pytest.Item) -> None:
    names = getattr(item, "fixturenames", None)
    if names is not None and item.get_closest_marker(_MARKER) and _FIXTURES.isdisjoint(names):
        # A list of its own: parametrized tests share one.
        item.fixturenames = [*names, "ws_relay"]  # type: ignore[attr-defined]


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    outcome: Any = yield
    if call.when == "call" and not _FIXTURES.isdisjoint(getattr(item, "fixturenames", ())):
        report = outcome.get_result()
        # A test that is expected to fail did what it should, too.
        item.stash[_PASSED] = bool(report.passed or hasattr(report, "wasxfail"))


@pytest.fixture
def ws_config() -> dict[str, Any]:
    """The arguments of `ws_session`, as of `wsn.Session`. Override it for a module, a class or a project."""
    return {}


@pytest.fixture
def ws_case(request: pytest.FixtureRequest) -> Iterator[Case]:
    """The cassette of the test: `path`, `mode`, and whether it is `recording`."""
    from .case import Case

    case = Case(request.node, request.config, request.node.get_closest_marker(_MARKER), in_ci=_in_ci())
    yield case
    if told := case.finish(kept=request.node.stash.get(_PASSED, False)):
        request.node.add_report_section("teardown", "cassette", told)


@pytest.fixture
def ws_session(ws_case: Case, ws_config: dict[str, Any]) -> Iterator[Session]:
    """A session that is answered by the test's cassette, or recorded to it."""
    yield ws_case.session(ws_config)
    ws_case.close()


@pytest.fixture
def ws_relay(ws_case: Case, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Relay]:
    """A server for other clients, as the OpenAI SDK, that is answered by the test's cassette, or recorded to it.

    While the test runs, the environment has it as OPENAI_BASE_URL, with a key of its own as OPENAI_API_KEY.
    """
    relay = ws_case.relay(beside="ws_session" in request.fixturenames)
    for name, value in relay.environment.items():
        monkeypatch.setenv(name, value)
    yield relay
    relay.close()


def _in_ci() -> bool:
    return os.environ.get("CI", "").lower() not in ("", "0", "false", "no")
