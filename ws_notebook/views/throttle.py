"""Pictures by the clock: at most one in an interval, however much changes, and always one at the end."""

from __future__ import annotations

import threading
from collections.abc import Callable

from .base import CallLater, Clock

__all__ = ["Throttle"]


class Throttle:
    """Calls `paint` soon after `request`, never more often than once in `interval` seconds, never twice at a time.

    With a clock, pictures fall on its whole multiples of the interval, so that those of many views come together;
    the second may then come after half of it. What `paint` raises never reaches the run: the first such error is
    kept in `error`.
    """

    def __init__(
        self, paint: Callable[[], None], call_later: CallLater, interval: float = 1 / 30, clock: Clock | None = None
    ) -> None:
        self._paint = paint
        self._call_later = call_later
        self._interval = interval
        self._clock = clock
        self._state = threading.Lock()
        self._painting = threading.Lock()
        self._wanted = False
        self._pending = False
        self._finished = False
        self.error: Exception | None = None

    def request(self) -> None:
        """A picture is wanted. May be called from any thread. What was noted before is painted."""
        if self._wanted and self._pending:
            return  # Asked for and not begun yet: most changes end here, without the lock.
        with self._state:
            self._wanted = True
            if self._pending or self._finished:
                return
            self._pending = True
        self._schedule(0)

    def finish(self, last: Callable[[], None] | None = None) -> None:
        """Paint the last picture here and now: `last` where it is another one. None is painted after it."""
        with self._state:
            self._finished = True
        with self._painting:
            (last or self._paint)()

    def _schedule(self, delay: float) -> None:
        try:
            self._call_later(delay, self._due)
        except RuntimeError as error:  # the loop is closed
            self._keep(error)

    def _due(self) -> None:
        """A timer went off: paint what is wanted and rest for an interval, or rest until the next request."""
        with self._state:
            wanted, self._wanted = self._wanted, False
            if not wanted or self._finished:
                self._pending = False
                return
        # A timer is started before the painting, so that the time this takes is part of the interval.
        self._schedule(self._rest())
        with self._painting:
            if not self._finished:
                self._try()

    def _rest(self) -> float:
        if self._clock is None:
            return self._interval
        left = self._interval - self._clock() % self._interval
        return left if left >= self._interval / 2 else left + self._interval

    def _try(self) -> None:
        try:
            self._paint()
        except Exception as error:  # noqa: BLE001 - whatever a front end raises, the run goes on
            self._keep(error)

    def _keep(self, error: Exception) -> None:
        self.error = self.error or error
