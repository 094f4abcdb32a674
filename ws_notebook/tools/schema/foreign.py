"""Schemas that others wrote, such as an MCP server's, in a form that no provider refuses.

One schema that a provider does not take costs every request that offers its tool. So what is out of place is mended
(types that do not exist, keywords of older drafts, references to elsewhere), and the root becomes a plain object:
providers want `type: "object"` and `properties` there, and no `anyOf`, `oneOf`, `allOf`, `enum` or `not`. What the
root loses is told in its description; the server still checks all of it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from typing import Annotated, Any
from urllib.parse import unquote

import msgspec

from ws_notebook.render.format import shortened
from ws_notebook.tools.schema.nodes import Schema, any_of, closed, mapped, reachable, target_name

__all__ = ["Unusable", "object_schema"]

_TYPES = ("object", "array", "string", "integer", "number", "boolean", "null")
_MEANT = {
    "int": "integer", "long": "integer", "float": "number", "double": "number", "decimal": "number", "str": "string",
    "text": "string", "date": "string", "datetime": "string", "bool": "boolean", "dict": "object", "map": "object",
    "list": "array", "tuple": "array", "none": "null",
}  # fmt: skip
"""Types that exist elsewhere, and what they are here."""

_NUMBERS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
_COUNTS = (
    "minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties", "minContains", "maxContains",
)  # fmt: skip
_TEXTS = ("title", "description", "pattern", "format", "contentEncoding", "contentMediaType")
_INNER = ("not", "if", "then", "else", "contains", "propertyNames", "items")
_NAMED = ("properties", "patternProperties", "dependentSchemas")
_LISTED = ("anyOf", "allOf", "prefixItems")
_KINDS: Mapping[str, Any] = {
    **dict.fromkeys(_NUMBERS, Annotated[float, msgspec.Meta(ge=-sys.float_info.max, le=sys.float_info.max)]),
    **dict.fromkeys(_COUNTS, Annotated[int, msgspec.Meta(ge=0)]),
    **dict.fromkeys(_TEXTS, str),
    **dict.fromkeys((*_INNER, *_NAMED, "dependentRequired"), dict[str, Any]),
    **dict.fromkeys((*_LISTED, "enum"), Annotated[list[Any], msgspec.Meta(min_length=1)]),
    "additionalProperties": bool | dict[str, Any],
    "uniqueItems": bool,
}
"""What a keyword's value must be; others may be anything."""

_DROPPED = (
    "$schema", "$vocabulary", "$comment", "$anchor", "$dynamicAnchor", "$recursiveAnchor", "$defs", "definitions",
    "dependencies", "discriminator", "unevaluatedItems", "unevaluatedProperties", "additionalItems",
)  # fmt: skip
_CONDITIONS = (
    "not", "if", "then", "else", "dependentSchemas", "dependentRequired", "patternProperties", "propertyNames",
)  # fmt: skip
"""What the root cannot have; where it matters to the model, the description says so."""

_REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")
_MAX_STEPS = 20
"""References that lead to references."""

_MAX_NOTE = 600


class Unusable(Exception):
    """Why no tool can have a schema, as the end of a sentence."""


def object_schema(schema: Any) -> Schema:
    """The schema of an object with named properties that stands for `schema`. Raises `Unusable`."""
    if schema is None or schema is True:
        schema = {}
    if not isinstance(schema, dict):
        raise Unusable(f"its schema is {json.dumps(schema)[:40]}, which is no object")
    return _Mender(schema).root()


