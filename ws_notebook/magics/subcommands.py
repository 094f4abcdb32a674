"""What each `%responses` subcommand does."""

from __future__ import annotations

import getpass
import re
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from ..exceptions import SettingsError
from ..session.comparison import Comparison
from ..session.run import Run
from ..session.session import Session
from ..session.showing import can_show_live, show_live
from ..settings import resolve
from .help import SUBCOMMANDS, magic_help
from .history import History
from .offer import offered_tools
from .options import nearest, split_words
from .report import Report
from .tapes import comparison, record, replay, split_prompt
from .tooltable import ToolTable

if TYPE_CHECKING:
    from ..doctor import Diagnosis
    from .responses import ResponsesMagics

__all__ = ["MORE_OPTIONS", "SUBCOMMAND_OPTIONS", "Subcommands", "run_subcommand"]

SUBCOMMAND_OPTIONS = ("-s", "--transport")
"""Each takes a word: which session is meant, if not the magics' usual one."""

MORE_OPTIONS: Final[Mapping[str, tuple[str, ...]]] = {"compare": ("-m",), "replay": ("--speed",)}
"""Options that only one of them has."""

_BEFORE = re.compile(rf"\s*({'|'.join(SUBCOMMAND_OPTIONS)})\s+(\S+)\s+(?=\S)")
"""An option with its word, and something behind it."""

_TAKE_ONE = ("connect", "doctor", "record", "replay", "timeline", "trace")


def run_subcommand(magics: ResponsesMagics, line: str) -> Any:
    """Do what the line of `%responses` says. Raises SettingsError with the nearest right subcommand."""
    line, before = _options_before(line)
    if line.split()[:1] == ["compare"] and line.split()[1:] not in (["?"], ["??"]):
        # A prompt may hold quotes of any kind.
        rest, options = split_prompt(line.partition("compare")[2])
        return Subcommands(magics, {**before, **options}).compare(rest)
    name, *words = split_words(line, "%responses") or ["help"]
    if name in SUBCOMMAND_OPTIONS:
        raise SettingsError(f"%responses: name what to do, as in %responses status {name} {' '.join(words) or 'NAME'}")
    name = name.lstrip("-")
    if _asks_for_help(name, words):
        name, words = "help", []
    if name not in SUBCOMMANDS:
        hint = (
            nearest(name, SUBCOMMANDS) or " To ask the model, write %%responses and the prompt on the lines below it."
        )
        raise SettingsError(f"%responses has no subcommand {name!r}.{hint} Known are {', '.join(SUBCOMMANDS)}.")
    options = {**before, **_take_options(words, (*SUBCOMMAND_OPTIONS, *MORE_OPTIONS.get(name, ())))}
    argument = words.pop(0) if words and name in _TAKE_ONE else ""
    if words:
        raise SettingsError(f"%responses {name}: {words[0]!r} has no meaning there. %responses help lists what has.")
    return getattr(Subcommands(magics, options), name)(argument)


def _asks_for_help(name: str, words: Sequence[str]) -> bool:
    """`%responses status?` and the like, as IPython's help is asked for."""
    return (
        not name.strip("?")
        or (name.endswith("?") and name.rstrip("?") in SUBCOMMANDS and not words)
        or (name in SUBCOMMANDS and list(words) in (["?"], ["??"]))
    )


def _options_before(line: str) -> tuple[str, dict[str, str]]:
    """The line from its subcommand on, and the options that stand before that."""
    taken: dict[str, str] = {}
    while found := _BEFORE.match(line):
        taken[found[1]] = found[2]
        line = line[found.end() :]
    return line, taken


def _take_options(words: list[str], flags: Sequence[str]) -> dict[str, str]:
    """Take the options, with their words, out of the words."""
    taken: dict[str, str] = {}
    for flag in flags:
        while flag in words:
            place = words.index(flag)
            if place + 1 == len(words):
                raise SettingsError(f"%responses: {flag} needs a word behind it, as in -s session or --transport http.")
            taken[flag] = words[place + 1]
            del words[place : place + 2]
    return taken


