"""How large a document may be that a schema asks for: what would keep the server busy for long is refused in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

__all__ = ["Allowance", "TooLarge", "check_schema"]

MOST_VALUES = 10_000
"""Values of one document."""
MOST_CHARACTERS = 200_000
"""Characters of its strings, together, where the schema says how long they must be."""
MOST_CHOICES = 1_000
"""Values of all enums of a schema together, as OpenAI has it."""

_BOUNDS = {
    "minItems": MOST_VALUES,
    "minContains": MOST_VALUES,
    "minProperties": MOST_VALUES,
    "minLength": MOST_CHARACTERS,
}
_DATA = frozenset({"const", "default", "enum", "examples"})
"""Keywords whose values are no schemas."""


class TooLarge(Exception):
    """A schema asks for too much. ``str(error)`` says what is too much and how much may be."""


class Allowance:
    """What may still be made of one document. Each method takes a part of it: TooLarge when that is not left."""

    def __init__(self) -> None:
        self._values = MOST_VALUES
        self._characters = MOST_CHARACTERS

    def values(self, count: float = 1) -> None:
        """So many values are about to be made."""
        self._values = _less(self._values, count, f"more than {MOST_VALUES:,} values")

    def characters(self, count: float) -> None:
        """A string of so many characters is about to be made."""
        self._characters = _less(self._characters, count, f"more than {MOST_CHARACTERS:,} characters of text")


def check_schema(schema: Any) -> None:
    """TooLarge when one keyword of *schema* asks for too much, wherever it is, or there are too many choices."""
    choices = 0
    for part in _parts(schema):
        for keyword, most in _BOUNDS.items():
            given = part.get(keyword)
            if isinstance(given, int | float) and given > most:
                raise TooLarge(f"its '{keyword}' is more than {most:,}")
        choices += len(part["enum"]) if isinstance(part.get("enum"), list) else 0
        if choices > MOST_CHOICES:
            raise TooLarge(f"its enums have more than {MOST_CHOICES:,} values together")


def _parts(schema: Any) -> Iterator[dict[str, Any]]:
    """All objects in *schema* that may be schemas, it first."""
    left = [schema]
    while left:
        part = left.pop()
        if isinstance(part, dict):
            yield part
            left += [value for key, value in part.items() if key not in _DATA or isinstance(value, dict)]
        elif isinstance(part, list):
            left += part


def _less(left: int, count: float, asked: str) -> int:
    if count > left:
        raise TooLarge(f"it asks for {asked}")
    return left - int(count)
