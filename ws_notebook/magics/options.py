"""The options of `%%responses`, and what a wrong one is answered with."""

from __future__ import annotations

import argparse
import difflib
import json
import shlex
from typing import Any, NoReturn

from ..exceptions import SettingsError

__all__ = ["SUBCOMMANDS", "magic_help", "parse_cell_options", "parse_subcommand"]

SUBCOMMANDS = {
    "connect": "ask for an API key by a hidden prompt: %%responses connect [PROVIDER]",
    "status": "what is connected, and what the session did so far",
    "tools": "the tools that a bare cell offers",
    "turns": "a DataFrame row for each turn",
    "frames": "a DataFrame row for each frame",
    "latency": "a chart of every turn's latency",
    "timeline": "the timeline of the latest run, or of another: timeline r3",
    "reset": "close the connection and forget every run",
    "cancel": "stop every run in progress",
    "help": "this text",
}


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise SettingsError(f"%%responses: {message}")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="%%responses", add_help=False, allow_abbrev=False, usage=argparse.SUPPRESS)
    add = parser.add_argument
    add("-s", "--session", metavar="NAME", help="a variable that holds a Session; default: the magics' own session")
    add("-m", "--model", metavar="MODEL", help="the model")
    add("-t", "--tools", metavar="TOOL,TOOL", help="offer only these tools; default: every tool of the notebook")
    add("--no-tools", action="store_true", help="offer no tools")
    add("-i", "--instructions", metavar="TEXT", help="instructions for the model")
    add("--new", action="store_true", help="start afresh")
    add("--from", dest="parent", metavar="REF", help="continue a run id, a response id, or a variable that holds a Run")
    add("-o", "--output", metavar="VAR", help="put the Run into this variable; it is also _")
    add("--transport", choices=("websocket", "http"), metavar="T", help="websocket or http")
    add("--store", action="store_true", default=None, help="have the provider keep the responses")
    add("--effort", metavar="E", help="reasoning effort: none, minimal, low, medium, high, …")
    add("--max-turns", type=int, metavar="N", help="the most turns of the tool loop")
    add("--view", choices=("auto", "live", "text", "none"), metavar="V", help="auto, live, text or none")
    add("--raw", action="store_true", help="send the prompt as typed: no {expr} is replaced")
    add("--set", action="append", default=[], metavar="KEY=JSON", help="any other field of the request; repeatable")
    return parser


def parse_cell_options(line: str) -> argparse.Namespace:
    """Read the first line of a cell. Raises SettingsError in one line, with the nearest right option."""
    parser = _parser()
    try:
        words = shlex.split(line)
    except ValueError as error:
        raise SettingsError(f"%%responses: {error} in the first line. Put the prompt below it.") from None
    options, rest = parser.parse_known_args(words)
    for word in rest:
        if word.startswith("-"):
            raise SettingsError(_unknown_option(parser, word))
    if rest:
        raise SettingsError(
            f"%%responses takes only options in its first line, not {rest[0]!r}. Put the prompt below it."
        )
    if options.new and options.parent:
        raise SettingsError("--new starts afresh and --from continues a run. Use one of them.")
    if options.no_tools and options.tools:
        raise SettingsError("--no-tools offers none and -t names some. Use one of them.")
    if options.output is not None and not options.output.isidentifier():
        raise SettingsError(f"-o needs the name of a variable, not {options.output!r}.")
    options.request = _request_fields(options)
    return options


def _request_fields(options: argparse.Namespace) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for pair in options.set:
        key, sign, value = pair.partition("=")
        if not sign or not key:
            raise SettingsError(f"--set needs KEY=JSON, not {pair!r}. For example --set temperature=0.2.")
        try:
            fields[key] = json.loads(value)
        except ValueError:
            # A bare word is meant as a string: --set service_tier=flex.
            fields[key] = value
    if options.effort:
        given = fields.get("reasoning")
        fields["reasoning"] = {**(given if isinstance(given, dict) else {}), "effort": options.effort}
    return fields


def _unknown_option(parser: argparse.ArgumentParser, word: str) -> str:
    name = word.partition("=")[0]
    near = difflib.get_close_matches(name, parser._option_string_actions, 1)
    hint = f" Did you mean {near[0]}?" if near else ""
    return f"%%responses has no option {name}.{hint} %responses help lists them."


def parse_subcommand(line: str) -> tuple[str, list[str]]:
    """Read the line of `%responses`. Raises SettingsError with the nearest right subcommand."""
    try:
        words = shlex.split(line) or ["help"]
    except ValueError as error:
        raise SettingsError(f"%responses: {error}.") from None
    name = words[0].lstrip("-")
    if name in SUBCOMMANDS:
        return name, words[1:]
    near = difflib.get_close_matches(name, SUBCOMMANDS, 1)
    hint = f" Did you mean {near[0]}?" if near else ""
    raise SettingsError(f"%responses has no subcommand {name!r}.{hint} Known are {', '.join(SUBCOMMANDS)}.")


def magic_help() -> str:
    """What `%responses help` and `%%responses?` show."""
    commands = "\n".join(f"  {name:<10} {text.replace('%%', '%')}" for name, text in SUBCOMMANDS.items())
    return (
        "%%responses [options]\nThe prompt, on the lines below.\n\n"
        f"{_parser().format_help()}\n"
        "In the prompt, {expr} is replaced when it is Python and all its names exist; {{expr}} keeps one pair.\n"
        "■ or Ctrl-C stops a run; what has streamed is kept.\n\n"
        f"%responses SUBCOMMAND\n{commands}\n"
    )
