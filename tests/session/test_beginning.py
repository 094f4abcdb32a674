"""How a run begins: named, observed from its first change, and counted from when its first picture is there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ws_notebook import Session
from ws_notebook.core.run import LATEST, RequestSettings
from ws_notebook.session.beginning import begin, new_state
from ws_notebook.session.question import Question, question
from ws_notebook.tools import ToolRegistry

__all__: list[str] = []


def test_the_data_of_a_run_that_has_not_begun() -> None:
    state = new_state("r5", Question([], notes=("n",), source="s"), RequestSettings(model="m"), LATEST)
    assert (state.id, state.notes, state.source, state.wants, state.status) == (
        "r5",
        ("n",),
        "s",
        LATEST,
        "in_progress",
    )
    assert new_state("r5", Question([]), RequestSettings(), None).wants is None


def test_a_run_begins_with_a_name_and_misses_nothing(local: Callable[..., Session]) -> None:
    session, heard = local(), []

    def watch(run: Any) -> Any:
        return lambda state, change: heard.append(type(change).__name__)

    request = RequestSettings(model="demo")
    run = begin(
        session, question('say "x"'), request, ToolRegistry(), wanted=None, wants=None, watch=watch, name="r1-7"
    )
    assert run.result().text == "x"
    assert (run.id, run.turns[0].id, session.ask('say "y"').id) == ("r1-7", "r1-7.1", "r1")
    assert heard[0] == "TurnStarted"
    assert heard[-1] == "RunEnded"
