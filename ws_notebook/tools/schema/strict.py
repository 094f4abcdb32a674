"""JSON schemas brought into the strict subset that every provider accepts, or the reason why one cannot be.

The subset is the older, smaller one (`type`, `properties`, `required`, `additionalProperties`, `items`, `anyOf`,
`enum`, `$ref`, `$defs`, `description`), since providers other than the first still reject more. Every object is
closed and requires all of its properties; an optional one is a union with null. What a dropped keyword said
(bounds, formats, defaults) moves into the description, and pydantic still enforces it when the call arrives.
"""

from __future__ import annotations

import json
from typing import Any

from ws_notebook.render.format import shortened
from ws_notebook.tools.schema.nodes import Schema, any_of, closed, mapped, reachable, resolved, subschemas, target_name

__all__ = ["NOTE", "NOTES", "NotStrict", "strict_schema", "tidied", "wire_schema"]

NOTE = "x-note"
"""Where the generator leaves what pydantic would overwrite in a description."""

_NULL: Schema = {"type": "null"}
_JSON_TYPES = {"null": type(None), "boolean": bool, "integer": int, "number": float, "string": str}
"""Of values that are no container; to Python a truth value is a number too."""

_IMPOSSIBLE = (
    "not", "if", "then", "else", "dependentRequired", "dependentSchemas", "patternProperties",
    "propertyNames", "contains", "unevaluatedProperties",
)  # fmt: skip

_FORMATS = {
    "date-time": "ISO 8601 date and time",
    "date": "date as YYYY-MM-DD",
    "time": "time as HH:MM:SS",
    "duration": "ISO 8601 duration, for example PT1H30M",
    "uuid": "UUID",
    "path": "file path",
    "file-path": "path of an existing file",
    "directory-path": "path of an existing directory",
    "binary": "text",
    "uri": "URL",
    "email": "email address",
    "ipv4": "IPv4 address",
    "ipv6": "IPv6 address",
    "ipvanyaddress": "IP address",
    "regex": "regular expression",
    "json-string": "JSON text",
    "password": "secret",
}
NOTES = {
    "minimum": "at least {}",
    "exclusiveMinimum": "more than {}",
    "maximum": "at most {}",
    "exclusiveMaximum": "less than {}",
    "multipleOf": "a multiple of {}",
    "pattern": "matching {}",
    "minLength": "at least {} characters",
    "maxLength": "at most {} characters",
    "minItems": "at least {} items",
    "maxItems": "at most {} items",
}
"""What the description says in place of a keyword outside the subset."""

_SHOWN = 200
"""Characters of a value that a description repeats."""
_MAX_PROPERTIES, _MAX_DEPTH, _MAX_NAMES, _MAX_ENUM = 5_000, 10, 120_000, 1_000


class NotStrict(Exception):
    """Why a schema cannot be strict, as a sentence that names the place."""


def strict_schema(schema: Schema) -> Schema:
    """The strict form of an object schema. Raises `NotStrict`; the argument is not changed."""
    definitions = schema.get("$defs", {})
    converter = _Converter(definitions)
    result = converter.convert({key: value for key, value in schema.items() if key != "$defs"}, "")
    used = {name: converter.converted[name] for name in definitions if name in converter.converted}
    if used:
        result["$defs"] = used
    _check_limits(result)
    return result


def wire_schema(loose: Schema, strict: bool | None) -> tuple[Schema, str]:
    """The schema as it is sent, and why it is not strict; empty where it is. `strict` is what was asked for."""
    if strict is False:
        return loose, "strict=False was asked for"
    try:
        return strict_schema(loose), ""
    except NotStrict as error:
        return loose, str(error)
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError):
        return loose, "the schema has a form that strict mode does not know"


