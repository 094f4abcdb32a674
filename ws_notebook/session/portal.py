"""The process's one background thread with its event loop, and the queue of work for the main thread.

Everything that touches a connection happens on the loop. Everything that must happen where the
user's code lives (tools that run in the kernel) is a job in the queue: a thread that waits for a run
serves it, and an idle kernel serves it from its own loop.
"""

from __future__ import annotations

import asyncio
import os
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

from .. import kernel

__all__ = ["Portal", "WorkQueue", "portal"]

P = ParamSpec("P")
T = TypeVar("T")

_SLICE = 0.25
"""Seconds: a wait is made of slices, since on Windows one without a limit cannot be interrupted."""


class Job:
    """A piece of work for the main thread. `owner` is the run it belongs to."""

    def __init__(self, owner: object, run: Callable[[], None], start: Callable[[], None]) -> None:
        self.owner = owner
        self.run = run
        """Does it here, to its end."""
        self.start = start
        """Begins it from within the kernel's own loop, and returns when that must go on."""


class WorkQueue:
    """Jobs in order, and the threads that wait meanwhile."""

    def __init__(self) -> None:
        self._jobs: deque[Job] = deque()
        self._bells: set[queue.SimpleQueue[None]] = set()
        self._lock = threading.Lock()

    def put(self, job: Job) -> None:
        """Add a job; whoever may serve it is woken."""
        self._jobs.append(job)
        self.ring()
        kernel.call_when_idle(self._serve_idle)

    def ring(self) -> None:
        """Wake every thread that waits, so that it looks at what it waits for."""
        with self._lock:
            bells = list(self._bells)
        for bell in bells:
            bell.put(None)

    def wait(self, owner: object, until: Callable[[], bool], timeout: float | None = None) -> bool:
        """Wait in this thread until `until()`, doing jobs meanwhile. False: the time ran out.

        In a kernel the main thread serves every job and other threads none; elsewhere a waiting
        thread serves the jobs of what it waits for. Raises KeyboardInterrupt as any wait does.
        """
        bell: queue.SimpleQueue[None] = queue.SimpleQueue()
        deadline = None if timeout is None else time.monotonic() + timeout
        with self._lock:
            self._bells.add(bell)
        try:
            while not until():
                job = self._take(owner)
                if job is not None:
                    job.run()
                    continue
                left = _SLICE if deadline is None else min(_SLICE, deadline - time.monotonic())
                if left <= 0:
                    return False
                try:
                    bell.get(timeout=left)
                except queue.Empty:
                    continue
            return True
        finally:
            with self._lock:
                self._bells.discard(bell)

    def _take(self, owner: object) -> Job | None:
        if kernel.in_kernel():
            if not kernel.is_main_thread():
                return None
            wanted = next(iter(self._jobs), None)
        else:
            wanted = next((job for job in list(self._jobs) if job.owner is owner), None)
        return self._claim(wanted)

    def _claim(self, job: Job | None) -> Job | None:
        if job is None:
            return None
        try:
            self._jobs.remove(job)
        except ValueError:
            return None
        return job

    def _serve_idle(self) -> None:
        job = self._claim(next(iter(self._jobs), None))
        if job is not None:
            job.start()


class Portal:
    """The background thread. Every method may be called from any other thread."""

    def __init__(self) -> None:
        self.work = WorkQueue()
        self.shared: dict[str, Any] = {}
        """What all sessions of the process share: the embedded server."""
        self.pid = os.getpid()
        self._loop = asyncio.new_event_loop()
        self._pool: ThreadPoolExecutor | None = None
        self._thread = threading.Thread(target=self._run, name="ws-notebook", daemon=True)
        self._thread.start()

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        return self._loop

    @property
    def pool(self) -> ThreadPoolExecutor:
        """Threads for tools with `run_in="thread"`."""
        if self._pool is None:
            self._pool = ThreadPoolExecutor(max_workers=32, thread_name_prefix="ws-notebook-tool")
        return self._pool

    def post(self, function: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> None:
        """Have the function called on the loop soon; its result is not waited for."""
        self._loop.call_soon_threadsafe(lambda: function(*args, **kwargs))

    def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call the function on the loop and return what it returns. Never call this on the loop itself."""
        if threading.current_thread() is self._thread:
            return function(*args, **kwargs)
        done: Future[T] = Future()

        def step() -> None:
            try:
                done.set_result(function(*args, **kwargs))
            except BaseException as error:  # noqa: BLE001 - it is raised again in the caller's thread
                done.set_exception(error)

        self._loop.call_soon_threadsafe(step)
        return done.result()

    def submit(self, coroutine: Coroutine[Any, Any, T]) -> Future[T]:
        """Run a coroutine on the loop."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()


_lock = threading.Lock()
_portal: Portal | None = None


def portal() -> Portal:
    """The process's portal, made when it is first needed (and again in a forked child)."""
    global _portal
    with _lock:
        if _portal is None or _portal.pid != os.getpid():
            _portal = Portal()
        return _portal
