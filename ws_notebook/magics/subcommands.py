"""What each `%responses` subcommand does, in one table: a new one is a row of it and a function."""

from __future__ import annotations

import getpass
import time
from collections.abc import Mapping
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from ..exceptions import SettingsError
from ..faults import UPGRADE
from ..profiles import USUAL
from ..session.compare import compare_variants
from ..session.comparison import Comparison
from ..session.faults import fault_switch, rules, set_rules
from ..session.loop import built_in, own, recorded
from ..session.run import Run
from ..session.session import Session
from ..session.showing import can_show_live, show_live
from ..session.ways import variants_of
from ..settings import Settings, provider_names
from ..shelf.known import KNOWN
from ..shelf.shelf import missing, shelf
from ..transports.replay import ReplayTransport
from .command import Command, Subcommand, read_command
from .history import History
from .options import OPTIONS
from .report import Report, columns
from .sessions import Sessions
from .tooltable import ToolTable
from .typed import Typed

if TYPE_CHECKING:
    from ..doctor import Diagnosis

__all__ = ["SUBCOMMANDS", "magic_help", "run_subcommand"]

_STOP = ("stop", "off")

_HELP = """\
%%responses [options]
The prompt, on the lines below.

{options}

{{expr}} in the prompt is replaced by its value when it is a Python expression whose names all
exist, at least one of them your own. All other braces stay as typed: JSON, code, arguments of
LaTeX commands, names that do not exist; the run tells which. Formats are those of an f-string:
{{x:.1f}}, {{x!r}}, {{x=}}. Where a replacement would happen, double the braces to
keep them, as in an f-string: {{{{expr}}}} sends {{expr}}, {{{{{{expr}}}}}} sends the value in braces.
Code such as {{ x }} needs that too, where you have an x; or use --raw.

Each cell continues the latest run. Running a cell again asks again from where it had asked before.
■ or Ctrl-C stops a run; what has streamed is kept. Defaults: %config ResponsesMagics

%responses SUBCOMMAND [-s NAME | --transport T]

{subcommands}
"""


def run_subcommand(sessions: Sessions, line: str) -> Any:
    """Do what the line of `%responses` says. Raises SettingsError with the nearest right subcommand."""
    subcommand, command = read_command(line, SUBCOMMANDS, sessions)
    return subcommand.run(command)


def magic_help() -> str:
    """What `%responses help` and `%%responses?` say, as plain text."""
    return _HELP.format(
        options=columns((option.spelling, option.help) for option in OPTIONS),
        subcommands=columns((row.name, row.help) for row in SUBCOMMANDS.values()),
    )


def _help(_: Command) -> None:
    print(magic_help())  # noqa: T201 - the user asked for it


def _status(command: Command) -> Report:
    session = command.session
    header, turns = session.header(), [turn for run in session.runs for turn in run.turns]
    age = f"{time.monotonic() - session.opened_at:.0f} s" if session.opened_at is not None else "none is open"
    sent, full = sum(turn.bytes_sent for turn in turns), sum(turn.bytes_full_context for turn in turns)
    calls = sum(len(turn.tool_calls) for turn in turns)
    recovered = [f"{turn.id}: {turn.recovered}" for turn in turns if turn.recovered]
    stopped = [f"{run.id}: {run.stopped}" for run in session.runs if run.stopped]
    packed = session.compression
    rows: list[tuple[str, object]] = [
        ("provider", header.provider + (f" ({header.note})" if header.note else "")),
        ("model", command.sessions.model_of(session)),
        ("transport", header.transport),
        ("state", session.state),
        ("connection's age", age),
        ("connections opened", session.connections),
        ("runs · turns · calls", f"{len(session.runs)} · {len(turns)} · {calls}"),
        ("bytes sent", f"{sent:,} (HTTP with full input: {full:,})"),
        ("compression", f"{packed.agreed}: {packed.saved}" if packed and packed.agreed else None),
        ("connections left for their age", session.rotations or None),
        ("recovered", ", ".join(recovered) or None),
        ("stopped", " ".join(stopped[-3:]) or None),
    ]
    return Report("Session", rows)


def _tools(command: Command) -> ToolTable:
    session = command.session
    return ToolTable(command.sessions.offered(session), session.runs)


def _latency(command: Command) -> Any:
    """A static chart, which a saved notebook keeps; `session.latency()` is the live one."""
    from ..views.charts import latency_picture

    return latency_picture([run.state for run in command.session.runs])


def _timeline(command: Command) -> Any:
    """A picture, which a saved notebook keeps; of a run that goes on its live view, in whose place one comes."""
    from ..views.charts import timeline_picture

    session = command.session
    run = _run(session, command.argument)
    if can_show_live(run):
        show_live(run)
        return None
    return timeline_picture(run.state, session.header(run.state))


def _run(session: Session, wanted: str) -> Run:
    runs = {run.id: run for run in session.runs}
    if not runs:
        raise SettingsError("There is no run yet. Ask something with %%responses first.")
    latest = next(reversed(runs))
    found = runs.get(wanted or latest)
    if found is None:
        raise SettingsError(f"There is no run {wanted!r}. The latest is {latest}.")
    return found


