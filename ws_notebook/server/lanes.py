"""The lanes of one connection: first in, first out within a lane, lanes beside one another, so many at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, nullcontext, suppress
from weakref import WeakValueDictionary

__all__ = ["Job", "Lanes"]

Job = Callable[[], Awaitable[None]]
"""What a lane does in its turn."""


class Lanes:
    """Runs the jobs of all lanes, *in_flight* at a time; further ones wait. None is the default lane.

    Which waiting lane is next is decided by who waits longest.
    """

    def __init__(self, *, in_flight: int) -> None:
        self._free = asyncio.Semaphore(in_flight)
        self._turns: WeakValueDictionary[str | None, asyncio.Lock] = WeakValueDictionary()
        """Which of a lane's jobs is at it: a lock goes to whoever waits longest, and is gone with the last of them."""
        self._tasks: set[asyncio.Task[None]] = set()
        self.waiting = 0
        """Jobs that have not begun."""

    @property
    def busy(self) -> bool:
        """Whether a job runs or waits."""
        return bool(self._tasks)

    def add(self, lane: str | None, job: Job, *, counted: bool = True) -> None:
        """Run *job* when its lane has come to it; one that is not *counted* takes no place among those in flight."""
        self.waiting += 1
        turn = self._turns.setdefault(lane, asyncio.Lock())
        task = asyncio.create_task(self._work(turn, self._free if counted else nullcontext(), job))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def finished(self) -> None:
        """Wait until no job runs or waits."""
        while self._tasks:
            await asyncio.wait(list(self._tasks))

    def close(self) -> None:
        """Stop what runs and forget what waits."""
        for task in self._tasks:
            task.cancel()

    async def _work(self, turn: asyncio.Lock, place: AbstractAsyncContextManager[None], job: Job) -> None:
        with suppress(ConnectionError):  # the client is gone, and with it everybody who could be told
            async with turn, place:
                self.waiting -= 1
                await job()
