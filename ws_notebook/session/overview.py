"""The sessions of a process as JSON for the session panel: the whole of them, or what changed since the last time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from .. import kernel
from ..exceptions import ConnectionFailed, ConnectionLost
from ..render.format import one_line, valid
from ..tools import Offered
from .host import Host
from .run import Run

__all__ = ["Guide", "Overview"]

_DESCRIPTION_LIMIT = 160
_REASON_LIMIT = 200
_FATES: Final = {
    "failed": "failed",
    "timed_out": "failed",
    "denied": "failed",
    "cancelled": "stopped",
    "awaiting_approval": "waiting",
}
"""What a call counts as that did not go well, or cannot go on by itself."""


class Guide:
    """What the magics know of a session besides itself; this one where they were not used yet."""

    def is_own(self, session: Host[Run]) -> bool:
        """Whether a bare `%%responses` cell talks over it."""
        return False

    def address(self, session: Host[Run]) -> str | None:
        """The options with which a `%%responses` cell asks over it; None where no cell can."""
        name = "" if session.state == "closed" else self.name(session)
        return f"-s {name}" if name else None

    def tools(self, session: Host[Run]) -> Iterable[Offered]:
        """The tools that such a cell offers."""
        return session.tools

    def marks(self, session: Host[Run]) -> Mapping[str, str]:
        """By the ids of runs: "asked again" or "stale"; other runs are left out."""
        return {}

    def name(self, session: Host[Run]) -> str:
        """The variable that holds it, or nothing."""
        names: Mapping[str, Any] = getattr(kernel.shell(), "user_ns", {})
        return next((name for name, held in list(names.items()) if held is session and name[0] != "_"), "")


class Overview:
    """`sessions` gives what is shown, by keys that stay. Every method is called on the sessions' loop."""

    def __init__(self, sessions: Callable[[], Mapping[str, Host[Run]]], guide: Callable[[], Guide]) -> None:
        self._sessions = sessions
        self._guide = guide
        self._heads: dict[str, dict[str, Any]] = {}
        self._rows: dict[str, dict[str, dict[str, Any]]] = {}
        self._ended: dict[str, dict[str, _Summary]] = {}
        """Those of ended runs, which stay as they are."""

    def whole(self) -> dict[str, Any]:
        """Everything: each session with the rows of all its runs, oldest first."""
        self._heads, self._rows = {}, {}
        return {**self._changes(), "whole": True}

    def changes(self) -> dict[str, Any] | None:
        """What is not as it was told before; None: everything is. A session that is told has its whole head."""
        found = self._changes()
        return {**found, "whole": False} if found["sessions"] or found["gone"] else None

    def _changes(self) -> dict[str, Any]:
        present, guide = dict(self._sessions()), self._guide()
        gone = [key for key in self._heads if key not in present]
        for key in gone:
            for held in (self._heads, self._rows, self._ended):
                held.pop(key, None)
        told = [self._session_changes(key, session, guide) for key, session in present.items()]
        return {"sessions": [each for each in told if each is not None], "gone": gone}

    def _session_changes(self, key: str, session: Host[Run], guide: Guide) -> dict[str, Any] | None:
        summaries, marks = self._summaries(key, session.runs), guide.marks(session)
        rows = {name: {**summary.row, "mark": marks.get(name, "")} for name, summary in summaries.items()}
        before = self._rows.get(key, {})
        changed = [row for name, row in rows.items() if before.get(name) != row]
        forgotten = [name for name in before if name not in rows]
        head = _head(key, session, list(summaries.values()), guide)
        if not changed and not forgotten and self._heads.get(key) == head:
            return None
        self._heads[key], self._rows[key] = head, rows
        return {**head, "runs": changed, "forgotten": forgotten}

    def _summaries(self, key: str, runs: Iterable[Run]) -> dict[str, _Summary]:
        """Of every run, by its id. Thousands of ended ones cost little: each is summed up once."""
        known = self._ended.get(key, {})
        found = {run.id: known.get(run.id) or _summary(run) for run in runs}
        self._ended[key] = {name: summary for name, summary in found.items() if summary.ended}
        return found


class _Summary(NamedTuple):
    ended: bool
    row: dict[str, Any]
    totals: dict[str, int]
    calls: dict[str, Counter[str]]
    """By tool: how many "calls"; of them "failed", "stopped", "running" and "waiting" for approval."""


def _summary(run: Run) -> _Summary:
    from ..render.overview import run_row, totals

    calls: dict[str, Counter[str]] = {}
    for call in run.tool_calls:
        fate = _FATES.get(call.status, "done" if call.done else "running")
        calls.setdefault(call.name, Counter()).update(["calls", fate])
    return _Summary(
        run.state.done, {**run_row(run.state, run.session.keys), "cell": run.cell}, totals([run.state]), calls
    )


def _head(key: str, session: Host[Run], summaries: Sequence[_Summary], guide: Guide) -> dict[str, Any]:
    from ..render.overview import totals

    header, profile, opened = session.header(), session.settings.serving, session.opened_at
    lanes = session.lanes
    return {
        "id": key,
        "name": guide.name(session),
        "own": guide.is_own(session),
        "address": guide.address(session),
        "provider": header.provider,
        "model": header.model,
        "transport": header.transport,
        "note": header.note,
        "condition": session.state,
        "failure": _failure(session),
        "opened": None if opened is None else round((session.epoch + opened) * 1000),
        "max_age_ms": None if profile.max_age is None else profile.max_age * 1000,
        "connections": session.connections,
        "rotations": session.rotations,
        "lanes": {"used": sum(lane.run is not None for lane in lanes), "limit": session.at_once},
        "warms_up": profile.warm_up and session.state != "closed",
        "totals": {name: sum(each.totals[name] for each in summaries) for name in totals([])},
        "tools": _tools(guide.tools(session), summaries),
    }


def _tools(offered: Iterable[Offered], summaries: Sequence[_Summary]) -> list[dict[str, Any]]:
    """Each tool with its calls so far; those that are no longer offered but were called come last."""
    described = {tool.name: valid(one_line(tool.description or "", _DESCRIPTION_LIMIT)) for tool in offered}
    counts: dict[str, Counter[str]] = {name: Counter() for name in described}
    for summary in summaries:
        for name, more in summary.calls.items():
            counts.setdefault(name, Counter()).update(more)
    return [
        {
            "name": valid(name),
            "description": described.get(name, ""),
            **{kind: count[kind] for kind in ("calls", "failed", "stopped", "waiting", "running")},
        }
        for name, count in counts.items()
    ]


def _failure(session: Host[Run]) -> str:
    """Why there is no connection, where the latest run's failure tells."""
    latest = next(reversed(session.runs), None)
    error = None if latest is None or session.state != "idle" else latest.error
    if isinstance(error, ConnectionFailed | ConnectionLost) or (session.connections == 0 and error is not None):
        return valid(one_line(str(error), _REASON_LIMIT))
    return ""
