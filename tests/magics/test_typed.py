"""What can stand in place of the last word of a line."""

from __future__ import annotations

from typing import Any

import pytest
from support.tools import add

from ws_notebook import Session
from ws_notebook.magics.sessions import Sessions
from ws_notebook.magics.typed import Typed

__all__: list[str] = []


@pytest.fixture
def sessions(shell: Any) -> Sessions:
    """Those of the loaded magics."""
    found: Sessions = shell.magics_manager.registry["ResponsesMagics"].sessions
    return found


def test_words_of_the_notebook_and_of_the_session_that_is_meant(sessions: Sessions) -> None:
    with Session(provider="local", tools=[add]) as mine:
        sessions.names.update(mine=mine, answer=mine.ask('say "one"', model="demo"), number=3)
        here, there = Typed(sessions, ("-t",), ""), Typed(sessions, ("-s", "mine"), "")
        assert (here.variables(), here.answers()) == (["mine"], ["answer"])
        assert (here.runs(), there.runs(), there.parents()) == ([], ["r1"], ["r1", "answer"])
        assert (here.tools(), there.tools(), there.models()[0]) == ([], ["add"], "demo")
        assert ("mine", mine) in here.visible
    assert sessions.known() == []


def test_what_is_listed_before_a_comma_is_not_offered_again(sessions: Sessions) -> None:
    sessions.names["add"] = add
    assert Typed(sessions, (), "add,").tools() == []
    assert Typed(sessions, (), "web_search,w").tools() == ["add"]
    offered = Typed(sessions, (), "web_search,web").tools()
    assert "web_search_preview" in offered
    assert "web_search" not in offered
    assert "demo" not in Typed(sessions, (), "demo,").models()
    assert "scene:refusal" not in Typed(sessions, (), "scene:refusal,").models()


def test_words_that_every_line_has(sessions: Sessions) -> None:
    typed = Typed(sessions, ("one", "two"), "text.verbosity=")
    assert (typed.previous, Typed(sessions, (), "").previous) == ("two", "")
    assert Typed(sessions, (), "none/").cassettes() == ["stop"]
