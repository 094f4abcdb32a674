"""What is known of a batch's rows: written on the loop by whoever drives it, read by handles and views."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ..core.run import RunState
from .row import ENDED, STATUSES, Row

__all__ = ["Ledger"]

_MINUTE = 60.0
_SHOWN = 300
"""Characters of an error by which equal ones are told."""


class Ledger:
    """The rows, and what they add up to. `touched` is called on the loop after each change."""

    def __init__(self, rows: list[Row]) -> None:
        self.rows = rows
        # All of them from the beginning: threads look at it while the loop counts.
        self.counts: Counter[str] = Counter({**dict.fromkeys(STATUSES, 0), **Counter(row.status for row in rows)})
        """How many rows there are of each status."""
        self.ended: list[int] = []
        """The positions of rows in the order in which they ended."""
        self.errors: dict[str, list[int]] = {}
        """Positions by what went wrong."""
        self.tokens = [0, 0, 0]
        """Input, cached input, output."""
        self.sent = [0, 0, 0]
        """Bytes sent, received, and that HTTP with full input would have sent."""
        self.followers: set[object] = set()
        """Who waits for single rows. Waking a thread costs as much as a row, so others are woken at the end alone."""
        self.began = time.monotonic()
        self._times: deque[float] = deque()
        self._touched: list[Callable[[Row], object]] = []

    def watch(self, touched: Callable[[Row], object]) -> None:
        """Tell it of every row that changes, on the loop."""
        self._touched = [*self._touched, touched]

    def unwatch(self, touched: Callable[[Row], object]) -> None:
        """Tell it no longer."""
        self._touched = [each for each in self._touched if each != touched]

    @property
    def done(self) -> int:
        """How many rows have ended."""
        return sum(self.counts[status] for status in ENDED)

    def positions(self, statuses: Iterable[str]) -> list[int]:
        """The rows of these statuses, in order."""
        wanted = frozenset(statuses)
        return [row.position for row in self.rows if row.status in wanted]

    def move(self, row: Row, status: str, *, now: float | None = None) -> None:
        """A row takes another status. `now`: when it ended here, for the rate; not for one that a journal has."""
        self.counts[row.status] -= 1
        self.counts[status] += 1
        row.status = status
        if status in ENDED:
            self.ended.append(row.position)
            if row.error:
                self.errors.setdefault(_kind(row.error), []).append(row.position)
            if now is not None:
                self._times.append(now)
        for touched in self._touched:
            touched(row)

    def reopen(self, row: Row) -> None:
        """It is to be asked again: what came of it is forgotten."""
        if row.error:
            self.errors[_kind(row.error)].remove(row.position)
            if not self.errors[_kind(row.error)]:
                del self.errors[_kind(row.error)]
        self.ended.remove(row.position)
        row.text, row.value, row.error, row.run = "", None, "", None
        self.move(row, "waiting")

    def add(self, took: tuple[int, int, int]) -> None:
        """Count input, cached and output tokens."""
        for place, tokens in enumerate(took):
            self.tokens[place] += tokens

    def spend(self, row: Row | None, run: RunState) -> tuple[int, int, int]:
        """Count what a run took, whatever came of it: input, cached and output tokens. `row`: the one it was for."""
        turns = run.turns
        usage: Mapping[str, Any] = (turns[0].usage or {}) if len(turns) == 1 else run.usage
        details = usage.get("input_tokens_details")
        cached = details.get("cached_tokens") if isinstance(details, dict) else 0
        took = (_count(usage.get("input_tokens")), _count(cached), _count(usage.get("output_tokens")))
        self.add(took)
        for turn in turns:
            self.sent[0] += turn.bytes_sent
            self.sent[1] += turn.bytes_received
            self.sent[2] += turn.bytes_full_context
        if row is not None:
            row.input_tokens += took[0]
            row.cached_tokens += took[1]
            row.output_tokens += took[2]
        return took

    def rate(self, now: float) -> float:
        """Rows a second, of the last minute."""
        while self._times and now - self._times[0] > _MINUTE:
            self._times.popleft()
        since = max(now - _MINUTE, self.began)
        return len(self._times) / max(now - since, 0.001) if self._times else 0.0

    def left(self, now: float) -> float | None:
        """Seconds until all have ended, as it goes now; None where nothing tells."""
        rate, rest = self.rate(now), len(self.rows) - self.done
        return rest / rate if rate else (0.0 if not rest else None)

    def usage(self) -> dict[str, Any]:
        """Tokens of all rows in the provider's words."""
        read, cached, written = self.tokens
        return {
            "input_tokens": read,
            "input_tokens_details": {"cached_tokens": cached},
            "output_tokens": written,
            "total_tokens": read + written,
        }


def _count(value: Any) -> int:
    return int(value) if isinstance(value, int | float) else 0


def _kind(error: str) -> str:
    return " ".join(error.split())[:_SHOWN]
