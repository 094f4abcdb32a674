"""A call's handle: what users do with the call is done by it, and said in words where there is none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ws_notebook import Run
from ws_notebook.core.handle import CallHandle, RunHandle
from ws_notebook.core.timing import CallTiming, TurnTiming
from ws_notebook.core.turn import CallState, TurnState
from ws_notebook.exceptions import ToolError
from ws_notebook.session.call import Call

__all__: list[str] = []


def call(handle: Any = None) -> CallState:
    turn = TurnState(id="r1.1", run_id="r1", timing=TurnTiming(started=0.0))
    return CallState(
        turn=turn,
        call_id="c1",
        name="add",
        kind="function_call",
        output_index=0,
        timing=CallTiming(added=0.0),
        handles=None if handle is None else lambda _: handle,
    )


def members(protocol: type) -> set[str]:
    return {name for name in vars(protocol) if not name.startswith("_")}


def test_runs_and_calls_have_what_their_handles_promise() -> None:
    assert {name for name in members(RunHandle) if not hasattr(Run, name)} == set()
    assert {name for name in members(CallHandle) if not hasattr(Call, name)} == set()


class Heard:
    """A handle that notes what it is asked."""

    run, code = "the run", "add(1)"

    def __init__(self) -> None:
        self.heard: list[tuple[Any, ...]] = []

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *given, **more: self.heard.append((name, *given, *more.items()))


def test_what_is_done_with_a_call_is_done_by_its_handle() -> None:
    handle = Heard()
    found = call(handle)
    found.approve()
    found.approve({"a": 1})
    found.edit({"a": 2})
    found.deny("no")
    found.cell()
    found.answer_with(5, model="m")
    assert (found.run, found.code) == ("the run", "add(1)")
    assert handle.heard == [
        ("approve", None),
        ("approve", {"a": 1}),
        ("approve", {"a": 2}),
        ("deny", "no"),
        ("cell",),
        ("answer_with", 5, ("model", "m")),
    ]


@pytest.mark.parametrize("act", [CallState.approve, CallState.deny, lambda found: found.edit("{}")])
def test_without_one_nothing_waits_for_a_decision(act: Callable[[CallState], None]) -> None:
    with pytest.raises(ToolError, match="Call c1 of add does not wait for approval: it is streaming"):
        act(call())


@pytest.mark.parametrize("act", [CallState.cell, lambda found: found.code, lambda found: found.answer_with(1)])
def test_without_one_its_arguments_are_not_whole(act: Callable[[CallState], None]) -> None:
    assert call().run is None
    with pytest.raises(ToolError, match="cut off before its arguments were whole"):
        act(call())