def _history(command: Command) -> History:
    session = command.session
    return History(session.runs, command.sessions.tree(session))


def _warm_up(command: Command) -> Report:
    session = command.session
    run = session.warm_up(command.sessions.offered(session).values()).result()
    timing = run.turns[-1].timing
    return Report("Warm", [("provider", session.header().provider), ("took", f"{timing.total_ms or 0:.0f} ms")])


def _trace(command: Command) -> Report:
    if not command.argument:
        raise SettingsError("%responses trace needs a file's name: %responses trace session.json")
    file = command.session.trace(command.argument)
    return Report("Trace", [("file", file), ("opens at", "https://ui.perfetto.dev")])


def _compare(command: Command) -> Comparison:
    """The prompt, or the run with this id, or the latest run's question; the built-in loop where there is none."""
    # Its --transport names ways, as --ways does.
    sessions, session, given = command.sessions, command.sessions.get(command.options.get("-s")), command.options
    runs = {run.id: run for run in session.runs}
    built_in_wanted = not command.argument and bool({"--turns", "--output"} & given.keys())
    asked = runs.get(command.argument or ("" if built_in_wanted else next(reversed(runs), "")))
    ways, models = _list(given.get("--ways") or given.get("--transport")), _list(given.get("-m"))
    variants = variants_of(session, ways, models, model=sessions.model_of(session))
    tools = sessions.offered(session).values()
    if command.argument and asked is not None:
        loop = recorded(asked, plays=False)
    elif command.argument or asked is not None:
        loop = own(command.argument if asked is None else asked.state.input, tools)
    else:
        loop = built_in(_whole(given, "--turns", 25), _whole(given, "--output", 4000))
    confirm = {"yes": True, "no": False}.get(given.get("--confirm", ""))
    return compare_variants(session, loop, variants, rounds=_whole(given, "--rounds", 5), confirm=confirm)


def _whole(options: Mapping[str, str], name: str, usual: int) -> int:
    text = options.get(name, str(usual))
    if not text.isdigit():
        raise SettingsError(f"%responses compare: {name} takes a whole number, not {text!r}.")
    return int(text)


def _list(text: str | None) -> list[str]:
    return [word.strip() for word in (text or "").split(",") if word.strip()]


def _record(command: Command) -> Report:
    """Begin a recording of the session, end it, or say whether there is one."""
    session, path = command.session, command.argument
    running = session.recording
    if path in _STOP:
        if running is None:
            raise SettingsError("%responses record: nothing is being recorded. Begin with %responses record talk.jsonl")
        running.stop()
        return Report("Recorded", [("file", running.path), ("frames", running.frames)])
    if path:
        running = session.record(path)
    if running is None:
        return Report("Recording", [("no", "begin with %responses record talk.jsonl")])
    return Report(
        "Recording", [("file", running.path), ("frames", running.frames), ("to end it", "%responses record stop")]
    )


def _replay(command: Command) -> Report:
    """Have the magics' own session answered by a cassette, or by the provider again."""
    sessions, path = command.sessions, command.argument
    if path in _STOP:
        sessions.replay(None)
        return Report("Replay", [("ended", "cells ask the provider again")])
    if not path:
        raise SettingsError("%responses replay needs a cassette: %responses replay talk.jsonl [--speed 10]")
    tools = command.options.get("--tools", "live")
    transport = ReplayTransport(path, speed=_speed(command.options.get("--speed")), tools=tools)
    sessions.replay(transport)
    cassette, speed_words = transport.cassette, "at once" if transport.speed == 0 else f"{transport.speed:g} ×"
    rows: list[tuple[str, object]] = [
        ("cassette", path),
        ("of", " ".join(filter(None, [cassette.provider, cassette.model]))),
        ("recorded", cassette.recorded or "unknown"),
        ("requests", len(cassette.exchanges())),
        ("speed", speed_words),
        ("tools", "as recorded, none is run" if tools == "recorded" else "run as always"),
        *([("broken off", cassette.broken_off)] if cassette.broken_off else []),
        ("to end it", "%responses replay stop"),
    ]
    return Report("Replay", rows)


def _speed(text: str | None) -> float:
    try:
        return 1.0 if text is None else float(text)
    except ValueError:
        raise SettingsError(
            f"%responses replay: --speed takes a number, not {text!r}: 1 as recorded, 0 at once."
        ) from None


def _fault(command: Command) -> Any:
    """Set the embedded server's faults, list them, or switch them off; `widget`: a switch to click."""
    session, wanted = command.session, command.argument
    if wanted == "widget":
        return fault_switch(session)
    if wanted in _STOP:
        set_rules(session, [])
        return Report("Faults", [("none", "everything goes well again")])
    found = set_rules(session, _rules_in(wanted)) if wanted else rules(session)
    told = [(each.rule, f"happened {each.happened} ×, at {each.seen} such events so far") for each in found]
    usual: list[tuple[str, object]] = [("none", 'set one: %responses fault "drop at response.output_text.delta 3"')]
    late = any(f" at {UPGRADE}" in each.rule for each in found) and session.opened_at is not None
    note = (
        [("note", "at upgrade: when the next connection is opened; %responses reset closes this one")] if late else []
    )
    return Report("Faults", [*told, *note, ("to end them", "%responses fault off")] if told else usual)


