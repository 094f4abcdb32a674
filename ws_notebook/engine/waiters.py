"""Who waits for the runs of a session: threads, event loops, callbacks; and who must not, since it would be in vain."""

from __future__ import annotations

import asyncio
import contextlib
import weakref
from collections.abc import Callable, Mapping

from ..core.run import RunState
from ..exceptions import SettingsError
from .course import ASKED_BY, Course
from .portal import Portal

__all__ = ["LoopBell", "Waiters"]


class LoopBell:
    """Wakes what waits on the running loop, once for all that has come."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self._event = asyncio.Event()
        self._due = False

    def ring(self) -> None:
        """From any thread."""
        if self._due:
            return
        self._due = True
        # The loop that asked has ended: nobody waits any more.
        with contextlib.suppress(RuntimeError):
            self.loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        self._due = False
        self._event.set()

    async def heard(self, until: Callable[[], bool]) -> None:
        """Wait until that is so, of which rings tell; what comes between the look and the wait is not missed."""
        while not until():
            self._event.clear()
            if not until():
                await self._event.wait()


class Waiters:
    """Has them wait for what happens to `courses`. Callable from any thread."""

    def __init__(self, portal: Portal, courses: Mapping[str, Course]) -> None:
        self._portal = portal
        self._courses = courses

    def wait(self, course: Course, until: Callable[[], bool], timeout: float | None = None) -> bool:
        """Wait in this thread for something of the run, running its tools here where that is their place.

        `timeout` is in seconds; False: it has passed. Raises SettingsError where the wait would never end.
        """
        if not until():
            self._portal.refuse_waiting()
            self.refuse_inside_tool(course)
        with self._portal.pool.elsewhere(), self._portal.aside.elsewhere():
            return self._portal.work.wait(course.state, until, timeout)

    def stand_by(self, waiting: object, course: Course, loop: asyncio.AbstractEventLoop) -> Callable[[], object]:
        """Have the run's coroutines join a loop, and its functions a thread beside it, where there is no kernel.

        As long as somebody holds `waiting`, or until what is returned is called.
        """
        self._portal.work.begin_awaiting(course.state, loop)
        # Not here: it may be let go in the midst of a garbage collection, while this thread holds a lock.
        end = self._portal.work.end_awaiting
        stand_down = weakref.finalize(waiting, self._portal.post_or_not, end, course.state, loop)
        stand_down.atexit = False
        return stand_down

    def wake(self) -> None:
        """Have waiting threads look again at what they wait for."""
        self._portal.work.ring()

    def when_ended(self, course: Course, callback: Callable[[], None]) -> None:
        """Have it called in a thread of its own, off the loop, once the run has ended."""
        if not self._portal.call(course.at_end, lambda: self._portal.aside.submit(callback)):
            self._portal.aside.submit(callback)

    def refuse_inside_tool(self, course: Course | None = None) -> None:
        """A tool that waits here for its own run, or for one that begins only after it, would wait for ever.

        Likewise one that another session's run calls for a tool of a run of this one. Raises SettingsError.
        """
        mine = [each for each in ASKED_BY.get() if not each.done and self._has(each)]
        if not mine:
            return
        if course is None or course.state in mine or not self._portal.call(_has_begun, course):
            raise SettingsError(
                f"A function of run {mine[-1].id} cannot wait for a run of the same session that begins only after it. "
                "Inside it ask with parent=None, or over another Session()."
            )

    def _has(self, state: RunState) -> bool:
        course = self._courses.get(state.id)
        return course is not None and course.state is state


def _has_begun(course: Course) -> bool:
    return bool(course.state.turns) or course.done
