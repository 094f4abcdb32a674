"""Parameters that are numbers, text and truth values: their schema, and arguments that fit as they stand.

The same as pydantic makes of them, without it: it takes longer to load than all the rest of a first question, and most
tools need no more. What is not exactly as declared is left to it: it knows what may be converted, and what is wrong.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from ws_notebook.render.format import valid
from ws_notebook.tools.schema.nodes import Schema
from ws_notebook.tools.schema.signature import Parameter

__all__ = ["is_plain_value", "plain_kinds", "plain_schema", "plain_values"]

_NAMES: Final[Mapping[Any, str]] = {bool: "boolean", int: "integer", float: "number", str: "string"}
_WHOLE: Final = 2**53
"""Up to here whole numbers and floats are the same."""


def plain_kinds(parameters: Sequence[Parameter]) -> Mapping[str, type] | None:
    """The types by name; None where some parameter is anything else."""
    kinds = {each.name: each.annotation for each in parameters}
    # Identity: an annotation may have no hash, or be equal to what it is not.
    return kinds if all(any(kind is plain for plain in _NAMES) for kind in kinds.values()) else None


def plain_schema(parameters: Sequence[Parameter]) -> Schema:
    """The JSON schema of such parameters."""
    schema: Schema = {"additionalProperties": False, "properties": {}}
    schema["properties"] = {each.name: {"type": _NAMES[each.annotation]} for each in parameters}
    if required := [each.name for each in parameters if each.required]:
        schema["required"] = required
    return {**schema, "type": "object"}


def plain_values(text: str, parameters: Sequence[Parameter], kinds: Mapping[str, type]) -> dict[str, Any] | None:
    """The values by name of a JSON object that fits as it is written; None for whatever has to be looked at closer."""
    try:
        given = msgspec.json.decode(text)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    if not isinstance(given, dict) or not given.keys() <= kinds.keys():
        return None
    found: dict[str, Any] = {}
    for each in parameters:
        if each.name not in given:
            if each.required:
                return None
            continue
        value, kind = given[each.name], kinds[each.name]
        if kind is float and type(value) is int and -_WHOLE <= value <= _WHOLE:
            value = float(value)
        if type(value) is not kind or not is_plain_value(value):
            return None
        found[each.name] = value
    return found


def is_plain_value(value: Any) -> bool:
    """Whether it is a value that is the same in JSON, whoever writes or reads it."""
    kind = type(value)
    if kind is str:
        # Without lone surrogates.
        return value.isascii() or valid(value) is value
    if kind is float:
        return math.isfinite(value)
    return kind is bool or (kind is int and value.bit_length() < 64)
