"""Calling a tool by hand, exactly as the model would: where, and as long as, it may run for the model."""

from __future__ import annotations

import contextvars
import inspect
import json
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from functools import partial
from typing import Any

from ws_notebook import kernel
from ws_notebook.exceptions import ToolError
from ws_notebook.secrets import hidden
from ws_notebook.tools.bench.record import Record
from ws_notebook.tools.bench.trial import Trial, Tried
from ws_notebook.tools.contract import ToolLike
from ws_notebook.tools.executor import Execution, Outcome, cancelled_outcome, timeout_outcome
from ws_notebook.tools.schema.freeform import as_text
from ws_notebook.tools.values.outputs import without_secrets

__all__ = ["Attempt"]

_NUDGE = 0.05
"""Seconds after which an interrupt that was not taken is sent once more."""

_SLICE = 0.2
"""Seconds of one wait: on Windows a wait without end cannot be interrupted."""


class Attempt:
    """`t.try_`: call the tool by hand exactly as the model would.

    Values by name, a dict, or JSON text become JSON and are validated; the function runs where, and as long as, it may
    for the model. Approval is not asked. Returns a `Trial` with the output item, the time and any error, and raises
    none.
    """

    def __init__(self, tool: Tried) -> None:
        self._tool = tool

    @property
    def __signature__(self) -> inspect.Signature:
        """For Tab and help: the parameters by name."""
        kind = inspect.Parameter.KEYWORD_ONLY
        names = [name for name in self._tool.schema.get("properties", {}) if name.isidentifier()]
        return inspect.Signature([inspect.Parameter(name, kind) for name in names])

    def __call__(self, arguments: Mapping[str, Any] | str | None = None, /, **values: Any) -> Trial:
        """Call it. Raises `ToolError` only for values that no JSON can carry."""
        if arguments is not None and values:
            raise ToolError(f"{self._tool.name}.try_() takes JSON or a dict, or values by name; not both.")
        given = {**(arguments if isinstance(arguments, Mapping) else {}), **values}
        if isinstance(arguments, str):
            text = arguments
        elif self._tool.format is not None:
            text = as_text(self._tool.schema.loose, given, name=self._tool.name)
        else:
            text = _as_json(self._tool.name, given)
        try:
            record = _attempted(self._tool, text)
        except KeyboardInterrupt as error:
            kernel.shorten_traceback(error)
            raise
        self._tool._bench.last = record
        return Trial.of(self._tool, record)

    def __repr__(self) -> str:
        return f"<{self._tool.name}.try_: call it as the model would, as in {self._tool.name}.try_(…)>"


def _as_json(name: str, values: Mapping[str, Any]) -> str:
    """Python values as the JSON that a model would write: dates, models, enums and all that pydantic knows."""
    from pydantic_core import PydanticSerializationError, to_jsonable_python

    try:
        return json.dumps(to_jsonable_python(dict(values)), ensure_ascii=False)
    except (PydanticSerializationError, TypeError, ValueError, RecursionError) as error:
        raise ToolError(f"{name}.try_(): the arguments cannot be written as JSON: {error}") from None


def _attempted(tool: ToolLike, arguments: str) -> Record:
    """Run the call to its end and tell what came of it. KeyboardInterrupt passes through."""
    attempt = _Clocked(tool, arguments)
    attempt.run()
    outcome = attempt.outcome
    if attempt.expired:
        outcome = timeout_outcome(tool.timeout or 0.0, still_running=not attempt.ended.is_set())
    elif outcome is None:
        outcome = cancelled_outcome()
    # No session, so no keys are known: what looks like one is taken out, as for the model.
    output, _ = without_secrets(outcome.output)
    return Record(
        arguments=arguments,
        status=outcome.status,
        output=output,
        error=None if outcome.error is None else hidden(outcome.error),
        exception=outcome.exception,
        ms=attempt.ms,
    )


class _Clocked:
    """An execution with its time taken and its time limit kept."""

    def __init__(self, tool: ToolLike, arguments: str) -> None:
        self._tool = tool
        self._execution = Execution(
            tool, arguments, context=contextvars.copy_context(), started=self._begin, finished=self._end
        )
        self.ended = threading.Event()
        self.outcome: Outcome | None = None
        self.expired = False
        self._over = threading.Event()
        """There is nothing more to wait for."""
        self._began = self._finished = 0.0
        self._timers: list[threading.Timer] = []

    @property
    def ms(self) -> float:
        return ((self._finished if self.ended.is_set() else time.perf_counter()) - self._began) * 1000

    def run(self) -> None:
        try:
            self._run()
        except BaseException:
            self._execution.interrupt()
            raise
        finally:
            for timer in self._timers:
                timer.cancel()

    def _run(self) -> None:
        place = self._tool.run_in
        if place == "kernel":
            self._execution.run()
            return
        run = partial(self._execution.run_with, place) if isinstance(place, Executor) else self._execution.run
        threading.Thread(target=run, name=f"try {self._tool.name}", daemon=True).start()
        while not self._over.wait(_SLICE):
            pass

    def _begin(self) -> bool:
        self._began = time.perf_counter()
        if self._tool.timeout is not None:
            self._after(self._tool.timeout, self._expire)
        return True

    def _end(self, outcome: Outcome | None) -> None:
        self._finished = time.perf_counter()
        self.outcome = outcome
        self.ended.set()
        self._over.set()

    def _expire(self) -> None:
        self.expired = not self.ended.is_set()
        if self._execution.interrupt():
            self._after(_NUDGE, self._execution.nudge)
        else:
            # It goes on where it is; nobody waits for it.
            self._over.set()

    def _after(self, seconds: float, function: Callable[[], object]) -> None:
        timer = threading.Timer(seconds, function)
        timer.daemon = True
        self._timers.append(timer)
        timer.start()
