"""The connection to an MCP server: what ends it, and who is told."""

from __future__ import annotations

import importlib.util
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ws_notebook.core.turn import Progress
from ws_notebook.exceptions import ConnectionFailed, ToolError
from ws_notebook.tools.context import Context

__all__: list[str] = []

pytestmark = pytest.mark.skipif(importlib.util.find_spec("mcp") is None, reason="the mcp package is not installed")

COMMAND = [sys.executable, str(Path(__file__).resolve().parents[2] / "support" / "mcp_server.py")]


def a_line(target: Any = COMMAND, limit: float = 30) -> Any:
    from ws_notebook.tools.mcp.line import Line

    return Line(target, headers={}, env={}, cwd=None, limit=limit)


@pytest.fixture(scope="module")
def line() -> Iterator[Any]:
    """One that is open."""
    made = a_line()
    made.open()
    yield made
    made.close()


def test_it_connects_when_it_is_needed_and_ends_for_good() -> None:
    line = a_line()
    assert [each.name for each in line.list_tools()][:2] == ["price", "sell.one"]
    assert line.name == "bookshop"
    assert line.open() is line.open()
    line.close()
    assert line._open.gone
    with pytest.raises(ToolError, match="was closed"):
        line.open()


def test_progress_of_the_server_is_progress_of_the_call(line: Any) -> None:
    told: list[Progress] = []
    line.call("wait", {"seconds": 0}, Context(report=told.append))
    assert [(each.fraction, each.text) for each in told] == [(0.25, "looking")]


def test_a_call_that_is_given_up_is_cancelled_at_the_server(line: Any) -> None:
    began = threading.Event()
    call = SimpleNamespace(done=False)

    def heard(_: Progress) -> None:
        call.done = True
        began.set()

    with pytest.raises(ToolError, match="told that the call is given up"):
        line.call("wait", {"seconds": 600}, Context(call=call, report=heard))
    assert began.is_set()
    assert line.call("price", {"title": "Emma"}, Context()).content[0].text == "4"


def test_a_server_that_does_not_answer_is_left_in_time() -> None:
    line = a_line([sys.executable, "-c", "import time; time.sleep(600)"], limit=0.3)
    with pytest.raises(ConnectionFailed, match=r"did not answer within 0\.3 s"):
        line.open()


def test_the_last_words_of_a_command_are_repeated() -> None:
    line = a_line([sys.executable, "-c", "import sys; sys.exit('no licence ' * 200)"])
    with pytest.raises(ConnectionFailed, match=r"It wrote: “.{0,20}no licence") as refused:
        line.open()
    assert len(str(refused.value)) < 1200


def test_two_calls_at_once_do_not_wait_for_each_other(line: Any) -> None:
    call = SimpleNamespace(done=False)
    slow = threading.Thread(target=lambda: _ignored(line, call))
    slow.start()
    assert line.call("price", {"title": "Emma"}, Context()).content[0].text == "4"
    call.done = True
    slow.join()


def _ignored(line: Any, call: Any) -> None:
    with pytest.raises(ToolError):
        line.call("wait", {"seconds": 600}, Context(call=call))


def test_a_call_makes_the_connection_that_it_needs() -> None:
    line = a_line()
    assert line.call("price", {"title": "Emma"}, Context()).content[0].text == "4"
    line.close()
    with pytest.raises(ToolError, match="was closed"):
        line.call("price", {"title": "Emma"}, Context())
