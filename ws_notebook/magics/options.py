"""The options of `%%responses`: one table for reading, help and completion."""

from __future__ import annotations

import argparse
import keyword
import shlex
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final, NoReturn

from ..batch.placeholder import nearest
from ..exceptions import SettingsError
from .fields import request_fields

__all__ = [
    "OPTIONS",
    "CellOptions",
    "Option",
    "OptionParser",
    "nearest",
    "parse_cell_options",
    "split_words",
    "whole_number",
]


@dataclass(frozen=True)
class Option:
    """One option: its spellings, what it takes (a flag takes nothing) and what the help says of it."""

    flags: tuple[str, ...]
    help: str
    metavar: str = ""
    choices: tuple[str, ...] = ()
    convert: Callable[[str], Any] = str
    repeatable: bool = False
    field: str = ""
    """What it is called among what was read, if not as its last flag."""

    @property
    def name(self) -> str:
        """What it is called among what was read."""
        return self.field or self.flags[-1].lstrip("-").replace("-", "_")

    @property
    def spelling(self) -> str:
        """Its flags and what it takes, as the help has them."""
        return " ".join(filter(None, [", ".join(self.flags), self.metavar]))

    def settings(self) -> dict[str, Any]:
        """What argparse is told of it."""
        if not self.metavar:
            return {"action": "store_true"}
        return {"metavar": self.metavar, "type": self.convert, "action": "append" if self.repeatable else "store"}


class OptionParser(argparse.ArgumentParser):
    """Reads the options of a magic's line by their table. Raises SettingsError in one line."""

    def __init__(self, magic: str, options: Iterable[Option]) -> None:
        super().__init__(prog=magic, add_help=False, allow_abbrev=False)
        for option in options:
            self.add_argument(*option.flags, dest=option.name, **option.settings())

    def error(self, message: str) -> NoReturn:
        message = message.removeprefix("argument ").replace(": expected one argument", " needs a value behind it.")
        raise SettingsError(f"{self.prog}: {message}")


def _choice(*known: str) -> Callable[[str], str]:
    def convert(word: str) -> str:
        if word not in known:
            hint = nearest(word, known)
            raise argparse.ArgumentTypeError(f"takes {', '.join(known)}, not {word!r}.{hint}")
        return word

    return convert


def whole_number(word: str) -> int:
    """A number of things, for argparse."""
    if not word.isdecimal() or int(word) < 1:
        raise argparse.ArgumentTypeError(f"takes a whole number of at least 1, not {word!r}.")
    return int(word)


def _variable(word: str) -> str:
    if not word.isidentifier() or keyword.iskeyword(word):
        raise argparse.ArgumentTypeError(f"takes the name of a variable, not {word!r}.")
    return word


def _names(text: str) -> tuple[str, ...]:
    return tuple(filter(None, (name.strip() for name in text.split(","))))


def _effort(word: str) -> str:
    try:
        return _choice(*EFFORTS)(word)
    except argparse.ArgumentTypeError as error:
        raise argparse.ArgumentTypeError(f"{error} Any other word: --set reasoning.effort={word}") from None


TRANSPORTS = ("websocket", "http")
VIEWS = ("auto", "live", "text", "none")
EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh")

OPTIONS: Final = (
    Option(("-s", "--session"), "the variable that holds the Session; default: the magics' own", "NAME"),
    Option(("-m", "--model"), "the model", "MODEL"),
    Option(
        ("-t", "--tools"), "offer only these tools; default: every tool of the notebook", "TOOL,TOOL", convert=_names
    ),
    Option(("--no-tools",), "offer no tools"),
    Option(("-i", "--instructions"), "instructions for the model", "TEXT"),
    Option(("--new",), "start afresh"),
    Option(
        ("--from",), "continue this run (r7), response (resp_…) or variable that holds a Run", "REF", field="parent"
    ),
    Option(("-o", "--output"), "put the Run into this variable; it is also in _", "VAR", convert=_variable),
    Option(("--format",), "the type of the answer, such as City or list[City]; see run.parsed", "TYPE"),
    Option(("--image",), "a picture: a variable, a file or a URL; repeatable", "VAR", repeatable=True, field="images"),
    Option(("--transport",), "websocket or http", "T", TRANSPORTS, _choice(*TRANSPORTS)),
    Option(("--store",), "have the provider keep the responses"),
    Option(("--effort",), "reasoning effort: none, minimal, low, medium, high, xhigh", "E", EFFORTS, _effort),
    Option(("--max-turns",), "the most turns of the tool loop", "N", convert=whole_number),
    Option(("--map",), "ask it over each row of this table or list; {column} is a cell of the row", "DATA"),
    Option(("--into",), "with --map: put the table of answers into this variable", "VAR", convert=_variable),
    Option(("--columns",), "with --map: the columns to use, below a prompt that names none", "A,B", convert=_names),
    Option(("--background",), "return at once; the answer goes on streaming below the cell"),
    Option(("--view",), "auto, live, text or none", "V", VIEWS, _choice(*VIEWS)),
    Option(("--raw",), "send the prompt as typed: no {expr} is replaced"),
    Option(
        ("--set",),
        "any other field of the request, as in text.verbosity=low; repeatable",
        "KEY=JSON",
        repeatable=True,
        field="pairs",
    ),
)


