"""What each `%responses` subcommand does."""

from __future__ import annotations

import getpass
import time
from typing import TYPE_CHECKING, Any

from ..exceptions import SettingsError
from ..session.run import Run
from ..session.session import Session
from .options import magic_help
from .report import Report

if TYPE_CHECKING:
    from .responses import ResponsesMagics

__all__ = ["Subcommands"]


class Subcommands:
    """One method for each; `words` is what stands behind it. `-s NAME` chooses another session."""

    def __init__(self, magics: ResponsesMagics) -> None:
        self._magics = magics

    def help(self, words: list[str]) -> None:
        print(magic_help())  # noqa: T201 - the user asked for it

    def connect(self, words: list[str]) -> Report:
        """Ask for a key without showing it, and use it from now on."""
        provider = words[0] if words else "openai"
        key = getpass.getpass(f"API key for {provider}: ").strip()
        if not key:
            raise SettingsError("No key was entered, so nothing has changed.")
        self._magics.connect(provider, key)
        session = self._magics.default_session()
        return Report("Connected", [("provider", session.settings.provider), ("model", session.settings.model)])

    def status(self, words: list[str]) -> Report:
        """What is connected, and what the session did so far."""
        session = self._session(words)
        age = f"{time.monotonic() - session.opened_at:.0f} s" if session.opened_at is not None else "none is open"
        runs = session.runs
        turns = [turn for run in runs for turn in run.turns]
        sent, full = sum(turn.bytes_sent for turn in turns), sum(turn.bytes_full_context for turn in turns)
        rows: list[tuple[str, object]] = [
            (
                "provider",
                f"{session.settings.provider} {session.settings.note and f'({session.settings.note})'}".strip(),
            ),
            ("model", session.settings.model),
            ("transport", session.header().transport),
            ("state", session.state),
            ("connection's age", age),
            ("connections opened", session.connections),
            ("runs · turns · calls", f"{len(runs)} · {len(turns)} · {sum(len(turn.tool_calls) for turn in turns)}"),
            ("bytes sent", f"{sent:,} (HTTP with full input: {full:,})"),
        ]
        recovered = [f"{turn.id}: {turn.recovered}" for turn in turns if turn.recovered]
        stopped = [f"{run.id}: {run.stopped}" for run in runs if run.stopped]
        rows += [("recovered", ", ".join(recovered))] if recovered else []
        rows += [("stopped", " ".join(stopped[-3:]))] if stopped else []
        return Report("Session", rows)

    def tools(self, words: list[str]) -> Any:
        """The tools that a bare cell offers, with how often each was called."""
        session = self._session(words)
        calls = [call for run in session.runs for call in run.tool_calls]
        rows: list[tuple[str, object]] = []
        for name, tool in self._magics.offered_tools(session).items():
            mine = [call for call in calls if call.name == name]
            failed = sum(call.status != "completed" for call in mine if call.done)
            used = f"{len(mine)} calls" + (f", {failed} failed" if failed else "")
            summary = (tool.description or "").partition("\n")[0]
            rows.append((name, f"{summary} ({used})" if mine else summary))
        return Report("Tools", rows or [("none", "Define a function with @wsn.tool above it.")])

    def turns(self, words: list[str]) -> Any:
        return self._session(words).turns

    def frames(self, words: list[str]) -> Any:
        return self._session(words).frames

    def latency(self, words: list[str]) -> Any:
        """A static chart, which a saved notebook keeps; `session.latency()` is the live one."""
        from ..views.charts import latency_picture

        return latency_picture([run.state for run in self._session(words).runs])

    def timeline(self, words: list[str]) -> Any:
        from ..views.charts import timeline_picture

        session = self._session(words)
        run = self._run(session, [word for word in words if word != "-s"])
        return timeline_picture(run.state, session.header(run.state))

    def reset(self, words: list[str]) -> None:
        self._magics.reset(self._session(words))

    def cancel(self, words: list[str]) -> Report:
        stopped = [run for run in self._session(words).runs if not run.done]
        for run in stopped:
            run.cancel()
        return Report("Stopped", [(run.id, run.stopped) for run in stopped] or [("nothing", "no run was in progress")])

    def _session(self, words: list[str]) -> Session:
        if "-s" in words:
            place = words.index("-s")
            if place + 1 == len(words):
                raise SettingsError("-s needs the name of a variable that holds a Session.")
            name = words.pop(place + 1)
            words.remove("-s")
            return self._magics.named_session(name)
        return self._magics.default_session()

    def _run(self, session: Session, words: list[str]) -> Run:
        runs = session.runs
        if not runs:
            raise SettingsError("There is no run yet. Ask something with %%responses first.")
        if not words:
            return runs[-1]
        found = next((run for run in runs if run.id == words[0]), None)
        if found is None:
            raise SettingsError(f"There is no run {words[0]!r}. The latest is {runs[-1].id}.")
        return found
