"""The process's one background thread with its event loop, and the queue of work for the main thread.

Everything that touches a connection happens on the loop. Everything that must happen where the
user's code lives (tools that run in the kernel) is a job in the queue: a thread that waits for a run
serves it, and an idle kernel serves it from its own loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import math
import os
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Coroutine, Iterator, Sequence
from concurrent.futures import Future
from typing import Any, ParamSpec, TypeVar

import msgspec

from .. import kernel
from ..exceptions import SettingsError
from .threads import LoopThreads, Threads, fulfil

__all__ = ["Job", "Portal", "WorkQueue", "portal"]

P = ParamSpec("P")
T = TypeVar("T")

_SLICE = 0.25
"""Seconds: a wait is made of slices, since on Windows one without a limit cannot be interrupted."""


class Job(msgspec.Struct, eq=False):
    """A piece of work for the main thread. `owner` is the run it belongs to."""

    owner: object
    run: Callable[[], None]
    """Does it here, to its end."""
    start: Callable[[], asyncio.Task[Any] | None]
    """Begins it from within a running loop; the task is what goes on then."""
    interrupted: Callable[[], None]
    """Told when the user interrupted it, although that was meant for another run."""
    joins: bool
    """Whether it can go on beside others on one loop: a coroutine."""
    idle: bool = True
    """Whether an idle kernel does it; else only a cell that waits for it, or awaits it."""
    aside: bool = False
    """Whether it is for a thread beside the main one that waits for the owner, and for no other."""


class _Bell:
    """Wakes one thread that waits, or the loop that runs in it meanwhile."""

    def __init__(self) -> None:
        self._rung: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._listening: tuple[asyncio.AbstractEventLoop, asyncio.Future[None]] | None = None

    def ring(self) -> None:
        self._rung.put(None)
        listening = self._listening
        if listening is not None:
            loop, future = listening
            loop.call_soon_threadsafe(_settle, future)

    def wait(self, seconds: float) -> None:
        """Wait for a ring, or for so long."""
        with contextlib.suppress(queue.Empty):
            self._rung.get(timeout=seconds)

    @contextlib.contextmanager
    def heard_here(self) -> Iterator[asyncio.Future[None]]:
        """A future of the running loop that a ring settles; at once where one has come before."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[None] = loop.create_future()
        self._listening = (loop, future)
        with contextlib.suppress(queue.Empty):
            self._rung.get_nowait()
            _settle(future)
        try:
            yield future
        finally:
            self._listening = None


def _is_of(owner: object, waited: object) -> bool:
    """Whether who waits for the one waits for the other's jobs: for a run, or for the batch of which it is a row."""
    return owner is waited or getattr(owner, "row_of", None) is waited is not None


def _wanted_by(owner: object) -> Callable[[Job], bool]:
    """Which jobs this thread does while it waits for `owner`; see `WorkQueue.wait`."""
    if not kernel.in_kernel():
        return lambda job: _is_of(job.owner, owner)
    if kernel.is_main_thread():
        return lambda job: not (job.joins or job.aside)
    return lambda job: job.aside and _is_of(job.owner, owner)


