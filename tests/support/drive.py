"""The core driven by hand: bytes in, bytes out, a clock that counts."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from typing import Any

from support.events import Event, encoded

from ws_notebook.core.abilities import Abilities
from ws_notebook.core.calls import Answer
from ws_notebook.core.changes import Change, ToolCallReady
from ws_notebook.core.items import as_items
from ws_notebook.core.link import Link
from ws_notebook.core.protocol import Protocol
from ws_notebook.core.run import LATEST, RequestSettings, RunState
from ws_notebook.core.turn import CallState
from ws_notebook.exceptions import ConnectionLost, RunCancelled

__all__ = ["Drive"]


class Drive:
    """A protocol, its clock, and a connection that is there unless it is said not to be."""

    def __init__(self, **options: Any) -> None:
        about = {name: options.pop(name) for name in ("waits", "keys") if name in options}
        self.protocol = Protocol(Abilities(**options), **about)
        self.link = self.protocol.links[0]
        self.requests: list[dict[str, Any]] = []
        """Every request that was sent, decoded."""
        self.sizes: list[int] = []
        self.changes: list[tuple[RunState, Change]] = []
        self.connected = True
        self.later = 0.0
        """Seconds that a test let pass besides."""
        self.places: list[int] = []
        """The link that each request was sent over, by number."""
        self.closed = 0
        """How often the protocol wanted a connection closed."""
        self.closings: list[int] = []
        """The links that were closed, by number."""
        self._ids = itertools.count(1)
        self._now = itertools.count(100)

    @property
    def now(self) -> float:
        return self.later + next(self._now)

    def ask(self, prompt: Any = "hello", *, wants: Any = LATEST, **settings: Any) -> RunState:
        run = RunState(
            id=f"r{next(self._ids)}",
            input=as_items(prompt),
            settings=RequestSettings(**{"model": "m", **settings}),
            wants=wants,
            asked=self.now,
            asked_at=0.0,
        )
        self.protocol.start(run, self.now)
        self.settle()
        return run

    def settle(self) -> None:
        """Do what the protocol wants: close, connect (where that is possible), send."""
        again = True
        while again:
            again = False
            for number, link in enumerate(self.protocol.links):
                link.resume_overdue(self.now)
                if link.wants_close:
                    link.wants_close = False
                    self.closed += 1
                    self.closings.append(number)
                while self.connected and link.wants_connection(self.now):
                    again = True
                    self._send(number, link)
        self.changes += self.protocol.changes()

    def _send(self, number: int, link: Link) -> None:
        for outgoing in link.frames_to_send(self.now):
            self.requests.append(json.loads(outgoing.frame))
            self.sizes.append(len(outgoing.frame))
            self.places.append(number)
            if outgoing.creates:
                link.sent(outgoing.turn, self.now)

    def receive(self, *events: Event | bytes | str | Sequence[Event], link: int = 0) -> None:
        for event in events:
            for each in event if isinstance(event, list) else [event]:
                self.protocol.links[link].receive_frames([encoded(each)], self.now)
                self.settle()

    def eof(self, link: int = 0) -> ConnectionLost:
        error = ConnectionLost("The connection was lost: it broke off (code 1006).", code=1006)
        self.protocol.links[link].receive_eof(error, self.now)
        self.settle()
        return error

    def abandon(self, run: RunState) -> None:
        self.protocol.abandon(run, self.now, RunCancelled("Stopped."))
        self.settle()

    def start(self, call: CallState) -> bool:
        found = self.protocol.begin_call(call, self.now)
        self.settle()
        return found

    def submit(self, call: CallState, output: Any = "done", **more: Any) -> None:
        self.protocol.answer_call(call, Answer(output=output, **more), self.now)
        self.settle()

    def ready(self) -> list[CallState]:
        """Every call that was said to be ready, in order."""
        return [change.call for _, change in self.changes if isinstance(change, ToolCallReady)]

    def kinds(self, run: RunState) -> list[str]:
        """The names of the run's changes, in order."""
        return [type(change).__name__ for state, change in self.changes if state is run]
