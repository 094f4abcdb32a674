"""The engine of a session: on the loop, its protocol, its traffic and the calls of its tools."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future

import msgspec

from ..core.changes import Change, RunEnded, ToolCallReady
from ..core.frames import FrameRecord
from ..core.protocol import Protocol
from ..core.run import RunState
from ..core.steer import Steer
from ..core.summary import Summary
from ..core.turn import CallState
from ..exceptions import SettingsError
from ..render.header import RunHeader
from ..secrets import Frames, Keys
from ..tools.bench.workbench import remember
from .calls import Calls
from .connector import Connector
from .course import Cause, Course, Observer, cancelled
from .dispatch import Dispatcher
from .portal import Portal
from .rest import Rest
from .traffic import Traffic
from .waiters import Waiters

__all__ = ["Engine"]


class Engine:
    """What happens to a session's runs. May be called from any thread; what it does, it does on the loop."""

    def __init__(self, connector: Connector, keys: Keys, portal: Portal) -> None:
        self.courses: dict[str, Course] = {}
        """Every run by its id, oldest first."""
        self.watchers: list[Callable[[], None]] = []
        """Called on the loop after something has changed; one that fails is not called again."""
        self.closed = False
        self.connector = connector
        self.keys = keys
        """The secrets that are shown nowhere."""
        self.portal = portal
        self.protocol = Protocol(connector.abilities, waits=connector.waits, keys=keys)
        self.traffic = Traffic(self.protocol, connector, publish=self._publish, keep=portal.keep)
        calls = Calls(
            self.protocol,
            keys,
            publish=lambda: self._publish(self.protocol.changes()),
            settle=self.traffic.settle,
            answered=self._remember,
        )
        self.dispatcher = Dispatcher(
            portal, calls, waits=lambda: self.protocol.waits, outputs=lambda: self.connector.outputs
        )
        self.approvals = self.dispatcher.approvals
        self.waiters = Waiters(portal, self.courses)
        self._resting = Rest(self.rest, lambda: self.protocol.waits.idle)
        self._told: deque[tuple[RunState, Change]] = deque()
        self._telling = False
        self._guard = threading.Lock()
        self._starting: list[RunState] = []
        """Runs that are to begin, written under the guard."""
        self._stale: list[RunState] = []
        """Runs to be let go."""
        self._ready: deque[tuple[Course, CallState]] = deque()
        self._dispatching = False

    # Runs.

    def start(self, course: Course, holder: object) -> None:
        """Have a run begin; nobody may hold the session's `holder` besides it. Returns at once."""
        self.courses[course.state.id] = course
        self.portal.going[course.state] = holder
        # Those that are begun together, as rows of a batch are, are looked at together.
        with self._guard:
            self._starting.append(course.state)
            alone = len(self._starting) == 1
        if alone:
            self.portal.post(self._start)

    def add_ended(self, course: Course) -> None:
        """Add a run that was done by other means."""
        self.courses[course.state.id] = course
        self.portal.call(self._add_ended, course.state)

    def open_line(self, course: Course, holder: object) -> None:
        """Add the line of a batch, which holds the session as a run does. Returns at once."""
        self.courses[course.state.id] = course
        self.portal.going[course.state] = holder
        self.portal.post(self._open_line, course.state)

    def end_line(self, course: Course, summary: Summary) -> None:
        """On the loop: the batch is over, or stops for now."""
        self.protocol.end_line(course.state, summary, time.monotonic())
        self.traffic.settle()

    def make_row(self, course: Course, line: Course) -> None:
        """A run that has not begun is a row of a batch: it stands behind the batch's line, and not beside it."""
        self.protocol.join(course.state, line.state)
        course.shown = False

    def discard(self, courses: Iterable[Course]) -> None:
        """On the loop: let go of runs that have ended; of one that a lane may still hear of, the next time."""
        self._stale += [course.state for course in courses]
        for state in self.protocol.discard(self._stale):
            self.courses.pop(state.id, None)
        self._stale = [state for state in self._stale if state.id in self.courses]

    def cancel(self, course: Course, cause: Cause) -> None:
        """Stop a run: it has ended when this returns. Nothing happens to one that has ended."""
        self.portal.call(self._cancel, course, cause)

    def steer(self, course: Course, steer: Steer) -> Steer:
        """Add words to a run in progress. Raises ProtocolViolation where it has ended."""
        return self.portal.call(self._steer, course, steer)

    def observe(self, course: Course, observer: Observer) -> bool:
        """Have every change of a run told, on the loop, from now on. False: it has ended."""
        return self.portal.call(course.add, observer)

    def wait_or_stop(self, course: Course, until: Callable[[], bool], timeout: float | None = None) -> bool:
        """Wait in this thread, as `waiters.wait` does; KeyboardInterrupt meanwhile stops the run."""
        try:
            return self.waiters.wait(course, until, timeout)
        except KeyboardInterrupt:
            self.cancel(course, "interrupt")
            raise

    def states(self) -> list[RunState]:
        """The data behind every run that is shown, oldest first."""
        return [course.state for course in self.shown()]

    def shown(self) -> list[Course]:
        """Every run but the rows of batches, oldest first."""
        return [course for course in list(self.courses.values()) if course.shown]

    def forget(self) -> None:
        """Stop what runs, leave the connections and start over."""
        self.portal.call(self._forget)

    def close(self) -> Future[None]:
        """Stop what runs, and close the connections for good: they are closed once the answer is done."""
        self.closed = True
        self.portal.call(self._stop_all)
        return self.portal.submit(self._shut_down())

    async def _shut_down(self) -> None:
        try:
            await self.traffic.shut_down()
        finally:
            self.connector.tape.stop()

    # What is shown.

    def header(self, run: RunState | None = None) -> RunHeader:
        """What a view writes over a run."""
        asked = "" if run is None else run.settings.model
        return self.connector.header(asked, self.protocol.learned.abilities.transport)

    def frames_of(self, run: RunState) -> list[FrameRecord]:
        """The run's frames that are still held, scrubbed of secrets, oldest first."""
        found = [each for each in self.protocol.frames.records() if (each.turn or "").rpartition(".")[0] == run.id]
        frames: Frames[FrameRecord] = Frames(self.keys)
        shown = [one for each in found for one in frames.add(each, each.data, each.direction)]
        return [msgspec.structs.replace(each, data=data) for each, data in [*shown, *frames.close()]]

    # On the loop.

    def rest(self) -> None:
        """Close the connections until somebody asks again, unless a run is in progress."""
        if not self._resting.going:
            self._resting.cancel()
            self.traffic.rest()
            self._touch_watchers()

    def _start(self) -> None:
        now = time.monotonic()
        with self._guard:
            states, self._starting = self._starting, []
        for state in states:
            self._resting.begin(state)
            self.protocol.start(state, now)
            if self.closed:
                self.protocol.abandon(state, now, SettingsError("The session was closed before the run began."))
        self.traffic.settle()

    def _open_line(self, state: RunState) -> None:
        self._resting.begin(state)
        self.protocol.open_line(state)
        if self.closed:
            self.protocol.abandon(state, time.monotonic(), SettingsError("The session was closed before it began."))
        self._touch_watchers()

    def _add_ended(self, state: RunState) -> None:
        self.protocol.add_ended(state)
        self.traffic.settle()

    def _cancel(self, course: Course, cause: Cause) -> None:
        if course.done or course.state.done:
            return
        error = cancelled(course.state, cause)
        if course.halt is not None:
            course.halt(error)
            return
        self.protocol.abandon(course.state, time.monotonic(), error, closing=self.closed)
        self.traffic.settle()

    def _stop_all(self) -> None:
        """Batches, which ask their next rows, and then the latest first, so that none begins in another's place."""
        running = [state for state in reversed(self.protocol.runs) if not state.done]
        for state in sorted(running, key=lambda state: not state.batch):
            # A batch takes its rows with it.
            if (course := self.courses.get(state.id)) is not None:
                self._cancel(course, "stop")

    def _steer(self, course: Course, steer: Steer) -> Steer:
        self.protocol.steer(course.state, steer, time.monotonic())
        self.traffic.settle()
        return steer

    def _forget(self) -> None:
        begun = list(self.protocol.runs)
        self._stop_all()
        self.traffic.drop()
        self.protocol.forget()
        for state in begun:
            self.courses.pop(state.id, None)
        self._touch_watchers()

    def _remember(self, call: CallState) -> None:
        """Its tool knows on its bench what came of it."""
        course = self.courses.get(call.turn.run_id)
        remember(None if course is None else course.tools, call)

    # Telling.

    def _publish(self, changes: list[tuple[RunState, Change]]) -> None:
        """Tell everybody, in order: what an observer causes is told after what it was told."""
        self._told.extend(changes)
        if self._telling:
            return
        self._telling = True
        try:
            while self._told:
                self._tell(*self._told.popleft())
            if changes:
                self._touch_watchers()
        finally:
            self._telling = False
        self._dispatch_ready()

    def _dispatch_ready(self) -> None:
        """Have the calls run of which everybody was told; an answer that is there at once makes the next ones ready."""
        if self._dispatching or not self._ready:
            return
        self._dispatching = True
        try:
            while self._ready:
                self.dispatcher.dispatch(*self._ready.popleft())
        finally:
            self._dispatching = False

    def _tell(self, state: RunState, change: Change) -> None:
        course, kind = self.courses.get(state.id), type(change)
        if course is not None:
            if isinstance(change, ToolCallReady):
                # Before anybody is told: who hears of the call may go on from it.
                self.protocol.hand_call(change.call, course.calls)
                self._ready.append((course, change.call))
            if course.observers or kind is RunEnded:
                course.tell(change)
        if kind is RunEnded:
            self.dispatcher.stop(state)
            if state.row_of is None:
                # Who waits for a batch is woken when a row counts.
                self.portal.work.ring()
            self._resting.end(state)
            # Last: with it the session may go.
            self.portal.going.pop(state, None)

    def _touch_watchers(self) -> None:
        for touch in list(self.watchers):
            try:
                touch()
            except Exception:
                self.watchers.remove(touch)
                logging.getLogger("ws_notebook").exception("A chart of the session failed.")
