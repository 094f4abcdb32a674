"""Text that comes piece by piece, without secrets that are spread over several pieces."""

from __future__ import annotations

from .around import open_places
from .keys import Keys
from .kinds import open_token
from .named import named
from .search import spans, without

__all__ = ["Stream", "so_far"]

_CONTEXT = 1024
"""Bytes of what was let go that a stream looks back at."""
_LONGEST = 16_384
"""Bytes that a stream holds back at most: the longest private keys are shorter."""


class Stream:
    """A text in pieces: lets go what is certain to hold no secret, and holds back what may be the beginning of one.

    What it lets go is, joined, the text without secrets. `least`: how many letters of a beginning make it hold back.
    """

    def __init__(self, keys: Keys | None = None, *, least: int = 1) -> None:
        self._keys = keys or Keys()
        self._least = least
        self._data = b""
        self._done = 0
        self.broken = False
        """Whether a secret turned out to begin in what was let go: read the whole anew."""

    @property
    def held(self) -> int:
        """How many bytes are held back."""
        return len(self._data) - self._done

    def feed(self, piece: str) -> str:
        """Take a piece; what can be let go now."""
        self._data += piece.encode("utf-8", "surrogatepass")
        return self._let_go(_settled(self._data, self._keys, self._least))

    def end(self) -> str:
        """There is no more: the rest."""
        return self._let_go(len(self._data))

    def _let_go(self, until: int) -> str:
        found = [span for span in spans(self._data, self._keys) if span[1] > self._done]
        until = max(self._done, min([until, *(start for start, end in found if start < until < end)]))
        found = [span for span in found if span[0] < until]
        self.broken = self.broken or any(start < self._done for start, _ in found)
        text = without(self._data, [(max(start, self._done), end) for start, end in found], self._done, until)
        known = max(0, until - _CONTEXT)
        self._data, self._done = self._data[known:], until - known
        return text


def so_far(text: str, keys: Keys | None = None) -> str:
    """The beginning of a text that goes on, without secrets and without what may be the beginning of one."""
    return Stream(keys).feed(text)


def _settled(data: bytes, keys: Keys, least: int) -> int:
    """Up to where it is certain what is a secret. What is held for too long is none."""
    begin = max(0, len(data) - _LONGEST)
    tail = data[begin:]
    values = (value.start for value in named(tail, keys) if value.end == len(tail))
    return begin + min(keys.begun(tail, least), *values, *open_token(tail, least), *open_places(tail, least))
