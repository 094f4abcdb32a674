"""How many rows are asked at once: one more for each round that goes well, half as many when a limit is reached.

Times are in seconds of one monotonic clock, which the caller looks at.
"""

from __future__ import annotations

from collections import deque

__all__ = ["Pace"]

_KEPT = 240
"""Changes that are remembered, for pictures."""

_QUIET = 0.25
"""Seconds after a wait in which further refusals are those of the same crowd."""


class Pace:
    """Additive increase, multiplicative decrease. `most`: the lanes there are."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._width = float(most)
        self._until = 0.0
        self._crowd = 0.0
        self.refusals = 0
        """How often a limit was reached."""
        self.history: deque[tuple[float, int]] = deque(maxlen=_KEPT)
        """When the width changed, and to what."""

    @property
    def width(self) -> int:
        """How many rows may be asked at once now."""
        return max(1, min(self.most, int(self._width)))

    def holds(self, now: float) -> float:
        """The seconds for which nothing more is to be asked."""
        return max(0.0, self._until - now)

    def slow(self, now: float, until: float) -> None:
        """A request was refused for its rate, to be asked again at `until`: so long all wait, and fewer go on then."""
        self._until = max(self._until, until)
        if now < self._crowd:
            return
        self.refusals += 1
        self._crowd = max(until, now) + _QUIET
        self._set(max(1.0, self.width / 2), now)

    def speed(self, now: float) -> None:
        """A row was answered."""
        if self._width < self.most:
            self._set(min(float(self.most), self._width + 1 / max(1.0, self._width)), now)

    def _set(self, width: float, now: float) -> None:
        before, self._width = self.width, width
        if self.width != before or not self.history:
            self.history.append((now, self.width))
