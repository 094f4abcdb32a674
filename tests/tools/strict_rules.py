"""The rules of strict mode, written down apart from the code that follows them, in the subset every provider accepts.

Root object; closed objects that require every property; typed values; no keyword beyond a short list; a reference
stands alone and leads somewhere; the documented limits on size.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

__all__ = ["violations"]

KEYWORDS = {
    "object": {"type", "properties", "required", "additionalProperties", "description"},
    "array": {"type", "items", "description"},
    "string": {"type", "enum", "description"},
    "integer": {"type", "enum", "description"},
    "number": {"type", "enum", "description"},
    "boolean": {"type", "enum", "description"},
    "null": {"type", "description"},
}
PYTHON = {"string": str, "integer": int, "number": (int, float), "boolean": bool}


def violations(schema: dict[str, Any]) -> list[str]:
    """What a strict provider would refuse, one sentence each; empty for a schema it accepts."""
    root = {key: value for key, value in schema.items() if key != "$defs"}
    definitions = schema.get("$defs", {})
    found = list(_node(root, "root", definitions))
    if root.get("type") != "object":
        found.append("root is no object")
    for name, definition in definitions.items():
        found.extend(_node(definition, f"$defs.{name}", definitions))
    if _count_properties(schema) > 5_000:
        found.append("more than 5000 properties")
    if _depth(root, definitions, ()) > 10:
        found.append("more than 10 levels")
    return found


def _node(node: Any, place: str, definitions: dict[str, Any]) -> Iterator[str]:
    if not isinstance(node, dict):
        yield f"{place} is no schema"
    elif "$ref" in node:
        if set(node) != {"$ref"}:
            yield f"{place}: a reference with neighbours"
        if node["$ref"].removeprefix("#/$defs/") not in definitions:
            yield f"{place}: a reference to nothing"
    elif "anyOf" in node:
        if set(node) - {"anyOf", "description"}:
            yield f"{place}: a union with neighbours {sorted(node)}"
        for index, choice in enumerate(node["anyOf"]):
            yield from _node(choice, f"{place}|{index}", definitions)
    elif node.get("type") not in KEYWORDS:
        yield f"{place}: type {node.get('type')!r}"
    else:
        yield from _typed(node, place, definitions)


def _typed(node: dict[str, Any], place: str, definitions: dict[str, Any]) -> Iterator[str]:
    kind = node["type"]
    extra = set(node) - KEYWORDS[kind]
    if extra:
        yield f"{place}: keywords {sorted(extra)}"
    if "description" in node and not (isinstance(node["description"], str) and node["description"]):
        yield f"{place}: an empty description"
    if "enum" in node:
        if not node["enum"] or not all(isinstance(value, PYTHON[kind]) for value in node["enum"]):
            yield f"{place}: enum values that are not of type {kind}"
        if len(node["enum"]) > 1_000:
            yield f"{place}: more than 1000 enum values"
    if kind == "object":
        properties = node.get("properties")
        if not isinstance(properties, dict):
            yield f"{place}: no properties"
            return
        if node.get("additionalProperties") is not False:
            yield f"{place}: open"
        if sorted(node.get("required", ())) != sorted(properties):
            yield f"{place}: not all properties are required"
        for name, child in properties.items():
            yield from _node(child, f"{place}.{name}", definitions)
    if kind == "array":
        yield from _node(node.get("items"), f"{place}[]", definitions)


def _count_properties(schema: Any) -> int:
    if isinstance(schema, list):
        return sum(map(_count_properties, schema))
    if not isinstance(schema, dict):
        return 0
    own = schema.get("properties")
    return (len(own) if isinstance(own, dict) else 0) + sum(map(_count_properties, schema.values()))


def _depth(node: dict[str, Any], definitions: dict[str, Any], seen: tuple[str, ...]) -> int:
    """Levels of nesting; a recursive reference ends the count."""
    if "$ref" in node:
        name = node["$ref"].removeprefix("#/$defs/")
        return 0 if name in seen else _depth(definitions[name], definitions, (*seen, name))
    children = [*node.get("anyOf", ()), *node.get("properties", {}).values()]
    if isinstance(node.get("items"), dict):
        children.append(node["items"])
    inner = max((_depth(child, definitions, seen) for child in children), default=0)
    return inner + (node.get("type") in ("object", "array"))
