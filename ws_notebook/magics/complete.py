"""Tab behind `%%responses` and `%responses`: options, subcommands, tools, sessions, runs."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from ..session.run import Run
from ..settings import provider_names
from ..tools.hosted import HOSTED
from . import candidates
from .help import SUBCOMMANDS
from .offer import offered_tools
from .options import OPTIONS
from .subcommands import MORE_OPTIONS, SUBCOMMAND_OPTIONS

if TYPE_CHECKING:
    from .responses import ResponsesMagics

__all__ = ["completions", "matcher"]

_LINE: Final = re.compile(r"\s*(%{1,2})responses\s+(.*)", re.DOTALL)
_TAKING: Final = {flag: option for option in OPTIONS if option.metavar for flag in option.flags}


def completions(magics: ResponsesMagics, line: str) -> list[str]:
    """What can stand in place of the last word of a magic's line, up to the cursor; nothing on other lines.

    Of `-t one,tw` the last word is `tw`, of `--set a=b` it is `b`. Makes no session and contacts nothing.
    """
    found = _LINE.fullmatch(line)
    if found is None:
        return []
    *before, last = re.split(r"\s", found[2])
    before = [word for word in before if word]
    known = _in_cell(magics, before, last) if found[1] == "%%" else _in_line(magics, before, last)
    start = _last_word(last)
    return [each for each in known if each.startswith(start) and each != start]


def matcher(magics: ResponsesMagics) -> Callable[[Any], dict[str, Any]]:
    """These completions as a matcher of IPython's completer (version 2 of its interface)."""
    from IPython.core.completer import SimpleCompletion, context_matcher

    def match(context: Any) -> dict[str, Any]:
        line = context.text_until_cursor
        found, begun = completions(magics, line), _last_word(line)
        if not found and _takes_no_code(line):
            # Only with something to offer are the others silent: what is there already changes nothing.
            found = [begun]
        return {
            "completions": [SimpleCompletion(text=each, type="magic") for each in found],
            "matched_fragment": begun,
            "suppress": bool(found),
            "ordered": True,
        }

    decorate: Callable[..., Any] = context_matcher(identifier="ws_notebook.responses")
    decorated: Callable[[Any], dict[str, Any]] = decorate(match)
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
    takes_expression = option is not None and option.name in ("format", "image")
    return found[1] == "%%" and not (takes_expression and re.search(r"[.(\[]", last))


def _in_cell(magics: ResponsesMagics, before: list[str], last: str) -> list[str]:
    option = _TAKING.get(before[-1]) if before else None
    if option is None:
        used = {each.name for each in OPTIONS if not each.repeatable and not set(each.flags).isdisjoint(before)}
        return [flag for each in OPTIONS if each.name not in used for flag in each.flags]
    if option.name == "session":
        return list(magics.sessions)
    if option.name == "tools":
        *named, begun = last.split(",")
        hosted = [name for name, needs in HOSTED.items() if len(begun) > 2 and not needs]
        return [name for name in (*_tools(magics, before), *hosted) if name not in named]
    if option.name == "from":
        return [*_runs(magics, before), *(name for name, value in _visible(magics) if isinstance(value, Run))]
    if option.name == "format":
        return candidates.types(_visible(magics))
    if option.name == "output":
        return [name for name, value in _visible(magics) if isinstance(value, Run)]
    if option.name == "image":
        return candidates.pictures(_visible(magics), last)
    if option.name == "set":
        return candidates.field_words(last)
    return _models(magics, before) if option.name == "model" else list(option.choices)


def _in_line(magics: ResponsesMagics, before: list[str], last: str) -> list[str]:
    previous = before[-1] if before else ""
    subcommand = next((word for word in before if word in SUBCOMMANDS), "")
    if previous == "-s":
        return list(magics.sessions)
    if previous == "--transport":
        return list(_TAKING["--transport"].choices)
    if previous == "-m" and subcommand == "compare":
        return [name for name in _models(magics, before) if name not in last.split(",")[:-1]]
    if previous in ("record", "replay"):
        files = candidates.cassettes(last)
        return ["stop", *files, *MORE_OPTIONS.get(previous, ()), *SUBCOMMAND_OPTIONS]
    if subcommand in ("compare", "timeline"):
        return [*_runs(magics, before), *MORE_OPTIONS.get(subcommand, ()), *SUBCOMMAND_OPTIONS]
    if previous in ("connect", "doctor"):
        return provider_names()
    if subcommand:
        return [*MORE_OPTIONS.get(subcommand, ()), *SUBCOMMAND_OPTIONS]
    return [*SUBCOMMANDS, *SUBCOMMAND_OPTIONS]


def _tools(magics: ResponsesMagics, before: list[str]) -> list[str]:
    own = [tool for session in magics.known_sessions(_named(before)) for tool in session.tools]
    return list(offered_tools(own, magics.names))


def _models(magics: ResponsesMagics, before: list[str]) -> list[str]:
    sessions = magics.known_sessions(_named(before))
    return candidates.models(magics.provider, magics.model, sessions)


def _runs(magics: ResponsesMagics, before: list[str]) -> list[str]:
    return [run.id for session in magics.known_sessions(_named(before)) for run in reversed(session.runs)]


def _named(before: list[str]) -> str | None:
    """The name behind -s."""
    return next((name for flag, name in itertools.pairwise(before) if flag in ("-s", "--session")), None)


def _visible(magics: ResponsesMagics) -> list[tuple[str, Any]]:
    return [(name, value) for name, value in list(magics.names.items()) if not name.startswith("_")]
