"""Responses kept for ``store: true``, in memory or in a SQLite file that outlives the server; and who may see them."""

from __future__ import annotations

import os
import sqlite3
from collections import OrderedDict
from pathlib import Path
from typing import Protocol

import msgspec

from ws_notebook.server.lineage import Lineage, Record
from ws_notebook.server.wire import Item, ResponseObject, encode

__all__ = ["Archive", "MemoryStore", "Store"]


class Store(Protocol):
    """Finished responses by id. An id belongs to the owner who made it: for everybody else it does not exist."""

    def get(self, owner: str, response_id: str) -> Record | None:
        """The record, if that owner has it."""

    def put(self, owner: str, record: Record) -> None:
        """Keep *record*; the oldest goes when there are too many."""

    def delete(self, owner: str, response_id: str) -> bool:
        """Whether there was one."""

    def close(self) -> None:
        """Let go of what is open."""


class MemoryStore:
    """At most *capacity* records, for as long as the server runs. Used on the server's loop only."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._records: OrderedDict[tuple[str, str], Record] = OrderedDict()

    def __len__(self) -> int:
        return len(self._records)

    def get(self, owner: str, response_id: str) -> Record | None:
        return self._records.get((owner, response_id))

    def put(self, owner: str, record: Record) -> None:
        self._records[owner, record.id] = record
        while len(self._records) > self._capacity:
            self._records.popitem(last=False)

    def delete(self, owner: str, response_id: str) -> bool:
        return self._records.pop((owner, response_id), None) is not None

    def close(self) -> None:
        """Nothing is open."""


_SCHEMA = """
CREATE TABLE IF NOT EXISTS responses (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  owner TEXT NOT NULL,
  input BLOB NOT NULL,
  response BLOB NOT NULL
)
"""


class Archive:
    """At most *capacity* records in the file at *path*; the oldest goes first. Each is written as soon as it is put.

    OSError when the file cannot be opened or is no store. Used on the server's loop only.
    """

    def __init__(self, path: Path, capacity: int) -> None:
        self._capacity = capacity
        try:
            _make(path)
            self._database = sqlite3.connect(path, isolation_level=None)
            # With a write-ahead log a killed server loses nothing that it has told, and nobody waits for the disk.
            self._database.execute("PRAGMA journal_mode = WAL")
            self._database.execute("PRAGMA synchronous = NORMAL")
            self._database.execute(_SCHEMA)
        except (OSError, sqlite3.Error) as error:
            raise OSError(f"{path} cannot be used as a store: {getattr(error, 'strerror', None) or error}") from None

    def __len__(self) -> int:
        (count,) = self._database.execute("SELECT count(*) FROM responses").fetchone()
        return int(count)

    def get(self, owner: str, response_id: str) -> Record | None:
        query = "SELECT input, response FROM responses WHERE id = ? AND owner = ?"
        found = self._database.execute(query, (response_id, owner)).fetchone()
        if found is None:
            return None
        items = msgspec.json.decode(found[0], type=list[Item])
        response = msgspec.json.decode(found[1], type=ResponseObject)
        return Record(response, Lineage.extend(None, items))

    def put(self, owner: str, record: Record) -> None:
        # All items, not only its own: the responses before it may be gone, or never have been stored.
        row = (record.id, owner, encode(record.made_from.items()), encode({**record.response, "output": record.output}))
        self._database.execute("INSERT OR REPLACE INTO responses (id, owner, input, response) VALUES (?, ?, ?, ?)", row)
        self._database.execute(
            "DELETE FROM responses WHERE number <= (SELECT max(number) FROM responses) - ?", (self._capacity,)
        )

    def delete(self, owner: str, response_id: str) -> bool:
        """Whether there was one."""
        query = "DELETE FROM responses WHERE id = ? AND owner = ?"
        return self._database.execute(query, (response_id, owner)).rowcount > 0

    def close(self) -> None:
        self._database.close()


def _make(path: Path) -> None:
    """Make the file for its owner alone; SQLite gives its log the same mode. One that exists stays as it is."""
    if str(path) != ":memory:":
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
