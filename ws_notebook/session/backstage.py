"""What runs, views and figures ask of a session: waiting, the loop, the data behind its runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

import msgspec

from ..core.changes import Change, RunEnded
from ..core.frames import FrameRecord
from ..core.run import RunState
from ..exceptions import SettingsError
from ..settings import Redactor
from ..tools import ToolRegistry
from .dispatch import TOOL_OF
from .engine import Engine
from .portal import Portal
from .run import Run

__all__ = ["Backstage"]

P = ParamSpec("P")
T = TypeVar("T")


class Backstage:
    """The side of a session that its users do not see. Callable from any thread, unless it says otherwise."""

    _engine: Engine
    _portal: Portal
    _redactor: Redactor

    def offered(self, run: Run) -> ToolRegistry:
        """The tools that a run was asked with."""
        return self._engine.offered.get(run.id, ToolRegistry())

    def run_of(self, state: RunState) -> Run | None:
        return self._engine.runs.get(state.id)

    def wait(self, run: Run, until: Callable[[], bool], timeout: float | None = None) -> bool:
        """Wait in this thread for something of the run, running its tools here where that is their place."""
        if not until():
            self._refuse_inside_tool(run)
        return self._portal.work.wait(run.state, until, timeout)

    def wake(self) -> None:
        """Have waiting threads look again at what they wait for."""
        self._portal.work.ring()

    def on_loop(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return self._portal.call(function, *args, **kwargs)

    def when_ended(self, run: Run, callback: Callable[[], None]) -> None:
        """Have it called in a thread of its own, off the loop, once the run has ended."""

        def tell(_: RunState, change: Change) -> None:
            if isinstance(change, RunEnded):
                self._portal.pool.submit(callback)

        if not run.observe(tell):
            self._portal.pool.submit(callback)

    def call_later(self, delay: float, callback: Callable[[], None]) -> None:
        """Have it called on the loop after `delay` seconds. Callable from any thread."""
        self._portal.post(self._portal.loop.call_later, delay, callback)

    def states(self) -> list[RunState]:
        """The data behind every run, oldest first."""
        return [run.state for run in list(self._engine.runs.values())]

    def watch(self, callback: Callable[[], None]) -> None:
        """Have it called on the loop after every change, until it fails; it returns at once."""
        self._engine.watchers.append(callback)

    def frames_of(self, run: RunState) -> list[FrameRecord]:
        """The run's frames that are still held, scrubbed of secrets, oldest first."""
        found = [
            each for each in self._engine.protocol.frames.records() if (each.turn or "").rpartition(".")[0] == run.id
        ]
        return [msgspec.structs.replace(each, data=self._redactor.frame(each.data)) for each in found]

    def _refuse_inside_tool(self, run: Run | None = None) -> None:
        """A tool that waits here for its own run, or for one that begins only after it, would wait for ever."""
        asking = TOOL_OF.get()
        mine = None if asking is None or asking.done else self._engine.runs.get(asking.id)
        if asking is None or mine is None or mine.state is not asking:
            return
        if run is None or run.state is asking or not self.on_loop(lambda: bool(run.turns) or run.done):
            raise SettingsError(
                f"A tool of run {asking.id} cannot wait for a run of the same session that begins only after it. "
                "Inside the tool ask with parent=None, or over another Session()."
            )
