"""The command line as a whole."""

from __future__ import annotations

import argparse
import io
import re
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from ..manual import did_you_mean
from .cassettes import add_cassettes
from .doctor import add_doctor
from .models import add_model
from .scenes import add_scene
from .serve import add_serve

__all__ = ["main"]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit code: 0, 1 for a failure that was explained, 2 for wrong usage."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        # Into a file or a pipe, Windows writes few characters: one that it has not is no reason to say nothing at all.
        sys.stdout.reconfigure(errors="replace")
    options = _parser().parse_args(argv)
    try:
        return int(options.run(options))
    except KeyboardInterrupt:
        return 0


def _parser() -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = _Parser(
        prog="ws-notebook", description="The Responses API in a notebook: its embedded server and tools around it."
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version and exit")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    add_serve(commands)
    add_doctor(commands)
    add_scene(commands)
    add_cassettes(commands)
    add_model(commands)
    return parser


class _Parser(argparse.ArgumentParser):
    """Names what is nearest to a command, a flag or a word behind one that there is not. Commands get one each."""

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        # Here each command still knows its own flags.
        found, unknown = super().parse_known_args(args, namespace)
        if unknown:
            near = did_you_mean(unknown[0].partition("=")[0], self._option_string_actions)
            self.error(f"unrecognized arguments: {' '.join(unknown)}.{near}")
        return found, unknown

    def error(self, message: str) -> NoReturn:
        """Pythons differ in whether they quote the words to choose from."""
        if choice := re.search(r"invalid choice: '(.*?)' \(choose from (.*)\)$", message):
            message += "." + did_you_mean(choice[1], re.findall(r"[^\s,']+", choice[2]))
        super().error(message)


class _Version(argparse.Action):
    """Looks the version up only when asked."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from ws_notebook import __version__

        print(__version__)
        parser.exit()
