"""A create request, checked: the fields of ``POST /v1/responses``, which ``response.create`` carries flat."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ws_notebook.server.errors import ApiError, invalid_type, missing
from ws_notebook.server.wire import Item, Tool

__all__ = ["Create", "check_stream_id", "parse_create"]

_STREAM_ID = re.compile(r"[A-Za-z0-9_.-]{1,256}\Z")
_ROLES = frozenset({"user", "assistant", "system", "developer"})
_REQUIRED: dict[str, dict[str, tuple[type, ...]]] = {
    "function_call": {"call_id": (str,), "name": (str,), "arguments": (str,)},
    "custom_tool_call": {"call_id": (str,), "name": (str,), "input": (str,)},
    "compaction": {"encrypted_content": (str,)},
    "function_call_output": {"call_id": (str,), "output": (str, list)},
    "custom_tool_call_output": {"call_id": (str,), "output": (str, list)},
}
"""What an input item of a known type must hold; other types pass untouched."""
_TYPES: dict[str, tuple[tuple[type, ...], str]] = {
    "instructions": ((str,), "a string"),
    "previous_response_id": ((str,), "a string"),
    "store": ((bool,), "a boolean"),
    "stream": ((bool,), "a boolean"),
    "background": ((bool,), "a boolean"),
    "generate": ((bool,), "a boolean"),
    "parallel_tool_calls": ((bool,), "a boolean"),
    "max_output_tokens": ((int,), "an integer"),
    "max_tool_calls": ((int,), "an integer"),
    "temperature": ((int, float), "a number"),
    "top_p": ((int, float), "a number"),
    "top_logprobs": ((int,), "an integer"),
    "tool_choice": ((str, dict), "a string or an object"),
    "metadata": ((dict,), "an object"),
    "text": ((dict,), "an object"),
    "reasoning": ((dict,), "an object"),
    "prompt_cache_options": ((dict,), "an object"),
}
_COMPACT_THRESHOLD = 100_000
"""Of a context_management that names none; the providers' is not documented."""
_UNSUPPORTED = ("conversation", "prompt")
"""Refused rather than ignored: without them the answer would silently be to something else."""


@dataclass(frozen=True, slots=True)
class Create:
    """One request for a response. ``fields`` is the body as sent."""

    model: str
    items: tuple[Item, ...]
    tools: tuple[Tool, ...]
    previous_response_id: str | None
    store: bool
    stream: bool
    generate: bool
    max_output_tokens: int | None
    compact_threshold: int | None
    """Tokens of context above which the server compacts it by itself; None: never."""
    compact_now: bool
    """Whether the input ends in a ``compaction_trigger``, which is not among the items."""
    fields: Mapping[str, Any]


def parse_create(fields: Mapping[str, Any]) -> Create:
    """Check *fields*; ApiError 400 names the first one that is wrong. Unknown fields are let through."""
    for name, (types, expected) in _TYPES.items():
        _check_type(fields, name, types, expected)
    if fields.get("background"):
        raise ApiError("Background responses are not supported by this server.", param="background")
    for name in _UNSUPPORTED:
        if fields.get(name) is not None:
            raise ApiError(f"'{name}' is not supported by this server.", code="unsupported_parameter", param=name)
    model = fields.get("model")
    if model is None:
        raise missing("model")
    if not isinstance(model, str):
        raise invalid_type("model", "a string", model)
    limit = fields.get("max_output_tokens")
    if limit is not None and limit < 1:
        raise ApiError(
            "'max_output_tokens' must be 1 or more.", code="integer_below_min_value", param="max_output_tokens"
        )
    prewarm = (fields.get("prompt_cache_options") or {}).get("prewarm") is True
    items = _items(fields.get("input"))
    create = Create(
        model=model,
        items=_without_trigger(items),
        compact_threshold=_threshold(fields.get("context_management")),
        compact_now=_has_trigger(items),
        tools=_tools(fields.get("tools")),
        previous_response_id=fields.get("previous_response_id"),
        store=fields.get("store") is not False,  # "default true when omitted"
        stream=fields.get("stream") is True,
        generate=fields.get("generate") is not False and not prewarm,
        max_output_tokens=limit,
        fields=fields,
    )
    if fields.get("input") is None and create.generate and create.previous_response_id is None:
        raise missing("input")
    return create


