"""The engine of a session: on the loop, its protocol, its traffic and the calls of its tools."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable

from ..core.changes import CallChanged, Change, RunEnded, ToolCallReady, TurnEnded
from ..core.protocol import Protocol
from ..core.run import RunState
from ..core.steer import Steer
from ..core.turn import CallState
from ..exceptions import SettingsError
from ..secrets import Keys, hidden, hidden_error, note
from ..session.run import Run, cancelled
from ..tools import ToolRegistry
from ..tools.bench.attempt import remember
from ..tools.executor import Outcome
from ..tools.values.outputs import without_secrets
from .connector import Connector
from .dispatch import Dispatcher
from .portal import Portal
from .rest import Rest
from .traffic import Traffic

__all__ = ["Engine"]


class Engine:
    """What happens to a session's runs. Its methods are called on the loop; its attributes may be read anywhere."""

    def __init__(self, connector: Connector, keys: Keys, portal: Portal) -> None:
        self.runs: dict[str, Run] = {}
        """Every run by its id, oldest first."""
        self.offered: dict[str, ToolRegistry] = {}
        """The tools of each run."""
        self.watchers: list[Callable[[], None]] = []
        """Called after something has changed; one that fails is not called again."""
        self.closed = False
        self._portal = portal
        self._keys = keys
        self.protocol = Protocol(connector.abilities)
        self.traffic = Traffic(self.protocol, connector, publish=self._publish, keys=keys, keep=portal.keep)
        self.dispatcher = Dispatcher(
            portal,
            started=self._call_started,
            held_up=self._call_held_up,
            changed=self._call_changed,
            submit=self._submit,
            waits=lambda: self.protocol.abilities.waits,
        )
        self.resting = Rest(self.rest, lambda: self.protocol.abilities.waits.idle)
        self._told: deque[tuple[RunState, Change]] = deque()
        self._telling = False

    # Runs.

    def start(self, state: RunState) -> None:
        now = time.monotonic()
        self.resting.begin(state)
        self.protocol.start(state, now)
        if self.closed:
            self.protocol.abandon(state, now, SettingsError("The session was closed before the run began."))
        self.traffic.settle()

    def add_ended(self, state: RunState) -> None:
        """Add a run that was done by other means."""
        self.protocol.add_ended(state)
        self.traffic.settle()

    def cancel(self, run: Run, cause: str) -> None:
        if run.done:
            return
        self.protocol.abandon(run.state, time.monotonic(), cancelled(run, cause), closing=self.closed)
        self.traffic.settle()

    def rest(self) -> None:
        """Close the connections until somebody asks again, unless a run is in progress."""
        if not self.resting.going:
            self.resting.cancel()
            self.traffic.rest()
            self._touch_watchers()

    def stop_all(self) -> None:
        """Stop every run that goes on, the latest first, so that none begins in another's place."""
        for state in reversed([state for state in self.protocol.runs if not state.done]):
            self.cancel(self.runs[state.id], "cancel")

    def steer(self, run: Run, steer: Steer) -> Steer:
        self.protocol.steer(run.state, steer, time.monotonic())
        self.traffic.settle()
        return steer

    def forget(self) -> None:
        """Stop what runs, leave the connections and start over."""
        begun = list(self.protocol.runs)
        self.stop_all()
        self.traffic.drop()
        self.protocol.forget()
        for state in begun:
            del self.runs[state.id], self.offered[state.id]
        self._touch_watchers()

    # Calls.

    def _call_held_up(self, call: CallState) -> None:
        self.protocol.call_held_up(call, time.monotonic())
        self.traffic.settle()

    def _call_changed(self, call: CallState) -> None:
        """It waits for consent, was decided, or tells how far it is."""
        run = self.runs.get(call.turn.run_id)
        if run is not None:
            self._publish([(run.state, CallChanged(call))])

    def _call_started(self, call: CallState) -> bool:
        may = self.protocol.call_started(call, time.monotonic())
        # Nothing is sent because of it.
        self._publish(self.protocol.changes())
        return may

    def _submit(self, call: CallState, outcome: Outcome) -> None:
        call.exception, call.pictures, call.exhibits = outcome.exception, outcome.pictures, outcome.exhibits
        # A tool may read the environment or a file; neither the provider nor the notebook is to have the keys.
        output, taken = without_secrets(outcome.output, self._keys)
        error = None if outcome.error is None else hidden(outcome.error, self._keys)
        call.note = " ".join(filter(None, [note(taken), outcome.note]))
        self.protocol.submit_tool_output(call, output, time.monotonic(), status=outcome.status, error=error)
        remember(self.offered.get(call.turn.run_id), call)
        self.traffic.settle()

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

    def _tell(self, state: RunState, change: Change) -> None:
        run, ended = self.runs.get(state.id), isinstance(change, RunEnded)
        if run is not None and isinstance(change, ToolCallReady):
            # Before anybody is told: who hears of the call may go on from it.
            change.call.run = run
            self._portal.loop.call_soon(self.dispatcher.dispatch, run, change.call, self.offered[state.id])
        if isinstance(change, TurnEnded) and change.turn.error is not None:
            # Errors are there to be read, and a provider's may repeat the key.
            change.turn.error = hidden_error(change.turn.error, self._keys)
        elif ended and state.error is not None:
            state.error = hidden_error(state.error, self._keys)
        if run is not None:
            run._tell(change)
        if ended:
            self.dispatcher.stop(state)
            self._portal.work.ring()
            self.resting.end(state)
            # Last: with it the session may go.
            self._portal.going.pop(state, None)

    def _touch_watchers(self) -> None:
        for touch in list(self.watchers):
            try:
                touch()
            except Exception:
                self.watchers.remove(touch)
                logging.getLogger("ws_notebook").exception("A chart of the session failed.")
