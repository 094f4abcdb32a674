"""A batch in a terminal: a bar of tqdm's, with its rate and the time left."""

from __future__ import annotations

import sys
import threading
from typing import Any

from .base import CallLater
from .throttle import Throttle

__all__ = ["BatchBar"]

_INTERVAL = 0.2


class BatchBar:
    """Follows `done()` of `total` rows on standard error; `failed()` of them are told behind the bar."""

    def __init__(self, total: int, done: Any, failed: Any, call_later: CallLater) -> None:
        self._done, self._failed = done, failed
        self._lock = threading.Lock()
        self._total = total
        self._throttle = Throttle(self._paint, call_later, _INTERVAL)
        self._bar: Any = None

    def show(self) -> None:
        """Draw the empty bar."""
        from tqdm import tqdm

        self._bar = tqdm(total=self._total, initial=self._done(), unit="row", file=sys.stderr, dynamic_ncols=True)

    def touch(self, position: int, letter: str) -> None:
        """A row has another state."""
        self._throttle.request()

    def refresh(self) -> None:
        """Something else changed."""
        self._throttle.request()

    def finish(self) -> None:
        """Draw it as it ended. May be called again."""
        self._throttle.finish(self._close)

    def _close(self) -> None:
        if self._bar is not None:
            self._paint()
            self._bar.close()
            self._bar = None

    def _paint(self) -> None:
        with self._lock:
            if self._bar is None:
                return
            failed = self._failed()
            self._bar.set_postfix({"failed": failed} if failed else {}, refresh=False)
            self._bar.n = self._done()
            self._bar.refresh()