def _settle(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


class WorkQueue:
    """Jobs in order, and the threads and loops that wait meanwhile."""

    def __init__(self) -> None:
        self._jobs: deque[Job] = deque()
        self._bells: set[_Bell] = set()
        self._awaiting: list[tuple[object, asyncio.AbstractEventLoop]] = []
        """The runs that are awaited, each with the loop that does."""
        self._served_aside: set[object] = set()
        """The awaited runs whose functions are being called by a thread beside that loop."""
        self._begun: set[asyncio.Task[Any]] = set()
        """Coroutines that go on on the kernel's loop, whoever waits."""
        self._attending = 0
        self._aside: list[object] = []
        """What threads of a kernel beside the main one wait for."""
        self._hooks = kernel.OwnHooks()
        self._lock = threading.Lock()

    @property
    def awaited(self) -> bool:
        """Whether a cell awaits a run."""
        return bool(self._awaiting)

    @property
    def attended(self) -> bool:
        """Whether a kernel's main thread waits here for work, or does some of it."""
        return self._attending > 0

    def waited_for_aside(self, owner: object) -> bool:
        """Whether a thread of a kernel, and not its main one, waits for this: it does none of the jobs."""
        return any(_is_of(owner, each) for each in self._aside)

    def put(self, job: Job) -> None:
        """Add a job; whoever may serve it is woken."""
        with self._lock:
            self._jobs.append(job)
        self.ring()
        # A main thread that waits here looks by itself, and at its end it has the idle loop look at what is left.
        if not self._attending and not kernel.call_when_idle(self._serve_idle) and self._awaiting:
            self._serve_awaited(job.owner, [job])

    def discard(self, owner: object) -> None:
        """Forget the jobs of `owner` that nobody has begun."""
        with self._lock:
            self._jobs = deque(job for job in self._jobs if job.owner is not owner)

    def ring(self) -> None:
        """Wake every thread that waits, so that it looks at what it waits for."""
        with self._lock:
            bells = list(self._bells)
        for bell in bells:
            bell.ring()

    def wait(self, owner: object, until: Callable[[], bool], timeout: float | None = None) -> bool:
        """Wait in this thread until `until()`, doing jobs meanwhile. False: the time ran out.

        In a kernel the main thread serves every job and other threads none, and has the kernel's loop
        go on while coroutines run there; elsewhere a waiting thread serves the jobs of what it waits
        for. Raises KeyboardInterrupt as any wait does.
        """
        bell, wanted = _Bell(), _wanted_by(owner)
        deadline = None if timeout is None else time.monotonic() + timeout
        turns_loop = kernel.in_kernel() and kernel.is_main_thread()
        with self._lock:
            self._bells.add(bell)
        try:
            with self._attendance(owner):
                while not until():
                    if self._serve(owner, wanted):
                        continue
                    left = _SLICE if deadline is None else min(_SLICE, deadline - time.monotonic())
                    if left <= 0:
                        return False
                    if turns_loop and self._has_coroutines():
                        self._turn_loop(bell, left)
                    else:
                        bell.wait(left)
                return True
        finally:
            with self._lock:
                self._bells.discard(bell)

    def begin_awaiting(self, owner: object, loop: asyncio.AbstractEventLoop) -> None:
        """From now on, without a kernel, coroutines of `owner` join this loop, and its functions get a thread."""
        with self._lock:
            self._awaiting.append((owner, loop))
            there = [job for job in self._jobs if _is_of(job.owner, owner)]
        self._hooks.begin()
        if not kernel.in_kernel():
            self._serve_awaited(owner, there)

    def end_awaiting(self, owner: object, loop: asyncio.AbstractEventLoop) -> None:
        """The loop waits for `owner` no longer, or once less."""
        with self._lock:
            if (owner, loop) not in self._awaiting:
                return
            self._awaiting.remove((owner, loop))
        self._hooks.end()

    @contextlib.contextmanager
    def _attendance(self, owner: object) -> Iterator[None]:
        if not kernel.in_kernel():
            yield
            return
        if not kernel.is_main_thread():
            self._aside.append(owner)
            try:
                yield
            finally:
                self._aside.remove(owner)
            return
        self._attending += 1
        self._hooks.begin()
        try:
            yield
        finally:
            self._hooks.end()
            self._attending -= 1
            # What is left, of other runs, is for the idle loop.
            for _ in range(0 if self._attending else len(self._jobs)):
                kernel.call_when_idle(self._serve_idle)

    def _serve(self, owner: object, wanted: Callable[[Job], bool]) -> bool:
        """Do one piece of work in this thread that waits; False: there was none."""
        job = self._claim(wanted)
        if job is None:
            return False
        try:
            job.run()
        except KeyboardInterrupt:
            if not _is_of(job.owner, owner):
                job.interrupted()
            raise
        return True

    def _has_coroutines(self) -> bool:
        with self._lock:
            return bool(self._begun) or any(job.joins for job in self._jobs)

    def _turn_loop(self, bell: _Bell, seconds: float) -> None:
        kernel.run_nested(lambda loop: loop.create_task(self._go_on(bell, seconds)))

    async def _go_on(self, bell: _Bell, seconds: float) -> None:
        """Begin the coroutines that wait, and let the loop run until one ends or the bell rings."""
        while (job := self._claim(lambda job: job.joins)) is not None:
            self._begin(job)
        with bell.heard_here() as rung:
            await asyncio.wait({rung}, timeout=seconds)

    def _begin(self, job: Job) -> None:
        task = job.start()
        if task is not None:
            self._begun.add(task)
            task.add_done_callback(self._end)

    def _end(self, task: asyncio.Task[Any]) -> None:
        self._begun.discard(task)
        # Whoever has the loop go on looks again. Not by waiting for the tasks: there may be thousands.
        self.ring()

    def _claim(self, wanted: Callable[[Job], bool]) -> Job | None:
        with self._lock:
            for job in self._jobs:
                if wanted(job):
                    self._jobs.remove(job)
                    return job
        return None

    def _serve_idle(self) -> None:
        def wanted(job: Job) -> bool:
            return not job.aside and (job.idle or any(_is_of(job.owner, each) for each, _ in self._awaiting))

        # While a cell waits, it serves, although its loop may run nested.
        job = None if self._attending else self._claim(wanted)
        if job is not None:
            self._begin(job)

    def _serve_awaited(self, owner: object, jobs: Sequence[Job]) -> None:
        """Have jobs of an awaited owner done: coroutines on the loop that awaits, functions beside it."""
        with self._lock:
            loop = next((loop for each, loop in self._awaiting if _is_of(owner, each)), None)
            if loop is None:
                return
            aside = any(not job.joins for job in jobs) and owner not in self._served_aside
            if aside:
                self._served_aside.add(owner)
        for _ in [job for job in jobs if job.joins]:
            # Where that loop is over, whoever waits next does it.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(self._start_awaited, owner)
        if aside:
            # Not one of the pool: input() and a function that hangs would keep it from others, and from the exit.
            threading.Thread(target=self._serve_aside, args=(owner,), name="ws-notebook-aside", daemon=True).start()

    def _start_awaited(self, owner: object) -> None:
        job = self._claim(lambda job: job.owner is owner and job.joins)
        if job is not None:
            job.start()

    def _serve_aside(self, owner: object) -> None:
        """In a thread of its own: call the owner's functions, one after another, until none waits."""
        while True:
            with self._lock:
                job = next((job for job in self._jobs if job.owner is owner and not job.joins), None)
                if job is None:
                    self._served_aside.discard(owner)
                    return
                self._jobs.remove(job)
            job.run()


class Portal:
    """The background thread. Every method may be called from any other thread."""

    def __init__(self) -> None:
        self.work = WorkQueue()
        self.shared: dict[str, Any] = {}
        """What all sessions of the process share: the embedded server."""
        self.pid = os.getpid()
        self.going: dict[object, object] = {}
        """What runs in progress hold by themselves: each its session, which nobody else may hold."""
        self._tasks: set[asyncio.Task[Any]] = set()
        self.loop = asyncio.new_event_loop()
        self.pool = self.threads("ws-notebook-tool", 32)
        """Threads for tools with `run_in="thread"`, and for nothing else."""
        self.aside = self.threads("ws-notebook-aside", 16)
        """Threads for all else that may take long: the user's other functions, keys, names that are looked up."""
        self.loop.set_default_executor(LoopThreads(self.aside))
        self._thread = threading.Thread(target=self._run, name="ws-notebook", daemon=True)
        self._begin()

    def _begin(self) -> None:
        """Start the thread. Raises SettingsError where Python has none."""
        try:
            self._thread.start()
        except RuntimeError as error:
            self.loop.close()
            raise SettingsError(
                f"No thread can be started here ({error}), and a session needs one for its connection: Pyodide and "
                "JupyterLite have none. The runs of a saved notebook are shown there, and its Replay plays them; to "
                "ask, open the notebook in a Jupyter with a kernel of its own."
            ) from None

    @property
    def here(self) -> bool:
        """Whether this is the background thread itself."""
        return threading.current_thread() is self._thread

    @property
    def forked(self) -> bool:
        """Whether this process is a fork of the portal's own: the thread is not here."""
        return self.pid != os.getpid()

    def refuse_fork(self) -> None:
        """Raises SettingsError in a forked child: what is asked of the thread there would never be done."""
        if self.forked:
            raise SettingsError(
                f"This session belongs to process {self.pid}, and this is a fork of it: its connection and its thread "
                "stayed there. Make another Session() in this process, or ask in the other one."
            )

    def refuse_waiting(self) -> None:
        """Raises SettingsError where a wait would never end: in a forked child, and on the background thread itself."""
        self.refuse_fork()
        if self.here:
            raise SettingsError(
                "This is the session's own thread, where observers are told of changes: what waits here for a run "
                "keeps it from going on. Have it done by another thread, or start() the run and look at it later."
            )

    def threads(self, name: str, usual: int, *, most: float = math.inf) -> Threads:
        """Further threads, see `Threads`."""
        return Threads(name, usual, self.call_later, most=most)

    def post(self, function: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> None:
        """Have the function called on the loop soon; its result is not waited for."""
        self.refuse_fork()
        # On the loop itself nothing has to be woken, which costs as much as sending a message.
        soon = self.loop.call_soon if self.here else self.loop.call_soon_threadsafe
        soon(functools.partial(function, *args, **kwargs))

    def post_or_not(self, function: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> None:
        """The same from whatever thread lets something go, also as it collects garbage.

        At the very end, and in a forked child, there is no loop, and nothing to do.
        """
        with contextlib.suppress(RuntimeError, SettingsError):
            self.post(function, *args, **kwargs)

    def call_later(self, seconds: float, callback: Callable[[], object]) -> None:
        """Have it called on the loop after so many seconds."""
        self.post(self.loop.call_later, seconds, callback)

    def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call the function on the loop and return what it returns. Never call this on the loop itself."""
        self.refuse_fork()
        if self.here:
            return function(*args, **kwargs)
        done: Future[T] = Future()
        self.loop.call_soon_threadsafe(fulfil, done, functools.partial(function, *args, **kwargs))
        return done.result()

    def keep(self, task: asyncio.Task[Any]) -> None:
        """Hold a task of the loop until it ends."""
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def submit(self, coroutine: Coroutine[Any, Any, T]) -> Future[T]:
        """Run a coroutine on the loop."""
        if self.forked:
            coroutine.close()
        self.refuse_fork()
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop)

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()


_lock = threading.Lock()
_portal: Portal | None = None


def _renew_lock() -> None:
    """Another thread may have held it when the process was forked."""
    global _lock
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):  # not on Windows
    os.register_at_fork(after_in_child=_renew_lock)


def portal() -> Portal:
    """The process's portal, made when it is first needed (and again in a forked child)."""
    global _portal
    with _lock:
        if _portal is None or _portal.pid != os.getpid():
            _portal = Portal()
        return _portal
