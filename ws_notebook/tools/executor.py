"""Running one tool call: where the function runs, its timeout, its interruption, its outcome.

An `Execution` is made on the session's loop and run once: in the main thread (or the thread that
waits for the run), in a pool, or by any `concurrent.futures.Executor`. What happened comes back as
one `Outcome`; a tool that fails never raises through.
"""

from __future__ import annotations

import asyncio
import contextvars
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from types import TracebackType
from typing import Any

import msgspec

from ..exceptions import ToolError
from .call import BoundCall
from .function import AnyTool
from .outputs import Output, error_output, to_output

__all__ = ["Execution", "Outcome", "cancelled_outcome", "timeout_outcome", "unknown_tool_outcome"]


class Outcome(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """What came of a call: its last status, what the model is told, and what the user may look at."""

    status: str
    output: Output
    error: str | None = None
    exception: BaseException | None = None


def unknown_tool_outcome(name: str, known: list[str]) -> Outcome:
    """The model called a tool that the session does not have."""
    text = f"There is no tool named {name!r}. Available: {', '.join(known) or 'none'}."
    return Outcome(status="failed", output=error_output("unknown_tool", text), error=text)


def timeout_outcome(seconds: float, *, still_running: bool) -> Outcome:
    """The function took too long."""
    text = f"The tool did not finish within {seconds:g} s."
    note = f"{text} It cannot be interrupted from outside and may still be running." if still_running else text
    return Outcome(status="timed_out", output=error_output("timeout", text), error=note)


def cancelled_outcome() -> Outcome:
    """The user stopped the run."""
    text = "The user stopped the run before this call was answered."
    return Outcome(status="cancelled", output=error_output("cancelled", text), error=text)


def _failure(error: BaseException) -> Outcome:
    error.__traceback__ = _own_part(error.__traceback__)
    if isinstance(error, ToolError):
        output = error_output("tool_error", str(error))
    else:
        output = error_output(type(error).__name__, str(error))
    return Outcome(status="failed", output=output, error=f"{type(error).__name__}: {error}", exception=error)


def _own_part(traceback: TracebackType | None) -> TracebackType | None:
    """The traceback from where the user's code begins."""
    part = traceback
    while part is not None and part.tb_frame.f_globals.get("__name__", "").startswith("ws_notebook."):
        part = part.tb_next
    return part or traceback


class Execution:
    """One call of one tool. `started()` is asked before the function runs and may refuse; `finished` is told once."""

    def __init__(
        self,
        tool: AnyTool,
        arguments: str,
        *,
        context: contextvars.Context,
        started: Callable[[], bool],
        finished: Callable[[Outcome], None],
    ) -> None:
        self.tool = tool
        self._arguments = arguments
        self._context = context
        self._started = started
        self._finished = finished
        self._lock = threading.Lock()
        self._thread: int | None = None
        self._task: tuple[asyncio.AbstractEventLoop, asyncio.Task[Any]] | None = None
        self._future: Future[Any] | None = None
        self._interrupted = False
        self._claimed = False

    # Running: one of these is called, once.

    def run(self) -> None:
        """Run in this thread to the end. KeyboardInterrupt of the user passes through."""
        if not self._claim():
            return
        outcome = self._run_guarded()
        if outcome is not None:
            self._finished(outcome)

    def run_with(self, executor: Executor) -> None:
        """Hand the function to an executor; only its arguments and result travel."""
        if not self._claim():
            return
        try:
            bound = self.tool.bind(self._arguments)
            with self._lock:
                self._future = executor.submit(_call_bound, bound)
        except Exception as error:  # noqa: BLE001 - an executor may raise anything
            self._finished(_failure(error))
            return
        self._future.add_done_callback(self._future_done)

    def start_on(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin a coroutine function on this running loop and return; call it on the loop's thread."""
        if self._claim():
            task = self._make_task(loop)
            task.add_done_callback(self._task_done)

    def interrupt(self) -> bool:
        """Stop it as far as Python can, from any thread. False: it goes on (a pool thread or a foreign engine)."""
        with self._lock:
            self._interrupted = True
            if self._task is not None:
                loop, task = self._task
                loop.call_soon_threadsafe(task.cancel)
                return True
            if self._future is not None:
                return self._future.cancel()
            if self._thread is None:
                return not self._claimed
            if self._thread != threading.main_thread().ident:
                return False
            _signal_main_thread()
            return True

    # Inside.

    def _claim(self) -> bool:
        with self._lock:
            if self._claimed or self._interrupted:
                return False
            self._claimed = True
        return self._started()

    def _run_guarded(self) -> Outcome | None:
        try:
            with _Interruptible():
                try:
                    with self._lock:
                        self._thread = threading.get_ident()
                    value = self._value()
                    return self._answer(value)
                finally:
                    with self._lock:
                        self._thread = None
                    if self._interrupted:
                        # A signal that was sent while the function ended is taken here, not later.
                        time.sleep(0.001)
        except KeyboardInterrupt:
            if not self._interrupted:
                self.interrupt()
                raise
            return None
        except (Exception, SystemExit, asyncio.CancelledError) as error:  # noqa: BLE001 - a tool may raise anything
            return None if self._interrupted else _failure(error)

    def _value(self) -> Any:
        if self.tool.is_async:
            from .. import kernel

            return kernel.run_nested(self._make_task)
        bound = self.tool.bind(self._arguments)
        return self._context.copy().run(bound.run)

    def _answer(self, value: Any) -> Outcome:
        return Outcome(status="completed", output=to_output(value, max_output=self.tool.max_output))

    async def _run_coroutine(self) -> Any:
        return await self.tool.bind(self._arguments).run()

    def _make_task(self, loop: asyncio.AbstractEventLoop) -> asyncio.Task[Any]:
        task: asyncio.Task[Any] = loop.create_task(self._run_coroutine(), context=self._context.copy())
        with self._lock:
            self._task = (loop, task)
        return task

    def _task_done(self, task: asyncio.Task[Any]) -> None:
        if task.cancelled():
            return
        error = task.exception()
        self._finished(self._answered(task.result()) if error is None else _failure(error))

    def _future_done(self, future: Future[Any]) -> None:
        if future.cancelled():
            return
        error = future.exception()
        self._finished(self._answered(future.result()) if error is None else _failure(error))

    def _answered(self, value: Any) -> Outcome:
        try:
            return self._answer(value)
        except Exception as error:  # noqa: BLE001 - a result's own methods may raise anything
            return _failure(error)


def _call_bound(bound: BoundCall) -> Any:
    if bound.is_async:
        return asyncio.run(bound.run())
    return bound.run()


class _Interruptible:
    """On the main thread, makes SIGINT raise KeyboardInterrupt while a tool runs (an idle kernel ignores it)."""

    def __init__(self) -> None:
        self._before: Any = None

    def __enter__(self) -> None:
        if threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
            self._before = signal.signal(signal.SIGINT, signal.default_int_handler)

    def __exit__(self, *_: object) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)


def _signal_main_thread() -> None:
    if hasattr(signal, "pthread_kill"):
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
    else:
        signal.raise_signal(signal.SIGINT)
