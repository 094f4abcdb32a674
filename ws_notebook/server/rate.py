"""A token bucket: how many requests a second a server takes, over all its connections."""

from __future__ import annotations

import time
from collections.abc import Callable

from ws_notebook.server.errors import rate_limited

__all__ = ["Rate"]


class Rate:
    """So many requests *a_second*, and after a rest as many at once; 0: no limit."""

    def __init__(self, a_second: float = 0.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._speed = a_second
        self._clock = clock
        self._room = max(1.0, a_second)
        self._left = self._room
        self._looked = clock()

    def take(self) -> None:
        """One request. ApiError 429, which says in how many seconds there is room again, where there is none."""
        if not self._speed:
            return
        now = self._clock()
        self._left = min(self._room, self._left + (now - self._looked) * self._speed)
        self._looked = now
        if self._left < 1:
            raise rate_limited(round((1 - self._left) / self._speed + 0.001, 3))
        self._left -= 1
