"""Made-up server events: what a provider sends, as dicts."""

from __future__ import annotations

import json
from typing import Any

__all__ = [
    "answer",
    "call",
    "completed",
    "created",
    "delta",
    "encoded",
    "error",
    "failed",
    "item_added",
    "item_done",
    "items_of",
    "message",
    "reasoning",
]

Event = dict[str, Any]


def encoded(event: Event | bytes | str) -> bytes:
    """The event as a frame; bytes and text go as they are."""
    if isinstance(event, bytes):
        return event
    return event.encode() if isinstance(event, str) else json.dumps(event).encode()


def created(response_id: str, **fields: Any) -> Event:
    return {"type": "response.created", "response": _response(response_id, "in_progress", **fields)}


def completed(response_id: str, *items: Event, status: str = "completed", **fields: Any) -> Event:
    """The terminal event that goes with `status`."""
    usage = {
        "input_tokens": 10,
        "input_tokens_details": {"cached_tokens": 4},
        "output_tokens": 3,
        "output_tokens_details": {"reasoning_tokens": 1},
        "total_tokens": 13,
    }
    return {
        "type": f"response.{status}",
        "response": _response(response_id, status, output=list(items), **{"usage": usage, **fields}),
    }


def failed(response_id: str, code: str = "server_error", message: str = "It broke.") -> Event:
    return completed(response_id, status="failed", error={"code": code, "message": message})


def error(code: str | None, message: str = "No.", *, status: int | None = 400, **fields: Any) -> Event:
    """An error frame of the documented, nested shape."""
    return {"type": "error", "status": status, "error": {"code": code, "message": message, **fields}}


def item_added(index: int, item: Event) -> Event:
    return {"type": "response.output_item.added", "output_index": index, "item": item}


def item_done(index: int, item: Event) -> Event:
    return {"type": "response.output_item.done", "output_index": index, "item": item}


def delta(text: str, index: int = 0, content_index: int = 0) -> Event:
    return {
        "type": "response.output_text.delta",
        "item_id": f"msg_{index}",
        "output_index": index,
        "content_index": content_index,
        "delta": text,
    }


def message(text: str, item_id: str = "msg_0") -> Event:
    part = {"type": "output_text", "text": text, "annotations": []}
    return {"type": "message", "id": item_id, "role": "assistant", "status": "completed", "content": [part]}


def reasoning(summary: str, item_id: str = "rs_0", **fields: Any) -> Event:
    return {"type": "reasoning", "id": item_id, "summary": [{"type": "summary_text", "text": summary}], **fields}


def call(call_id: str, name: str = "add", **arguments: Any) -> Event:
    return {
        "type": "function_call",
        "id": f"fc_{call_id}",
        "call_id": call_id,
        "name": name,
        "arguments": json.dumps(arguments),
        "status": "completed",
    }


def items_of(*items: Event) -> list[Event]:
    """The events by which items come: begun, grown, whole."""
    events: list[Event] = []
    for index, item in enumerate(items):
        if item["type"] == "message":
            text = item["content"][0]["text"]
            events.append(item_added(index, {**item, "content": [], "status": "in_progress"}))
            events += [delta(piece, index) for piece in (text[: len(text) // 2], text[len(text) // 2 :]) if piece]
        elif item["type"] == "function_call":
            begun = {**item, "arguments": "", "status": "in_progress"}
            kind = "response.function_call_arguments.delta"
            events.append(item_added(index, begun))
            events.append({"type": kind, "item_id": item["id"], "output_index": index, "delta": item["arguments"]})
        events.append(item_done(index, item))
    return events


def answer(response_id: str, *items: Event, **fields: Any) -> list[Event]:
    """A whole response made of these items."""
    return [created(response_id), *items_of(*items), completed(response_id, *items, **fields)]


def _response(response_id: str, status: str, **fields: Any) -> Event:
    return {"id": response_id, "object": "response", "model": "made-up", "status": status, "output": [], **fields}
