"""JSON in and out, and the names of what it holds."""

from __future__ import annotations

from typing import Any

import msgspec

from ws_notebook.server.errors import ApiError

__all__ = ["CALLS", "ENDS", "OUTPUTS", "Event", "Item", "ResponseObject", "Tool", "decode_object", "encode"]

Event = dict[str, Any]
"""A server event, ready to be encoded."""
Item = dict[str, Any]
"""An input or output item of a response."""
ResponseObject = dict[str, Any]
"""The API's Response object."""
CALLS = frozenset({"function_call", "custom_tool_call"})
"""The types of items that call a tool of the client's."""
OUTPUTS = frozenset({"function_call_output", "custom_tool_call_output"})
"""Those of what it gave."""
ENDS = frozenset({"response.completed", "response.incomplete", "response.failed"})
"""The types of the events that end a response."""
Tool = dict[str, Any]
"""A tool as a request lists it."""


def decode_object(text: str | bytes) -> dict[str, Any]:
    """The JSON object in *text*; ApiError 400 when it is anything else."""
    try:
        value = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
        raise ApiError(f"We could not parse the JSON of your request: {error}.", code="invalid_json") from None
    if not isinstance(value, dict):
        raise ApiError("The request must be a JSON object.", code="invalid_json")
    return value


def encode(value: object) -> bytes:
    """Compact UTF-8 JSON."""
    return msgspec.json.encode(value)
