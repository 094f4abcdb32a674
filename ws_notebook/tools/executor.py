"""Running one tool call: where the function runs, its timeout, its interruption, its outcome.

An `Execution` is made on the session's loop and run once: in the main thread (or the thread that
waits for the run), in a pool, or by any `concurrent.futures.Executor`. What happened comes back
once, as an `Outcome`, or as None where it was interrupted; a tool that fails never raises through.
"""

from __future__ import annotations

# What `signal` wraps: its enums take longer than most functions that are called in between.
import _signal as signal  # type: ignore[import-not-found]
import asyncio
import contextlib
import contextvars
import inspect
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Executor, Future
from types import TracebackType
from typing import Any

import msgspec

from ws_notebook import kernel
from ws_notebook.core.calls import Answer
from ws_notebook.exceptions import ToolError
from ws_notebook.tools.context import Context
from ws_notebook.tools.contract import ToolLike
from ws_notebook.tools.engines import submitted, withdrawn
from ws_notebook.tools.values import Output
from ws_notebook.tools.values.outputs import error_output, exception_output, read_error, to_output

__all__ = [
    "Execution",
    "Outcome",
    "cancelled_outcome",
    "failed_outcome",
    "timeout_outcome",
    "unknown_tool_outcome",
    "unserved_outcome",
]


_MAX_NOTES = 3
"""Parts of an output of which it is said what was left out."""


_STATUS = {"timeout": "timed_out", "cancelled": "cancelled", "denied": "denied"}
"""The statuses of calls whose errors have names of their own."""


Outcome = Answer
"""What came of a call, as the protocol is told of it."""


def unknown_tool_outcome(name: str, known: list[str]) -> Outcome:
    """The model called a tool that the session does not have."""
    text = f"There is no tool named {name!r}. Available: {', '.join(known) or 'none'}."
    return Outcome(status="failed", output=error_output("unknown_tool", text), error=text)


def timeout_outcome(seconds: float, *, still_running: bool) -> Outcome:
    """The function took too long."""
    text = f"The tool did not finish within {seconds:g} s."
    note = f"{text} It cannot be interrupted from outside and may still be running." if still_running else text
    return Outcome(status="timed_out", output=error_output("timeout", text), error=note)


def unserved_outcome(seconds: float) -> Outcome:
    """The place where the function is to run, the main thread, was not free in time."""
    text = f"The tool did not begin within {seconds:g} s: the user's program was busy with something else."
    return Outcome(status="timed_out", output=error_output("timeout", text), error=text)


def cancelled_outcome() -> Outcome:
    """The user stopped the run."""
    text = "The user stopped the run before this call was answered."
    return Outcome(status="cancelled", output=error_output("cancelled", text), error=text)


def recorded_outcome(name: str, output: Output | None) -> Outcome:
    """What a call got when it was recorded; an error, if none was."""
    if output is None:
        text = f"The cassette holds no output for this call of {name!r}, and a replay with recorded tools runs none."
        return Outcome(status="failed", output=error_output("not_recorded", text), error=text)
    found = read_error(output)
    if found is None:
        return Outcome(status="completed", output=output, pictures=_pictures(output))
    kind, message = found
    return Outcome(status=_STATUS.get(kind, "failed"), output=output, error=message)


def failed_outcome(error: BaseException) -> Outcome:
    """The function raised. The traceback is kept from where the user's code begins."""
    error.__traceback__ = _own_part(error.__traceback__)
    output = error_output("tool_error", str(error)) if isinstance(error, ToolError) else exception_output(error)
    return Outcome(status="failed", output=output, error=_line(error), exception=error)


def _pictures(output: Output) -> tuple[Mapping[str, Any], ...]:
    """Small copies of what is in an output, made in the tool's thread: it takes a while."""
    parts = [] if isinstance(output, str) else [part for part in output if part.get("type") == "input_image"]
    if not parts:
        return ()
    from ws_notebook.tools.values.pictures import picture_of_part

    return tuple(picture_of_part(part).shown() for part in parts)


def _exhibits(value: Any) -> tuple[Mapping[str, Any], ...]:
    """What people may look at in a result besides its text. Most results are text, and have none."""
    if type(value) is str:
        return ()
    from ws_notebook.tools.values.exhibits import exhibits

    return exhibits(value)


def _line(error: BaseException) -> str:
    """The exception in one line; its own `__str__` may fail."""
    try:
        return f"{type(error).__name__}: {error}"
    except Exception:  # noqa: BLE001 - a user's __str__ may do anything
        return type(error).__name__


