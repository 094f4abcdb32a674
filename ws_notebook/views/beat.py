"""A beat: while something is waited for, a further picture now and then, so that its age is right."""

from __future__ import annotations

from collections.abc import Callable

from .base import CallLater

__all__ = ["Beat"]

_INTERVAL = 5.0
"""Seconds between two pictures of what does not change but in age."""


class Beat:
    """Has `request` called some seconds after it was wanted, once each time."""

    def __init__(self, request: Callable[[], object], call_later: CallLater, interval: float = _INTERVAL) -> None:
        self._request = request
        self._call_later = call_later
        self._interval = interval
        self._set = False

    def want(self, wanted: bool) -> None:
        """Say with each picture whether another one is wanted although nothing changes. Raises nothing."""
        if wanted and not self._set:
            self._set = True
            self._call_later(self._interval, self._strike)

    def _strike(self) -> None:
        self._set = False
        self._request()
