"""What happens behind the handles of a session: its loop, and waits for something of one of its runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from ws_notebook import Run, Session
from ws_notebook.core.run import RunState
from ws_notebook.tools import ToolRegistry

__all__ = ["made", "on_loop", "waited"]

T = TypeVar("T")


def made(session: Session, state: RunState) -> Run:
    """A run of the session with this data behind it, which the session does not know yet."""
    return Run(session._engine, session._keeper.handle, state, ToolRegistry())


def on_loop(session: Session, function: Callable[..., T], *args: object) -> T:
    """What the function returns when it is called on the session's loop."""
    return session._engine.portal.call(function, *args)


def waited(run: Run, until: Callable[[], bool], seconds: float = 20) -> bool:
    """Wait in this thread, doing the run's tools meanwhile; whether it came about."""
    return run._engine.waiters.wait(run._course, until, seconds)
