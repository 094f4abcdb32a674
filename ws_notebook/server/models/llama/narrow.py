"""A schema with fewer ways to go wrong: a tiny model copies better than it invents."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ws_notebook.server.models.words import find_values

__all__ = ["narrowed", "numbers_in", "spans_of"]

_MOST_WORDS = 6
_MOST_SPANS = 400
_SMALL = dict(zip("one two three four five six seven eight nine ten eleven twelve".split(), range(1, 13), strict=True))
_EDGES = " .,!?;:'\"“”‘’`()[]"
_PLAIN = frozenset({"type", "title", "description"})


def narrowed(schema: Mapping[str, Any], said: str) -> dict[str, Any]:
    """*schema*, whose plain strings are words of what was *said*, and whose plain numbers are those in it.

    What the schema limits itself, and what is inside of lists and objects, stays as it is.
    """
    spans, numbers = spans_of(said), numbers_in(said)
    found: dict[str, Any] = {}
    for name, part in (schema.get("properties") or {}).items():
        found[name] = _narrowed(part, spans, numbers) if isinstance(part, dict) else part
    return {**schema, "properties": found}


def _narrowed(part: dict[str, Any], spans: Sequence[str], numbers: Sequence[float]) -> dict[str, Any]:
    if not set(part) <= _PLAIN:
        return part
    if part.get("type") == "string" and spans:
        return {**part, "enum": list(spans)}
    fitting = [each for each in numbers if part.get("type") == "number" or isinstance(each, int)]
    if part.get("type") in ("number", "integer") and fitting:
        return {**part, "enum": fitting}
    return part


def spans_of(said: str) -> list[str]:
    """What stands in quotes, and every few words that follow one another."""
    words = said.split()
    found = dict.fromkeys(find_values(said).quoted)
    for length in range(1, _MOST_WORDS + 1):
        for start in range(len(words) - length + 1):
            found[" ".join(words[start : start + length]).strip(_EDGES)] = None
            if len(found) > _MOST_SPANS:
                return [each for each in found if each]
    return [each for each in found if each]


def numbers_in(said: str) -> list[int | float]:
    """The numbers, in digits or as small words."""
    words = [_SMALL[word] for word in re.findall(r"[a-z]+", said.lower()) if word in _SMALL]
    return list(dict.fromkeys([*find_values(said).numbers, *words]))
