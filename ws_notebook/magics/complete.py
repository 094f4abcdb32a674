"""Tab behind `%%responses` and `%responses`, as the tables of options and of subcommands say."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from . import candidates
from .command import SESSION_OPTIONS
from .options import OPTIONS
from .sessions import Sessions
from .subcommands import SUBCOMMANDS
from .typed import Typed

__all__ = ["completions", "matcher", "offered"]

_LINE: Final = re.compile(r"\s*(%{1,2})responses\s+(.*)", re.DOTALL)
_TAKING: Final = {flag: option for option in OPTIONS if option.metavar for flag in option.flags}
_VALUES: Final[Mapping[str, Callable[[Typed], list[str]]]] = {
    "session": Typed.variables,
    "model": Typed.models,
    "tools": Typed.tools,
    "parent": Typed.parents,
    "output": Typed.answers,
    "format": lambda typed: candidates.types(typed.visible),
    "images": lambda typed: candidates.pictures(typed.visible, typed.last),
    "map": lambda typed: candidates.tables(typed.visible),
    "into": lambda typed: candidates.frames(typed.visible),
    "columns": Typed.columns,
    "pairs": lambda typed: candidates.field_words(typed.last),
}
"""What can stand behind an option, by its name; behind others it is one of their choices."""


_OF_COMPARE: Final[Mapping[str, Callable[[Typed], list[str]]]] = {"--ways": Typed.ways, "--confirm": lambda _: ["yes"]}


def completions(sessions: Sessions, line: str) -> list[str]:
    """What can stand in place of the last word of a magic's line, up to the cursor; nothing on other lines.

    Of `-t one,tw` the last word is `tw`, of `--set a=b` it is `b`. Makes no session and contacts nothing.
    """
    found = _LINE.fullmatch(line)
    if found is None:
        return []
    *before, last = re.split(r"\s", found[2])
    typed = Typed(sessions, tuple(filter(None, before)), last)
    known = _in_cell(typed) if found[1] == "%%" else _in_line(typed)
    start = _last_word(last)
    return [each for each in known if each.startswith(start) and each != start]


def offered(sessions: Sessions, line: str) -> list[str]:
    """These completions, and on a line where other completers have nothing to say at least what is there already.

    Only with something to offer are the others silent, and that changes nothing.
    """
    return completions(sessions, line) or ([_last_word(line)] if _takes_no_code(line) else [])


def matcher(name: str, complete: Callable[[str], list[str]]) -> Callable[[Any], dict[str, Any]]:
    """What *complete* finds for a line up to the cursor, as a matcher of IPython's completer (its version 2)."""
    from IPython.core.completer import SimpleCompletion, context_matcher

    def match(context: Any) -> dict[str, Any]:
        found, begun = complete(context.text_until_cursor), _last_word(context.text_until_cursor)
        return {
            "completions": [SimpleCompletion(text=each, type="magic") for each in found],
            "matched_fragment": begun,
            "suppress": bool(found),
            "ordered": True,
        }

    decorated: Callable[[Any], dict[str, Any]] = context_matcher(identifier=f"ws_notebook.{name}")(match)
    return decorated


def _last_word(text: str) -> str:
    return re.split(r"[\s,=\[]", text)[-1]


def _takes_no_code(line: str) -> bool:
    """Whether other completers have nothing to say there: on the line of the magics, but for an expression's middle."""
    found = _LINE.fullmatch(line)
    if found is None:
        return False
    *before, last = found[2].split(" ")
    option = _TAKING.get(before[-1]) if before else None
    takes_expression = option is not None and option.name in ("format", "images", "map")
    return found[1] == "%%" and not (takes_expression and re.search(r"[.(\[]", last))


def _in_cell(typed: Typed) -> list[str]:
    if typed.previous in _TAKING:
        return _values(typed)
    used = {each.name for each in OPTIONS if not each.repeatable and not set(each.flags).isdisjoint(typed.before)}
    return [flag for each in OPTIONS if each.name not in used for flag in each.flags]


def _in_line(typed: Typed) -> list[str]:
    subcommand = next((SUBCOMMANDS[word] for word in typed.before if word in SUBCOMMANDS), None)
    flags = SESSION_OPTIONS if subcommand is None else subcommand.flags
    if typed.previous in flags:
        choices = () if subcommand is None else subcommand.choices.get(typed.previous, ())
        return list(choices) or _values(typed)
    if subcommand is None:
        return [*SUBCOMMANDS, *flags]
    # An argument stands directly behind its subcommand, or behind an option's value.
    begins = subcommand.each_word or typed.previous == subcommand.name or typed.before[-2] in flags
    return [*(subcommand.complete(typed) if subcommand.complete and begins else ()), *flags]


def _values(typed: Typed) -> list[str]:
    """What can stand behind the option before the cursor."""
    option = _TAKING.get(typed.previous)
    if option is None:
        return _OF_COMPARE[typed.previous](typed) if typed.previous in _OF_COMPARE else []
    offered = _VALUES.get(option.name)
    return list(option.choices) if offered is None else offered(typed)
