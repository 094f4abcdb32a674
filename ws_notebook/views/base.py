"""What a view of one run is, and what it is handed.

A session calls `show` in the cell's thread before anything streams, `observe` on its own loop's
thread for every change, and `finish` in the cell's thread when the run has ended.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from ..core.changes import Change
from ..core.frames import FrameRecord
from ..core.run import RunState

__all__ = ["CallLater", "Clock", "FramesOf", "NullView", "OnDecide", "View"]

CallLater = Callable[[float, Callable[[], None]], object]
"""`call_later(seconds, callback)`, callable from any thread: has the callback called on the session's loop."""

OnDecide = Callable[[str, str, str, str | None], object]
"""`on_decide(turn id, call id, "shown", "approve" or "deny", other arguments or a reason)`: a decision about a call."""

FramesOf = Callable[[], list[FrameRecord]]
"""The frames of the run that are still held, scrubbed of secrets, oldest first."""

Clock = Callable[[], float]
"""The session's monotonic clock, in seconds."""


class View(Protocol):
    """Shows one run."""

    decides: bool
    """Whether calls that wait for approval can be approved and denied in it."""
    widgets: bool
    """Whether a widget draws it: a page that comes later shows it as it is by then."""

    def show(self) -> None:
        """Make the first picture, where the cell that asks puts its output."""

    def observe(self, run: RunState, change: Change) -> None:
        """Take note of a change. Returns at once and never raises."""

    def finish(self, run: RunState) -> None:
        """Make the last picture, however the run ended. May be called again: it is then issued again."""


class NullView:
    """Shows nothing."""

    decides = False
    widgets = False

    def show(self) -> None:
        return

    def observe(self, run: RunState, change: Change) -> None:
        return

    def finish(self, run: RunState) -> None:
        return
