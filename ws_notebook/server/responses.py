"""The Response object, with every field a strict reader wants."""

from __future__ import annotations

from collections.abc import Sequence
from secrets import token_hex
from typing import Any

from ws_notebook.server.create import Create
from ws_notebook.server.wire import ResponseObject, Tool

__all__ = ["new_id", "new_response", "usage"]


def new_id(prefix: str) -> str:
    """A fresh id of the API's look: ``resp_…``, ``msg_…``, ``fc_…``, ``call_…``."""
    return f"{prefix}_{token_hex(16)}"


def new_response(create: Create, created_at: int) -> ResponseObject:
    """An in-progress response to *create*, its output empty.

    Numeric settings are numbers, never null; what may be null is there as null.
    """
    fields = create.fields
    reasoning = fields.get("reasoning") or {}
    return {
        "id": new_id("resp"),
        "object": "response",
        "created_at": created_at,
        "completed_at": None,
        "status": "in_progress",
        "background": False,
        "error": None,
        "frequency_penalty": _number(fields, "frequency_penalty", 0.0),
        "incomplete_details": None,
        "instructions": fields.get("instructions"),
        "max_output_tokens": fields.get("max_output_tokens"),
        "max_tool_calls": fields.get("max_tool_calls"),
        "metadata": fields.get("metadata") or {},
        "model": create.model,
        "output": [],
        "parallel_tool_calls": fields.get("parallel_tool_calls") is not False,
        "presence_penalty": _number(fields, "presence_penalty", 0.0),
        "previous_response_id": create.previous_response_id,
        "prompt_cache_key": fields.get("prompt_cache_key"),
        "reasoning": {"effort": reasoning.get("effort"), "summary": reasoning.get("summary")},
        "safety_identifier": fields.get("safety_identifier"),
        "service_tier": fields.get("service_tier") or "default",
        "store": create.store,
        "temperature": _number(fields, "temperature", 1.0),
        "text": _text(fields.get("text") or {}),
        "tool_choice": fields.get("tool_choice") or "auto",
        "tools": _tools(create.tools),
        "top_logprobs": _number(fields, "top_logprobs", 0),
        "top_p": _number(fields, "top_p", 1.0),
        "truncation": fields.get("truncation") or "disabled",
        "usage": None,
        "user": fields.get("user"),
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


def _number(fields: Any, name: str, default: float) -> float:
    value = fields.get(name)
    return default if value is None else value


def _text(text: dict[str, Any]) -> dict[str, Any]:
    known = {key: value for key, value in text.items() if value is not None}
    return {"format": {"type": "text"}, **known}


def _tools(tools: Sequence[Tool]) -> list[Tool]:
    return [
        {"description": None, "parameters": None, "strict": None, **tool} if tool["type"] == "function" else tool
        for tool in tools
    ]
