"""The demo model's little language: what a prompt asks for, as turns of parts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ws_notebook.server.models.literals import INDEX, CallArguments, LiteralError, find_close, parse_arguments
from ws_notebook.values import replaced

__all__ = ["Invoke", "Part", "Refuse", "Say", "Think", "Turn", "Write", "parse"]

MOST_TIMES = 1000
MOST_WORDS = 200_000
LONGEST_THOUGHT = 3600.0


@dataclass(frozen=True, slots=True)
class Say:
    """``say "…"``: this text, exactly."""

    text: str


@dataclass(frozen=True, slots=True)
class Refuse:
    """``refuse "…"``: this text as a refusal."""

    text: str


@dataclass(frozen=True, slots=True)
class Write:
    """``write 500 words``."""

    words: int


@dataclass(frozen=True, slots=True)
class Think:
    """``think 2 seconds``."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Invoke:
    """``call name(…)``."""

    name: str
    arguments: CallArguments = field(default_factory=CallArguments)
    raw: str = ""
    """What stood between the brackets, for tools that take free text."""
    problem: str = ""
    """Why *raw* could not be read as arguments; empty when it could."""


Part = Say | Refuse | Write | Think | Invoke
Turn = tuple[Part, ...]
"""The parts of one response: texts first, then calls."""


@dataclass(frozen=True, slots=True)
class _Unit:
    """A directive as found. *later*: what stands before it ends a turn, if a call was in it."""

    part: Part
    later: bool
    times: int | None = None
    """Repetitions that begin with this unit; they last until a unit is *later*, or, if *alone*, for this unit."""
    alone: bool = False


_NAME = r"`?(?P<name>[A-Za-z_][\w-]*)`?"
_DIRECTIVE = re.compile(
    rf"""
      \bcall\s+(?:the\s+)?(?:tool\s+|function\s+)?{_NAME}(?:(?=\()|\s*(?=\{{))
    | \b(?P<verb>say|refuse)\s*:?\s*(?=["“'‘«`])
    | \bwrite\s+(?:me\s+|about\s+|exactly\s+)?(?P<words>\d[\d,_]*)\s+words?\b
    | \bthink\s+(?:for\s+|about\s+)?(?P<span>\d+(?:\.\d+)?)\s*(?P<unit>ms|milli|sec|s|min|m)[a-z]*\b
    | \b(?P<times>\d[\d,_]*)\s*(?:times|x)\b\s*[:,]?\s*(?=(?:please\s+)?(?:call|say|refuse|write|think)\b)
    """,
    re.IGNORECASE | re.VERBOSE,
)
_NEXT_CALL = re.compile(rf"(?P<gap>(?:[ \t,;&]|\band\b|\bthen\b)+){_NAME}(?=\()", re.IGNORECASE)
_TIMES_AFTER = re.compile(r"\s*,?\s*(?P<times>\d[\d,_]*)\s*(?:times|x)\b", re.IGNORECASE)
_LATER = re.compile(r"\bthen\b|[.;!?\n]", re.IGNORECASE)
_CLOSING = {'"': '"', "“": "”", "'": "'", "‘": "’", "«": "»", "`": "`"}
_SECONDS = {"ms": 0.001, "milli": 0.001, "sec": 1.0, "s": 1.0, "min": 60.0, "m": 60.0}


def parse(prompt: str) -> list[Turn]:
    """The turns *prompt* asks for, in order; empty when it holds no directive. The table is in ``manual.py``."""
    return _turns(_repeat(list(_units(prompt))))


def _units(prompt: str) -> Iterator[_Unit]:
    position = 0
    times: int | None = None
    previous: Part | None = None
    while match := _next(prompt, position, previous):
        groups = match.groupdict()
        later = bool(_LATER.search(groups.get("gap") or prompt[position : match.start()]))
        if groups.get("times"):
            times, position = _integer(match["times"], MOST_TIMES), match.end()
            continue
        found = _read(prompt, match, groups)
        if found is None:
            position = match.end()
            continue
        previous, position = found
        after = _TIMES_AFTER.match(prompt, position) if times is None and isinstance(previous, Invoke) else None
        if after:
            times, position = _integer(after["times"], MOST_TIMES), after.end()
        yield _Unit(previous, later or times is not None, times, alone=bool(after))
        times = None


