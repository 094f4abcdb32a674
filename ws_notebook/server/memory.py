"""What one connection remembers of its responses: the most recent one of each lane."""

from __future__ import annotations

from collections import OrderedDict

from ws_notebook.server.lineage import Record

__all__ = ["Memory"]


class Memory:
    """Finished responses by lane, *per_lane* of them; None is the default lane. Never on disk, gone with the socket."""

    def __init__(self, *, per_lane: int = 1) -> None:
        self._per_lane = per_lane
        self._lanes: dict[str | None, OrderedDict[str, Record]] = {}

    def __len__(self) -> int:
        return sum(len(lane) for lane in self._lanes.values())

    def recall(self, response_id: str) -> Record | None:
        """The record, whichever lane it is on: a fork continues another lane's response."""
        found = (lane[response_id] for lane in self._lanes.values() if response_id in lane)
        return next(found, None)

    def remember(self, lane: str | None, record: Record) -> None:
        """Keep *record* as its lane's most recent; what is too old for the lane goes."""
        records = self._lanes.setdefault(lane, OrderedDict())
        records[record.id] = record
        while len(records) > self._per_lane:
            records.popitem(last=False)

    def evict(self, lane: str | None, response_id: object) -> None:
        """A failed continuation forgets its parent, on its own lane only: a failed fork leaves the source alone."""
        self._lanes.get(lane, OrderedDict()).pop(str(response_id), None)
