"""Cassettes hold no secrets: they are taken out before anything is written."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from ..secrets import Frames, Keys
from .lines import Entry

__all__ = ["Scrubber", "scrubbed"]


class Scrubber:
    """Takes the secrets out of entries as they come, also those that are spread over the pieces of a text.

    An entry whose text may end in the beginning of a secret waits for what comes next. `keys`: known secrets besides.
    """

    def __init__(self, keys: Keys | None = None) -> None:
        self._frames: Frames[Entry] = Frames(keys)

    def add(self, entry: Entry) -> list[Entry]:
        """Take an entry; those that can be written now, in order."""
        if entry.kind == "closed":
            return [*self.close(), *self._written(self._frames.add(entry, entry.data))]
        return self._written(self._frames.add(entry, entry.data, (entry.connection, entry.kind)))

    def close(self) -> list[Entry]:
        """Nothing more comes: the rest."""
        return self._written(self._frames.close())

    @staticmethod
    def _written(found: Iterable[tuple[Entry, bytes]]) -> list[Entry]:
        return [each if each.data is data else msgspec.structs.replace(each, data=data) for each, data in found]


def scrubbed(entries: Iterable[Entry]) -> list[Entry]:
    """The entries without what looks like a secret."""
    scrubber = Scrubber()
    return [*(each for entry in entries for each in scrubber.add(entry)), *scrubber.close()]
