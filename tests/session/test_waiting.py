"""Cells that wait at their end; whole notebooks are executed in tests/magics/test_headless.py."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from ws_notebook import Session, kernel
from ws_notebook.exceptions import RunCancelled
from ws_notebook.session.waiting import wait_at_the_end

__all__: list[str] = []

Open = Callable[..., Session]


class Events:
    """IPython's hooks."""

    def __init__(self) -> None:
        self.hooks: list[Callable[[Any], None]] = []

    def register(self, name: str, hook: Callable[[Any], None]) -> None:
        assert name == "post_run_cell"
        self.hooks.append(hook)

    def unregister(self, name: str, hook: Callable[[Any], None]) -> None:
        self.hooks.remove(hook)

    def end_cell(self, error: BaseException | None = None) -> None:
        for hook in list(self.hooks):
            hook(SimpleNamespace(error_in_exec=error))


@pytest.fixture
def events(monkeypatch: pytest.MonkeyPatch) -> Events:
    found = Events()
    monkeypatch.setattr(kernel, "shell", lambda: SimpleNamespace(events=found))
    return found


def test_the_cell_waits_once_for_all_of_its_runs_and_says_so(
    local: Open, events: Events, capsys: pytest.CaptureFixture[str]
) -> None:
    session, finished = local(), []
    runs = [session.start(f'think 0.2 seconds, then say "{word}"', parent=None) for word in "ab"]
    for run in runs:
        wait_at_the_end(run, lambda run=run: finished.append((run.id, run.status)))  # type: ignore[misc]
    assert len(events.hooks) == 1
    events.end_cell()
    assert finished == [("r1", "completed"), ("r2", "completed")]
    said = "No page shows what comes after this cell, so it waits until runs r1 and r2 have ended.\n"
    assert capsys.readouterr().out == said
    assert events.hooks == []


def test_what_has_ended_by_then_is_finished_without_a_word(
    local: Open, events: Events, capsys: pytest.CaptureFixture[str]
) -> None:
    finished: list[str] = []
    run = local().ask('say "a"')
    wait_at_the_end(run, lambda: finished.append(run.status))
    events.end_cell()
    assert finished == ["completed"]
    assert capsys.readouterr().out == ""


def test_a_cell_that_was_interrupted_stops_them(local: Open, events: Events) -> None:
    finished: list[str] = []
    run = local().start("think 600 seconds")
    wait_at_the_end(run, lambda: finished.append(run.status))
    events.end_cell(KeyboardInterrupt())
    assert finished == ["cancelled"]
    with pytest.raises(RunCancelled):
        run.result()
