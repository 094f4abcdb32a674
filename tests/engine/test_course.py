"""The course of a run: who is told of it, and what its functions know of the runs that asked for them."""

from __future__ import annotations

import contextvars
from typing import Any

import pytest

from ws_notebook.core.changes import Change, RunEnded, TextAppended
from ws_notebook.core.run import RequestSettings, RunState
from ws_notebook.engine.course import ASKED_BY, Course, cancelled
from ws_notebook.exceptions import RunCancelled
from ws_notebook.tools import ToolRegistry

__all__: list[str] = []


def course() -> Course:
    state = RunState(id="r1", input=[], settings=RequestSettings(), asked=0.0, asked_at=0.0)
    handle: Any = "the run"
    return Course(state, ToolRegistry(), handle=handle, calls=lambda call: call.handle)  # type: ignore[arg-type, return-value]


def test_a_function_knows_its_run_and_the_runs_that_asked_for_it() -> None:
    outer = course()
    within = outer.inside()
    assert within.run(ASKED_BY.get) == (outer.state,)
    inner = within.run(course)
    assert inner.inside().run(ASKED_BY.get) == (outer.state, inner.state)
    assert ASKED_BY.get() == ()


def test_observers_are_told_in_the_context_of_the_cell_that_asked() -> None:
    cell: contextvars.ContextVar[str] = contextvars.ContextVar("cell", default="none")
    told: list[tuple[str, Change]] = []
    context = contextvars.copy_context()
    context.run(cell.set, "c1")
    run = context.run(course)
    change = TextAppended(None, "Hi")  # type: ignore[arg-type]
    assert run.add(lambda _, change: told.append((cell.get(), change)))
    run.tell(change)
    assert told == [("c1", change)]


def test_one_that_fails_is_told_no_more_and_harms_no_other(caplog: pytest.LogCaptureFixture) -> None:
    run, told = course(), []

    def fails(_: RunState, change: Change) -> None:
        raise ValueError("broken")

    def hears(_: RunState, change: Change) -> None:
        told.append(change)

    for observer in (fails, hears):
        run.add(observer)
    for _ in range(2):
        run.tell(TextAppended(None, "Hi"))  # type: ignore[arg-type]
    assert (len(told), len(caplog.records)) == (2, 1)
    run.remove(hears)
    run.remove(hears)
    run.tell(TextAppended(None, "Hi"))  # type: ignore[arg-type]
    assert len(told) == 2


def test_at_the_end_its_error_knows_the_run_and_nobody_is_added() -> None:
    run = course()
    run.state.error = cancelled(run.state, "timeout")
    run.add(lambda state, change: None)
    run.tell(RunEnded(run.state))
    assert (run.done, run.state.error.run, run.observers) == (True, "the run", [])
    assert not run.add(lambda state, change: None)


def test_the_end_is_told_once_and_not_to_who_comes_late() -> None:
    run, told = course(), []
    assert run.at_end(lambda: told.append(run.done))
    run.tell(TextAppended(None, "Hi"))  # type: ignore[arg-type]
    assert told == []
    run.tell(RunEnded(run.state))
    assert told == [True]
    assert not run.at_end(lambda: told.append(False))


def test_the_error_of_a_run_that_was_stopped_says_why() -> None:
    said = {cause: str(cancelled(course().state, cause)) for cause in ("stop", "interrupt", "timeout")}
    assert said["stop"].startswith("Run r1 was stopped. The partial text is in run.text")
    assert "r1 was interrupted." in said["interrupt"]
    assert "r1 was stopped because its time was over." in said["timeout"]
    assert isinstance(cancelled(course().state, "stop"), RunCancelled)
