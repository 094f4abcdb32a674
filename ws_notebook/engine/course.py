"""The course of a run: what the engine needs of it besides its data."""

from __future__ import annotations

import contextlib
import contextvars
import logging
from collections.abc import Callable
from typing import Final, Literal

from .. import kernel
from ..core.changes import Change, RunEnded
from ..core.handle import CallHandle, RunHandle
from ..core.run import RunState
from ..core.turn import CallState
from ..exceptions import RunCancelled, WsNotebookError
from ..tools import ToolRegistry

__all__ = ["ASKED_BY", "Cause", "Course", "Observer", "cancelled"]

ASKED_BY: Final[contextvars.ContextVar[tuple[RunState, ...]]] = contextvars.ContextVar("ASKED_BY", default=())
"""Inside a function that a run calls: that run, behind the runs whose functions asked for it."""

Observer = Callable[[RunState, Change], None]

Cause = Literal["stop", "interrupt", "timeout"]
"""Why somebody stops a run: he wants it to, pressed Ctrl-C, or gave it a time that is over."""

_HOW: Final[dict[Cause, str]] = {
    "stop": "stopped",
    "interrupt": "interrupted",
    "timeout": "stopped because its time was over",
}


class Course:
    """A run from its beginning to its end, and who is told of it. Made in the cell that asks.

    `handle`: what users hold of the run; `calls` makes what they hold of a call of it.
    """

    def __init__(
        self, state: RunState, tools: ToolRegistry, *, handle: RunHandle, calls: Callable[[CallState], CallHandle]
    ) -> None:
        self.state = state
        self.tools = tools
        """Those that it offers."""
        self.handle = handle
        self.calls = calls
        self.context = contextvars.copy_context()
        """Where its callbacks run: what a tool prints lands in the cell that asked."""
        self.cell = kernel.cell_id()
        """The front end's id of that cell, or None."""
        self.view_decides = False
        """Whether a live view shows it, whose buttons can approve calls."""
        self.shown = True
        """Whether it is among the session's runs: a row of a batch is not, unless it is kept."""
        self.halt: Callable[[Exception], None] | None = None
        """What stops the batch of which it is the line; None for a run that asks itself."""
        self.done = False
        """Whether its observers were told of its end, in whatever way it ended."""
        self.observers: list[Observer] = []
        """Who is told of every change; written here alone."""

    def __repr__(self) -> str:
        return f"<Course of {self.state!r}>"

    def inside(self) -> contextvars.Context:
        """Where its functions are called: in its cell's context, which knows the runs that wait for them."""
        context = self.context.copy()
        context.run(ASKED_BY.set, (*context.get(ASKED_BY, ()), self.state))
        return context

    def add(self, observer: Observer) -> bool:
        """On the loop, or before it begins: tell it of every change from now on. False: the run has ended."""
        if not self.done:
            self.observers.append(observer)
        return not self.done

    def at_end(self, callback: Callable[[], object]) -> bool:
        """On the loop: have it called there once the run has ended. False: it has."""

        def tell(_: RunState, change: Change) -> None:
            if isinstance(change, RunEnded):
                callback()

        return self.add(tell)

    def remove(self, observer: Observer) -> None:
        """In any thread, also in the midst of a garbage collection: it takes no lock."""
        with contextlib.suppress(ValueError):
            self.observers.remove(observer)

    def tell(self, change: Change) -> None:
        """On the loop: tell every observer. One that fails is not asked again, and harms nothing else."""
        ended = type(change) is RunEnded
        if ended:
            if isinstance(self.state.error, WsNotebookError):
                self.state.error.run = self.handle
            self.done = True
        for observer in list(self.observers):
            try:
                self.context.run(observer, self.state, change)
            except Exception:
                self.remove(observer)
                logging.getLogger("ws_notebook").exception("An observer of run %s failed.", self.state.id)
        if ended:
            self.observers.clear()


def cancelled(run: RunState, cause: Cause) -> RunCancelled:
    """The error of a run that was stopped."""
    return RunCancelled(f"Run {run.id} was {_HOW[cause]}. The partial text is in run.text; ask again to go on from it.")
