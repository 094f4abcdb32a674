"""A JSON schema as a tree: the schemas inside of it, what its references mean, and the same tree with each replaced."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

__all__ = ["Schema", "any_of", "closed", "mapped", "reachable", "resolved", "subschemas", "target_name"]

Schema = dict[str, Any]

_NAMED = ("properties", "$defs", "patternProperties", "dependentSchemas")
_LISTED = ("anyOf", "oneOf", "allOf", "prefixItems")
_INNER = ("items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames")
"""The keywords that hold schemas: by names, in a list, or one."""

_MAX_STEPS = 20
"""References that lead to references."""


def mapped(schema: Schema, change: Callable[[Schema], Schema]) -> Schema:
    """The schema with `change` made to each of those directly inside of it."""
    result = dict(schema)
    for key, value in schema.items():
        if key in _NAMED and isinstance(value, dict):
            result[key] = {name: change(child) for name, child in value.items()}
        elif key in _LISTED and isinstance(value, list):
            result[key] = [change(child) for child in value]
        elif key in _INNER and isinstance(value, dict):
            result[key] = change(value)
    return result


def subschemas(schema: Schema) -> Iterator[Schema]:
    """The schemas directly inside a schema, its definitions included."""
    found: list[Schema] = []

    def collect(child: Schema) -> Schema:
        found.append(child)
        return child

    mapped(schema, collect)
    return iter(found)


def target_name(schema: Mapping[str, Any]) -> str:
    """The name of the definition that the schema refers to; empty where it is no reference."""
    return str(schema.get("$ref", "")).rpartition("/")[2]


def resolved(schema: Any, definitions: Mapping[str, Any]) -> Any:
    """What the schema means where it is a reference, else itself; None for one that leads nowhere."""
    for _ in range(_MAX_STEPS):
        if not isinstance(schema, Mapping) or "$ref" not in schema:
            return schema
        schema = definitions.get(target_name(schema))
    return None


def reachable(schema: Schema, definitions: Mapping[str, Schema]) -> dict[str, Schema]:
    """The definitions that the schema refers to, itself or through one another, in their own order."""
    found: set[str] = set()
    waiting = [schema]
    while waiting:
        node = waiting.pop()
        name = target_name(node)
        if name in definitions and name not in found:
            found.add(name)
            waiting.append(definitions[name])
        waiting.extend(subschemas(node))
    return {name: each for name, each in definitions.items() if name in found}


def closed(properties: Mapping[str, Schema], required: list[str]) -> Schema:
    """An object with these properties and no others."""
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def any_of(choices: Iterable[Schema]) -> Schema:
    """What holds where one of them holds, each named once; one that allows anything makes the others superfluous."""
    different: list[Schema] = []
    for choice in choices:
        if choice not in different:
            different.append(choice)
    if len(different) == 1:
        return different[0]
    return {} if not different or {} in different else {"anyOf": different}