class _Mender:
    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        self._ids = dict(_identified(document))
        self._names: dict[int, str] = {}
        """By the id of a node that is referred to, the name of its definition."""
        self._definitions: dict[str, Schema] = {}

    def root(self) -> Schema:
        flat = _flattened(self._resolved(self.mend(self._document)), self._resolved)
        result: Schema = {**flat, "type": "object"}
        required = [name for name in result.pop("required", ()) if name in result["properties"]]
        result.update({"required": required} if required else {})
        used = reachable(result, self._definitions)
        return {**result, "$defs": used} if used else result

    def mend(self, node: Any) -> Schema:
        """One schema, with everything below it."""
        if not isinstance(node, dict):
            return {}
        node = _renewed(node)
        result: Schema = {}
        for key, value in node.items():
            if key in _REFERENCES or key in _DROPPED or (key in ("$id", "id") and isinstance(value, str)):
                continue
            possible = _possible(value) if key in _NAMED or key in _LISTED else value
            if _is_sound(key, possible):
                result[key] = possible
        result = mapped(result, self.mend)
        if "array" in _listed(result.get("type")):
            result.setdefault("items", any_of(result["prefixItems"]) if result.get("prefixItems") else {})
        return self._referring(node, result)

    def _referring(self, node: Mapping[str, Any], result: Schema) -> Schema:
        given = next((node[key] for key in _REFERENCES if isinstance(node.get(key), str)), None)
        if given is None:
            return result
        target = self._target(given)
        if target is None:
            note = f"as defined by {given}, which is not part of the schema"
            described = " ".join(filter(None, (result.get("description"), f"({note})")))
            return {"additionalProperties": True, **result, "description": described}
        return {"$ref": f"#/$defs/{self._name(given, target)}", **result}

    def _name(self, given: str, target: dict[str, Any]) -> str:
        """The name of the definition that a reference leads to; it is mended the first time."""
        if id(target) not in self._names:
            wanted = "".join(
                letter if letter.isalnum() and letter.isascii() else "_" for letter in given.rpartition("/")[2]
            )
            name = wanted.strip("_") or "root"
            while name in self._definitions:
                name += "_"
            self._names[id(target)] = name
            self._definitions[name] = {}  # ends the recursion
            self._definitions[name] = self.mend(target)
        return self._names[id(target)]

    def _target(self, reference: str) -> dict[str, Any] | None:
        """The part of the document that a reference means."""
        base, _, pointer = reference.partition("#")
        start = self._document if not base else self._ids.get(base)
        if start is None or not (pointer == "" or pointer.startswith("/")):
            return self._ids.get(reference) or self._ids.get(pointer)
        found: Any = start
        for step in pointer.split("/")[1:]:
            part = unquote(step).replace("~1", "/").replace("~0", "~")
            if isinstance(found, list) and part.isdigit() and int(part) < len(found):
                found = found[int(part)]
            else:
                found = found.get(part) if isinstance(found, dict) else None
        return found if isinstance(found, dict) else {} if found is True else None

    def _resolved(self, node: Schema) -> Schema:
        """The schema itself where it is a reference."""
        for _ in range(_MAX_STEPS):
            if "$ref" not in node:
                return node
            target = self._definitions[target_name(node)]
            node = {**target, **{key: value for key, value in node.items() if key != "$ref"}}
        raise Unusable("its schema is a reference that leads back to itself")


# The root.


def _flattened(node: Schema, resolve: Any, depth: int = 0) -> Schema:
    """An object with the properties of all its alternatives, of which those are required that all of them require."""
    kinds = _listed(node.get("type"))
    if (kinds and "object" not in kinds) or depth > _MAX_STEPS:
        raise Unusable(f"its arguments are no object but {' or '.join(kinds) or 'too deeply nested'}")
    notes = [_note(node)]
    merged = _bare(node)
    for part in node.get("allOf", ()):
        merged = _both(merged, _flattened(resolve(part), resolve, depth + 1))
    given = [value for value in (*_listed(node.get("enum")), node.get("const")) if isinstance(value, dict)]
    choices = _choices(node.get("anyOf", ()), resolve, depth) or list(map(_exactly, given))
    if choices:
        notes.append(_alternatives(choices))
        merged = _both(merged, _either(choices))
    description = " ".join(filter(None, (merged.get("description"), *notes)))
    return {**merged, **({"description": description} if description else {})}


def _bare(node: Schema) -> Schema:
    """The root's own part."""
    gone = (
        "type", "allOf", "anyOf", "enum", "const", "$ref", "default", "examples", "items",
        *_CONDITIONS, *_NUMBERS, *_COUNTS,
    )  # fmt: skip
    return {"properties": {}, **{key: value for key, value in node.items() if key not in gone}}


def _exactly(value: Mapping[str, Any]) -> Schema:
    """An object that has these values and no others."""
    return closed({name: {"enum": [each]} for name, each in value.items()}, list(value))


def _choices(given: Iterable[Schema], resolve: Any, depth: int) -> list[Schema]:
    found, refused = [], None
    for part in given:
        try:
            found.append(_flattened(resolve(part), resolve, depth + 1))
        except Unusable as error:
            refused = error
    if refused is not None and not found:
        raise refused
    return found


