"""Cassettes on the command line: the flags of `serve`, and `ws-notebook cassette`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..exceptions import SettingsError
from .modes import MODES
from .recorded import Cassette

__all__ = ["add_command", "add_flags", "flags_problem", "looked_at"]

_ACTIONS = (
    ("show", "what a recording holds", ("file",)),
    ("diff", "the first difference of two recordings; exits 1 where there is one", ("file", "other")),
    ("import", "write a recording of vcrpy as a cassette", ("file", "cassette")),
)


def add_flags(serve: argparse.ArgumentParser, number: Callable[[str], float]) -> None:
    """The flags of `serve`; `number` reads one that is not negative."""
    group = serve.add_argument_group(
        "cassettes", "Answers of a recording instead of the script's, or all answers recorded (docs/cassettes.md)."
    )
    add = group.add_argument
    modes = (
        "once: where there is no such file, else replay it (default); new_episodes: replay it, and record what is not "
        "on it; all: record anew; none: replay it (--model replay)"
    )
    add("--model", choices=("demo", "replay"), help="replay: the answers of --cassette, and nobody is asked")
    add("--cassette", type=Path, metavar="FILE", help="record to it what is answered, as --record says; or replay it")
    add("--record", choices=MODES, help=modes)
    add("--speed", type=number, default=0.0, metavar="N", help="of a replay; 1: as recorded (default: at once)")


def flags_problem(options: argparse.Namespace) -> str | None:
    """What is wrong with these flags together, and what to do; None when nothing is."""
    if not options.cassette and (options.record or options.model == "replay"):
        flag = "--record" if options.record else "--model replay"
        return f"{flag} is about a cassette: name that too, with --cassette FILE."
    if options.model and options.upstream:
        return "--upstream serves the models of one server, --model one of this one: give one of them."
    if options.model == "replay" and options.record not in (None, "none"):
        return "--model replay records nothing: leave --record out, or --model replay."
    return None


def add_command(commands: Any, run: Callable[[argparse.Namespace], int]) -> None:
    """`ws-notebook cassette`; *commands* are the command line's subparsers."""
    words = "look at recordings, compare them, import vcrpy's"
    cassette = commands.add_parser("cassette", help=words, description="Recordings of sessions.")
    actions = cassette.add_subparsers(title="actions", required=True, metavar="ACTION")
    for name, told, files in _ACTIONS:
        action = actions.add_parser(name, help=told, description=f"{told[0].upper()}{told[1:]}.")
        action.set_defaults(run=run, action=name)
        for file in files:
            action.add_argument(file, type=Path)


def looked_at(options: argparse.Namespace) -> tuple[str, int]:
    """Do what `ws-notebook cassette` was asked; what to print, and the exit code, 2 for an error."""
    try:
        loaded = Cassette.load(options.file)
        if options.action == "diff":
            different = loaded.difference(Cassette.load(options.other))
            return different or "They ask the same, and are answered the same.", int(bool(different))
        if options.action == "import":
            loaded.save(options.cassette)
    except SettingsError as error:
        return f"ws-notebook: {error}", 2
    return repr(loaded), 0
