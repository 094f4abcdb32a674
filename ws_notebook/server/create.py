"""A create request, checked: the fields of ``POST /v1/responses``, which ``response.create`` carries flat."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from ws_notebook.server.errors import ApiError, invalid_value, missing, of_type
from ws_notebook.server.wire import Item, Tool

__all__ = ["Create", "check_stream_id", "parse_create"]

T = TypeVar("T")

_STREAM_ID = re.compile(r"[A-Za-z0-9_.-]{1,256}\Z")
_ROLES = frozenset({"user", "assistant", "system", "developer"})
_REQUIRED: dict[str, dict[str, tuple[type, ...]]] = {
    "message": {"content": (str, list)},
    "function_call": {"call_id": (str,), "name": (str,), "arguments": (str,)},
    "custom_tool_call": {"call_id": (str,), "name": (str,), "input": (str,)},
    "compaction": {"encrypted_content": (str,)},
    "function_call_output": {"call_id": (str,), "output": (str, list)},
    "custom_tool_call_output": {"call_id": (str,), "output": (str, list)},
}
"""What an input item of a known type must hold; other types pass untouched."""
_TYPES: dict[tuple[type, ...], str] = {
    (str,): "instructions previous_response_id",
    (bool,): "store stream background generate parallel_tool_calls",
    (int,): "max_output_tokens max_tool_calls top_logprobs",
    (int, float): "temperature top_p",
    (str, dict): "tool_choice",
    (dict,): "metadata text reasoning prompt_cache_options",
}
"""The fields of each type."""
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
    for kinds, names in _TYPES.items():
        for name in names.split():
            if fields.get(name) is not None:
                of_type(fields[name], kinds, name)
    if fields.get("background"):
        raise ApiError("Background responses are not supported by this server.", param="background")
    for name in _UNSUPPORTED:
        if fields.get(name) is not None:
            raise ApiError(f"'{name}' is not supported by this server.", code="unsupported_parameter", param=name)
    model = _required(fields, "model", (str,))
    limit = fields.get("max_output_tokens")
    if limit is not None and limit < 1:
        raise ApiError(
            "'max_output_tokens' must be 1 or more.", code="integer_below_min_value", param="max_output_tokens"
        )
    prewarm = (fields.get("prompt_cache_options") or {}).get("prewarm") is True
    items = _items(fields)
    triggers = [place for place, item in enumerate(items) if item["type"] == "compaction_trigger"]
    if triggers and triggers[0] < len(items) - 1:
        raise ApiError("A 'compaction_trigger' must be the last item of the input.", param="input")
    create = Create(
        model=model,
        items=items[:-1] if triggers else items,
        compact_threshold=_threshold(fields),
        compact_now=bool(triggers),
        tools=_each(fields, "tools", _tool),
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


def _required(fields: Mapping[str, Any], name: str, kinds: tuple[type, ...], where: str = "") -> Any:
    """The field of that name; *where* its object stands is what errors begin with."""
    if fields.get(name) is None:
        raise missing(f"{where}{name}")
    return of_type(fields[name], kinds, f"{where}{name}")


def _each(fields: Mapping[str, Any], name: str, read: Callable[[dict[str, Any], str], T]) -> tuple[T, ...]:
    """The objects of an array, each as *read* has it, which is told where that stands."""
    given = [] if fields.get(name) is None else of_type(fields[name], (list,), name)
    places = ((f"{name}[{index}]", value) for index, value in enumerate(given))
    return tuple(read(of_type(value, (dict,), where), f"{where}.") for where, value in places)


def _items(fields: Mapping[str, Any]) -> tuple[Item, ...]:
    given = fields.get("input")
    if isinstance(given, str):
        content = [{"type": "input_text", "text": given}]
        return ({"type": "message", "role": "user", "content": content},)
    if given is not None:
        of_type(given, (str, list), "input")
    return _each(fields, "input", _item)


def _item(item: Item, where: str) -> Item:
    kind = _required({"type": "message", **item} if "role" in item else item, "type", (str,), where)
    if kind == "message" and item.get("role") not in _ROLES:
        raise invalid_value(f"{where}role", f"one of {', '.join(map(repr, sorted(_ROLES)))}", param="input")
    for name, kinds in _REQUIRED.get(kind, {}).items():
        _required(item, name, kinds, where)
    return {"type": kind, **item}


def _threshold(fields: Mapping[str, Any]) -> int | None:
    found = _each(fields, "context_management", _one_threshold)
    return found[-1] if found else None


def _one_threshold(entry: dict[str, Any], where: str) -> int:
    if entry.get("type") != "compaction":
        raise invalid_value(f"{where}type", "'compaction'")
    threshold: int = of_type(entry.get("compact_threshold", _COMPACT_THRESHOLD), (int,), f"{where}compact_threshold")
    return threshold


def _tool(tool: Tool, where: str) -> Tool:
    kind = _required(tool, "type", (str,), where)
    if kind in ("function", "custom"):
        _required(tool, "name", (str,), where)
    if tool.get("parameters") is not None:
        of_type(tool["parameters"], (dict,), f"{where}parameters")
    return tool
