"""The Response object, with every field a strict reader wants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from secrets import token_hex
from typing import Any

from ws_notebook.server.create import Create
from ws_notebook.server.wire import ResponseObject, Tool

__all__ = ["PREFIXES", "new_id", "new_response", "usage"]


_SETTINGS: Mapping[str, Any] = {
    "frequency_penalty": 0.0, "presence_penalty": 0.0, "temperature": 1.0, "top_p": 1.0, "top_logprobs": 0,
    "instructions": None, "max_output_tokens": None, "max_tool_calls": None,
    "prompt_cache_key": None, "safety_identifier": None, "user": None, "parallel_tool_calls": True,
    "service_tier": "default", "tool_choice": "auto", "truncation": "disabled",
}  # fmt: skip
"""What a request may say, and what holds where it does not."""
_BEGUN: Mapping[str, Any] = {
    "status": "in_progress", "background": False, "error": None, "incomplete_details": None,
    "usage": None, "completed_at": None,
}  # fmt: skip
"""A response at its beginning."""
PREFIXES: Mapping[str, str] = {
    "message": "msg", "reasoning": "rs", "function_call": "fc", "custom_tool_call": "ctc", "compaction": "cmp",
}  # fmt: skip
"""How the ids of items begin, by their types."""


def new_id(prefix: str) -> str:
    """A fresh id of the API's look: ``resp_…``, ``msg_…``, ``fc_…``, ``call_…``."""
    return f"{prefix}_{token_hex(16)}"


def new_response(create: Create, created_at: int) -> ResponseObject:
    """An in-progress response to *create*, its output empty.

    Numeric settings are numbers, never null; what may be null is there as null.
    """
    fields = {name: value for name, value in create.fields.items() if value is not None}
    reasoning = fields.get("reasoning", {})
    return {
        "id": new_id("resp"),
        "object": "response",
        "created_at": created_at,
        **{name: fields.get(name, usual) for name, usual in _SETTINGS.items()},
        "model": create.model,
        "previous_response_id": create.previous_response_id,
        "metadata": fields.get("metadata", {}),
        "output": [],
        "store": create.store,
        "reasoning": {"effort": reasoning.get("effort"), "summary": reasoning.get("summary")},
        "text": _text(fields.get("text", {})),
        "tools": _tools(create.tools),
        **_BEGUN,
    }


def usage(*, total_input: int, cached: int, output: int, reasoning: int) -> dict[str, Any]:
    """The usage object; *reasoning* is part of *output*, *cached* of *total_input*."""
    return {
        "input_tokens": total_input,
        "input_tokens_details": {"cached_tokens": cached, "cache_write_tokens": 0},
        "output_tokens": output,
        "output_tokens_details": {"reasoning_tokens": reasoning},
        "total_tokens": total_input + output,
    }


def _text(text: dict[str, Any]) -> dict[str, Any]:
    known = {key: value for key, value in text.items() if value is not None}
    return {"format": {"type": "text"}, **known}


def _tools(tools: Sequence[Tool]) -> list[Tool]:
    return [
        {"description": None, "parameters": None, "strict": None, **tool} if tool["type"] == "function" else tool
        for tool in tools
    ]
