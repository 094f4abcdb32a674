"""How far running calls are, told by the clock: a tool may report as often as it likes."""

from __future__ import annotations

from ..core.turn import CallState, Progress
from .calls import Calls
from .portal import Portal

__all__ = ["Reporter"]

_INTERVAL = 0.1
"""Seconds between two reports of a call that are shown."""


class Reporter:
    """Takes the reports of one call, from any thread; shows the latest at once, then ten times a second at most."""

    def __init__(self, portal: Portal, call: CallState, calls: Calls) -> None:
        self._portal = portal
        self._call = call
        self._calls = calls
        self._latest: Progress | None = None
        self._due = False

    def __call__(self, progress: Progress) -> None:
        self._latest = progress
        if not self._due:
            self._due = True
            self._portal.post(self._show)

    def _show(self) -> None:
        """On the loop: show what is new, and look again after a while; without news, rest until the next report."""
        latest, self._latest = self._latest, None
        if latest is None:
            self._due = False
            # One that came just before found that it was due.
            if self._latest is None or self._due:
                return
            self._due, latest, self._latest = True, self._latest, None
        if self._calls.progress(self._call, latest):
            self._portal.loop.call_later(_INTERVAL, self._show)
