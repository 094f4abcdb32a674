"""Expressions of bytes, which are made when they are first used, and words as one of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Any

__all__ = ["Expression", "one_of"]


class Expression:
    """A regular expression: most of these are never met, and to make all of them would take as long as to connect.

    `written`: the expression, or what writes it. Its methods are those of `re.Pattern`.
    """

    findall: Callable[..., list[bytes]]
    finditer: Callable[..., Iterator[re.Match[bytes]]]
    fullmatch: Callable[..., re.Match[bytes] | None]
    match: Callable[..., re.Match[bytes] | None]
    search: Callable[..., re.Match[bytes] | None]

    def __init__(self, written: bytes | Callable[[], bytes], flags: int = 0) -> None:
        self._written = written
        self._flags = flags

    if not TYPE_CHECKING:  # or every name would be one of its methods

        def __getattr__(self, name: str) -> Any:
            if name not in Expression.__annotations__:
                raise AttributeError(name)
            written = self._written
            made = re.compile(written if isinstance(written, bytes) else written(), self._flags)
            # From now on they are found without coming here.
            vars(self).update({each: getattr(made, each) for each in Expression.__annotations__})
            return getattr(made, name)


def one_of(words: Iterable[bytes]) -> bytes:
    """An expression for the beginning of one of these words, the shorter of two: it looks at each byte once."""
    found = []
    for first, each in groupby(sorted(words), lambda word: word[:1]):
        rest = [word[1:] for word in each]
        found.append(re.escape(first) + (one_of(rest) if all(rest) else b""))
    return b"(?:%s)" % b"|".join(found)