def _next(prompt: str, position: int, previous: Part | None) -> re.Match[str] | None:
    """After a call, ``and name(…)`` is one too."""
    match = _NEXT_CALL.match(prompt, position) if isinstance(previous, Invoke) else None
    return match or _DIRECTIVE.search(prompt, position)


def _read(prompt: str, match: re.Match[str], groups: dict[str, str | None]) -> tuple[Part, int] | None:
    """The part at *match* and where it ends; None when the words only look like a directive."""
    if groups.get("name"):
        return _read_call(prompt, match["name"], match.end())
    if groups.get("verb"):
        return _read_quoted(prompt, match["verb"].lower(), match.end())
    if groups.get("words"):
        return Write(_integer(match["words"], MOST_WORDS)), match.end()
    return Think(min(float(match["span"]) * _SECONDS[match["unit"].lower()], LONGEST_THOUGHT)), match.end()


def _read_call(prompt: str, name: str, start: int) -> tuple[Part, int]:
    close = find_close(prompt, start)
    if close is None:
        return Invoke(name, raw=prompt[start + 1 :], problem="the bracket is not closed"), len(prompt)
    raw = prompt[start + 1 : close]
    try:
        # call name {"a": 1}: the braces are the arguments.
        arguments = parse_arguments(raw if prompt[start] == "(" else prompt[start : close + 1])
    except LiteralError as error:
        return Invoke(name, raw=raw, problem=str(error)), close + 1
    return Invoke(name, arguments, raw), close + 1


def _read_quoted(prompt: str, verb: str, start: int) -> tuple[Part, int] | None:
    closer = _CLOSING[prompt[start]]
    end = prompt.find(closer, start + 1)
    while end >= 0 and not _closes(prompt, end, closer):
        end = prompt.find(closer, end + 1)
    if end < 0:
        return None
    # Only the quote itself is escaped: the text may be LaTeX, where \n begins \nabla.
    text = prompt[start + 1 : end].replace(f"\\{closer}", closer)
    return (Refuse(text) if verb == "refuse" else Say(text)), end + 1


def _closes(prompt: str, position: int, closer: str) -> bool:
    if prompt[position - 1] == "\\":
        return False
    # don't: an apostrophe within a word.
    return closer not in "'’" or not prompt[position + 1 : position + 2].isalnum()


def _integer(text: str, most: int) -> int:
    return min(int(re.sub(r"[,_]", "", text)), most)


def _repeat(units: Sequence[_Unit]) -> Iterator[tuple[bool, Part]]:
    """Units with their repetitions written out, as (later, part)."""
    start = 0
    while start < len(units):
        unit = units[start]
        end = start + 1
        while unit.times is not None and not unit.alone and end < len(units) and not units[end].later:
            end += 1
        for index in range(1, (1 if unit.times is None else unit.times) + 1):
            for member in units[start:end]:
                yield member.later, _with_index(member.part, index)
        start = end


def _with_index(part: Part, index: int) -> Part:
    if not isinstance(part, Invoke):
        return part
    given = part.arguments
    return replace(part, arguments=CallArguments(_fill(given.positional, index), _fill(given.named, index)))


def _fill(value: Any, index: int) -> Any:
    return replaced(value, lambda part: index if part is INDEX or part in ("…", "...") else part)


def _turns(parts: Iterable[tuple[bool, Part]]) -> list[Turn]:
    """A turn ends where a call needs its output before what comes next can be said or called."""
    turns: list[list[Part]] = []
    called = False
    for later, part in parts:
        invoke = isinstance(part, Invoke)
        if not turns or (called and (later or not invoke)):
            turns.append([])
            called = False
        turns[-1].append(part)
        called = called or invoke
    return [tuple(turn) for turn in turns]
