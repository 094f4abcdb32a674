"""A schema with fewer ways to go wrong: a tiny model copies better than it invents."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ws_notebook.server.models.document import within
from ws_notebook.server.models.words import OPENERS, find_values, mentions, stems

__all__ = ["apart", "left_over", "narrowed", "numbers_in", "spans_of"]

_MOST_WORDS = 6
_MOST_SPANS = 400
_SMALL = dict(zip("one two three four five six seven eight nine ten eleven twelve".split(), range(1, 13), strict=True))
_EDGES = " .,!?;:'\"“”‘’`()[]"
_PLAIN = frozenset({"type", "title", "description"})
_LIMITS = frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "default"})
_USUAL = range(101)
"""Numbers to choose from where none was said."""
_GOES_ON = re.compile(r"\W*(?:\w+\s+){0,2}?(?:[,;&]|and\b|or\b)\s*\S", re.IGNORECASE)


def narrowed(schema: Mapping[str, Any], said: str, also: Sequence[Any] = ()) -> dict[str, Any]:
    """*schema*, whose plain strings are words of what was *said*, and whose plain numbers are those in it.

    Of choices those stay that are named there, if any is. *also*: further values. What the schema limits otherwise, and
    what is inside of lists and objects, stays as it is.
    """
    properties = schema.get("properties") or {}
    strings = [*spans_of(said), *(each for each in also if isinstance(each, str))]
    numbers = [*numbers_in(said), *(each for each in also if _is_number(each))]
    if any(isinstance(part, dict) and part.get("type") in ("integer", "number") for part in properties.values()):
        strings = [each for each in strings if stems(each)] or strings
    found: dict[str, Any] = {}
    for name, part in properties.items():
        found[name] = _narrowed(part, said, strings, numbers) if isinstance(part, dict) else part
    return {**schema, "properties": found}


def _narrowed(part: dict[str, Any], said: str, strings: Sequence[str], numbers: Sequence[float]) -> dict[str, Any]:
    if isinstance(part.get("enum"), list):
        named = [each for each in part["enum"] if isinstance(each, str) and mentions(said, each)]
        return {**part, "enum": named} if named else part
    if part.get("type") == "string" and strings and set(part) <= _PLAIN:
        return {**part, "enum": list(dict.fromkeys(strings))}
    if part.get("type") in ("number", "integer") and set(part) <= _PLAIN | _LIMITS:
        said_numbers = [each for each in numbers if part["type"] == "number" or isinstance(each, int)]
        fitting = [each for each in said_numbers or _USUAL if within(each, part)]
        # Digits of its own have no end. What goes against a limit is said afterwards.
        return {"enum": list(dict.fromkeys(fitting or said_numbers or [part.get("minimum", 0)]))}
    return part


def apart(schema: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any] | None:
    """*schema* once more, for arguments of which two are the same though there is another choice; None: there is none.

    The first of the two stays what it is.
    """
    properties = dict(schema.get("properties") or {})
    seen: dict[Any, str] = {}
    for name, value in given.items():
        if not isinstance(value, str | int | float) or isinstance(value, bool):
            continue
        others = [each for each in (properties.get(name) or {}).get("enum") or () if each != value]
        if value in seen and others:
            kept = seen[value]
            properties[kept] = {**properties[kept], "enum": [value]}
            properties[name] = {**properties[name], "enum": others}
            return {**schema, "properties": properties}
        seen.setdefault(value, name)
    return None


def left_over(said: str, values: Sequence[Any]) -> str:
    """What of *said* follows the last of *values* and goes on with others of their kind; empty: nothing does."""
    ends = [found.end() for each in values if (found := _place(said, each))]
    rest = said[max(ends, default=len(said)) :]
    there = find_values(rest)
    more = [*there.names, *there.starters, *there.numbers, *there.quoted, *there.literals]
    return rest if _GOES_ON.match(rest) and more else ""


def _place(said: str, value: Any) -> re.Match[str] | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float) or value == "":
        return None
    return re.search(rf"(?<!\w){re.escape(str(value))}(?!\w)", said, re.IGNORECASE)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def spans_of(said: str) -> list[str]:
    """What stands in quotes, and every few words that follow one another."""
    words = said.split()
    # What opens the sentence is what is to be done, not what it is done with.
    first = 1 if len(words) > 1 and words[0].lower().strip(_EDGES) in OPENERS else 0
    found = dict.fromkeys(find_values(said).quoted)
    for length in range(1, _MOST_WORDS + 1):
        for start in range(first, len(words) - length + 1):
            found[" ".join(words[start : start + length]).strip(_EDGES)] = None
    telling = [each for each in found if each and (stems(each) or any(map(str.isdigit, each)))]
    return (telling or [each for each in found if each])[:_MOST_SPANS]


def numbers_in(said: str) -> list[int | float]:
    """The numbers, in digits or as small words."""
    words = [_SMALL[word] for word in re.findall(r"[a-z]+", said.lower()) if word in _SMALL]
    return list(dict.fromkeys([*find_values(said).numbers, *words]))