class Subcommands:
    """One method for each; `argument` is the word behind it, or empty. What it returns is shown."""

    def __init__(self, magics: ResponsesMagics, options: dict[str, str]) -> None:
        self._magics = magics
        self._options = options

    def help(self, argument: str) -> None:
        print(magic_help())  # noqa: T201 - the user asked for it

    def connect(self, argument: str) -> Report:
        """Ask for a key without showing it, and use it from now on."""
        provider = argument or "openai"
        settings = resolve(provider, model=self._magics.model or None)
        try:
            key = getpass.getpass(f"API key for {settings.provider}: ").strip()
        except (EOFError, NotImplementedError, RuntimeError):
            variable = settings.profile.key_variable or "the provider's variable"
            raise SettingsError(f"Nobody can type a key here. Set {variable} in the environment instead.") from None
        if not key:
            raise SettingsError("No key was entered, so nothing has changed.")
        self._magics.connect(provider, key)
        return Report("Will connect", [("provider", settings.provider), ("model", settings.model)])

    def doctor(self, argument: str) -> Diagnosis:
        """What is installed, what the session's provider, or the one named, answers, and what to do."""
        from ..doctor import diagnose

        return diagnose(resolve(argument, model=self._magics.model or None) if argument else self._session().settings)

    def status(self, argument: str) -> Report:
        """What is connected, and what the session did so far."""
        session = self._session()
        header, turns = session.header(), [turn for run in session.runs for turn in run.turns]
        age = f"{time.monotonic() - session.opened_at:.0f} s" if session.opened_at is not None else "none is open"
        sent, full = sum(turn.bytes_sent for turn in turns), sum(turn.bytes_full_context for turn in turns)
        calls = sum(len(turn.tool_calls) for turn in turns)
        rows: list[tuple[str, object]] = [
            ("provider", header.provider + (f" ({header.note})" if header.note else "")),
            ("model", self._magics.model_of(session)),
            ("transport", header.transport),
            ("state", session.state),
            ("connection's age", age),
            ("connections opened", session.connections),
            ("runs · turns · calls", f"{len(session.runs)} · {len(turns)} · {calls}"),
            ("bytes sent", f"{sent:,} (HTTP with full input: {full:,})"),
        ]
        recovered = [f"{turn.id}: {turn.recovered}" for turn in turns if turn.recovered]
        stopped = [f"{run.id}: {run.stopped}" for run in session.runs if run.stopped]
        rows += [("connections left for their age", session.rotations)] if session.rotations else []
        rows += [("recovered", ", ".join(recovered))] if recovered else []
        rows += [("stopped", " ".join(stopped[-3:]))] if stopped else []
        return Report("Session", rows)

    def tools(self, argument: str) -> ToolTable:
        """The tools that a bare cell offers, with their calls, errors and median time."""
        session = self._session()
        return ToolTable(offered_tools(session.tools, self._magics.names), session.runs)

    def turns(self, argument: str) -> Any:
        return self._session().turns

    def frames(self, argument: str) -> Any:
        return self._session().frames

    def latency(self, argument: str) -> Any:
        """A static chart, which a saved notebook keeps; `session.latency()` is the live one."""
        from ..views.charts import latency_picture

        return latency_picture([run.state for run in self._session().runs])

    def timeline(self, argument: str) -> Any:
        """A picture, which a saved notebook keeps; of a run that goes on its live view, in whose place one comes."""
        from ..views.charts import timeline_picture

        session = self._session()
        run = self._run(session, argument)
        if can_show_live(run):
            show_live(run)
            return None
        return timeline_picture(run.state, session.header(run.state))

    def history(self, argument: str) -> History:
        """Which run continues which."""
        session = self._session()
        return History(session.runs, self._magics.tree(session))

    def compact(self, argument: str) -> Run:
        """Shorten the history of the session's latest run."""
        return self._session().compact()

    def warm_up(self, argument: str) -> Report:
        """Connect now; the tools are those that a bare cell offers."""
        session = self._session()
        run = session.warm_up(offered_tools(session.tools, self._magics.names).values()).result()
        timing = run.turns[-1].timing
        return Report("Warm", [("provider", session.header().provider), ("took", f"{timing.total_ms or 0:.0f} ms")])

    def trace(self, argument: str) -> Report:
        """Write the runs of the session as a trace."""
        if not argument:
            raise SettingsError("%responses trace needs a file's name: %responses trace session.json")
        return Report("Trace", [("file", self._session().trace(argument)), ("opens at", "https://ui.perfetto.dev")])

    def record(self, argument: str) -> Report:
        """Write every frame to a cassette from now on: record talk.jsonl, record stop."""
        return record(self._session(), argument)

    def replay(self, argument: str) -> Report:
        """Have a cassette answer the cells: replay talk.jsonl, replay stop."""
        return replay(self._magics, argument, self._options.get("--speed"))

    def compare(self, argument: str) -> Comparison:
        """The same question over WebSocket and HTTP, or of several models."""
        session = self._magics.session(self._options.get("-s"))
        return comparison(self._magics, session, argument, self._options)

    def reset(self, argument: str) -> None:
        self._session().reset()

    def cancel(self, argument: str) -> Report:
        stopped = [run for run in self._session().runs if not run.done]
        for run in stopped:
            run.cancel()
        return Report("Stopped", [(run.id, run.stopped) for run in stopped] or [("nothing", "no run was in progress")])

    def _session(self) -> Session:
        return self._magics.session(self._options.get("-s"), self._options.get("--transport"))

    def _run(self, session: Session, wanted: str) -> Run:
        runs = {run.id: run for run in session.runs}
        if not runs:
            raise SettingsError("There is no run yet. Ask something with %%responses first.")
        latest = next(reversed(runs))
        found = runs.get(wanted or latest)
        if found is None:
            raise SettingsError(f"There is no run {wanted!r}. The latest is {latest}.")
        return found
