"""What a response was made of, in the form in which a provider that does not know it takes it as input.

Ids are left out where the API allows it, since some providers bind them to a connection. What would have the whole
request refused is dropped or mended: reasoning without the item that it led to, an item without its reasoning, a
message that says nothing, arguments that are no JSON object.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from .calltext import is_object
from .items import TOOL_CALLS, Item, kind

__all__ = ["arguments_as_object", "replayed_items"]

_NOT_REPLAYED: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(("message", *TOOL_CALLS, *TOOL_CALLS.values()), frozenset({"id", "status"})),
    "reasoning": frozenset({"status"}),
}
"""The fields of an item that a replay leaves out, by the item's type."""

_BOUND = frozenset(
    {"web_search_call", "file_search_call", "code_interpreter_call", "image_generation_call", "mcp_call"}
)
"""Items of hosted tools: they need their id, and OpenAI refuses one by its id where its reasoning is missing."""


def replayed_items(output: Iterable[Item], unfinished: Sequence[Item] = (), *, thoughts: bool = True) -> list[Item]:
    """The items of a response as input for later ones; `unfinished` stands behind them: what was cut off.

    `thoughts`: whether the provider can read its reasoning.
    """
    return _paired([*(_bare(item) for item in output), *unfinished], thoughts)


def _bare(item: Item) -> Item:
    named = kind(item)
    bare = Item(item)
    for dropped in _NOT_REPLAYED.get(named, ()):
        bare.pop(dropped, None)
    if named in TOOL_CALLS and not item.get("call_id") and item.get("id"):
        bare["call_id"] = item["id"]  # its answer names that one
    if named == "function_call":
        bare["arguments"] = arguments_as_object(item.get("arguments"))
    return bare


def _paired(items: Sequence[Item], readable: bool) -> list[Item]:
    """Without reasoning that no item follows, and without items whose reasoning cannot be sent.

    Where nothing is stored, reasoning is read from its `encrypted_content` alone.
    """
    kept: list[Item] = []
    thoughts: list[Item] = []
    lost = False
    for item in items:
        named = kind(item)
        if named == "reasoning":
            kept_thought = readable and bool(item.get("encrypted_content"))
            # Raw reasoning is an open model's: such servers pair nothing.
            lost = not kept_thought and not item.get("content")
            thoughts += [item] if kept_thought else []
        elif (named != "message" or item.get("content")) and not (lost and named in _BOUND):
            # A message that was cut off before its first word says nothing.
            kept += [*thoughts, item]
            thoughts, lost = [], False
    return kept


def arguments_as_object(arguments: Any) -> str:
    """A call's arguments as the JSON text of an object: unchanged where they are one.

    Text that was cut off, or is no JSON, or of another kind goes into an object as it is, under "arguments".
    """
    if isinstance(arguments, str) and is_object(arguments):
        return arguments
    value = _lenient(arguments) if isinstance(arguments, str) else arguments
    if value is None or value == "":
        return "{}"
    try:
        return msgspec.json.encode(value if isinstance(value, dict) else {"arguments": arguments}).decode()
    except (TypeError, ValueError, RecursionError):
        return json.dumps({"arguments": str(arguments)})


def _lenient(text: str) -> Any:
    """The value that is meant, where line breaks stand in strings as they are; else the text."""
    try:
        return json.loads(text.strip() or "null", strict=False, parse_constant=_number, parse_float=_number)
    except (ValueError, RecursionError):
        return text


def _number(written: str) -> float:
    value = float(written)
    if not math.isfinite(value):
        raise ValueError(f"{written} is no number of JSON")
    return value