def tidied(schema: Schema) -> Schema:
    """The schema without its `title` keywords: they repeat names, and every byte is sent with every request.

    The note that the generator left under `NOTE` joins the description.
    """
    result = mapped(schema, tidied)
    result.pop("discriminator", None)
    if isinstance(result.get("title"), str):
        del result["title"]
    if NOTE in result:
        result["description"] = _sentence(result.get("description", ""), result.pop(NOTE))
    if "oneOf" in result and "anyOf" not in result:
        # Some providers refuse oneOf; which of them fits is seen when the call arrives.
        result["anyOf"] = result.pop("oneOf")
    if result.get("type") == "array":
        # Without it a provider refuses the whole request.
        result.setdefault("items", any_of(result.get("prefixItems", ())))
    return result


class _Converter:
    def __init__(self, definitions: dict[str, Schema]) -> None:
        self._definitions = definitions
        self.converted: dict[str, Schema] = {}

    def convert(self, node: Schema, path: str) -> Schema:
        """One schema, with `path` naming it to a reader of the reason."""
        if "$ref" in node:
            return self._reference(node, path)
        if len(node.get("allOf", ())) == 1:
            merged = {**node["allOf"][0], **{key: value for key, value in node.items() if key != "allOf"}}
            return self.convert(merged, path)
        for keyword in ("allOf", *_IMPOSSIBLE):
            if keyword in node:
                raise NotStrict(f"{_place(path)} needs {keyword!r}, which strict mode does not know")
        choices = node.get("anyOf") or node.get("oneOf")
        if choices:
            return _described(self._union(choices, path), node)
        if "enum" in node or "const" in node:
            return _described(_enumeration(node["enum"] if "enum" in node else [node["const"]]), node)
        return self._typed(node, path)

    def _reference(self, node: Schema, path: str) -> Schema:
        name = target_name(node)
        siblings = {"description": node["description"]} if node.get("description") else {}
        if siblings and name not in reachable(self._definitions[name], self._definitions):
            # A reference may have no neighbours, so the description needs the definition in its place.
            return self.convert({**self._definitions[name], **siblings}, path)
        if name not in self.converted:
            self.converted[name] = {}  # ends the recursion
            self.converted[name] = self.convert(self._definitions[name], path)
        reference = {"$ref": f"#/$defs/{name}"}
        return _described({"anyOf": [reference]}, siblings) if siblings else reference

    def _union(self, choices: list[Schema], path: str) -> Schema:
        converted: list[Schema] = []
        for choice in choices:
            result = self.convert(choice, path)
            converted += result["anyOf"] if set(result) == {"anyOf"} else [result]
        return any_of(converted)

    def _typed(self, node: Schema, path: str) -> Schema:
        kind = node.get("type")
        if isinstance(kind, list):
            return _described(self._union([{**node, "type": one, "description": ""} for one in kind], path), node)
        if kind == "object":
            return _described(self._object(node, path), node)
        if kind == "array":
            return _described(self._array(node, path), node)
        if kind in _JSON_TYPES:
            return _described({"type": kind}, node)
        raise NotStrict(f"{_place(path)} may be anything; strict mode needs a type")

    def _object(self, node: Schema, path: str) -> Schema:
        if node.get("additionalProperties", "properties" not in node) is not False:
            raise NotStrict(
                f"{_place(path)} is an object with free keys; strict mode needs every key named "
                "(a dataclass, a TypedDict or a list of pairs has them)"
            )
        required = set(node.get("required", ()))
        properties: dict[str, Schema] = {}
        for name, child in node.get("properties", {}).items():
            converted = self.convert(child, f"{path}.{name}" if path else name)
            properties[name] = converted if name in required else self._nullable(converted, child)
        return closed(properties, list(properties))

    def _array(self, node: Schema, path: str) -> Schema:
        inner = f"{path}[]"
        if "prefixItems" in node:
            items = self._union(node["prefixItems"], inner) if node["prefixItems"] else dict(_NULL)
        else:
            items = self.convert(node.get("items") or {}, inner)
        return {"type": "array", "items": items}

    def _nullable(self, converted: Schema, original: Schema) -> Schema:
        description = converted.get("description", "")
        if original.get("default") is not None:
            default = json.dumps(original["default"], ensure_ascii=False)
            description = _sentence(description, f"null: the default, {shortened(default, _SHOWN)}")
        bare = {key: value for key, value in converted.items() if key != "description"}
        if not self._accepts_null(bare):
            choices = bare.get("anyOf", [bare])
            bare = {"anyOf": [*choices, dict(_NULL)]}
        return {**bare, "description": description} if description else bare

    def _accepts_null(self, node: Schema) -> bool:
        node = resolved(node, self.converted) or {}
        return node.get("type") == "null" or any(self._accepts_null(one) for one in node.get("anyOf", ()))