@dataclass(kw_only=True)
class CellOptions:
    """What the first line of a cell says. None: it says nothing of it."""

    session: str | None = None
    model: str | None = None
    tools: tuple[str, ...] | None = None
    """Names; none at all with --no-tools."""
    no_tools: bool = field(default=False, compare=False)
    instructions: str | None = None
    new: bool = False
    parent: str | None = None
    """The REF of --from, as typed."""
    output: str | None = None
    format: str | None = None
    """The TYPE of --format, as typed."""
    images: list[str] = field(default_factory=list)
    """Each VAR of --image, as typed."""
    transport: str | None = None
    store: bool | None = None
    effort: str | None = field(default=None, compare=False)
    max_turns: int | None = None
    map: str | None = None
    """The DATA of --map, as typed."""
    into: str | None = None
    columns: tuple[str, ...] | None = None
    background: bool = False
    view: str | None = None
    raw: bool = False
    pairs: list[str] = field(default_factory=list, compare=False)
    """Each KEY=JSON of --set, as typed."""
    request: dict[str, Any] = field(default_factory=dict)
    """Other fields of the request: what `pairs` and `effort` come to."""


def parse_cell_options(line: str) -> CellOptions:
    """Read the first line of a cell. Raises SettingsError in one line, with the nearest right option."""
    options, rest = OptionParser("%%responses", OPTIONS).parse_known_args(
        split_words(line, "%%responses"), CellOptions()
    )
    _refuse_unknown(rest)
    _refuse_contradictions(options)
    if options.no_tools:
        options.tools = ()
    options.request = request_fields(options.pairs, options.effort)
    options.store = options.store or options.request.pop("store", None)
    return options


def _refuse_unknown(words: list[str]) -> None:
    unknown = next((word for word in words if word.startswith("-") and word != "--"), None)
    if unknown is not None:
        raise SettingsError(_unknown(unknown.partition("=")[0]))
    if words:
        raise SettingsError(
            f"%%responses takes only options in its first line, not {words[0]!r}. Put the prompt on the lines below it."
        )


def _refuse_contradictions(options: CellOptions) -> None:
    if options.new and options.parent is not None:
        raise SettingsError("%%responses: --new starts afresh and --from continues a run. Use one of them.")
    if options.no_tools and options.tools is not None:
        raise SettingsError("%%responses: --no-tools offers none and -t names some. Use one of them.")
    if options.tools == ():
        raise SettingsError("%%responses: -t needs the names of tools, as in -t add,divide. --no-tools offers none.")
    if options.format is not None and any(pair.startswith(("text.format", "text=")) for pair in options.pairs):
        raise SettingsError("%%responses: --format gives the request its text.format, and --set too. Use one of them.")
    without = next((name for name in ("into", "columns") if getattr(options, name) is not None), None)
    if options.map is None and without is not None:
        raise SettingsError(f"%%responses: --{without} says how rows are asked. Name their table: --map df.")
    if options.map is not None and (options.new or options.parent is not None or options.raw):
        flag = "--raw" if options.raw else "--new" if options.new else "--from"
        raise SettingsError(
            f"%%responses: {flag} has no meaning with --map: each row is asked afresh, in its own words."
        )
    if options.session is not None and options.transport is not None:
        raise SettingsError(
            "%%responses: --transport belongs to the magics' own session. Give yours its transport in Session(…)."
        )


def split_words(line: str, magic: str) -> list[str]:
    """The words of a magic's line, quotes as in a shell. Raises SettingsError for a quote that is not closed."""
    try:
        return shlex.split(line)
    except ValueError:
        raise SettingsError(
            f"{magic}: a quotation mark or a backslash has no counterpart in: {line.strip()} "
            'Quote the other way round, as in -i "don\'t".'
        ) from None


def _unknown(name: str) -> str:
    hint = nearest(name, [flag for option in OPTIONS for flag in option.flags])
    if not hint and name.startswith("--"):
        hint = f" A field of the request is set by --set {name[2:].replace('-', '_')}=VALUE."
    return f"%%responses has no option {name}.{hint} %responses help lists them all."