def _own_part(traceback: TracebackType | None) -> TracebackType | None:
    """The traceback from where the user's code begins."""
    part = traceback
    while part is not None and part.tb_frame.f_globals.get("__name__", "").startswith("ws_notebook."):
        part = part.tb_next
    return part or traceback


class _Gate:
    """On the main thread, makes SIGINT raise KeyboardInterrupt while a tool runs.

    An idle kernel ignores the signal, and `asyncio.run` makes it cancel its main task.
    """

    def __init__(self) -> None:
        self.expected = False
        """A signal was sent to the function and has not been taken yet."""
        self.spare = False
        """It was sent again, so one signal more than meant may come."""
        self._before: Any = None
        self._raised = False
        """The signal that was taken last was sent to the function."""
        self._report = sys.unraisablehook

    def __enter__(self) -> None:
        if threading.current_thread() is threading.main_thread():
            before = signal.getsignal(signal.SIGINT)
            # None: set by other than Python, so it could not be put back.
            if before is not None:
                self._before = signal.signal(signal.SIGINT, self._take)
                self._report, sys.unraisablehook = sys.unraisablehook, self._lost

    def __exit__(self, *_: object) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)
            if sys.unraisablehook == self._lost:
                sys.unraisablehook = self._report

    def _take(self, *_: object) -> None:
        if self.spare and not self.expected:
            self.spare = False
            return
        self._raised, self.expected = self.expected, False
        raise KeyboardInterrupt

    def _lost(self, raised: sys.UnraisableHookArgs, /) -> None:
        """A signal of ours that ended in a finalizer, or a weak reference's callback, counts as not taken."""
        here = threading.current_thread() is threading.main_thread()
        if self._raised and here and raised.exc_type is KeyboardInterrupt:
            self.expected = True
        else:
            self._report(raised)


