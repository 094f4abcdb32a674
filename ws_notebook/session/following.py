"""The changes of a run as they come: an iterator for threads, and one for `async for`.

Either begins with what has happened before, in as few changes as tell it, and ends behind `RunEnded`. One that is
left early, or that nobody holds any more, leaves nothing behind.
"""

from __future__ import annotations

import weakref
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator

from ..core.changes import Change, RunEnded, so_far
from ..core.run import RunState
from ..engine.waiters import LoopBell
from .host import Asked

__all__ = ["AsyncStream", "Stream"]


class _Following:
    """What either way to follow a run has: the changes that have arrived, and whether it is over."""

    def __init__(self, run: Asked, ring: Callable[[], None]) -> None:
        self._engine, self._course = run._engine, run._course
        self._arrived: deque[Change] = deque()
        self._over = False
        arrived, course = self._arrived, self._course

        # These hold no stream: one that nobody else holds ends.
        def put(_: RunState, change: Change) -> None:
            arrived.append(change)
            ring()

        def begin() -> None:
            arrived.extend(so_far(course.state))
            course.add(put)

        self._engine.portal.call(begin)
        self._leave = weakref.finalize(self, course.remove, put)
        self._leave.atexit = False


class Stream(_Following, Iterator[Change]):
    """Waits for each change in the thread that asks for it; that thread does the run's tools meanwhile, as `ask` does.

    KeyboardInterrupt while it waits stops the run.
    """

    def __init__(self, run: Asked) -> None:
        super().__init__(run, run._engine.waiters.wake)

    def __next__(self) -> Change:
        if self._over:
            raise StopIteration
        self._engine.wait_or_stop(self._course, lambda: bool(self._arrived))
        change = self._arrived.popleft()
        if isinstance(change, RunEnded):
            self.close()
        return change

    def close(self) -> None:
        """Follow the run no longer; it goes on."""
        self._over = True
        self._leave()


class AsyncStream(_Following, AsyncIterator[Change]):
    """Waits for each change on the loop that asks for it; coroutine tools of the run join that loop meanwhile.

    The run goes on when the loop is left, or its task is cancelled.
    """

    def __init__(self, run: Asked) -> None:
        self._bell = LoopBell()
        super().__init__(run, self._bell.ring)
        self._stand_down = self._engine.waiters.stand_by(self, self._course, self._bell.loop)

    async def __anext__(self) -> Change:
        if self._over:
            raise StopAsyncIteration
        if not self._arrived:
            self._engine.waiters.refuse_inside_tool(self._course)
            await self._bell.heard(lambda: bool(self._arrived))
        change = self._arrived.popleft()
        if isinstance(change, RunEnded):
            await self.aclose()
        return change

    async def aclose(self) -> None:
        """Follow the run no longer; it goes on."""
        self._over = True
        self._leave()
        self._stand_down()