def check_stream_id(value: object) -> str | None:
    """The lane a create names, or None; "1-256 chars, letters, digits, _, -, .; else invalid_stream_id"."""
    if value is None:
        return None
    if isinstance(value, str) and _STREAM_ID.match(value):
        return value
    raise ApiError(
        "Invalid 'stream_id': use 1 to 256 letters, digits, '_', '-' or '.'.",
        code="invalid_stream_id",
        param="stream_id",
    )


def _check_type(fields: Mapping[str, Any], name: str, types: tuple[type, ...], expected: str) -> None:
    value = fields.get(name)
    if value is None:
        return
    # A JSON boolean is a Python int as well, but no number to the API.
    if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
        raise invalid_type(name, expected, value)


def _items(value: object) -> tuple[Item, ...]:
    if value is None:
        return ()
    if isinstance(value, str):
        content = [{"type": "input_text", "text": value}]
        return ({"type": "message", "role": "user", "content": content},)
    if not isinstance(value, list):
        raise invalid_type("input", "a string or an array", value)
    return tuple(_item(item, f"input[{index}]") for index, item in enumerate(value))


def _has_trigger(items: Sequence[Item]) -> bool:
    return any(item.get("type") == "compaction_trigger" for item in items)


def _without_trigger(items: tuple[Item, ...]) -> tuple[Item, ...]:
    """*items* without the trigger that "must be the final input item"."""
    if _has_trigger(items[:-1]):
        raise ApiError("A 'compaction_trigger' must be the last item of the input.", param="input")
    return items[:-1] if _has_trigger(items) else items


def _threshold(value: object) -> int | None:
    if value is None:
        return None
    if not isinstance(value, list):
        raise invalid_type("context_management", "an array", value)
    found: int | None = None
    for index, entry in enumerate(value):
        where = f"context_management[{index}]"
        if not isinstance(entry, dict):
            raise invalid_type(where, "an object", entry)
        if entry.get("type") != "compaction":
            raise ApiError(
                f"Invalid value for '{where}.type': use 'compaction'.", code="invalid_value", param=f"{where}.type"
            )
        found = entry.get("compact_threshold", _COMPACT_THRESHOLD)
        if not isinstance(found, int) or isinstance(found, bool):
            raise invalid_type(f"{where}.compact_threshold", "an integer", found)
    return found


def _item(value: object, where: str) -> Item:
    if not isinstance(value, dict):
        raise invalid_type(where, "an object", value)
    kind = value.get("type", "message" if "role" in value else None)
    if not isinstance(kind, str):
        raise missing(f"{where}.type") if kind is None else invalid_type(f"{where}.type", "a string", kind)
    if kind == "message":
        return _message(value, where)
    for name, types in _REQUIRED.get(kind, {}).items():
        if value.get(name) is None:
            raise missing(f"{where}.{name}")
        if not isinstance(value[name], types):
            expected = "a string" if types == (str,) else "a string or an array"
            raise invalid_type(f"{where}.{name}", expected, value[name])
    return value


def _message(value: dict[str, Any], where: str) -> Item:
    if value.get("role") not in _ROLES:
        wanted = ", ".join(f"'{role}'" for role in sorted(_ROLES))
        raise ApiError(f"Invalid value for '{where}.role': use one of {wanted}.", code="invalid_value", param="input")
    content = value.get("content")
    if content is None:
        raise missing(f"{where}.content")
    if not isinstance(content, str | list):
        raise invalid_type(f"{where}.content", "a string or an array", content)
    return {"type": "message", **value}


def _tools(value: object) -> tuple[Tool, ...]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise invalid_type("tools", "an array", value)
    return tuple(_tool(tool, f"tools[{index}]") for index, tool in enumerate(value))


def _tool(value: object, where: str) -> Tool:
    if not isinstance(value, dict):
        raise invalid_type(where, "an object", value)
    if not isinstance(value.get("type"), str):
        raise missing(f"{where}.type")
    if value["type"] in ("function", "custom") and not isinstance(value.get("name"), str):
        raise missing(f"{where}.name")
    parameters = value.get("parameters")
    if parameters is not None and not isinstance(parameters, dict):
        raise invalid_type(f"{where}.parameters", "an object", parameters)
    return value
