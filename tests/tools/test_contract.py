"""What others know of a tool is what a tool has, whatever it was made of."""

from __future__ import annotations

import contextvars
from typing import Any

import pytest

from ws_notebook.tools import AnyTool, tool
from ws_notebook.tools.contract import ToolLike
from ws_notebook.tools.executor import Execution, Outcome

__all__: list[str] = []

NAMES = [name for name in vars(ToolLike) if not name.startswith("_")]


def double(by: int) -> int:
    """Twice as much."""
    return 2 * by


@tool
async def later(text: str = "") -> str:
    return text


@tool(format="text", run_in="thread", timeout=3)
def free(text: str) -> str:
    return text


class Store:
    @tool
    def left(self, sold: int) -> int:
        return 10 - sold


@pytest.mark.parametrize("made", [tool(double), later, free, Store().left], ids=["function", "async", "text", "method"])
@pytest.mark.parametrize("name", NAMES)
def test_every_tool_has_all_of_it(made: AnyTool, name: str) -> None:
    assert hasattr(made, name)


class Foreign:
    """Has what the contract names as far as it is run, and is no `Tool`."""

    is_async = False
    max_output = 100

    def bind(self, arguments: str) -> Any:
        return tool(double).bind(arguments)


def test_whoever_runs_a_tool_needs_no_more_than_the_contract() -> None:

    found: list[Outcome | None] = []
    made: Any = Foreign()
    Execution(made, '{"by": 4}', context=contextvars.copy_context(), started=lambda: True, finished=found.append).run()
    assert found[0] is not None
    assert (found[0].status, found[0].output) == ("completed", "8")