def _enumeration(values: list[Any]) -> Schema:
    by_type: dict[str, list[Any]] = {}
    for value in values:
        if isinstance(value, dict | list):
            raise NotStrict("the schema has an enum of objects or arrays, which strict mode does not know")
        kind = next((name for name, kind in _JSON_TYPES.items() if isinstance(value, kind)), "string")
        by_type.setdefault(kind, []).append(value)
    choices: list[Schema] = [
        dict(_NULL) if kind == "null" else {"type": kind, "enum": members} for kind, members in by_type.items()
    ]
    return choices[0] if len(choices) == 1 else {"anyOf": choices}


def _described(result: Schema, node: Schema) -> Schema:
    """`result` with the description of `node` and what its dropped keywords said."""
    notes: list[str] = []
    if node.get("minItems") is not None and node.get("minItems") == node.get("maxItems"):
        notes.append(_tuple_note(node))
        node = {key: value for key, value in node.items() if key not in ("minItems", "maxItems")}
    if isinstance(node.get("format"), str):
        notes.append(_FORMATS.get(node["format"]) or node["format"])
    notes.extend(_note(key, node[key]) for key in NOTES if key in node)
    if node.get("uniqueItems"):
        notes.append("no duplicates")
    description = _sentence(node.get("description", ""), ", ".join(notes))
    return {**result, "description": description} if description else result


def _note(keyword: str, value: Any) -> str:
    text = NOTES[keyword].format(shortened(str(value), _SHOWN))
    return text.removesuffix("s") if value == 1 and text.endswith("s") else text


def _tuple_note(node: Schema) -> str:
    kinds = [one.get("type", "") for one in node.get("prefixItems", ())]
    count = f"exactly {node['minItems']} item{'' if node['minItems'] == 1 else 's'}"
    return f"{count}: {', '.join(kinds)}" if len(set(kinds)) > 1 and all(kinds) else count


def _sentence(description: str, note: str) -> str:
    if not note:
        return description
    if description:
        return f"{description.rstrip()} ({note})"
    return note if note.startswith("null") else note[0].upper() + note[1:]


def _place(path: str) -> str:
    return f"parameter {path!r}" if path else "the schema"


def _check_limits(schema: Schema) -> None:
    """The provider's documented limits on one strict schema."""
    properties = names = members = deepest = 0
    waiting = [(schema, 0)]
    while waiting:
        node, depth = waiting.pop()
        own = node.get("properties", {})
        properties += len(own)
        members += len(node.get("enum", ()))
        names += sum(map(len, own)) + sum(map(len, node.get("$defs", {})))
        names += sum(len(value) for value in node.get("enum", ()) if isinstance(value, str))
        depth += node.get("type") in ("object", "array")
        deepest = max(deepest, depth)
        waiting.extend((child, depth) for child in subschemas(node))
    for count, limit, what in (
        (properties, _MAX_PROPERTIES, "properties"),
        (deepest, _MAX_DEPTH, "levels of nesting"),
        (names, _MAX_NAMES, "characters of names and enum values"),
        (members, _MAX_ENUM, "enum values"),
    ):
        if count > limit:
            raise NotStrict(f"the schema has {count:,} {what}; strict mode allows {limit:,}")
