"""The secrets that a session knows."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote

from .words import Expression

__all__ = ["Keys", "at_end", "begun", "has_both"]

_BY_VALUE = 16
"""Characters from which a known key is a secret wherever it stands."""

_LETTER, _DIGIT = re.compile(rb"[A-Za-z]"), re.compile(rb"\d")


class Keys:
    """The secrets that a session knows: its keys, tokens and the values of its headers. Each is told before it is used.

    A repr tells no more than their number.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._known: frozenset[bytes] = frozenset()
        self._everywhere: tuple[bytes, ...] = ()
        self.add(secrets)

    def __repr__(self) -> str:
        return f"<Keys: {len(self._known)} known>"

    def add(self, secrets: Iterable[str]) -> None:
        """Know further ones; of `Bearer …` what stands behind it, too."""
        whole = {secret.strip() for secret in secrets} - {""}
        told = {part.encode(errors="replace") for secret in whole for part in (secret, secret.rsplit(maxsplit=1)[-1])}
        if told <= self._known:
            return
        known = self._known | told
        forms = {form for secret in known if _is_by_value(secret) for form in _forms(secret)}
        self._known, self._everywhere = known, tuple(sorted(forms, key=len, reverse=True))

    def knows(self, value: bytes) -> bool:
        """Whether it is one of them, however short."""
        return value in self._known

    def places(self, data: bytes) -> Iterator[tuple[int, int]]:
        """Where those stand that are secrets by their value."""
        for secret in self._everywhere:
            at = data.find(secret)
            while at >= 0:
                yield at, at + len(secret)
                at = data.find(secret, at + len(secret))

    def begun(self, data: bytes, least: int = 1) -> int:
        """From where on the end of `data` may be the beginning of one; its length where none has begun."""
        return min((begun(secret, data, least) for secret in self._everywhere), default=len(data))


def _is_by_value(secret: bytes) -> bool:
    return len(secret) >= _BY_VALUE and has_both(secret)


def _forms(secret: bytes) -> set[bytes]:
    """The secret as it may be written: in JSON a slash or a quote may stand behind backslashes; in a URL, in HTML."""
    # It brings the names of all characters along.
    from html import escape

    text = secret.decode()
    once = json.dumps(text).encode()[1:-1]
    twice = json.dumps(once.decode()).encode()[1:-1]
    elsewhere = {quote(text).encode(), quote(text, safe="").encode(), escape(text).encode()}
    return {secret, once, twice, once.replace(b"/", b"\\/"), once.replace(b"/", b"\\\\/")} | elsewhere


def begun(word: bytes, data: bytes, least: int = 1) -> int:
    """From where on the end of `data` is the beginning of `word`, of at least so many letters; else its length."""
    at = data.find(word[:1], max(0, len(data) - len(word) + 1))
    while at >= 0 and not word.startswith(data[at:]):
        at = data.find(word[:1], at + 1)
    return len(data) if at < 0 or len(data) - at < least else at


def at_end(pattern: Expression, data: bytes, most: int) -> Iterator[int]:
    """From where on what `pattern` finds is in the last bytes of `data`, at `most` so many; nothing where it is not."""
    last = data[-most:]
    yield from (len(data) - len(last) + found.start() for found in filter(None, [pattern.search(last)]))


def has_both(value: bytes) -> bool:
    """Whether there are letters and digits."""
    return _LETTER.search(value) is not None and _DIGIT.search(value) is not None
