"""A JSON schema as people read it: each parameter on a line, its type in words."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from ws_notebook.render.format import markdown_table, shortened
from ws_notebook.tools.schema.nodes import Schema, resolved, target_name
from ws_notebook.tools.schema.strict import NOTES

__all__ = ["Field", "ShownSchema", "fields", "markdown_cell", "type_words"]

_LIMITS = {
    "minimum": "≥ {}",
    "exclusiveMinimum": "> {}",
    "maximum": "≤ {}",
    "exclusiveMaximum": "< {}",
    **{name: NOTES[name] for name in ("multipleOf", "minLength", "maxLength", "minItems", "maxItems", "pattern")},
}
_DEPTH = 6
"""Levels of nested objects that are told apart; a type that contains itself has no end."""

_WORDS = 80


class Field(msgspec.Struct, frozen=True):
    """One parameter, or one field inside of it."""

    path: str
    """`city`, `address.street`, `stops[].name`"""
    type: str
    """In words, with its limits."""
    required: bool
    default: str
    """The default as JSON; empty where there is none to show."""
    description: str

    def cells(self) -> list[str]:
        """As a row of a table."""
        default = "*required*" if self.required else f"`{self.default}`" if self.default else "*optional*"
        return [f"`{self.path}`", self.type, default, self.description]


class ShownSchema(dict[str, Any]):
    """The JSON schema of a tool's parameters: a dict that shows itself as a table and as JSON.

    `loose` is the schema before strict mode, which tells optional parameters from required ones; `reason` says why
    it is not strict. `sent` is False for a free-form tool, whose text is all that the model writes.
    """

    def __init__(
        self, wire: Mapping[str, Any], *, loose: Schema | None = None, reason: str = "", sent: bool = True
    ) -> None:
        super().__init__(wire)
        self.loose: Schema = loose or dict(wire)
        self._reason = reason
        self._sent = sent

    def __repr__(self) -> str:
        return json.dumps(self, indent=2, ensure_ascii=False)

    def _repr_markdown_(self) -> str:
        if not self._sent:
            return f"{self.table()}\n\nNo schema is sent: {self._reason}."
        state = f"Not strict: {self._reason}." if self._reason else "Strict."
        return "\n\n".join([self.table(), f"{state} As it is sent:", f"```json\n{self!r}\n```"])

    def table(self) -> str:
        """The parameters as a Markdown table, or the words that there are none."""
        found = list(fields(self.loose))
        if not found:
            return "No parameters."
        rows = [[markdown_cell(cell) for cell in field.cells()] for field in found]
        return markdown_table(["parameter", "type", "default", "description"], rows)


def fields(schema: Schema) -> Iterator[Field]:
    """Every parameter of a tool's schema and, behind it, the fields inside of it."""
    yield from _fields(schema, "", schema.get("$defs", {}), _DEPTH)


def type_words(schema: Any, definitions: Mapping[str, Any]) -> str:
    """A type in few words: `string`, `array of integer`, `"C" | "F"`, `Address`."""
    if not isinstance(schema, Mapping):
        return "anything" if schema is not False else "nothing"
    if "$ref" in schema:
        name = target_name(schema)
        target = definitions.get(name, {})
        return type_words(target, definitions) if "enum" in target or "const" in target else name
    if "const" in schema or "enum" in schema:
        values = schema.get("enum", [schema.get("const")])
        return shortened(" | ".join(json.dumps(value, ensure_ascii=False) for value in values), _WORDS)
    choices = schema.get("anyOf") or schema.get("oneOf")
    if choices:
        return " | ".join(dict.fromkeys(type_words(choice, definitions) for choice in choices))
    if len(schema.get("allOf", ())) == 1:
        return type_words(schema["allOf"][0], definitions)
    return _plain_words(schema, definitions)


def markdown_cell(text: str) -> str:
    """Text as a cell of a Markdown table."""
    return " ".join(text.replace("|", "\\|").replace("<", "&lt;").split())


def _plain_words(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    kind = schema.get("type", "anything")
    if isinstance(kind, list):
        return " | ".join(str(each) for each in kind)
    if kind == "array":
        items = schema.get("items")
        return f"array of {type_words(items, definitions)}" if items else "array"
    if kind == "object" and isinstance(schema.get("additionalProperties"), Mapping):
        return f"object of {type_words(schema['additionalProperties'], definitions)}"
    if kind == "object" and schema.get("title"):
        return str(schema["title"])
    return f"{kind} ({schema['format']})" if "format" in schema else str(kind)


def _fields(schema: Any, above: str, definitions: Mapping[str, Any], depth: int) -> Iterator[Field]:
    schema = resolved(schema, definitions)
    if depth == 0 or not isinstance(schema, Mapping):
        return
    required = schema.get("required", ())
    for name, child in schema.get("properties", {}).items():
        yield _field(f"{above}{name}", child, name in required, definitions)
        yield from _inside(child, f"{above}{name}", definitions, depth - 1)


def _inside(schema: Any, path: str, definitions: Mapping[str, Any], depth: int) -> Iterator[Field]:
    schema = resolved(schema, definitions)
    if not isinstance(schema, Mapping) or depth == 0:
        return
    for choice in schema.get("anyOf") or schema.get("oneOf") or ():
        yield from _inside(choice, path, definitions, depth)
    if isinstance(schema.get("items"), Mapping):
        yield from _inside(schema["items"], f"{path}[]", definitions, depth)
    yield from _fields(schema, f"{path}.", definitions, depth)


def _field(path: str, schema: Any, required: bool, definitions: Mapping[str, Any]) -> Field:
    given = schema if isinstance(schema, Mapping) else {}
    limits = [text.format(given[key]) for key, text in _LIMITS.items() if key in given]
    default = json.dumps(given["default"], ensure_ascii=False) if "default" in given else ""
    words = ", ".join([type_words(schema, definitions), *limits])
    return Field(path, words, required, shortened(default, _WORDS), " ".join(str(given.get("description", "")).split()))
