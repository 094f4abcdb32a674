"""From a ready tool call to its output: finds the tool, the place to run it, and keeps its time limit."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import Executor

from ..core.run import RunState
from ..core.turn import CallState
from ..tools.executor import Execution, Outcome, cancelled_outcome, timeout_outcome, unknown_tool_outcome
from ..tools.registry import ToolRegistry
from .portal import Job, Portal

__all__ = ["Dispatcher"]


class Dispatcher:
    """Runs the tool calls of a session. Its methods are called on the loop.

    `started(call)` says that a function is about to run, and answers whether it still may;
    `submit(call, outcome)` hands back what came of it.
    """

    def __init__(
        self,
        portal: Portal,
        *,
        started: Callable[[CallState], bool],
        submit: Callable[[CallState, Outcome], None],
    ) -> None:
        self._portal = portal
        self._started = started
        self._submit = submit
        self._running: dict[CallState, Execution] = {}

    def dispatch(self, run: RunState, call: CallState, tools: ToolRegistry, context: contextvars.Context) -> None:
        """Have a call run. A tool that is not there answers with an error and the loop goes on."""
        if call.done:
            return
        tool = tools.get(call.name)
        if tool is None:
            self._submit(call, unknown_tool_outcome(call.name, tools.names()))
            return
        execution = Execution(
            tool,
            call.arguments,
            context=context,
            started=lambda: self._portal.call(self._begin, call),
            finished=lambda outcome: self._portal.post(self._finish, call, outcome),
        )
        self._running[call] = execution
        if isinstance(tool.run_in, Executor):
            execution.run_with(tool.run_in)
        elif tool.run_in == "thread":
            self._portal.pool.submit(execution.run)
        else:
            self._portal.work.put(Job(run, execution.run, lambda: self._start_idle(call, execution)))

    def stop(self, run: RunState) -> None:
        """Interrupt what the run still has running, and forget what has not begun."""
        for call in [each for each in self._running if each.turn.run_id == run.id]:
            execution = self._running.pop(call)
            execution.interrupt()

    def _begin(self, call: CallState) -> bool:
        if call not in self._running or not self._started(call):
            return False
        timeout = self._running[call].tool.timeout
        if timeout is not None:
            asyncio.get_running_loop().call_later(timeout, self._time_out, call, timeout)
        return True

    def _time_out(self, call: CallState, seconds: float) -> None:
        execution = self._running.pop(call, None)
        if execution is not None:
            stopped = execution.interrupt()
            self._submit(call, timeout_outcome(seconds, still_running=not stopped))

    def _finish(self, call: CallState, outcome: Outcome) -> None:
        self._running.pop(call, None)
        self._submit(call, outcome)

    def _start_idle(self, call: CallState, execution: Execution) -> None:
        """On the kernel's idle main thread: a coroutine function joins its loop, another runs to its end."""
        if execution.tool.is_async:
            execution.start_on(asyncio.get_running_loop())
            return
        try:
            execution.run()
        except KeyboardInterrupt:
            self._portal.post(self._finish, call, cancelled_outcome())
