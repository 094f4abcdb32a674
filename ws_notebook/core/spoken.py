"""A request in the dialect of the server that gets it, and an end as that server meant it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ..dialects import Dialect
from .items import at

__all__ = ["INPUT", "as_arguments", "mended", "plain_items", "spoken"]

INPUT = "input"
"""The one parameter of a free-form tool that is made a function."""
_PLAIN = frozenset({"message", "function_call", "function_call_output"})


def spoken(body: Mapping[str, Any], dialect: Dialect) -> dict[str, Any]:
    """A body of `POST /responses`, or a `response.create`, with what the server obeys in place of what it ignores."""
    found = dict(body)
    if isinstance(limit := body.get("max_output_tokens"), int):
        found["max_output_tokens"] = max(limit, dialect.least_output)
    wanted = at(body, "text", "format")
    if dialect.schema_at_top and isinstance(wanted, Mapping):
        if wanted.get("type") == "json_schema":
            found["json_schema"] = wanted.get("schema")
        elif wanted.get("type") == "json_object":
            found["response_format"] = {"type": "json_object"}
    if dialect.plain_items and isinstance(items := body.get("input"), list):
        found["input"] = plain_items(items)
    return found


def plain_items(items: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Items in the forms that every server reads, short forms made whole; those that have none are left out."""
    return [told for item in items if (told := _plain(item)) is not None]


def _plain(item: Mapping[str, Any]) -> dict[str, Any] | None:
    kind = item.get("type", "message" if "role" in item else None)
    if kind == "custom_tool_call":
        call = {"type": "function_call", "call_id": item.get("call_id"), "name": item.get("name")}
        return {**call, "arguments": as_arguments(str(item.get("input") or ""))}
    if kind == "custom_tool_call_output":
        return {**item, "type": "function_call_output"}
    if kind == "message":
        mine, content = item.get("role") == "assistant", item.get("content")
        part = {"type": "output_text" if mine else "input_text", "text": content}
        whole = {"content": [{**part, "annotations": []} if mine else part]} if isinstance(content, str) else {}
        return {**item, "type": "message", **({"status": "completed"} if mine else {}), **whole}
    return dict(item) if kind in _PLAIN else None


def as_arguments(text: str) -> str:
    """The input of a free-form tool as the arguments of the function that it was made."""
    return json.dumps({INPUT: text}, ensure_ascii=False)


def mended(event: Mapping[str, Any], dialect: Dialect, limit: int | None) -> Mapping[str, Any]:
    """A terminal event; a completed answer that has all the tokens it may have was cut, where its server hides that."""
    if not (dialect.hides_cuts and limit is not None and event.get("type") == "response.completed"):
        return event
    if at(event, "response", "usage", "output_tokens") != limit:
        return event
    cut = {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}
    return {**event, "type": "response.incomplete", "response": {**event["response"], **cut}}
