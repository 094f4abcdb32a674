"""What the panel is told of sessions: everything once, then only what is new."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest
from support.tools import add

from ws_notebook import Session, tool
from ws_notebook.exceptions import ConnectionFailed
from ws_notebook.session.overview import Guide, Overview
from ws_notebook.tools import AnyTool

__all__: list[str] = []

Open = Callable[..., Session]


def of(sessions: Mapping[str, Session], guide: Any = None) -> Overview:
    return Overview(lambda: sessions, lambda: guide or Guide())


def rows(message: dict[str, Any] | None) -> list[str]:
    assert message is not None
    return [row["id"] for told in message["sessions"] for row in told["runs"]]


def test_the_whole_of_a_session_is_json(local: Open) -> None:
    session = local(tools=[add])
    session.ask("call add(a=1, b=2)")
    session.ask("call add(a=1)")
    message = of({"s1": session}).whole()
    assert json.loads(json.dumps(message)) == message
    (told,) = message["sessions"]
    assert (told["id"], told["model"], told["transport"], told["condition"]) == ("s1", "demo", "websocket", "open")
    assert told["max_age_ms"] == 3_600_000
    assert told["opened"] is not None
    assert told["lanes"] == {"used": 0, "limit": 16}
    assert told["tools"] == [{
        "name": "add", "description": "Add two numbers.",
        "calls": 2, "failed": 1, "stopped": 0, "waiting": 0, "running": 0,
    }]  # fmt: skip
    assert [(row["id"], row["parent"], row["calls"]) for row in told["runs"]] == [("r1", None, 1), ("r2", "r1", 1)]
    assert told["totals"]["sent"] == sum(session.turns["bytes_sent"])


def test_a_call_that_awaits_approval_does_not_run_and_one_that_was_stopped_has_not_failed(local: Open) -> None:
    @tool(approve=True)
    def remove(path: str) -> str:
        """Remove a file."""
        return path

    session = local(tools=[remove])
    overview = of({"s1": session})
    asked = threading.Event()
    session.on_approval = lambda _: asked.set()
    run = session.start('call remove(path="x")')
    assert asked.wait(20)
    assert counts(overview.whole()) == {"calls": 1, "failed": 0, "stopped": 0, "waiting": 1, "running": 0}
    run.cancel()
    assert counts(overview.changes()) == {"calls": 1, "failed": 0, "stopped": 1, "waiting": 0, "running": 0}


def counts(message: dict[str, Any] | None) -> dict[str, int]:
    assert message is not None
    (found,) = message["sessions"][0]["tools"]
    return {name: count for name, count in found.items() if isinstance(count, int)}


def test_a_session_that_could_not_connect_says_why(local: Open) -> None:
    session, out = Session(provider="http://127.0.0.1:9/v1", api_key="sk-none"), local()
    overview = of({"s1": session, "s2": out})
    assert [told["failure"] for told in overview.whole()["sessions"]] == ["", ""]
    with pytest.raises(ConnectionFailed) as caught:
        session.ask("hello")
    found = overview.changes()
    assert found is not None
    assert found["sessions"][0]["failure"][:60] == str(caught.value)[:60]
    session.close()


def test_only_what_changed_is_told_again(local: Open) -> None:
    session, other = local(), local()
    overview = of({"s1": session, "s2": other})
    assert rows(overview.whole()) == []
    assert overview.changes() is None
    session.ask('say "one"')
    assert rows(overview.changes()) == ["r1"]
    session.ask('say "two"')
    found = overview.changes()
    assert rows(found) == ["r2"]
    assert found is not None
    assert [told["id"] for told in found["sessions"]] == ["s1"]
    assert overview.changes() is None
    assert rows(overview.whole()) == ["r1", "r2"]


def test_forgotten_runs_and_gone_sessions_are_told(local: Open) -> None:
    session = local()
    sessions = {"s1": session}
    overview = of(sessions)
    session.ask('say "one"')
    overview.whole()
    session.reset()
    found = overview.changes()
    assert found is not None
    assert found["sessions"][0]["forgotten"] == ["r1"]
    sessions.clear()
    assert overview.changes() == {"sessions": [], "gone": ["s1"], "whole": False}
    assert overview.changes() is None


class Magics(Guide):
    """What magics would know."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}

    def is_own(self, session: Session) -> bool:
        return True

    def name(self, session: Session) -> str:
        return "mine"

    def marks(self, session: Session) -> Mapping[str, str]:
        return self.found

    def tools(self, session: Session) -> Iterable[AnyTool]:
        return [add]


def test_a_mark_that_comes_later_is_told_of_an_ended_run(local: Open) -> None:
    session, guide = local(), Magics()
    overview = of({"s1": session}, guide)
    session.ask('say "one"')
    session.ask('say "two"')
    (told,) = overview.whole()["sessions"]
    assert (told["name"], told["own"], [each["name"] for each in told["tools"]]) == ("mine", True, ["add"])
    guide.found = {"r2": "stale"}
    found = overview.changes()
    assert rows(found) == ["r2"]
    assert found is not None
    assert found["sessions"][0]["runs"][0]["mark"] == "stale"
