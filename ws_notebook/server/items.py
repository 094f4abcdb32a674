"""Output items while they are written: the events that open one, extend it and close it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

from ws_notebook.server.responses import new_id
from ws_notebook.server.wire import Item

__all__ = ["CALL_EVENTS", "CallItem", "CompactionItem", "MessageItem", "OpenItem", "ReasoningItem"]

Step = tuple[str, dict[str, Any]]
"""An event's type and what it says beyond ``item_id``, ``output_index`` and ``sequence_number``."""


class OpenItem(Protocol):
    """One item of the output, from ``output_item.added`` to ``output_item.done``, which the writer sends itself."""

    id: str

    def added(self) -> Item:
        """The item as it begins."""

    def open(self) -> Iterator[Step]:
        """What follows ``output_item.added``."""

    def extend(self, delta: str) -> Step:
        """One token more."""

    def close(self) -> Iterator[Step]:
        """What comes before ``output_item.done``."""

    def done(self, status: str) -> Item:
        """The item as it ends, ``completed`` or ``incomplete``."""


class _WordsItem:
    """An item of one part, which is text: added, part added, deltas, text done, part done, done."""

    def __init__(self, prefix: str, part: str, words: str, kind: str) -> None:
        self.id = new_id(prefix)
        self._deltas: list[str] = []
        self._kind = kind
        self._field = "refusal" if kind == "refusal" else "text"
        self._part_event, self._words_event = f"response.{part}_part", f"response.{words}"
        self._place = {f"{part.removeprefix('reasoning_')}_index": 0}

    def open(self) -> Iterator[Step]:
        yield f"{self._part_event}.added", {**self._place, "part": self._part("")}

    def extend(self, delta: str) -> Step:
        self._deltas.append(delta)
        return f"{self._words_event}.delta", {**self._place, "delta": delta, **self._more()}

    def close(self) -> Iterator[Step]:
        text = "".join(self._deltas)
        yield f"{self._words_event}.done", {**self._place, self._field: text, **self._more()}
        yield f"{self._part_event}.done", {**self._place, "part": self._part(text)}

    def _part(self, text: str) -> dict[str, Any]:
        annotations: dict[str, Any] = {"annotations": []} if self._kind == "output_text" else {}
        return {"type": self._kind, self._field: text, **annotations, **self._more()}

    def _more(self) -> dict[str, Any]:
        return {"logprobs": []} if self._kind == "output_text" else {}


class MessageItem(_WordsItem):
    """An assistant's message of one part, text or refusal.

    added, content_part.added, deltas, output_text.done (refusal.done), content_part.done, done.
    """

    def __init__(self, *, refusal: bool = False) -> None:
        kind = "refusal" if refusal else "output_text"
        super().__init__("msg", "content", kind, kind)

    def added(self) -> Item:
        return self._item("in_progress", [])

    def done(self, status: str) -> Item:
        return self._item(status, [self._part("".join(self._deltas))])

    def _item(self, status: str, content: list[dict[str, Any]]) -> Item:
        return {"id": self.id, "type": "message", "role": "assistant", "status": status, "content": content}


class ReasoningItem(_WordsItem):
    """Reasoning told as a summary of one part, or itself (*raw*).

    added, reasoning_summary_part.added, deltas, reasoning_summary_text.done, reasoning_summary_part.done, done; raw:
    added, content_part.added, deltas, reasoning_text.done, content_part.done, done.
    """

    def __init__(self, *, raw: bool = False) -> None:
        kinds = ("content", "reasoning_text", "reasoning_text")
        super().__init__("rs", *(kinds if raw else ("reasoning_summary", "reasoning_summary_text", "summary_text")))
        self._raw = raw

    def added(self) -> Item:
        return {"id": self.id, "type": "reasoning", "summary": [], **({"content": []} if self._raw else {})}

    def done(self, status: str) -> Item:
        # The API gives reasoning no status of its own here.
        return {**self.added(), "content" if self._raw else "summary": [self._part("".join(self._deltas))]}


CALL_EVENTS = {
    "function_call": ("response.function_call_arguments", "arguments"),
    "custom_tool_call": ("response.custom_tool_call_input", "input"),
}
"""What the events of each kind of call are called, and the field that they tell."""


class CallItem:
    """A call of a client's tool: added, argument deltas, arguments.done, done. A custom tool has input instead."""

    def __init__(self, name: str, *, custom: bool = False, call_id: str | None = None) -> None:
        self.id = new_id("ctc" if custom else "fc")
        self._call_id = call_id or new_id("call")
        self._name = name
        self._deltas: list[str] = []
        self._type = "custom_tool_call" if custom else "function_call"
        self._event, self._field = CALL_EVENTS[self._type]

    def added(self) -> Item:
        return self._item("in_progress", "")

    def open(self) -> Iterator[Step]:
        yield from ()

    def extend(self, delta: str) -> Step:
        self._deltas.append(delta)
        return f"{self._event}.delta", {"delta": delta}

    def close(self) -> Iterator[Step]:
        yield f"{self._event}.done", {self._field: "".join(self._deltas)}

    def done(self, status: str) -> Item:
        return self._item(status, "".join(self._deltas))

    def _item(self, status: str, text: str) -> Item:
        fields = {"id": self.id, "type": self._type, "call_id": self._call_id, "name": self._name}
        return {**fields, self._field: text, "status": status}


class CompactionItem:
    """Everything before it, in one opaque item: added, compacting, done. It has no deltas."""

    def __init__(self, encrypted_content: str) -> None:
        self.id = new_id("cmp")
        self._content = encrypted_content

    def added(self) -> Item:
        return {"id": self.id, "type": "compaction", "encrypted_content": ""}

    def open(self) -> Iterator[Step]:
        yield "response.compaction.compacting", {}

    def extend(self, delta: str) -> Step:
        raise TypeError("a compaction item is not written bit by bit")

    def close(self) -> Iterator[Step]:
        yield from ()

    def done(self, status: str) -> Item:
        return {**self.added(), "encrypted_content": self._content}
