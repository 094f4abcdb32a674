"""When bytes arrive: a link of a given length and width, and the connections over it. Pure; times are arguments.

Half the round trip each way; a link carries one piece after another at its rate, whoever sends it. A new connection
costs one round trip before its first byte, and what its first flight has beyond the initial window another one, once in
each direction. Losses, jitter, and windows that grow step by step are left out.
"""

from __future__ import annotations

from collections import deque
from typing import Final

__all__ = ["INITIAL_WINDOW", "Direction", "Link"]

INITIAL_WINDOW: Final = 14_600
"""Bytes that a connection sends before it hears of the other side: ten segments of 1,460 bytes."""


class Link:
    """One way over the network; all connections share it. `rate`: bytes a second; None: without a bound."""

    def __init__(self, delay: float, rate: float | None = None) -> None:
        self.delay = delay
        self.rate = rate
        self._free = 0.0
        """When the last byte that was given to it has left."""

    def carry(self, ready: float, size: int) -> tuple[float, float]:
        """Bytes that can leave at `ready`: when the last of them has left, and when it arrives."""
        begin = max(ready, self._free)
        left = begin + (size / self.rate if self.rate else 0.0)
        self._free = left
        return left, left + self.delay


class Direction:
    """What one side of a connection sends. `opened`: when its first byte may leave; `rtt`: seconds of a round trip."""

    def __init__(self, link: Link, *, opened: float, rtt: float) -> None:
        self._link = link
        self._opened = opened
        self._rtt = rtt
        self._flying: deque[tuple[float, int]] = deque()
        """What nobody has confirmed yet: when it left, and its bytes."""
        self._open = rtt == 0
        """Whether the first flight is over: from then on nothing waits for a confirmation."""

    def schedule(self, now: float, size: int) -> list[tuple[float, int]]:
        """When the bytes arrive that are there at `now`, in order: a moment and a number of bytes each."""
        ready, arrivals = max(now, self._opened), []
        if not self._open:
            fits = INITIAL_WINDOW - self._unconfirmed(ready)
            if size > fits:
                if fits > 0:
                    arrivals.append(self._send(ready, fits))
                ready, size, self._open = max(ready, self._confirmed()), size - max(fits, 0), True
        arrivals.append(self._send(ready, size))
        return arrivals

    def end(self, now: float) -> float:
        """When it is heard that no more comes."""
        return self._link.carry(max(now, self._opened), 0)[1]

    def _send(self, ready: float, size: int) -> tuple[float, int]:
        left, arrives = self._link.carry(ready, size)
        if not self._open:
            self._flying.append((left, size))
        return arrives, size

    def _unconfirmed(self, now: float) -> int:
        while self._flying and self._flying[0][0] + self._rtt <= now:
            self._flying.popleft()
        return sum(size for _, size in self._flying)

    def _confirmed(self) -> float:
        """When the first of what is on its way is confirmed."""
        return self._flying[0][0] + self._rtt
