"""Responses kept for ``store: true``, in memory, for as long as the server runs."""

from __future__ import annotations

from collections import OrderedDict

from ws_notebook.server.lineage import Record

__all__ = ["Store"]


class Store:
    """At most *capacity* records by response id; the oldest goes first. Used on the server's loop only."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._records: OrderedDict[str, Record] = OrderedDict()

    def __len__(self) -> int:
        return len(self._records)

    def get(self, response_id: str) -> Record | None:
        return self._records.get(response_id)

    def put(self, record: Record) -> None:
        self._records[record.id] = record
        while len(self._records) > self._capacity:
            self._records.popitem(last=False)