def _rules_in(text: str) -> list[str]:
    """Several are parted by a semicolon; each may be quoted."""
    return [bare for each in text.split(";") if (bare := each.strip().strip("\"'").strip())]


def _connect(command: Command) -> Report:
    """Ask for a key without showing it, and use it from now on; the embedded server needs none."""
    provider = command.argument or USUAL.name
    model = command.options.get("-m", "")
    settings = command.sessions.settings(provider, model)
    if settings.profile.embedded:
        return _connect_here(command, settings, model)
    try:
        key = getpass.getpass(f"API key for {settings.provider}: ").strip()
    except (EOFError, NotImplementedError, RuntimeError):
        variable = settings.profile.key_variable or "the provider's variable"
        raise SettingsError(f"Nobody can type a key here. Set {variable} in the environment instead.") from None
    if not key:
        raise SettingsError("No key was entered, so nothing has changed.")
    command.sessions.connect(provider, key, model)
    return Report("Will connect", [("provider", settings.provider), ("model", settings.model)])


def _connect_here(command: Command, settings: Settings, model: str) -> Report:
    """Use the embedded server, with a model of this machine where one is named."""
    here = shelf()
    found = here.find(settings.model)
    if found is None and settings.model in KNOWN:
        raise SettingsError(missing(settings.model, here.models()))
    command.sessions.connect(settings.provider, None, model)
    said = settings.note if found is None else found.said
    return Report("Will connect", [("provider", settings.provider), ("model", settings.model), ("what it is", said)])


def _doctor(command: Command) -> Diagnosis:
    """Of the provider that is named, or of the session's."""
    from ..doctor import diagnose

    named = command.argument
    return diagnose(command.sessions.settings(named) if named else command.session.settings)


def _cancel(command: Command) -> Report:
    stopped = [run for run in command.session.runs if not run.done]
    for run in stopped:
        run.cancel()
    return Report("Stopped", [(run.id, run.stopped) for run in stopped] or [("nothing", "no run was in progress")])


SUBCOMMANDS: Final[Mapping[str, Subcommand]] = {
    row.name: row
    for row in (
        Subcommand("status", _status, "what is connected, and what the session did so far"),
        Subcommand("tools", _tools, "the tools that a bare cell offers, with their calls, errors and median time"),
        Subcommand("turns", attrgetter("session.turns"), "a DataFrame row for each turn"),
        Subcommand("frames", attrgetter("session.frames"), "a DataFrame row for each frame"),
        Subcommand("latency", _latency, "a chart of every turn's latency"),
        Subcommand("timeline", _timeline, "the timeline of the latest run, or of another: timeline r3", Typed.runs),
        Subcommand("history", _history, "the tree of runs: which continues which, and what was asked again since"),
        Subcommand(
            "compact",
            lambda command: command.session.compact(),
            "have the provider make the history short; the next cell goes on from it",
        ),
        Subcommand("warm_up", _warm_up, "connect and have instructions and tools read, before the first question"),
        Subcommand("trace", _trace, "write the runs for ui.perfetto.dev: trace session.json", lambda _: []),
        Subcommand(
            "compare",
            _compare,
            "what ways of asking, or models, take for the same calls: compare -m A,B 'prompt'",
            Typed.runs,
            ("-m", "--ways", "--turns", "--output", "--rounds", "--confirm"),
            prompt=True,
        ),
        Subcommand(
            "record",
            _record,
            "write every frame to a file, scrubbed of secrets: record talk.jsonl, record stop",
            Typed.cassettes,
        ),
        Subcommand(
            "replay",
            _replay,
            "have it answer the cells: replay talk.jsonl [--speed 10] [--tools recorded], replay stop",
            Typed.cassettes,
            ("--speed", "--tools"),
            choices={"--tools": ("recorded", "live")},
        ),
        Subcommand(
            "fault",
            _fault,
            'have things go wrong: fault "drop at response.completed", fault off, fault widget',
            Typed.faults,
            prompt=True,
            each_word=True,
        ),
        Subcommand(
            "connect",
            _connect,
            "ask for an API key: connect openai; or take a model here: connect local -m smollm2",
            lambda _: provider_names(),
            ("-m",),
        ),
        Subcommand(
            "doctor",
            _doctor,
            "what is installed, what the provider answers, and what to do: doctor openai",
            lambda _: provider_names(),
        ),
        Subcommand("cancel", _cancel, "stop every run in progress"),
        Subcommand("reset", lambda command: command.session.reset(), "close the connection and forget every run"),
        Subcommand("help", _help, "this text"),
    )
}
"""What can stand behind `%responses`, in the order of the help."""
