"""A run as users hold it: wait for it, read it, stop it, watch it."""

from __future__ import annotations

import contextvars
import logging
import os
import queue
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import kernel
from ..core.changes import Change, RunEnded, so_far
from ..core.items import Item, WireObject
from ..core.run import RunState
from ..core.steer import Steer
from ..core.turn import CallState, TurnState
from ..exceptions import RunCancelled, WsNotebookError
from .arguments import check
from .errors import shortened
from .parsed import ParsedAnswer

if TYPE_CHECKING:
    import pandas as pd

    from ..tools.structured import TextFormat
    from .session import Session

__all__ = ["Observer", "Run"]

Observer = Callable[[RunState, Change], None]


class Run:
    """One question, from the user's input to the final answer. Made by `Session.start` and `Session.ask`."""

    def __init__(self, session: Session, state: RunState, wanted: TextFormat | None = None) -> None:
        self.session = session
        self.state = state
        """The data behind it, written only by the core."""
        self.context = contextvars.copy_context()
        """Where its callbacks run: what a tool prints lands in the cell that asked."""
        self.cell = kernel.cell_id()
        """The front end's id of that cell, or None."""
        self.view_decides = False
        """Whether a live view shows it, whose buttons can approve calls."""
        self._observers: list[Observer] = []
        self._done = threading.Event()
        self.wanted = wanted
        """The form of the answer that was asked for, or None."""
        self._answer = ParsedAnswer(state, wanted)

    # What it is.

    @property
    def id(self) -> str:
        return self.state.id

    @property
    def status(self) -> str:
        """in_progress, completed, incomplete, failed, cancelled or unanswered."""
        return self.state.status

    @property
    def done(self) -> bool:
        return self._done.is_set()

    @property
    def text(self) -> str:
        """The turns' texts, joined by a blank line. Grows while the answer streams."""
        return self.state.text

    @property
    @shortened
    def parsed(self) -> Any:
        """The answer as a value of the `text_format` that was asked for; None until the run is done, or without one.

        Raises FormatError where the answer is not of that form: `text` and `items` hold what came.
        """
        return self._answer.value()

    def parsed_frame(self) -> pd.DataFrame:
        """The parsed answer as a DataFrame: a row for each record, a column for each field; see `records_frame`."""
        return self._answer.frame()

    @property
    def items(self) -> list[Item]:
        """Everything sent and received, in order."""
        return self.state.items

    @property
    def turns(self) -> list[TurnState]:
        return list(self.state.turns)

    @property
    def tool_calls(self) -> list[CallState]:
        return self.state.tool_calls

    @property
    def usage(self) -> WireObject:
        """Tokens, added up over the turns, in the provider's words."""
        return self.state.usage

    @property
    def error(self) -> Exception | None:
        return self.state.error

    @property
    def response_id(self) -> str | None:
        """The id of its last response."""
        return self.state.response_id

    @property
    def parent(self) -> Run | None:
        """The run that it continues, once it has begun."""
        return self.session.run_of(self.state.parent) if self.state.parent is not None else None

    @property
    def stopped(self) -> str:
        """How it was stopped and what that means for the next turn; empty when it was not."""
        return self.state.stopped

    # What can be done with it.

    @shortened
    def result(self, timeout: float | None = None) -> Run:
        """Wait for the end and return the run. `timeout` is in seconds.

        Raises TimeoutError (the run goes on), or the run's own error. KeyboardInterrupt stops the run.
        """
        check(timeout=timeout)
        finished = self._wait(lambda: self.done, timeout)
        if not finished:
            raise TimeoutError(f"Run {self.id} has not ended after {timeout:g} s. It goes on; call result() again.")
        if self.error is not None:
            raise self.error
        return self

    def cancel(self) -> None:
        """Stop it at once, from any thread. What has streamed is kept; `result()` raises RunCancelled."""
        self.session.cancel(self, "cancel")

    def steer(self, words: str) -> Steer:
        """Add words while it works; the returned `Steer` tells what became of them.

        A provider with steering works them in at once; elsewhere they go into the next request of
        this run. Raises ProtocolViolation where the run has ended.
        """
        return self.session.steer(self, words)

    def branch(self, call: CallState, output: Any, **settings: Any) -> Run:
        """Go on from this call as if it had given another output, and return that run once it is answered.

        The new run continues the call's turn; the other calls of that turn keep their outputs, and this run stays as it
        is. `output` is any value that a tool may return; `settings` are those of `Session.ask`, by default as this run
        was asked. Raises SettingsError for a call that is not this run's, or whose turn has not ended.
        """
        from .branch import branched

        return branched(self, call, output, settings)

    def code_of(self, call: CallState) -> str:
        """See `call.code`."""
        from .branch import call_code

        return call_code(self, call)

    def put_cell(self, call: CallState) -> None:
        """See `call.cell()`."""
        from .branch import put_call

        put_call(self, call)

    def decide(self, turn_id: str, call_id: str, verdict: str, more: str | None = None) -> None:
        """What a view was told about a call that waits for consent.

        `verdict`: "approve" (`more`: other arguments as JSON), "deny" (`more`: the reason), or "shown": the view shows
        the call with its buttons. Raises ToolError as `call.approve()` does.
        """
        self.session.decide(self, turn_id, call_id, verdict, more)

    def stream(self) -> Iterator[Change]:
        """The changes as they come, until the run ends; see `ws_notebook.core.changes`.

        What has happened before comes first, in as few changes as tell it: nothing is missed. KeyboardInterrupt
        while it waits stops the run.
        """
        arrived: queue.SimpleQueue[Change] = queue.SimpleQueue()

        def put(_: RunState, change: Change) -> None:
            arrived.put(change)
            self.session.wake()

        def begin() -> None:
            for change in so_far(self.state):
                arrived.put(change)
            self._add_observer(put)

        self.session.on_loop(begin)
        return self._streamed(arrived, put)

    def _streamed(self, arrived: queue.SimpleQueue[Change], observer: Observer) -> Iterator[Change]:
        try:
            while True:
                self._wait(lambda: not arrived.empty())
                change = arrived.get()
                yield change
                if isinstance(change, RunEnded):
                    return
        finally:
            self.session.on_loop(self._remove_observer, observer)

    def _wait(self, until: Callable[[], bool], timeout: float | None = None) -> bool:
        try:
            return self.session.wait(self, until, timeout)
        except KeyboardInterrupt:
            self.session.cancel(self, KeyboardInterrupt.__name__)
            raise

    def observe(self, observer: Observer) -> bool:
        """Tell `observer(state, change)` of every change from now on, on the session's loop: it returns at once.

        False: the run has already ended.
        """
        return self.session.on_loop(self._add_observer, observer)

    def _add_observer(self, observer: Observer) -> bool:
        if not self._done.is_set():
            self._observers.append(observer)
        return not self._done.is_set()

    def _remove_observer(self, observer: Observer) -> None:
        if observer in self._observers:
            self._observers.remove(observer)

    def _tell(self, change: Change) -> None:
        """On the loop: tell every observer. One that fails is not asked again, and harms nothing else."""
        ended = isinstance(change, RunEnded)
        if ended:
            if isinstance(self.state.error, WsNotebookError):
                self.state.error.run = self
            self._done.set()
        for observer in list(self._observers):
            try:
                self.context.run(observer, self.state, change)
            except Exception:
                self._remove_observer(observer)
                logging.getLogger("ws_notebook").exception("An observer of run %s failed.", self.id)
        if ended:
            self._observers.clear()

    def trace(self, path: str | os.PathLike[str]) -> Path:
        """Write its timeline as a trace, which ui.perfetto.dev and chrome://tracing open; the file's path."""
        from .export import write_trace

        return write_trace([self], path)

    # How it shows itself.

    def __repr__(self) -> str:
        if kernel.in_kernel():
            return f"<Run {self.id} {self.status}>"
        from ..render.bundle import bundle
        from ..render.text import plain_text

        return plain_text(bundle(self.state, self.session.header(self.state)))

    @property
    def _ipython_display_(self) -> Callable[[], None]:
        """Shows it live, while it goes on and where the front end can; elsewhere IPython finds no such attribute."""
        from .showing import can_show_live, show_live

        if not can_show_live(self):
            raise AttributeError("It shows itself by its mime bundle.")
        return lambda: show_live(self)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        from ..render.mime import mime_bundle

        return mime_bundle(self.state, self.session.header(self.state))


def cancelled(run: Run, cause: str) -> RunCancelled:
    """The error of a run that was stopped."""
    where = "interrupted" if cause == KeyboardInterrupt.__name__ else "stopped"
    return RunCancelled(f"Run {run.id} was {where}. The partial text is in run.text; ask again to go on from it.")
