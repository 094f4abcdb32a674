"""Threads for what may take long: some work side by side, and nothing waits for ever behind those that hang.

They are daemons: none keeps the process from ending.
"""

from __future__ import annotations

import contextlib
import math
import queue
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

__all__ = ["LoopThreads", "Threads", "fulfil"]

P = ParamSpec("P")
T = TypeVar("T")

_STALLED = 1.0
"""Seconds in which one piece of work ends, or else the next gets a thread more."""

_REST = 10.0
"""Seconds after which an idle thread ends."""

Later = Callable[[float, Callable[[], None]], object]
Work = tuple[Future[Any], Callable[[], Any]]


class Threads(Executor):
    """At most `usual` threads, begun when they are needed. More are begun, up to `most`, where

    * a thread was let go of: what it does is given up, and it cannot be stopped;
    * a thread waits for other work (`elsewhere`), which may need one itself;
    * work waits, and for a second none of them has come to an end.

    `later(seconds, callback)` has something called then. Every method may be called from any thread.
    """

    def __init__(self, name: str, usual: int, later: Later, *, most: float = math.inf) -> None:
        self._name = name
        self._usual = usual
        self._most = most
        self._later = later
        self._lock = threading.Lock()
        self._waiting: deque[Work] = deque()
        self._resting: list[tuple[threading.Thread, queue.SimpleQueue[Work]]] = []
        """Idle threads, and where each waits for work."""
        self._busy: dict[threading.Thread, Future[Any]] = {}
        self._apart: set[threading.Thread] = set()
        """Busy ones that do not count: let go of, or waiting for other work."""
        self._ended = 0
        """How many pieces of work have ended."""
        self._watched: int | None = None
        """How many had ended when it was last looked whether any does; None: nobody looks."""

    def __repr__(self) -> str:
        return f"<Threads {self._name}: {len(self._busy)} busy, {len(self._waiting)} waiting>"

    @property
    def waiting(self) -> int:
        """How many pieces of work no thread has begun."""
        return len(self._waiting)

    def submit(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Have it called in a thread, in order."""
        future: Future[T] = Future()
        with self._lock:
            self._waiting.append((future, lambda: function(*args, **kwargs)))
            self._fill()
        return future

    def let_go(self, future: Future[Any]) -> None:
        """Nobody waits for this work any more: what has not begun never does; another takes the place of what has."""
        if future.cancel():
            return
        with self._lock:
            self._apart |= {thread for thread, each in self._busy.items() if each is future}
            self._fill()

    @contextlib.contextmanager
    def elsewhere(self) -> Iterator[None]:
        """While this thread, where it is one of these, waits for other work: that may need a thread too."""
        me = threading.current_thread()
        with self._lock:
            counted = me in self._busy and me not in self._apart
            if counted:
                self._apart.add(me)
                self._fill()
        try:
            yield
        finally:
            if counted:
                with self._lock:
                    self._apart.discard(me)

    # With the lock held.

    def _fill(self) -> None:
        """Give work to as many threads as may have some."""
        while self._waiting and len(self._busy) - len(self._apart) < self._usual:
            if not self._give():
                break
        if self._waiting and self._watched is None:
            self._watched = self._ended
            self._later(_STALLED, self._look)

    def _give(self) -> bool:
        """Give the first piece of work to a thread. False: there are no more threads."""
        if len(self._busy) >= self._most:
            return False
        if self._resting:
            self._hand(*self._resting.pop())
            return True
        # The work is not held by the thread's arguments, which stay as long as the thread.
        box = queue.SimpleQueue[Work]()
        thread = threading.Thread(target=self._live, args=(box,), name=self._name, daemon=True)
        try:
            thread.start()
        except RuntimeError:
            return False
        self._hand(thread, box)
        return True

    def _hand(self, thread: threading.Thread, box: queue.SimpleQueue[Work]) -> None:
        """Give it the first piece of work."""
        self._busy[thread] = self._waiting[0][0]
        box.put(self._waiting.popleft())

    # Without it.

    def _look(self) -> None:
        """Whether work waits although none has ended since the last look: then one thread more takes some."""
        with self._lock:
            stalled, self._watched = self._watched == self._ended, None
            if stalled and self._waiting:
                self._give()
            self._fill()

    def _live(self, box: queue.SimpleQueue[Work]) -> None:
        while (work := self._awaited(box)) is not None:
            fulfil(*work)
            del work  # an idle thread holds nothing
            self._rest(box)

    def _awaited(self, box: queue.SimpleQueue[Work]) -> Work | None:
        """The work for this thread; None: there was none for a while, so it ends."""
        with contextlib.suppress(queue.Empty):
            return box.get(timeout=_REST)
        mine = (threading.current_thread(), box)
        with self._lock:
            if mine in self._resting:
                self._resting.remove(mine)
                return None
        return box.get()

    def _rest(self, box: queue.SimpleQueue[Work]) -> None:
        """This thread has ended something: it takes what waits, or is idle."""
        me = threading.current_thread()
        with self._lock:
            self._ended += 1
            del self._busy[me]
            self._apart.discard(me)
            if self._waiting:
                self._hand(me, box)
            else:
                self._resting.append((me, box))


class LoopThreads(ThreadPoolExecutor):
    """What an event loop has instead of its own pool, for names that are looked up and functions that block."""

    def __init__(self, threads: Threads) -> None:
        super().__init__(max_workers=1)
        self._into = threads

    def submit(self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        return self._into.submit(function, *args, **kwargs)


def fulfil(future: Future[Any], call: Callable[[], Any]) -> None:
    """Call it here; what it returns or raises is the future's, unless that was given up."""
    if not future.set_running_or_notify_cancel():
        return
    try:
        found = call()
    except BaseException as error:  # noqa: BLE001 - it belongs to whoever asks for the result
        future.set_exception(error)
    else:
        future.set_result(found)
