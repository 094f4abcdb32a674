"""A line of `%responses`: which subcommand it names, with which argument and options."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, NamedTuple

from ..exceptions import SettingsError
from ..session.session import Session
from .options import nearest, split_words
from .sessions import Sessions
from .typed import Typed

__all__ = ["SESSION_OPTIONS", "Command", "Subcommand", "read_command", "split_prompt"]

SESSION_OPTIONS: Final = ("-s", "--transport")
"""Each takes a word: which session is meant, if not the magics' usual one."""

_BEFORE = re.compile(rf"\s*({'|'.join(SESSION_OPTIONS)})\s+(\S+)\s+(?=\S)")
"""An option with its word, and something behind it."""

_QUESTIONS = (["?"], ["??"])


@dataclass(frozen=True)
class Command:
    """What stands behind a subcommand."""

    sessions: Sessions
    argument: str
    """Empty where there is none."""
    options: Mapping[str, str]
    """The word behind each flag that was given."""

    @property
    def session(self) -> Session:
        """The session that is meant. Raises SettingsError where there is none of that name or transport."""
        return self.sessions.get(self.options.get("-s"), self.options.get("--transport"))


class Subcommand(NamedTuple):
    """One thing that `%responses` does: all that the line's reader, the help and Tab know of it."""

    name: str
    run: Callable[[Command], object]
    """What it returns is shown."""
    help: str
    complete: Callable[[Typed], list[str]] | None = None
    """What can be its argument; None: it takes none."""
    options: tuple[str, ...] = ()
    """Flags that only it has; each takes a word."""
    prompt: bool = False
    """Whether its argument is the rest of the line as it is typed, but for the options; otherwise it is a word."""
    each_word: bool = False
    """Whether `complete` knows what stands at any word of such an argument, and not at the first alone."""
    choices: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    """The words that can stand behind a flag of its own, where they are few."""

    @property
    def flags(self) -> tuple[str, ...]:
        """Every flag that can stand behind it."""
        return (*self.options, *SESSION_OPTIONS)


def read_command(line: str, table: Mapping[str, Subcommand], sessions: Sessions) -> tuple[Subcommand, Command]:
    """The subcommand of the line, and what it is told. Raises SettingsError with the nearest right subcommand."""
    line, before = _options_before(line)
    first, *rest = line.split() or [""]
    asked = table.get(first)
    if asked is not None and asked.prompt and rest not in _QUESTIONS:
        # A prompt may hold quotes of any kind.
        prompt, options = split_prompt(line.partition(first)[2], asked.flags)
        return asked, Command(sessions, prompt, {**before, **options})
    name, *words = split_words(line, "%responses") or ["help"]
    if name in SESSION_OPTIONS:
        raise SettingsError(f"%responses: name what to do, as in %responses status {name} {' '.join(words) or 'NAME'}")
    name = name.lstrip("-")
    if _asks_for_help(name, words, table):
        name, words = "help", []
    row = _row(name, table)
    options = {**before, **_take_options(words, row.flags)}
    argument = words.pop(0) if words and row.complete is not None else ""
    if words:
        raise SettingsError(f"%responses {name}: {words[0]!r} has no meaning there. %responses help lists what has.")
    return row, Command(sessions, argument, options)


def _options_before(line: str) -> tuple[str, dict[str, str]]:
    """The line from its subcommand on, and the options that stand before that."""
    taken: dict[str, str] = {}
    while found := _BEFORE.match(line):
        taken[found[1]] = found[2]
        line = line[found.end() :]
    return line, taken


def _asks_for_help(name: str, words: Sequence[str], table: Mapping[str, Subcommand]) -> bool:
    """`%responses status?` and the like, as IPython's help is asked for."""
    return (
        not name.strip("?")
        or (name.endswith("?") and name.rstrip("?") in table and not words)
        or (name in table and list(words) in _QUESTIONS)
    )


def _row(name: str, table: Mapping[str, Subcommand]) -> Subcommand:
    if name in table:
        return table[name]
    hint = nearest(name, table) or " To ask the model, write %%responses and the prompt on the lines below it."
    raise SettingsError(f"%responses has no subcommand {name!r}.{hint} Known are {', '.join(table)}.")


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


def split_prompt(text: str, flags: Sequence[str]) -> tuple[str, dict[str, str]]:
    """The prompt behind a subcommand as it was typed, quotes around the whole of it taken off, and the options."""
    options: dict[str, str] = {}

    def take(found: re.Match[str]) -> str:
        options[found[1]] = found[2]
        return ""

    prompt = re.sub(rf"(?<=\s)({'|'.join(map(re.escape, flags))})[\s=]+(\S+)", take, f" {text}").strip()
    if len(prompt) > 1 and prompt[0] == prompt[-1] and prompt[0] in "'\"" and prompt[0] not in prompt[1:-1]:
        prompt = prompt[1:-1]
    return prompt, options
