"""`ws-notebook cassette`: recordings shown, compared and imported."""

from __future__ import annotations

import argparse
from pathlib import Path

from .flags import failed

__all__ = ["add_cassettes"]


def add_cassettes(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    cassette = commands.add_parser(
        "cassette",
        help="look at recordings, compare them, import vcrpy's",
        description="Recordings of sessions.",
    )
    actions = cassette.add_subparsers(title="actions", required=True, metavar="ACTION")
    for name, words, files in (
        ("show", "what a recording holds", ("file",)),
        ("diff", "the first difference of two recordings; exits 1 where there is one", ("file", "other")),
        ("import", "write a recording of vcrpy as a cassette", ("file", "cassette")),
    ):
        action = actions.add_parser(name, help=words, description=f"{words[0].upper()}{words[1:]}.")
        action.set_defaults(run=_cassette, action=name)
        for file in files:
            action.add_argument(file, type=Path)


def _cassette(options: argparse.Namespace) -> int:
    from ws_notebook.cassette import Cassette
    from ws_notebook.exceptions import SettingsError

    try:
        loaded = Cassette.load(options.file)
        if options.action == "diff":
            different = loaded.difference(Cassette.load(options.other))
            print(different or "They ask the same, and are answered the same.")
            return 1 if different else 0
        if options.action == "import":
            loaded.save(options.cassette)
        print(loaded)
    except SettingsError as error:
        return failed(error, 2 if options.action == "diff" else 1)
    return 0
