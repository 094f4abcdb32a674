"""Which response continues which: the items a response was made from, and what a connection remembers of them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ws_notebook.server.errors import ApiError
from ws_notebook.server.tokens import count_items
from ws_notebook.server.wire import CALLS, OUTPUTS, Item, ResponseObject

__all__ = ["Lineage", "Memory", "Record", "check_outputs"]


@dataclass(frozen=True, slots=True)
class Lineage:
    """Items in order, oldest first, as a chain: continuing a response copies nothing of what came before."""

    before: Lineage | None
    own: tuple[Item, ...]
    tokens: int
    """Tokens of all items, those before included."""

    @classmethod
    def extend(cls, before: Lineage | None, own: Iterable[Item]) -> Lineage:
        items = tuple(own)
        return cls(before, items, (before.tokens if before else 0) + count_items(items))

    def items(self) -> list[Item]:
        """All items, oldest first."""
        parts: list[tuple[Item, ...]] = []
        link: Lineage | None = self
        while link is not None:
            parts.append(link.own)
            link = link.before
        return [item for part in reversed(parts) for item in part]


@dataclass(frozen=True, slots=True)
class Record:
    """A finished response that can be continued."""

    response: ResponseObject
    made_from: Lineage
    """Its own input and everything before."""
    items: Sequence[Item] | None = None
    """Its output, where the response does not list all of it: an upstream's may leave items out that it finished."""

    @property
    def output(self) -> Sequence[Item]:
        """What it gave, whole."""
        listed: list[Item] = self.response["output"]
        return self.items if self.items is not None and len(self.items) > len(listed) else listed

    @property
    def lineage(self) -> Lineage:
        """What a response that continues this one begins with."""
        output = self.output
        compacted = [place for place, item in enumerate(output) if item.get("type") == "compaction"]
        if compacted:
            # It stands for everything before it.
            return Lineage.extend(None, output[compacted[-1] :])
        return Lineage.extend(self.made_from, output)

    @property
    def id(self) -> str:
        return str(self.response["id"])


def check_outputs(items: Iterable[Item], *, all_answered: bool = True) -> None:
    """Refuse tool outputs nobody asked for, and calls nobody answered.

    "Every client function_call of the parent must get an output in the next request": ApiError 400, param ``input``.
    """
    open_calls: dict[str, None] = {}
    known: set[str] = set()
    for item in items:
        kind, call_id = item.get("type"), item.get("call_id")
        if kind in CALLS:
            open_calls[str(call_id)] = None
            known.add(str(call_id))
        elif kind in OUTPUTS:
            if call_id not in known:
                raise ApiError(f"No tool call found for function call output with call_id {call_id}.", param="input")
            open_calls.pop(str(call_id), None)
    if open_calls and all_answered:
        raise ApiError(f"No tool output found for function call {next(iter(open_calls))}.", param="input")


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
