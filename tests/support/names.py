"""Values in the names of tests, the same in every process."""

from __future__ import annotations

import re

__all__ = ["named"]

ADDRESS = re.compile(r" at 0x[0-9a-f]+")


def named(value: object) -> str:
    """The value as text, without the order of a set and the address of an object; text as it is."""
    if isinstance(value, set | frozenset):
        value = sorted(value, key=repr)
    return ADDRESS.sub("", value if isinstance(value, str) else repr(value))
