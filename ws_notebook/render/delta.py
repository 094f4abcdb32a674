"""The messages that keep a live picture of a run up to date: numbered, and each only what is new.

All of them together are about as long as the run itself, however often they are made.
"""

from __future__ import annotations

from collections import deque
from typing import Any

from ..core.changes import CallChanged, Change, RunEnded, SteerChanged, ToolCallReady
from ..core.run import RunState
from ..core.turn import TurnState
from ..secrets import Keys
from .bundle import Clock, RunHeader, assemble, head, shown, steer_object, turn_object
from .grown import Grown

__all__ = ["Deltas"]

_LIVE_LIMIT = 2000
"""Characters of arguments and outputs in a delta; the last snapshot has more of them."""


class Deltas:
    """Makes the messages for one run. `note` may be called from any thread; the others one at a time."""

    def __init__(self, run: RunState, header: RunHeader) -> None:
        self._run = run
        self._header = header
        self._seq = 0
        self._noted: deque[TurnState] = deque()
        self._latest: TurnState | None = None
        """What was noted last."""
        self._head: dict[str, Any] = {}
        self._shown: dict[str, _Shown] = {}
        self._refused: list[dict[str, Any]] = []

    def note(self, change: Change) -> None:
        """Remember what changed, for the next message."""
        if isinstance(change, (RunEnded, SteerChanged)):
            return
        turn = change.call.turn if isinstance(change, (CallChanged, ToolCallReady)) else change.turn
        if self._latest is not turn or not self._noted:
            # Of a thousand changes of one turn one is enough. What another thread takes out meanwhile it looks at
            # afterwards, and sees this change too.
            self._latest = turn
            self._noted.append(turn)

    def refuse_steer(self, text: str, reason: str) -> None:
        """Show words that never became a part of the run as a steer that was refused. Callable from any thread."""
        self._refused.append(steer_object(text, "failed", reason))

    def picture(self, now: float) -> dict[str, Any]:
        """The run as it stands, as a bundle. The next delta goes on from it."""
        self._noted.clear()
        self._shown.clear()
        self._head = self._head_now(Clock(self._run, now))
        whole = assemble(self._run, self._header, now, lambda turn, kind: self._of(turn).grown[kind].whole())
        return shown({**whole, **self._head}, self._header.keys)

    def snapshot(self, now: float) -> dict[str, Any]:
        """The message with the whole run."""
        return {"kind": "snapshot", **self._stamp(now), "run": self.picture(now)}

    def delta(self, now: float) -> dict[str, Any] | None:
        """The message with what came since the last one, or None when nothing did.

        A snapshot instead, where text changed before its end.
        """
        clock = Clock(self._run, now)
        news: dict[str, list[list[Any]]] = {"text": [], "reasoning": [], "turns": []}
        for index, turn in self._changed():
            if not self._add(news, index, turn, clock):
                return self.snapshot(now)
        changed = self._changed_head(clock)
        if not changed and not any(news.values()):
            return None
        found = {key: value for key, value in (("head", changed), *news.items()) if value}
        return shown({"kind": "delta", **self._stamp(now), **found}, self._header.keys)

    def _add(self, news: dict[str, list[list[Any]]], index: int, turn: TurnState, clock: Clock) -> bool:
        shown = self._of(turn)
        for kind, grown in shown.grown.items():
            text = grown.more()
            if text is None:
                return False
            if text:
                news[kind].append([index, text])
        fields = turn_object(turn, clock, _LIVE_LIMIT, keys=self._header.keys)
        if fields != shown.fields:
            shown.fields = fields
            news["turns"].append([index, fields])
        return True

    def _changed(self) -> list[tuple[int, TurnState]]:
        """The turns to look at, in order."""
        noted: set[str] = set()
        while self._noted:
            noted.add(self._noted.popleft().id)
        turns = enumerate(list(self._run.turns))
        return [(index, turn) for index, turn in turns if turn.id in noted or turn.id not in self._shown]

    def _changed_head(self, clock: Clock) -> dict[str, Any]:
        """The fields that differ. While the run lasts, `now_ms` tells its duration."""
        fields = self._head_now(clock)
        changed = {key: value for key, value in fields.items() if value != self._head.get(key)}
        # What was received grows with every token; it is told with what else is new of the bytes, and at the end.
        if "bytes" in changed and not self._run.done and _asked(fields) == _asked(self._head):
            fields["bytes"] = self._head["bytes"]
            del changed["bytes"]
        if not self._run.done:
            changed.pop("duration_ms", None)
        self._head = fields
        return changed

    def _head_now(self, clock: Clock) -> dict[str, Any]:
        fields = head(self._run, clock)
        steers = [*fields.get("steers", []), *self._refused]
        return {**fields, "steers": steers} if steers else fields

    def _of(self, turn: TurnState) -> _Shown:
        if turn.id not in self._shown:
            self._shown[turn.id] = _Shown(turn, self._header.keys)
        return self._shown[turn.id]

    def _stamp(self, now: float) -> dict[str, Any]:
        self._seq += 1
        return {"seq": self._seq, "now_ms": Clock(self._run, now)(now)}


def _asked(head: dict[str, Any]) -> tuple[Any, Any]:
    return head["bytes"]["sent"], head["bytes"]["full_context"]


class _Shown:
    """What the last messages told of a turn."""

    def __init__(self, turn: TurnState, keys: Keys | None) -> None:
        self.grown = {kind: Grown(turn, kind, keys) for kind in ("text", "reasoning")}
        self.fields: dict[str, Any] | None = None
