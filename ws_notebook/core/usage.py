"""Token counts as a provider gives them, without numbers that no count can be; and in the least room.

A provider's usage has the same fields in each response, so what is held of one is its numbers, and its fields once for
all of that form.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from . import codec
from .items import WireObject, at

__all__ = ["PackedUsage", "pack", "place_of"]

_LARGEST: Final = 2**53
"""Beyond it a JSON number is no longer exact everywhere, and no response has so many tokens."""

_NUMBER: Final = re.compile(r":(\d{1,15}(?:\.\d{1,17})?(?:e-\d{1,2})?)(?=[,}])")
"""What may differ from one usage to the next; in a text it may be as well, which does no harm."""


class PackedUsage(msgspec.Struct, frozen=True, gc=False):
    """A usage: the texts between its numbers in JSON, which all of the same form share, and the numbers, in order."""

    form: str
    numbers: bytes

    def unpacked(self) -> WireObject:
        numbers = iter(self.numbers.decode().split(","))
        written = "".join(text + next(numbers, "") for text in self.form.split("\0"))
        return WireObject(codec.decode_object(written.encode("utf-8", "surrogatepass")))


def pack(value: Any) -> PackedUsage | None:
    """The usage object of a response, packed, or None; NaN, infinity and absurdly large numbers are as if not said."""
    if type(value) is not dict and not isinstance(value, Mapping):
        return None
    parts = _NUMBER.split(codec.encode(_cleaned(value)).decode("utf-8", "surrogatepass"))
    return PackedUsage(sys.intern(":\0".join(parts[::2])), ",".join(parts[1::2]).encode())


def place_of(form: str, path: Iterable[str]) -> tuple[int | None, Any]:
    """Where in the numbers of each usage of this form the value at a path stands, or that value, which all share.

    What is neither is None: no value is there, or one of another kind.
    """
    count = form.count("\0")
    # Read with two sets of numbers: what differs is one of them.
    first, second = (at(_numbered(form, range(start, start + count)), *path) for start in (0, count))
    if isinstance(first, (int, float)):
        return (int(first), None) if first != second else (None, first)
    return None, None


def _numbered(form: str, numbers: Iterable[int]) -> WireObject:
    return PackedUsage(form, ",".join(map(str, numbers)).encode()).unpacked()


def _cleaned(value: Mapping[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for key, each in value.items():
        if isinstance(each, (int, float)):
            if -_LARGEST <= each <= _LARGEST:
                kept[key] = each
        else:
            kept[key] = _cleaned(each) if isinstance(each, Mapping) else each
    return kept
