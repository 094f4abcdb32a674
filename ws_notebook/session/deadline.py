"""A time limit for a run: it is stopped on the loop, whatever the thread that waits for it does meanwhile."""

from __future__ import annotations

import asyncio

from .host import Asked

__all__ = ["Deadline"]


class Deadline:
    """While it is entered, the run has `seconds` to end; None: for ever."""

    def __init__(self, run: Asked, seconds: float | None) -> None:
        self._engine, self._course = run._engine, run._course
        self._seconds = seconds
        self._timer: asyncio.TimerHandle | None = None
        self._passed = False

    def __enter__(self) -> Deadline:
        if self._seconds is not None:
            self._engine.portal.post(self._begin, self._seconds)
        return self

    def __exit__(self, *_: object) -> None:
        if self._seconds is not None:
            self._engine.portal.post(self._end)

    def check(self) -> None:
        """Raise TimeoutError, which has the run as its `run`, where the run was stopped because its time was over."""
        if not self._passed:
            return
        error = TimeoutError(
            f"Run {self._course.state.id} had not ended after {self._seconds:g} s and was stopped. What had come is "
            "kept, in error.run.text. Ask again to go on from it, or ask with a longer timeout."
        )
        error.run = self._course.handle  # type: ignore[attr-defined]
        raise error

    # On the loop.

    def _begin(self, seconds: float) -> None:
        if not self._course.done:
            self._timer = asyncio.get_running_loop().call_later(seconds, self._pass)

    def _end(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _pass(self) -> None:
        if not self._course.done:
            self._passed = True
            self._engine.cancel(self._course, "timeout")
