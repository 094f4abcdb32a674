"""Token counts as a provider gives them, without numbers that no count can be; and in the least room.

A provider's usage has the same fields in each response, so what is held of one is its numbers, and its fields once for
all of that form.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from . import codec
from .items import WireObject

__all__ = ["PackedUsage", "pack", "usage_of"]

_LARGEST = 2**53
"""Beyond it a JSON number is no longer exact everywhere, and no response has so many tokens."""


class PackedUsage(msgspec.Struct, frozen=True, gc=False):
    """A usage: its JSON with each number 0, which all of the same form share, and its numbers as JSON, in order."""

    form: str
    numbers: bytes

    def unpacked(self) -> WireObject:
        numbers = iter(codec.decode_value(self.numbers))
        return WireObject(
            _mapped(codec.decode_object(self.form.encode("utf-8", "surrogatepass")), lambda _: next(numbers))
        )


def usage_of(value: Any) -> WireObject | None:
    """The usage object of a response, or None; NaN, infinity and absurdly large numbers are as if not said."""
    return WireObject(_cleaned(value)) if isinstance(value, Mapping) else None


def pack(value: Any) -> PackedUsage | None:
    """The same, packed."""
    usage = usage_of(value)
    if usage is None:
        return None
    numbers: list[Any] = []

    def take(number: Any) -> int:
        numbers.append(number)
        return 0

    form = codec.encode(_mapped(usage, take)).decode("utf-8", "surrogatepass")
    return PackedUsage(sys.intern(form), codec.encode(numbers))


def _mapped(value: Any, number: Callable[[Any], Any]) -> Any:
    """The value with every number in it replaced, in order."""
    if isinstance(value, dict):
        return {key: _mapped(each, number) for key, each in value.items()}
    if isinstance(value, list):
        return [_mapped(each, number) for each in value]
    return number(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else value


def _cleaned(value: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: _cleaned(each) if isinstance(each, Mapping) else each for key, each in value.items()}
    return {key: each for key, each in kept.items() if not isinstance(each, (int, float)) or abs(each) <= _LARGEST}
