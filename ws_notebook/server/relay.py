"""Events of an upstream's response, passed on as they came: what they lack is added, and nothing else is changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ws_notebook.server.items import CALL_EVENTS
from ws_notebook.server.responses import PREFIXES, new_id
from ws_notebook.server.wire import Event, Item

__all__ = ["Relay"]

_PARTS = ("response.output_text.", "response.refusal.", "response.content_part.", "response.reasoning_text.")
_SUMMARIES = "response.reasoning_summary_"


class Relay:
    """The items of one upstream's response as they come and go; *before* are those that this server put in front."""

    def __init__(self, before: int) -> None:
        self._before = before
        self._added: dict[int, str] = {}
        self._done: dict[int, Item] = {}
        self._told: set[int] = set()
        """Calls whose arguments were told whole."""
        self._part = 0

    @property
    def items(self) -> list[Item]:
        """The items that are finished, in the order of the output."""
        return [self._done[index] for index in sorted(self._done)]

    @property
    def idle(self) -> bool:
        """Whether no item is half written."""
        return len(self._added) == len(self._done)

    def events(self, event: Event) -> Iterator[Event]:
        """*event* with what it lacks, and before it those that should have come; none has a number yet."""
        kind = event["type"]
        if kind == "response.output_item.added":
            yield self._add(event)
        elif kind == "response.output_item.done":
            yield from self._finish(event)
        elif "item_id" in event or kind.startswith((*_PARTS, _SUMMARIES, *(name for name, _ in CALL_EVENTS.values()))):
            yield self._placed(event)
        else:
            yield event

    def _add(self, event: Event) -> Event:
        index = self._index(event, len(self._added))
        item = self._named(event.get("item"), index)
        self._added[index], self._part = item["id"], 0
        return {**event, "output_index": index + self._before, "item": item}

    def _finish(self, event: Event) -> Iterator[Event]:
        index = self._index(event, self._latest())
        if index not in self._added:
            yield self._add({**event, "type": "response.output_item.added"})
        item = self._done[index] = self._named(event.get("item"), index)
        kind, field = CALL_EVENTS.get(item.get("type", ""), ("", ""))
        if kind and index not in self._told and isinstance(item.get(field), str):
            fields = {"item_id": item["id"], "output_index": index + self._before, field: item[field]}
            yield {"type": f"{kind}.done", **fields}
        yield {**event, "output_index": index + self._before, "item": item}

    def _placed(self, event: Event) -> Event:
        """An event within an item: which item, and which part of it."""
        kind = event["type"]
        index = self._index(event, self._latest())
        if kind.endswith((".arguments.done", "_arguments.done", "_input.done")):
            self._told.add(index)
        event = {**event, "output_index": index + self._before}
        event.setdefault("item_id", self._added.get(index, ""))
        if kind.startswith(_PARTS):
            event.setdefault("content_index", self._part)
            if kind == "response.content_part.done":
                self._part += 1
        elif kind.startswith(_SUMMARIES):
            event.setdefault("summary_index", 0)
        return event

    def _index(self, event: Event, usual: int) -> int:
        given = event.get("output_index")
        if isinstance(given, int):
            return given
        return next((index for index, name in self._added.items() if name == event.get("item_id")), usual)

    def _latest(self) -> int:
        """The item that is open, else the last one."""
        return next((index for index in reversed(self._added) if index not in self._done), max(len(self._added) - 1, 0))

    def _named(self, item: Any, index: int) -> Item:
        known: Item = item if isinstance(item, dict) else {}
        if isinstance(known.get("id"), str) and known["id"]:
            return known
        return {**known, "id": self._added.get(index) or new_id(PREFIXES.get(known.get("type", ""), "item"))}