class Execution:
    """One call of one tool.

    `inside` is what the function may know of the call; in another process it knows nothing. `started()` is asked
    before the function runs and may refuse. `finished(outcome)` is told once when it has ended; the outcome is None
    where it ended because of `interrupt`.
    """

    def __init__(
        self,
        tool: ToolLike,
        arguments: str,
        *,
        context: contextvars.Context,
        started: Callable[[], bool],
        finished: Callable[[Outcome | None], None],
        inside: Context | None = None,
    ) -> None:
        self.tool = tool
        self.arguments = arguments
        self.context = context
        self.started = started
        self.finished = finished
        self.inside = inside
        self.began: float | None = None
        """When the function began, in seconds of the monotonic clock; written by whoever lets it begin."""
        self.watched = False
        """Whether its beginning is to be told at once."""
        self._lock = threading.Lock()
        self._thread: int | None = None
        self._task: tuple[asyncio.AbstractEventLoop, asyncio.Task[Any]] | None = None
        self._future: Future[Any] | None = None
        self._executor: Executor | None = None
        self._interrupted = self._claimed = False
        self._gate = _Gate()

    # Running: one of these is called, once.

    def run(self) -> None:
        """Run in this thread to the end. On the main thread KeyboardInterrupt of the user passes through."""
        if self._claim():
            self.finished(self._run_guarded())

    def run_with(self, executor: Executor) -> None:
        """Hand the function to an executor; only its arguments and result travel."""
        if not self._claim():
            return
        try:
            future = submitted(executor, self.tool.bind(self.arguments), self.inside or Context(), self.context.copy())
        except BaseException as error:  # noqa: BLE001 - an executor may raise anything
            self.finished(failed_outcome(error))
            return
        with self._lock:
            self._future, self._executor = future, executor
        if self._interrupted:
            future.cancel()
        future.add_done_callback(self._future_done)

    def start_on(self, loop: asyncio.AbstractEventLoop) -> asyncio.Task[Any] | None:
        """Begin a coroutine function on this running loop and return its task; call it on the loop's thread."""
        if not self._claim():
            return None
        task = self._make_task(loop)
        task.add_done_callback(self._task_done)
        return task

    def interrupt(self) -> bool:
        """Stop it as far as Python can, from any thread, and no more than once.

        False: it goes on (a pool thread or a foreign engine), or it was interrupted before.
        """
        with self._lock:
            if self._interrupted:
                return False
            self._interrupted = True
            if self._task is not None:
                loop, task = self._task
                # A loop of its own is closed as soon as the coroutine has ended, before the outcome is known here.
                with contextlib.suppress(RuntimeError):
                    loop.call_soon_threadsafe(task.cancel)
                return True
            if self._thread is not None and self._thread == threading.main_thread().ident:
                self._gate.expected = True
                _signal_main_thread()
                return True
            if self._future is None:
                return not self._claimed
        return withdrawn(self._future, self._executor)

    def nudge(self) -> None:
        """Call this a moment after `interrupt`: a signal that came just before a blocking call does not end it."""
        with self._lock:
            if self._thread == threading.main_thread().ident and self._gate.expected:
                self._gate.spare = True
                _signal_main_thread()

    # Inside.

    def _claim(self) -> bool:
        with self._lock:
            if self._claimed or self._interrupted:
                return False
            self._claimed = True
        return self.started()

    def _run_guarded(self) -> Outcome | None:
        try:
            with self._gate:
                return self._run_here()
        except KeyboardInterrupt as error:
            if self._interrupted:
                return None
            if threading.current_thread() is not threading.main_thread():
                return failed_outcome(error)
            self.interrupt()
            raise
        except BaseException as error:  # noqa: BLE001 - a tool may raise anything
            return None if self._interrupted else failed_outcome(error)

    def _run_here(self) -> Outcome | None:
        try:
            with self._lock:
                if self._interrupted:
                    return None
                # A coroutine is stopped by its task alone: a signal could strike while its loop is made.
                self._thread = None if self.tool.is_async else threading.get_ident()
            if self.tool.is_async:
                return self._run_nested()
            bound = self.tool.bind(self.arguments)
            value = self.context.copy().run(bound.run, self.inside)
            if inspect.isawaitable(value):
                # A plain wrapper around a coroutine function, such as many decorators make.
                return self._run_nested(value)
            return self._answer(value)
        finally:
            with self._lock:
                self._thread = None
            if self._interrupted:
                # A signal that was sent while the function ended is taken here, not later.
                time.sleep(0.001)

    def _answer(self, value: Any) -> Outcome:
        notes: list[str] = []
        output = to_output(value, max_output=self.tool.max_output, notes=notes)
        if not isinstance(output, str):
            try:
                msgspec.json.encode(output)
            except (TypeError, UnicodeEncodeError, RecursionError) as error:
                raise ToolError(f"The result's parts cannot be written as JSON: {error}") from None
        note = f"The model reads a part: {'; '.join(notes[:_MAX_NOTES])}." if notes else ""
        return Outcome(
            status="completed", output=output, pictures=_pictures(output), exhibits=_exhibits(value), note=note
        )

    def _run_nested(self, given: Awaitable[Any] | None = None) -> Outcome:
        outcome: Outcome = kernel.run_nested(lambda loop: self._make_task(loop, given))
        return outcome

    async def _run_coroutine(self, given: Awaitable[Any] | None) -> Outcome:
        try:
            awaited = self.tool.bind(self.arguments).run(self.inside) if given is None else given
            return self._answer(await awaited)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - SystemExit would end the kernel's loop
            return failed_outcome(error)

    def _make_task(self, loop: asyncio.AbstractEventLoop, given: Awaitable[Any] | None = None) -> asyncio.Task[Any]:
        task: asyncio.Task[Any] = loop.create_task(self._run_coroutine(given), context=self.context.copy())
        with self._lock:
            self._task = (loop, task)
            if self._interrupted:
                task.cancel()
        return task

    def _task_done(self, task: asyncio.Task[Any]) -> None:
        if task.cancelled():
            self.finished(
                None if self._interrupted else failed_outcome(asyncio.CancelledError("the coroutine was cancelled"))
            )
            return
        error = task.exception()
        if isinstance(error, KeyboardInterrupt):
            # The user's, taken in the midst of the function: it goes on to whoever runs the loop.
            self.finished(None)
        else:
            self.finished(task.result() if error is None else failed_outcome(error))

    def _future_done(self, future: Future[Any]) -> None:
        if future.cancelled():
            self.finished(None if self._interrupted else failed_outcome(ToolError("The executor dropped the call.")))
            return
        error = future.exception()
        try:
            outcome = self._answer(future.result()) if error is None else failed_outcome(error)
        except Exception as problem:  # noqa: BLE001 - a result's own methods may raise anything
            outcome = failed_outcome(problem)
        self.finished(outcome)


def _signal_main_thread() -> None:
    if hasattr(signal, "pthread_kill"):
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
    else:
        signal.raise_signal(signal.SIGINT)
