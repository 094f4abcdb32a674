"""What the server says, as the Responses API writes it: events, their JSON, WebSocket frames, server-sent events."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

__all__ = [
    "INSTRUCTIONS",
    "PROMPT",
    "TOOL",
    "answer",
    "frame",
    "one_call",
    "parallel_calls",
    "question",
    "server_sent",
    "texts",
    "tokens",
]

INSTRUCTIONS = "You are a careful analyst. Use the tools, then answer in one sentence."
PROMPT = "Look the numbers up, one after another."
TOOL: dict[str, Any] = {
    "type": "function",
    "name": "lookup",
    "description": "Look a number up.",
    "parameters": {
        "type": "object",
        "properties": {"n": {"type": "integer"}},
        "required": ["n"],
        "additionalProperties": False,
    },
    "strict": True,
}
USAGE = {
    "input_tokens": 900,
    "input_tokens_details": {"cached_tokens": 800, "cache_write_tokens": 0},
    "output_tokens": 20,
    "output_tokens_details": {"reasoning_tokens": 0},
    "total_tokens": 920,
}
WORDS = (" harbour", " wakes", " before", " the", " town", " does", " and", " boats")
Event = dict[str, Any]


def question(**more: Any) -> Any:
    """What every client asks."""
    item = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": PROMPT}]}
    return {
        "type": "response.create",
        "model": "demo",
        "instructions": INSTRUCTIONS,
        "tools": [TOOL],
        "store": False,
        "input": [item],
        **more,
    }


def tokens(count: int) -> list[str]:
    """So many words."""
    return [WORDS[n % len(WORDS)] for n in range(count)]


def _response(number: int, output: Sequence[Event] | None = None) -> Event:
    """A response that began, or that ended with this output."""
    return {
        "id": f"resp_{number:032d}",
        "object": "response",
        "created_at": 1_760_000_000,
        "status": "in_progress" if output is None else "completed",
        "background": False,
        "error": None,
        "incomplete_details": None,
        "instructions": INSTRUCTIONS,
        "max_output_tokens": None,
        "model": "demo",
        "output": list(output or ()),
        "parallel_tool_calls": True,
        "previous_response_id": None,
        "reasoning": {"effort": None, "summary": None},
        "service_tier": "default",
        "store": False,
        "temperature": 1.0,
        "text": {"format": {"type": "text"}, "verbosity": "medium"},
        "tool_choice": "auto",
        "tools": [TOOL],
        "top_p": 1.0,
        "truncation": "disabled",
        "usage": None if output is None else USAGE,
        "user": None,
        "metadata": {},
    }


def _turn(number: int, events: Iterable[Event], output: Sequence[Event]) -> list[Event]:
    """The events of a response, with what stands around those of its items."""
    return [
        {"type": "response.created", "response": _response(number)},
        {"type": "response.in_progress", "response": _response(number)},
        *events,
        {"type": "response.completed", "response": _response(number, output)},
    ]


def answer(number: int, deltas: Sequence[str]) -> list[Event]:
    """The events of response `number`: a message in these pieces. The first of them is the fifth event."""
    place = {"item_id": f"msg_{number:032d}", "output_index": 0, "content_index": 0}
    text = "".join(deltas)
    part = {"type": "output_text", "annotations": [], "logprobs": [], "text": text}
    item = {"id": place["item_id"], "type": "message", "status": "completed", "content": [part], "role": "assistant"}
    begun = {**item, "status": "in_progress", "content": []}
    events = [
        {"type": "response.output_item.added", "output_index": 0, "item": begun},
        {"type": "response.content_part.added", **place, "part": {**part, "text": ""}},
        *({"type": "response.output_text.delta", **place, "delta": delta, "logprobs": []} for delta in deltas),
        {"type": "response.output_text.done", **place, "text": text, "logprobs": []},
        {"type": "response.content_part.done", **place, "part": part},
        {"type": "response.output_item.done", "output_index": 0, "item": item},
    ]
    return _turn(number, events, [item])


def one_call(number: int) -> list[Event]:
    """The events of response `number`: a call of `lookup`, with its number for an argument."""
    item = _call(number, f"{number:024d}", number)
    return _turn(number, [_announced(item, 0), *_arguments(item, 0)], [item])


def parallel_calls(number: int, count: int) -> list[Event]:
    """The events of a response with so many calls: all are announced first, as parallel calls are."""
    items = [_call(number * 1_000_000 + n, f"{n}", n) for n in range(count)]
    announced = [_announced(item, index) for index, item in enumerate(items)]
    return _turn(number, [*announced, *(e for i, item in enumerate(items) for e in _arguments(item, i))], items)


def _call(number: int, call: str, n: int) -> Event:
    item = {"id": f"fc_{number:032d}", "type": "function_call", "status": "completed"}
    return {**item, "arguments": json.dumps({"n": n}), "call_id": f"call_{call}", "name": "lookup"}


def _announced(item: Event, index: int) -> Event:
    begun = {**item, "arguments": "", "status": "in_progress"}
    return {"type": "response.output_item.added", "output_index": index, "item": begun}


def _arguments(item: Event, index: int) -> list[Event]:
    place = {"item_id": item["id"], "output_index": index}
    kind, said = "response.function_call_arguments", item["arguments"]
    return [
        {"type": f"{kind}.delta", **place, "delta": said},
        {"type": f"{kind}.done", **place, "arguments": said, "name": item["name"]},
        {"type": "response.output_item.done", "output_index": index, "item": item},
    ]


def texts(events: Iterable[Event], lane: str | None = None) -> list[bytes]:
    """The events as JSON, numbered, the type first."""
    more = {} if lane is None else {"stream_id": lane}
    return [
        json.dumps({"type": each["type"], "sequence_number": n, **more, **each}, separators=(",", ":")).encode()
        for n, each in enumerate(events)
    ]


def frame(data: bytes, *, compressed: bool = False) -> bytes:
    """A whole text frame of a server. `compressed` marks it so (RSV1)."""
    first, length = 0xC1 if compressed else 0x81, len(data)
    if length < 126:
        return bytes((first, length)) + data
    if length < 65536:
        return bytes((first, 126)) + length.to_bytes(2, "big") + data
    return bytes((first, 127)) + length.to_bytes(8, "big") + data


def server_sent(data: bytes) -> bytes:
    """The event as HTTP has it; `data` is of `texts`."""
    kind = data[9 : data.index(b'"', 9)]
    return b"event: " + kind + b"\ndata: " + data + b"\n\n"
