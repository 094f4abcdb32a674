"""Who asks: inside a function that a run calls, the runs that wait for it."""

from __future__ import annotations

import contextvars
from typing import TYPE_CHECKING, Final

from ..core.run import RunState

if TYPE_CHECKING:
    from ..session.run import Run

__all__ = ["ASKED_BY", "inside"]

ASKED_BY: Final[contextvars.ContextVar[tuple[RunState, ...]]] = contextvars.ContextVar("ASKED_BY", default=())
"""Inside a function that a run calls: that run, behind the runs whose functions asked for it."""


def inside(run: Run) -> contextvars.Context:
    """Where the functions of a run are called: in its cell's context, which knows the runs that wait for them."""
    context = run.context.copy()
    context.run(lambda: ASKED_BY.set((*ASKED_BY.get(), run.state)))
    return context
