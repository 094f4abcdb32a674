"""Output items while they are written: the events that open one, extend it and close it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

from ws_notebook.server.responses import new_id
from ws_notebook.server.wire import Item

__all__ = ["CallItem", "CompactionItem", "MessageItem", "OpenItem", "ReasoningItem"]

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


class MessageItem:
    """An assistant's message of one part, text or refusal.

    added, content_part.added, deltas, output_text.done (refusal.done), content_part.done, done.
    """

    def __init__(self, *, refusal: bool = False) -> None:
        self.id = new_id("msg")
        self._deltas: list[str] = []
        self._refusal = refusal

    def added(self) -> Item:
        return self._item("in_progress", [])

    def open(self) -> Iterator[Step]:
        yield "response.content_part.added", {"content_index": 0, "part": self._part("")}

    def extend(self, delta: str) -> Step:
        self._deltas.append(delta)
        if self._refusal:
            return "response.refusal.delta", {"content_index": 0, "delta": delta}
        return "response.output_text.delta", {"content_index": 0, "delta": delta, "logprobs": []}

    def close(self) -> Iterator[Step]:
        text = "".join(self._deltas)
        if self._refusal:
            yield "response.refusal.done", {"content_index": 0, "refusal": text}
        else:
            yield "response.output_text.done", {"content_index": 0, "text": text, "logprobs": []}
        yield "response.content_part.done", {"content_index": 0, "part": self._part(text)}

    def done(self, status: str) -> Item:
        return self._item(status, [self._part("".join(self._deltas))])

    def _item(self, status: str, content: list[dict[str, Any]]) -> Item:
        return {"id": self.id, "type": "message", "role": "assistant", "status": status, "content": content}

    def _part(self, text: str) -> dict[str, Any]:
        if self._refusal:
            return {"type": "refusal", "refusal": text}
        return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


class ReasoningItem:
    """Reasoning told as a summary of one part, or itself (*raw*).

    added, reasoning_summary_part.added, deltas, reasoning_summary_text.done, reasoning_summary_part.done, done; raw:
    added, content_part.added, deltas, reasoning_text.done, content_part.done, done.
    """

    def __init__(self, *, raw: bool = False) -> None:
        self.id = new_id("rs")
        self._deltas: list[str] = []
        self._raw = raw

    def added(self) -> Item:
        return {"id": self.id, "type": "reasoning", "summary": [], **({"content": []} if self._raw else {})}

    def open(self) -> Iterator[Step]:
        if self._raw:
            yield "response.content_part.added", {"content_index": 0, "part": _reasoning("")}
        else:
            yield "response.reasoning_summary_part.added", {"summary_index": 0, "part": _summary("")}

    def extend(self, delta: str) -> Step:
        self._deltas.append(delta)
        if self._raw:
            return "response.reasoning_text.delta", {"content_index": 0, "delta": delta}
        return "response.reasoning_summary_text.delta", {"summary_index": 0, "delta": delta}

    def close(self) -> Iterator[Step]:
        text = "".join(self._deltas)
        if self._raw:
            yield "response.reasoning_text.done", {"content_index": 0, "text": text}
            yield "response.content_part.done", {"content_index": 0, "part": _reasoning(text)}
            return
        yield "response.reasoning_summary_text.done", {"summary_index": 0, "text": text}
        yield "response.reasoning_summary_part.done", {"summary_index": 0, "part": _summary(text)}

    def done(self, status: str) -> Item:
        # The API gives reasoning no status of its own here.
        text = "".join(self._deltas)
        return {**self.added(), **({"content": [_reasoning(text)]} if self._raw else {"summary": [_summary(text)]})}


class CallItem:
    """A call of a client's tool: added, argument deltas, arguments.done, done. A custom tool has input instead."""

    def __init__(self, name: str, *, custom: bool = False, call_id: str | None = None) -> None:
        self.id = new_id("ctc" if custom else "fc")
        self._call_id = call_id or new_id("call")
        self._name = name
        self._deltas: list[str] = []
        self._type = "custom_tool_call" if custom else "function_call"
        self._field = "input" if custom else "arguments"
        self._event = "response.custom_tool_call_input" if custom else "response.function_call_arguments"

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


def _summary(text: str) -> dict[str, str]:
    return {"type": "summary_text", "text": text}


def _reasoning(text: str) -> dict[str, str]:
    return {"type": "reasoning_text", "text": text}
