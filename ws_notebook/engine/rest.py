"""When a session's connections are given up because nobody asks: it rests, and the next question opens another."""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Callable
from typing import Any

from ..core.run import RunState

__all__ = ["Rest", "call_held"]


class Rest:
    """Calls `close`, a method that it holds weakly, after `seconds()` without a run in progress; None: never.

    Its methods are called on the loop.
    """

    def __init__(self, close: Callable[[], None], seconds: Callable[[], float | None]) -> None:
        self.seconds = seconds
        # The timer is not to keep a session that nobody holds.
        self._close = weakref.WeakMethod(close)
        self._going: set[RunState] = set()
        self._timer: asyncio.TimerHandle | None = None

    @property
    def going(self) -> bool:
        """Whether a run is in progress."""
        return bool(self._going)

    def begin(self, run: RunState) -> None:
        """A run is in progress."""
        self._going.add(run)
        self.cancel()

    def end(self, run: RunState) -> None:
        """It has ended."""
        self._going.discard(run)
        self.cancel()
        seconds = self.seconds()
        if not self._going and seconds is not None:
            self._timer = asyncio.get_running_loop().call_later(seconds, call_held, self._close)

    def cancel(self) -> None:
        """Wait no longer: something goes on, or the connections are gone."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def call_held(held: Callable[[], Callable[[], Any] | None]) -> None:
    """Call what is held weakly, where it is still there."""
    function = held()
    if function is not None:
        function()
