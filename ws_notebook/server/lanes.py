"""The lanes of one connection: first in, first out within a lane, lanes beside one another, so many at once."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

__all__ = ["Job", "Lanes"]

Job = Callable[[], Awaitable[None]]
"""What a lane does in its turn."""


class Lanes:
    """Runs the jobs of all lanes, *in_flight* at a time; further ones wait. None is the default lane.

    A lane has a task while it has jobs. Which waiting lane is next is decided by who waits longest.
    """

    def __init__(self, *, in_flight: int) -> None:
        self._free = asyncio.Semaphore(in_flight)
        self._queues: dict[str | None, deque[tuple[Job, bool]]] = {}
        self._tasks: dict[str | None, asyncio.Task[None]] = {}
        self._waiting = 0

    @property
    def waiting(self) -> int:
        """Jobs that have not begun."""
        return self._waiting

    @property
    def busy(self) -> bool:
        """Whether a job runs or waits."""
        return bool(self._tasks)

    def add(self, lane: str | None, job: Job, *, counted: bool = True) -> None:
        """Run *job* when its lane has come to it; one that is not *counted* takes no place among those in flight."""
        self._waiting += 1
        self._queues.setdefault(lane, deque()).append((job, counted))
        if lane not in self._tasks:
            self._tasks[lane] = asyncio.create_task(self._work(lane))

    async def finished(self) -> None:
        """Wait until no job runs or waits."""
        while self._tasks:
            await asyncio.wait(list(self._tasks.values()))

    def close(self) -> None:
        """Stop what runs and forget what waits."""
        for task in self._tasks.values():
            task.cancel()

    async def _work(self, lane: str | None) -> None:
        queue = self._queues[lane]
        try:
            while queue:
                job, counted = queue.popleft()
                if counted:
                    async with self._free:
                        await self._run(job)
                else:
                    await self._run(job)
        except ConnectionError:
            return  # the client is gone, and with it everybody who could be told
        finally:
            # Nothing between the empty queue and this line lets a new job slip in unseen.
            del self._tasks[lane], self._queues[lane]

    async def _run(self, job: Job) -> None:
        self._waiting -= 1
        await job()
