"""What is behind a session's handle: waiting, the loop, the data behind its runs. Runs, views and figures ask here."""

from __future__ import annotations

import asyncio
import contextlib
import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import msgspec

from ..core.changes import Change, RunEnded
from ..core.frames import FrameRecord
from ..core.items import as_items
from ..core.run import RunState
from ..core.steer import Steer
from ..engine.connector import Connector
from ..engine.engine import Engine
from ..engine.inside import ASKED_BY
from ..engine.portal import Portal
from ..engine.rest import call_held
from ..exceptions import SettingsError, ToolError
from ..render.bundle import RunHeader
from ..secrets import Frames, Keys, restored
from ..settings import Settings
from ..tools import ToolRegistry
from .question import Input
from .run import Run

if TYPE_CHECKING:
    from .session import Session

__all__ = ["Backstage"]

P = ParamSpec("P")
T = TypeVar("T")


class Backstage:
    """The side of a session that its users do not see. Callable from any thread, unless it says otherwise.

    A `Session` is one, and has another behind it, which shares all its attributes: that one is what runs, views and
    figures hold. So the handle goes when the last variable that holds it goes, although its runs are still there;
    its connections are closed then. Who asks such a run for its session gets another handle of the same.
    """

    settings: Settings
    _engine: Engine
    _portal: Portal
    _keys: Keys
    _connector: Connector
    _behind: Backstage
    _handle: Callable[[], Session | None]
    _made: type[Session]

    def _stand_behind(self, handle: Session) -> None:
        """Be what stays of the session when `handle` is gone."""
        self.__dict__ = handle.__dict__
        self._behind, self._made = self, type(handle)
        self._take_for_handle(handle)

    def _take_for_handle(self, handle: Session) -> None:
        portal, resting = self._portal, weakref.WeakMethod(self._engine.rest)
        self._handle = weakref.ref(handle, lambda _: _post_or_not(portal, call_held, resting))

    @property
    def handle(self) -> Session:
        """The session as its users hold it; another handle of it where nobody does any more."""
        held = self._handle()
        if held is None:
            held = self._made.__new__(self._made)
            held.__dict__ = self.__dict__
            self._take_for_handle(held)
        return held

    # Runs.

    def offered(self, run: Run) -> ToolRegistry:
        """The tools that a run was asked with."""
        return self._engine.offered.get(run.id, ToolRegistry())

    @property
    def keys(self) -> Keys:
        """The secrets that are shown nowhere."""
        return self._keys

    def run_of(self, state: RunState) -> Run | None:
        """The run with this data behind it; None where the session has forgotten it."""
        return self._engine.runs.get(state.id)

    def states(self) -> list[RunState]:
        """The data behind every run, oldest first."""
        return [run.state for run in list(self._engine.runs.values())]

    def cancel(self, run: Run, cause: str = "cancel") -> None:
        """Stop a run at once; it has ended when this returns. Nothing happens to one that has ended."""
        self._portal.call(self._engine.cancel, run, cause)

    def steer(self, run: Run, words: Input) -> Steer:
        """Add words to a run in progress; see `Run.steer`."""
        return self._portal.call(self._engine.steer, run, Steer(input=as_items(words)))

    def decide(self, run: Run, turn_id: str, call_id: str, verdict: str, more: str | None) -> None:
        """What a view of the run was told about a call; see `Run.decide`."""
        # Some providers give two calls one id: the answer is for the one that it was given for.
        found = [each for each in run.tool_calls if (each.turn.id, each.shown_id) == (turn_id, call_id)]
        if not found:
            raise ToolError(f"Run {run.id} has no call {call_id}. Its calls are in run.tool_calls; decide there.")
        if verdict == "shown":
            self._portal.post(self._engine.dispatcher.approvals.shown, found[0])
        elif verdict == "approve":
            found[0].approve(self._unhidden(more, found[0].arguments))
        else:
            found[0].deny(more or "")

    def _unhidden(self, more: str | None, original: str) -> str | None:
        """Arguments that were edited in a view, which shows no secrets, as they are to be executed."""
        meant = None if more is None else restored(more, original, self._keys)
        if more is not None and meant is None:
            raise ToolError(
                "It is not certain what [secret] stands for here. Write the value itself, or leave each as it is."
            )
        return meant

    # Waiting.

    def wait(self, run: Run, until: Callable[[], bool], timeout: float | None = None) -> bool:
        """Wait in this thread for something of the run, running its tools here where that is their place."""
        if not until():
            self._portal.refuse_waiting()
            self.refuse_inside_tool(run)
        with self._portal.pool.elsewhere(), self._portal.aside.elsewhere():
            return self._portal.work.wait(run.state, until, timeout)

    def stand_by(self, waiting: object, run: Run, loop: asyncio.AbstractEventLoop) -> Callable[[], object]:
        """Have the run's coroutines join a loop, and its functions a thread beside it, where there is no kernel.

        As long as somebody holds `waiting`, or until what is returned is called.
        """
        self._portal.work.begin_awaiting(run.state, loop)
        # Not here: it may be let go in the midst of a garbage collection, while this thread holds a lock.
        end = self._portal.work.end_awaiting
        stand_down = weakref.finalize(waiting, _post_or_not, self._portal, end, run.state, loop)
        stand_down.atexit = False
        return stand_down

    def wake(self) -> None:
        """Have waiting threads look again at what they wait for."""
        self._portal.work.ring()

    def when_ended(self, run: Run, callback: Callable[[], None]) -> None:
        """Have it called in a thread of its own, off the loop, once the run has ended."""

        def tell(_: RunState, change: Change) -> None:
            if isinstance(change, RunEnded):
                self._portal.aside.submit(callback)

        if not run.observe(tell):
            self._portal.aside.submit(callback)

    def refuse_inside_tool(self, run: Run | None = None) -> None:
        """A tool that waits here for its own run, or for one that begins only after it, would wait for ever.

        Likewise one that another session's run calls for a tool of a run of this one.
        """
        mine = [each for each in ASKED_BY.get() if not each.done and self._has(each)]
        if not mine:
            return
        if run is None or run.state in mine or not self.on_loop(lambda: bool(run.turns) or run.done):
            raise SettingsError(
                f"A function of run {mine[-1].id} cannot wait for a run of the same session that begins only after it. "
                "Inside it ask with parent=None, or over another Session()."
            )

    def _has(self, state: RunState) -> bool:
        run = self._engine.runs.get(state.id)
        return run is not None and run.state is state

    # The loop.

    def on_loop(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call the function on the loop, wait for it, and return what it returns."""
        return self._portal.call(function, *args, **kwargs)

    def post(self, function: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> None:
        """Have the function called on the loop soon; nobody waits for it."""
        self._portal.post(function, *args, **kwargs)

    def call_later(self, delay: float, callback: Callable[[], None]) -> None:
        """Have it called on the loop after `delay` seconds. Callable from any thread."""
        self._portal.post(self._portal.loop.call_later, delay, callback)

    def watch(self, callback: Callable[[], None]) -> None:
        """Have it called on the loop after every change, until it fails; it returns at once."""
        self._engine.watchers.append(callback)

    # What is shown.

    def header(self, run: RunState | None = None) -> RunHeader:
        """What a view writes over a run of this session."""
        return RunHeader(
            provider=self._connector.provider,
            model=(run.settings.model if run is not None else "") or self.settings.model,
            transport=self._engine.protocol.learned.abilities.transport,
            note=self._connector.note,
            address=self._connector.address,
            profile=self.settings.chosen_profile if self._connector.address else "",
            keys=self._keys,
        )

    def frames_of(self, run: RunState) -> list[FrameRecord]:
        """The run's frames that are still held, scrubbed of secrets, oldest first."""
        found = [
            each for each in self._engine.protocol.frames.records() if (each.turn or "").rpartition(".")[0] == run.id
        ]
        frames: Frames[FrameRecord] = Frames(self._keys)
        shown = [one for each in found for one in frames.add(each, each.data, each.direction)]
        return [msgspec.structs.replace(each, data=data) for each, data in [*shown, *frames.close()]]


def _post_or_not(portal: Portal, function: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> None:
    """Have the function called on the loop, from whatever thread lets something go, also as it collects garbage.

    At the very end, and in a forked child, there is no loop, and nothing to do.
    """
    with contextlib.suppress(RuntimeError, SettingsError):
        portal.post(function, *args, **kwargs)
