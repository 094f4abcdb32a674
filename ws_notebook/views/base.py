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
from .messages import Verdict

__all__ = ["CallLater", "Clock", "Controls", "NullView", "View"]

CallLater = Callable[[float, Callable[[], None]], object]
"""`call_later(seconds, callback)`, callable from any thread: has the callback called on the session's loop."""

Clock = Callable[[], float]
"""The session's monotonic clock, in seconds."""


class Controls(Protocol):
    """What the reader of a live view can do with its run. Callable from any thread; what is raised is shown to him."""

    def stop(self) -> object:
        """Stop it."""

    def steer(self, words: str) -> object:
        """Add words to it."""

    def decide(self, verdict: Verdict) -> object:
        """Take what he decides about a call that waits for approval."""

    def frames(self) -> list[FrameRecord]:
        """Its frames that are still held, scrubbed of secrets, oldest first."""

    def call_later(self, seconds: float, callback: Callable[[], None]) -> object:
        """Have the callback called on the session's loop."""


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
