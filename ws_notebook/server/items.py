"""Output items while they are written: the events that open one, extend it and close it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ws_notebook.server.responses import PREFIXES, new_id
from ws_notebook.server.wire import Item

__all__ = ["CALL_EVENTS", "CallItem", "CompactionItem", "MessageItem", "OpenItem", "ReasoningItem"]

Step = tuple[str, dict[str, Any]]
"""An event's type and what it says beyond ``item_id``, ``output_index`` and ``sequence_number``."""


class OpenItem:
    """One item of the output, from ``output_item.added`` to ``output_item.done``, which the writer sends itself.

    *item* is how it begins, without its id; *event* is what tells of its text, which is the item's *field*.
    """

    def __init__(self, item: Item, event: str, field: str) -> None:
        self.id = new_id(PREFIXES[item["type"]])
        self._item: Item = {"id": self.id, **item}
        self._event, self._field = event, field
        self._place: dict[str, Any] = {}
        self._more: dict[str, Any] = {}
        self._deltas: list[str] = []

    def added(self) -> Item:
        """The item as it begins."""
        return self._item

    def open(self) -> Iterator[Step]:
        """What follows ``output_item.added``."""
        yield from ()

    def extend(self, delta: str) -> Step:
        """One token more."""
        self._deltas.append(delta)
        return f"{self._event}.delta", {**self._place, "delta": delta, **self._more}

    def close(self) -> Iterator[Step]:
        """What comes before ``output_item.done``."""
        yield f"{self._event}.done", {**self._place, self._field: "".join(self._deltas), **self._more}

    def done(self, status: str) -> Item:
        """The item as it ends, ``completed`` or ``incomplete``."""
        # The API gives reasoning no status of its own here.
        ended = {"status": status} if "status" in self._item else {}
        return {**self._item, **ended, **self._filled("".join(self._deltas))}

    def _filled(self, text: str) -> dict[str, Any]:
        return {self._field: text}


class _WordsItem(OpenItem):
    """An item of one part, which is text: added, part added, deltas, text done, part done, done."""

    def __init__(self, item: Item, holder: str, part: str, words: str, kind: str) -> None:
        super().__init__(item, f"response.{words}", "refusal" if kind == "refusal" else "text")
        self._holder, self._kind = holder, kind
        self._part_event = f"response.{part}_part"
        self._place = {f"{part.removeprefix('reasoning_')}_index": 0}
        self._more = {"logprobs": []} if kind == "output_text" else {}

    def open(self) -> Iterator[Step]:
        yield f"{self._part_event}.added", {**self._place, "part": self._part("")}

    def close(self) -> Iterator[Step]:
        yield from super().close()
        yield f"{self._part_event}.done", {**self._place, "part": self._part("".join(self._deltas))}

    def _filled(self, text: str) -> dict[str, Any]:
        return {self._holder: [self._part(text)]}

    def _part(self, text: str) -> dict[str, Any]:
        annotations: dict[str, Any] = {"annotations": []} if self._kind == "output_text" else {}
        return {"type": self._kind, self._field: text, **annotations, **self._more}


class MessageItem(_WordsItem):
    """An assistant's message of one part, text or refusal.

    added, content_part.added, deltas, output_text.done (refusal.done), content_part.done, done.
    """

    def __init__(self, *, refusal: bool = False) -> None:
        kind = "refusal" if refusal else "output_text"
        item = {"type": "message", "role": "assistant", "status": "in_progress", "content": []}
        super().__init__(item, "content", "content", kind, kind)


class ReasoningItem(_WordsItem):
    """Reasoning told as a summary of one part, or itself (*raw*).

    added, reasoning_summary_part.added, deltas, reasoning_summary_text.done, reasoning_summary_part.done, done; raw:
    added, content_part.added, deltas, reasoning_text.done, content_part.done, done.
    """

    def __init__(self, *, raw: bool = False) -> None:
        item = {"type": "reasoning", "summary": [], **({"content": []} if raw else {})}
        kinds = ("content", "content", "reasoning_text", "reasoning_text")
        summary = ("summary", "reasoning_summary", "reasoning_summary_text", "summary_text")
        super().__init__(item, *(kinds if raw else summary))


CALL_EVENTS = {
    "function_call": ("response.function_call_arguments", "arguments"),
    "custom_tool_call": ("response.custom_tool_call_input", "input"),
}
"""What the events of each kind of call are called, and the field that they tell."""


class CallItem(OpenItem):
    """A call of a client's tool: added, argument deltas, arguments.done, done. A custom tool has input instead."""

    def __init__(self, name: str, *, custom: bool = False, call_id: str | None = None) -> None:
        kind = "custom_tool_call" if custom else "function_call"
        event, field = CALL_EVENTS[kind]
        item = {"type": kind, "call_id": call_id or new_id("call"), "name": name, field: "", "status": "in_progress"}
        super().__init__(item, event, field)


class CompactionItem(OpenItem):
    """Everything before it, in one opaque item: added, compacting, done. It has no deltas."""

    def __init__(self, encrypted_content: str) -> None:
        super().__init__({"type": "compaction", "encrypted_content": ""}, "", "encrypted_content")
        self._deltas.append(encrypted_content)

    def open(self) -> Iterator[Step]:
        yield "response.compaction.compacting", {}

    def close(self) -> Iterator[Step]:
        yield from ()
