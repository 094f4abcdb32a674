"""What a model wrote for a call: JSON arguments or a custom tool's input, from whichever of its tellings says most."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import msgspec

__all__ = ["FIELDS", "best", "is_object", "readable", "repaired", "same", "text_of"]

_anything = msgspec.json.Decoder()

FIELDS = {"function_call": "arguments", "custom_tool_call": "input"}
"""Where the item of each kind has it."""


def text_of(value: Any) -> str:
    """The text that a field holds: some providers send arguments as an object."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def best(kind: str, tellings: Iterable[str]) -> str:
    """Of several tellings, the most authoritative first, the one that says most: nothing that arrived is lost.

    Arguments that can be read come before those that cannot.
    """
    told = [each for each in tellings if each and not each.isspace()]
    if not told:
        return ""
    if told.count(told[0]) == len(told):
        most = told[0]  # as it is nearly always
    elif kind == "function_call":
        most = max(told, key=lambda each: (readable(each), _extent(each)))
    else:
        most = max(told, key=len)
    return repaired(most) if kind == "function_call" else most


def readable(arguments: str) -> bool:
    """Whether they are one JSON object, raw control characters in its strings allowed."""
    return isinstance(_value(arguments), dict)


def repaired(arguments: str) -> str:
    """The same object as JSON that every reader takes; as it is where it is none."""
    if is_object(arguments):
        return arguments
    value = _value(arguments)
    if not isinstance(value, dict):
        return arguments
    try:
        return arguments if isinstance(json.loads(arguments), dict) else json.dumps(value, ensure_ascii=False)
    except ValueError:
        return json.dumps(value, ensure_ascii=False)


def is_object(text: str) -> bool:
    """Whether it is one JSON object that every reader takes."""
    try:
        return isinstance(_anything.decode(text), dict)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return False


def same(kind: str, one: str, other: str) -> bool:
    """Whether two tellings say the same."""
    if one == other or kind != "function_call":
        return one == other
    values = _value(one), _value(other)
    return values[0] is not None and values[0] == values[1]


def _extent(arguments: str) -> int:
    value = _value(arguments)
    return len(arguments) if value is None else len(json.dumps(value))


def _value(arguments: str) -> Any:
    """What the JSON holds, None where it is none; JSON within a JSON string is unpacked."""
    try:
        value = json.loads(arguments, strict=False)
        return json.loads(value, strict=False) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        return None
