"""A run as users hold it: wait for it, read it, stop it, watch it."""

from __future__ import annotations

import asyncio
import functools
import os
from collections.abc import Callable, Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack, cast

from .. import kernel
from ..core.items import Item, WireObject, as_items, prompt_text
from ..core.run import RunState
from ..core.steer import Steer
from ..core.turn import CallState, TurnState
from ..engine.course import Course, Observer
from ..engine.engine import Engine
from ..engine.waiters import LoopBell
from ..secrets import hidden, hidden_value
from ..tools import ToolRegistry
from .arguments import check
from .asking import AskSettings, asks
from .call import Call
from .deadline import Deadline
from .errors import shortened
from .host import Host
from .parsed import ParsedAnswer

if TYPE_CHECKING:
    import pandas as pd

    from ..tools.schema.structured import TextFormat
    from .following import AsyncStream, Stream

__all__ = ["Run"]


class Run:
    """One question, from the user's input to the final answer. Made by `Session.start` and `Session.ask`.

    `run.result()` waits for it, `await run` does on an event loop, `run.stream()` and `async for change in run` give
    its changes as they come.
    """

    def __init__(
        self,
        engine: Engine,
        session: Callable[[], Host[Run]],
        state: RunState,
        tools: ToolRegistry,
        wanted: TextFormat | None = None,
    ) -> None:
        self._engine = engine
        self._session = session
        """The handle of its session, or another where nobody holds one: a run keeps what happens, and no handle."""
        self._course = Course(state, tools, handle=self, calls=functools.partial(Call, self))
        self.state = state
        """The data behind it, written only by the core."""
        self.wanted = wanted
        """The form of the answer that was asked for, or None."""
        self._answer = ParsedAnswer(state, wanted)

    # What it is.

    @property
    def id(self) -> str:
        """Its name within the session: "r7" is the seventh run."""
        return self.state.id

    @property
    def session(self) -> Host[Run]:
        """The session that it was asked over. It can be asked as long as a run of it is held."""
        return self._session()

    @property
    def prompt(self) -> str:
        """The words of its input."""
        return prompt_text(self.state.input)

    @property
    def status(self) -> str:
        """in_progress, completed, incomplete, failed, cancelled or unanswered."""
        return self.state.status

    @property
    def done(self) -> bool:
        """Whether it has ended, in whatever way; `status` tells which."""
        return self._course.done

    @property
    def cell(self) -> str | None:
        """The front end's id of the cell that asked, or None."""
        return self._course.cell

    @property
    def text(self) -> str:
        """The turns' texts, joined by a blank line, without secrets. Grows while the answer streams."""
        return hidden(self.state.text, self._engine.keys)

    @property
    @shortened
    def parsed(self) -> Any:
        """The answer as a value of the `text_format` that was asked for; None until the run is done, or without one.

        Raises FormatError where the answer is not of that form: `text` and `items` hold what came.
        """
        return self._answer.value()

    def parsed_frame(self) -> pd.DataFrame:
        """The parsed answer as a DataFrame: a row for each record, a column for each field; see `records_frame`."""
        return self._answer.dataframe()

    @property
    def items(self) -> list[Item]:
        """Everything sent and received, in order, without secrets; `state.items` is what went over the wire."""
        return hidden_value(self.state.items, self._engine.keys)

    @property
    def turns(self) -> list[TurnState]:
        """Its turns so far, one for each response."""
        return list(self.state.turns)

    @property
    def tool_calls(self) -> list[CallState]:
        """The tool calls of all its turns so far, in order."""
        return self.state.tool_calls

    @property
    def usage(self) -> WireObject:
        """Tokens, added up over the turns, in the provider's words."""
        return self.state.usage

    @property
    def error(self) -> Exception | None:
        """Why it failed or was cancelled, as `result()` raises it; None where it did not."""
        return self.state.error

    @property
    def response_id(self) -> str | None:
        """The id of its last response."""
        return self.state.response_id

    @property
    def parent(self) -> Run | None:
        """The run that it continues: the one that was named, else, once it has begun, the latest of then."""
        continued = self.state.parent or self.state.wants
        parent = self._engine.courses.get(continued.id) if isinstance(continued, RunState) else None
        return None if parent is None else cast(Run, parent.handle)

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
        finished = self._engine.wait_or_stop(self._course, lambda: self.done, timeout)
        if not finished:
            late = TimeoutError(f"Run {self.id} has not ended after {timeout:g} s. It goes on; call result() again.")
            late.run = self  # type: ignore[attr-defined]
            raise late
        return self._ended()

    @shortened
    def _wait_or_stop(self, timeout: float | None) -> Run:
        """As `result`, but a run that has not ended in time is stopped: this is how `Session.ask` waits."""
        with Deadline(self, timeout) as deadline:
            self._engine.wait_or_stop(self._course, lambda: self.done)
        deadline.check()
        return self._ended()

    def __await__(self) -> Generator[Any, None, Run]:
        """Wait for the end, as `Session.ask_async` does: raises the run's own error, and is the run."""
        return self._awaited(None).__await__()

    @shortened
    async def _awaited(self, seconds: float | None) -> Run:
        """Wait on the running loop for at most so many seconds. A task that is cancelled meanwhile stops the run.

        Coroutine tools join the loop; without a kernel, functions are called in a thread beside it.
        """
        bell = LoopBell()
        if not self.done:
            self._engine.waiters.refuse_inside_tool(self._course)
        stand_down = self._engine.waiters.stand_by(bell, self._course, bell.loop)
        try:
            with Deadline(self, seconds) as deadline:
                self._engine.portal.call(self._course.at_end, bell.ring)
                await bell.heard(lambda: self.done)
        except asyncio.CancelledError:
            self.cancel()
            raise
        finally:
            stand_down()
        deadline.check()
        return self._ended()

    def _ended(self) -> Run:
        if self.error is not None:
            raise self.error
        return self

    def cancel(self) -> None:
        """Stop it at once, from any thread. What has streamed is kept; `result()` raises RunCancelled."""
        self._engine.cancel(self._course, "stop")

    def steer(self, words: str) -> Steer:
        """Add words while it works; the returned `Steer` tells what became of them.

        A provider with steering works them in at once; elsewhere they go into the next request of
        this run. Raises ProtocolViolation where the run has ended.
        """
        return self._engine.steer(self._course, Steer(input=as_items(words)))

    @asks
    def branch(self, call: CallState, output: Any, **settings: Unpack[AskSettings[Run]]) -> Run:
        """Go on from this call as if it had given another output, and return that run once it is answered.

        The new run continues the call's turn; the other calls of that turn keep their outputs, and this run stays as it
        is. `output` is any value that a tool may return; the rest are arguments of `Session.ask`, by default as this
        run was asked. Raises SettingsError for a call that is not this run's, or whose turn has not ended.
        """
        return self._call(call).answer_with(output, **settings)

    def code_of(self, call: CallState) -> str:
        """See `call.code`."""
        return self._call(call).code

    def put_cell(self, call: CallState) -> None:
        """See `call.cell()`."""
        self._call(call).cell()

    def _call(self, call: Any) -> Call[Run]:
        # None is no call either.
        check(call="" if call is None else call)
        return Call(self, call)

    def stream(self) -> Stream:
        """The changes as they come, until the run ends: `TextAppended` and its like, see `ws_notebook.Change`.

        What has happened before comes first, in as few changes as tell it: nothing is missed. KeyboardInterrupt
        while it waits stops the run. `async for change in run` is the same on an event loop.
        """
        from .following import Stream

        return Stream(self)

    def __aiter__(self) -> AsyncStream:
        """The changes as they come, for `async for`; see `stream`. The run goes on where the loop is left early."""
        from .following import AsyncStream

        return AsyncStream(self)

    def observe(self, observer: Observer) -> bool:
        """Tell `observer(state, change)` of every change from now on, on the session's loop: it returns at once.

        False: the run has already ended. Raises `SettingsError` for what is no function.
        """
        check(observer=observer)
        return self._engine.observe(self._course, observer)

    def trace(self, path: str | os.PathLike[str]) -> Path:
        """Write its timeline as a trace, which ui.perfetto.dev and chrome://tracing open; the file's path."""
        from .export import write_trace

        check(path=path or "")
        return write_trace([self], path)

    # How it shows itself.

    def __repr__(self) -> str:
        if kernel.in_kernel():
            return f"<Run {self.id} {self.status}>"
        from ..render.bundle import bundle
        from ..render.text import plain_text

        return plain_text(bundle(self.state, self._engine.header(self.state)))

    @property
    def _ipython_display_(self) -> Callable[[], None]:
        """Shows it live, while it goes on and where the front end can; elsewhere IPython finds no such attribute."""
        from .showing import can_show_live, show_live

        if not can_show_live(self):
            raise AttributeError("It shows itself by its mime bundle.")
        return lambda: show_live(self)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        from ..render.mime import mime_bundle

        return mime_bundle(self.state, self._engine.header(self.state))
