"""A recording as a whole: read from a file, written to one, compared with another."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from ..exceptions import SettingsError
from .difference import difference_of
from .exchanges import Exchange, exchanges_of
from .lines import Entry, end_line, head_line, line, read
from .packing import Packer, unpacked
from .scrubber import scrubbed

__all__ = ["Cassette"]


class Cassette:
    """A recording. `provider`, `model` and `transport` say of what; `recorded` is the moment, in UTC.

    `broken_off`: in words, how it ends where nobody ended it; empty where it is whole. Raises `SettingsError` for what
    is no series of entries.
    """

    def __init__(
        self,
        entries: Sequence[Entry] = (),
        *,
        provider: str = "",
        model: str = "",
        transport: str = "websocket",
        recorded: str = "",
        broken_off: str = "",
    ) -> None:
        if isinstance(entries, str | os.PathLike) or not isinstance(entries, Iterable):
            raise SettingsError(
                f"A Cassette is made of entries, not of {entries!r:.60}. To read a file: Cassette.load(path)."
            )
        self.entries = list(entries)
        self.provider = provider
        self.model = model
        self.transport = transport
        self.recorded = recorded
        self.broken_off = broken_off

    def __repr__(self) -> str:
        seconds = self.entries[-1].ms / 1000 if self.entries else 0.0
        requests = sum(entry.kind == "sent" for entry in self.entries)
        what = " ".join(filter(None, [self.provider, self.model]))
        when = f", recorded {self.recorded[:16].replace('T', ' ')}" if self.recorded else ""
        broken = f"; {self.broken_off}" if self.broken_off else ""
        return f"<Cassette {what} {requests} requests, {len(self.entries)} frames, {seconds:.1f} s{when}{broken}>"

    def __len__(self) -> int:
        return len(self.entries)

    @classmethod
    def load(cls, path: str | Path) -> Cassette:
        """Read a file; one of vcrpy's (`.yaml`, `.json`) too, if it holds requests of the Responses API.

        Raises SettingsError where there is none, or where it is no cassette.
        """
        if not isinstance(path, (str, os.PathLike)):
            raise SettingsError(f"A cassette is a file: pass its path, not {path!r}.")
        where = Path(path).expanduser()
        try:
            data = where.read_bytes()
        except OSError as error:
            raise SettingsError(f"The cassette {str(path)!r} cannot be read: {error.strerror or error}.") from None
        try:
            if where.suffix.lower() not in (".yaml", ".yml", ".json"):
                return cls.loads(data)
            from .vcr import entries_of

            entries, recorded = entries_of(data)
            return cls(entries, transport="http", recorded=recorded)
        except SettingsError as error:
            raise SettingsError(f"{path}: {error}") from None

    def save(self, path: str | Path) -> None:
        """Write a file, compressed where its name ends in `.gz`. Raises SettingsError where that cannot be done."""
        packer = Packer(path)
        try:
            Path(path).expanduser().write_bytes(packer.pack(self.dumps()) + packer.end())
        except OSError as error:
            raise SettingsError(f"The cassette {str(path)!r} cannot be written: {error.strerror or error}.") from None

    @classmethod
    def loads(cls, data: bytes) -> Cassette:
        """Read the content of a file. What was cut off at its end is left out. Raises SettingsError."""
        found = read(unpacked(data))
        known: dict[str, Any] = {
            name: str(found.head.get(name) or "") for name in ("provider", "model", "transport", "recorded")
        }
        return cls(found.entries, broken_off=found.broken_off, **known)

    def dumps(self) -> bytes:
        """The content of a file, scrubbed. One that was broken off stays so."""
        head = head_line(provider=self.provider, model=self.model, transport=self.transport, recorded=self.recorded)
        end = b"" if self.broken_off else end_line(len(self.entries))
        return b"".join([head, *map(line, scrubbed(self.entries)), end])

    def exchanges(self) -> list[Exchange]:
        """Each request with what came for it: by its lane, first come first served, up to the terminal event."""
        return exchanges_of(self.entries)

    def difference(self, other: Cassette) -> str:
        """The first thing in which another recording asks, or is answered, differently, in words; empty where none is.

        Times, ids and what else is new in each recording are not compared.
        """
        return difference_of(self.exchanges(), other.exchanges())
