from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from ws_notebook.tools import ToolRegistry, tool
from ws_notebook.tools.bench.workbench import Workbench, remember

__all__: list[str] = []


def test_the_last_call_is_kept_and_can_be_made_again() -> None:
    @tool
    def count(by: int) -> int:
        nonlocal total
        total += by
        return total

    total = 0
    assert count.last is None
    assert count.try_(by=2).output == "2"
    assert count.last.output == "2"
    again = count.last.replay()
    assert again.output == "4"
    assert "Before: 2" in repr(again)
    assert again.arguments == count.last.arguments == '{"by": 2}'


def a_call(**more: Any) -> Any:
    """A call of the model, as far as the bench looks at it."""
    known = {"name": "double", "arguments": '{"by": 2}', "edited": None, "status": "completed", "output": "4"}
    rest = {"error": None, "exception": None, "run_ms": 3.0, "call_id": "c1", "turn": SimpleNamespace(run_id="r7")}
    return SimpleNamespace(**{**known, **rest, **more})


def test_a_call_of_the_model_is_the_tools_last_one() -> None:
    @tool
    def double(by: int) -> int:
        return 2 * by

    assert isinstance(double, Workbench)
    remember(ToolRegistry([double]), a_call())
    assert double.last is not None
    assert (double.last.run, double.last.arguments, double.last.output, double.last.ms) == ("r7", '{"by": 2}', "4", 3.0)
    remember(ToolRegistry([double]), a_call(edited='{"by": 3}', output="6"))
    assert double.last.arguments == '{"by": 3}'


@pytest.mark.parametrize("call", [a_call(name="other"), a_call(output=None)], ids=["another tool", "not answered"])
def test_other_calls_are_not(call: Any) -> None:
    @tool
    def double(by: int) -> int:
        return 2 * by

    remember(ToolRegistry([double]), call)
    remember(None, call)
    assert double.last is None