def _both(first: Schema, second: Schema) -> Schema:
    """What holds where both hold. A property of both is the first's; where one says nothing of it, the other's."""
    properties = dict(first["properties"])
    for name, child in second["properties"].items():
        properties[name] = properties[name] if properties.get(name) else child
    required = list(dict.fromkeys([*first.get("required", ()), *second.get("required", ())]))
    texts = dict.fromkeys(filter(None, (first.get("description"), second.get("description"))))
    result = {**second, **first, "properties": properties, "required": required}
    result.update({"description": " ".join(texts)} if texts else {})
    if False in (first.get("additionalProperties"), second.get("additionalProperties")):
        # Each is closed to what only the other names; taken together they may have both.
        result["additionalProperties"] = False
    return result


def _either(choices: list[Schema]) -> Schema:
    properties: dict[str, Schema] = {}
    for name in dict.fromkeys(name for choice in choices for name in choice["properties"]):
        properties[name] = any_of([choice["properties"][name] for choice in choices if name in choice["properties"]])
    required = [
        name for name in choices[0].get("required", ()) if all(name in one.get("required", ()) for one in choices)
    ]
    result: Schema = {"properties": properties, "required": required}
    if all(choice.get("additionalProperties") is False for choice in choices):
        result["additionalProperties"] = False
    return result


def _alternatives(choices: list[Schema]) -> str:
    """Which properties go together, for the model to read."""
    shown = []
    for choice in choices:
        required = choice.get("required", ())
        names = [*required, *(f"{name} (optional)" for name in choice["properties"] if name not in required)]
        words = ", ".join(names) or "nothing more"
        about = choice.get("description", "")
        shown.append(f"{words}: {about}" if about else words)
    shown = list(dict.fromkeys(shown))
    return "" if len(shown) < 2 else shortened(f"Give one of: {'; or '.join(shown)}.", _MAX_NOTE)


def _note(node: Schema) -> str:
    """What a root says besides its properties."""
    said = {key: node[key] for key in _CONDITIONS if key in node}
    words = f"The arguments must also fit: {json.dumps(said, ensure_ascii=False)}."
    return shortened(words, _MAX_NOTE) if said else ""


# Keywords.


def _renewed(node: Mapping[str, Any]) -> dict[str, Any]:
    """The node in today's keywords, where older drafts and other dialects said it otherwise."""
    result = dict(node)
    _renew_type(result)
    for bound, strict in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if isinstance(result.get(strict), bool) and result.pop(strict) and _is_sound(bound, result.get(bound)):
            result[strict] = result.pop(bound)
    if isinstance(result.get("items"), list):
        result["prefixItems"] = result.pop("items")
    if "oneOf" in result:
        given = _listed(result.pop("oneOf"))
        if "anyOf" in result:
            result["allOf"] = [*_listed(result.get("allOf")), {"anyOf": given}]
        else:
            result["anyOf"] = given
    _renew_required(result)
    return result


def _renew_type(result: dict[str, Any]) -> None:
    given = _listed(result.pop("type", None))
    kinds = [_MEANT.get(kind.lower(), kind.lower()) for kind in given if isinstance(kind, str)]
    if kinds and all(kind in _TYPES for kind in kinds):
        kinds = list(dict.fromkeys(kinds))
        result["type"] = kinds[0] if len(kinds) == 1 else kinds


def _renew_required(result: dict[str, Any]) -> None:
    """A list; once each property said of itself that it is required."""
    properties = result.get("properties")
    children = properties.items() if isinstance(properties, dict) else ()
    own = [name for name, child in children if isinstance(child, dict) and child.get("required") is True]
    named = [name for name in _listed(result.pop("required", None)) if isinstance(name, str)]
    required = list(dict.fromkeys([*named, *own]))
    if required:
        result["required"] = required


def _possible(value: Any) -> Any:
    """Schemas without those that nothing fits."""
    if isinstance(value, dict):
        return {name: child for name, child in value.items() if child is not False}
    return [child for child in _listed(value) if child is not False]


def _is_sound(key: str, value: Any) -> bool:
    try:
        msgspec.convert(value, _KINDS.get(key, Any))
    except (msgspec.ValidationError, OverflowError):
        return False
    return True


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value] if isinstance(value, str) else []


def _identified(node: Any) -> Iterable[tuple[str, dict[str, Any]]]:
    """Every part of a document that has a name of its own."""
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, list):
            waiting.extend(one)
        elif isinstance(one, dict):
            for key in ("$id", "id", "$anchor", "$dynamicAnchor"):
                if isinstance(one.get(key), str):
                    yield one[key].rstrip("#").removeprefix("#"), one
                    if key in ("$id", "id"):
                        yield one[key], one
            waiting.extend(one.values())
