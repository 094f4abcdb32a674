"""Responses kept for ``store: true``, and who may see them."""

from __future__ import annotations

from collections import OrderedDict
from typing import Protocol

from ws_notebook.server.lineage import Record

__all__ = ["MemoryStore", "Store"]


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
