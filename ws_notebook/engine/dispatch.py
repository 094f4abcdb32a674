"""From a ready tool call to its output: finds the tool, the place to run it, and keeps its time limit."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import threading
import time
import warnings
from collections.abc import Callable
from concurrent.futures import Executor, Future

import msgspec

from .. import kernel
from ..core.run import RunState
from ..core.turn import CallState
from ..core.waits import Waits
from ..tools.approval import edited_output
from ..tools.context import Context
from ..tools.contract import ToolLike
from ..tools.executor import (
    Execution,
    Outcome,
    cancelled_outcome,
    recorded_outcome,
    timeout_outcome,
    unknown_tool_outcome,
    unserved_outcome,
)
from ..tools.values import Output
from .approvals import Approvals, Held
from .calls import Calls, interrupt
from .course import Course
from .portal import Job, Portal
from .progress import Reporter

__all__ = ["Dispatcher"]

_GRACE = 0.5
"""Seconds in which an interrupted function ends, or else counts as still running."""


_BUSY = 0.1
"""Seconds that a call waits for the main thread before it is shown as kept by a busy kernel."""

_SHORT = 0.02
"""Seconds after which a function that has begun is shown as running: most have ended by then, and tell both at once."""


class Dispatcher:
    """Runs the tool calls of a session. Its methods are called on the loop.

    `calls` is told of everything that happens to one. `waits()`: how long people and functions may take. `outputs()`:
    what answers a call in its tool's place, by its id, while there is such a thing.
    """

    def __init__(
        self,
        portal: Portal,
        calls: Calls,
        *,
        waits: Callable[[], Waits],
        outputs: Callable[[], Callable[[str], Output | None] | None],
    ) -> None:
        self._portal = portal
        self._calls = calls
        self._waits = waits
        self._outputs = outputs
        self.approvals = Approvals(portal, calls, waits=waits)
        self._threads: dict[CallState, Future[None]] = {}
        """The work in the pool of each call that has some."""
        self._running: dict[CallState, Execution] = {}
        self._timers: dict[CallState, asyncio.TimerHandle] = {}
        self._warned = False
        self._sweep: asyncio.TimerHandle | None = None
        self._expired: dict[CallState, float] = {}
        """Calls that were interrupted at their time limit, with that limit, and have not ended yet."""

    def dispatch(self, course: Course, call: CallState) -> None:
        """Have a call run, once it is allowed. A tool that is not there answers with an error and the loop goes on."""
        if call.done:
            return
        recorded, tool = self._outputs(), course.tools.get(call.name)
        if recorded is not None:
            self._calls.answer_call(call, recorded_outcome(call.name, recorded(call.call_id)))
        elif tool is None:
            self._calls.answer_call(call, unknown_tool_outcome(call.name, course.tools.names()))
        elif tool.approve is None:
            self._execute(course, call, tool)
        else:
            go_on = functools.partial(self._execute, course, call, tool)
            self.approvals.hold(Held(course=course, call=call, tool=tool, policy=tool.approve, go_on=go_on))

    def _execute(self, course: Course, call: CallState, tool: ToolLike) -> None:
        within = course.inside()
        kernel.claim_threads(within)
        execution = Execution(
            tool,
            call.arguments if call.edited is None else call.edited,
            context=within,
            started=lambda: self._admit(call),
            finished=lambda outcome: self._portal.post(self._finish, call, outcome),
            inside=Context(course.handle, call, Reporter(self._portal, call, self._calls)),
        )
        self._running[call] = execution
        if self._sweep is None:
            self._sweep = asyncio.get_running_loop().call_later(_SHORT, self._look_around)
        if isinstance(tool.run_in, Executor):
            # Not here: an engine may take its time to accept a call.
            self._portal.aside.submit(self._hand_over, execution, tool.run_in)
        elif tool.run_in == "thread":
            self._threads[call] = self._portal.pool.submit(execution.run)
        else:
            self._put(course, call, execution)

    def _hand_over(self, execution: Execution, executor: Executor) -> None:
        """In a thread of the pool. ipyparallel's client is for one thread at a time; others take care themselves."""
        alone = type(executor).__module__.startswith("ipyparallel")
        with self._portal.shared.setdefault("ipyparallel", threading.Lock()) if alone else contextlib.nullcontext():
            execution.run_with(executor)

    def stop(self, run: RunState) -> None:
        """Interrupt what the run still has running, and forget what has not begun."""
        self._portal.work.discard(run)
        self.approvals.stop(run.id)
        for call in [each for each in self._running if each.turn.run_id == run.id]:
            execution = self._running[call]
            self._let_go(call)
            self._forget(call)
            interrupt(execution)

    def _let_go(self, call: CallState) -> None:
        """Nobody waits for it any more: a thread that it keeps is not to be missed by others."""
        future = self._threads.get(call)
        if future is not None:
            self._portal.pool.let_go(future)

    def _put(self, course: Course, call: CallState, execution: Execution) -> None:
        job = Job(
            course.state,
            run=execution.run,
            start=lambda: self._start_idle(course, call, execution),
            interrupted=lambda: self._portal.post(self._finish, call, cancelled_outcome()),
            joins=execution.tool.is_async,
        )
        self._portal.work.put(job)
        if self._waits().kernel is not None or kernel.in_kernel():
            self._timers[call] = asyncio.get_running_loop().call_later(_BUSY, self._look, course, call)

    def _look(self, course: Course, call: CallState) -> None:
        if call not in self._running:
            return
        patience = self._waits().kernel
        if patience is not None:
            wait = max(0.0, patience - _BUSY)
            self._timers[call] = asyncio.get_running_loop().call_later(wait, self._give_up_place, call, patience)
        if self._portal.work.attended or not kernel.in_kernel():
            return
        self._calls.hold_up_call(call)
        if self._portal.work.waited_for_aside(course.state) and not self._warned:
            self._warned = True
            self._portal.work.put(_warning_of_busy_kernel(course, call))

    def _give_up_place(self, call: CallState, seconds: float) -> None:
        """The main thread, or the one that is to do the call, did not get to it."""
        execution = self._running.get(call)
        if execution is not None and execution.interrupt():
            self._forget(call)
            self._answer(call, unserved_outcome(seconds))

    def _admit(self, call: CallState) -> bool:
        """In the function's own thread: whether it may begin.

        The loop is not asked, since a way there and back costs more than many a function: whatever gives a call up on
        the loop takes it out of the running ones and interrupts its execution. It is told with the outcome of a
        short function, or else when it looks around; where it has looked already, at once.
        """
        execution = self._running.get(call)
        if execution is None or call.done:
            return False
        execution.began = time.monotonic()
        if execution.watched:
            self._portal.post(self._begin, call)
        return True

    def _look_around(self) -> None:
        """On the loop, a moment after a call was handed over: show those that have begun and not ended."""
        self._sweep = None
        for call, execution in list(self._running.items()):
            execution.watched = True
            if execution.began is not None:
                self._begin(call)

    def _begin(self, call: CallState) -> None:
        execution = self._running.get(call)
        if execution is None or execution.began is None or call.timing.started is not None:
            return
        if not self._calls.begin_call(call, execution.began):
            self._forget(call)
            interrupt(execution)
            return
        self._cancel_timer(call)
        timeout = self._waits().tool if execution.tool.timeout is None else execution.tool.timeout
        if timeout is not None:
            left = max(0.0, execution.began + timeout - time.monotonic())
            self._timers[call] = asyncio.get_running_loop().call_later(left, self._time_out, call, timeout)

    def _time_out(self, call: CallState, seconds: float) -> None:
        if interrupt(self._running[call]):
            self._expired[call] = seconds
            self._timers[call] = asyncio.get_running_loop().call_later(_GRACE, self._give_up, call, seconds)
        else:
            self._give_up(call, seconds)

    def _give_up(self, call: CallState, seconds: float) -> None:
        self._let_go(call)
        self._forget(call)
        self._answer(call, timeout_outcome(seconds, still_running=True))

    def _finish(self, call: CallState, outcome: Outcome | None) -> None:
        seconds, execution = self._expired.get(call), self._running.get(call)
        if execution is not None and execution.began is not None and call.timing.started is None:
            self._calls.begin_call(call, execution.began, publish=False)
        self._forget(call)
        if seconds is not None:
            self._answer(call, timeout_outcome(seconds, still_running=False))
        elif outcome is not None:
            self._answer(call, outcome)
        elif not call.done:
            self._calls.answer_call(call, cancelled_outcome())

    def _answer(self, call: CallState, outcome: Outcome) -> None:
        """The model is told where a call ran with other arguments than it wrote."""
        if call.edited is not None:
            outcome = msgspec.structs.replace(outcome, output=edited_output(outcome.output, call.edited))
        self._calls.answer_call(call, outcome)

    def _forget(self, call: CallState) -> None:
        self._cancel_timer(call)
        self._running.pop(call, None)
        self._threads.pop(call, None)
        self._expired.pop(call, None)

    def _cancel_timer(self, call: CallState) -> None:
        timer = self._timers.pop(call, None)
        if timer is not None:
            timer.cancel()

    def _start_idle(self, course: Course, call: CallState, execution: Execution) -> asyncio.Task[object] | None:
        """On an idle loop: a coroutine function joins it, another runs to its end."""
        if execution.tool.is_async:
            task = execution.start_on(asyncio.get_running_loop())
            if task is not None:
                task.add_done_callback(lambda _: self._draw_figures(course))
            return task
        try:
            execution.run()
        except KeyboardInterrupt:
            self._portal.post(self._finish, call, cancelled_outcome())
        self._draw_figures(course)
        return None

    def _draw_figures(self, course: Course) -> None:
        """No cell ends soon and draws them. One that runs keeps its own: they may not be finished."""
        if not (self._portal.work.awaited or self._portal.work.attended):
            kernel.draw_figures(course.context)


def _warning_of_busy_kernel(course: Course, call: CallState) -> Job:
    """A thread waits for a tool, which waits for the main thread, which may wait for that thread: that one says so."""
    text = (
        f"Tool {call.name!r} waits for the kernel's main thread, which is busy, while another thread waits for the "
        'run. Where the cell waits for that thread this never ends: interrupt it, and give the tool run_in="thread" or '
        "ask with session.start()."
    )
    return Job(
        course.state,
        # No line of source: it is nobody's fault but the order's.
        run=lambda: warnings.warn_explicit(text, RuntimeWarning, "ws_notebook", 1),
        start=lambda: None,
        interrupted=lambda: None,
        joins=False,
        aside=True,
    )
