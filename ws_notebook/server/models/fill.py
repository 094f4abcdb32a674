"""A tool's arguments from the words of a prompt, by the types of its JSON schema."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from ws_notebook.server.models.words import Values, find_values, mentions, stems

__all__ = ["NOTHING", "Filler", "Schema", "is_of", "types_of"]

Schema = dict[str, Any]
NOTHING = object()
"""No value of the prompt fits; null may be one."""

_FALSE = re.compile(r"\b(no|not|without|false|off|don't|don’t|never)\b", re.IGNORECASE)
_TAIL = re.compile(r"\b(?:in|of|for|about|to|from|on|at)\s+([^.!?\n]+)", re.IGNORECASE)


class Filler:
    """Hands out the values of *prompt*, each once. ``name_words``: stems of the tool's name, which are no values."""

    def __init__(self, prompt: str, root: Schema, name_words: set[str]) -> None:
        values = find_values(prompt)
        self._prompt = prompt
        self._root = root
        self._numbers = list(values.numbers)
        self._strings = _strings(values, name_words)

    def arguments(self) -> dict[str, Any] | None:
        """All arguments; None when a required one finds no value."""
        return self._object(self._root)

    def several(self, schema: Schema) -> list[Any]:
        """Every value of the prompt that fits *schema*, for a list, or a tool that takes one at a time."""
        schema = self._resolve(schema)
        if "enum" in schema:
            return self._named(schema["enum"])
        found: list[Any] = []
        while (value := self._value("", schema)) is not NOTHING and value not in found:
            found.append(value)
        return found

    def _object(self, schema: Schema) -> dict[str, Any] | None:
        filled: dict[str, Any] = {}
        required = schema.get("required") or []
        for name, declared in (schema.get("properties") or {}).items():
            part = self._resolve(declared)
            value = self._value(name, part)
            if value is NOTHING and name in required:
                value = self._last_resort(part)
            if value is not NOTHING:
                filled[name] = value
            elif name in required:
                return None
        return filled

    def _value(self, name: str, schema: Schema) -> Any:
        if options := self._options(schema):
            values = (self._value(name, option) for option in options if option.get("type") != "null")
            return _first(values)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return self._choice(schema["enum"])
        return _first(self._typed(name, kind, schema) for kind in types_of(schema))

    def _options(self, schema: Schema) -> list[Schema]:
        return [self._resolve(option) for option in schema.get("anyOf") or schema.get("oneOf") or []]

    def _typed(self, name: str, kind: str, schema: Schema) -> Any:
        if kind in ("string", "integer", "number"):
            pool = self._strings if kind == "string" else self._numbers
            fitting = (
                place for place, value in enumerate(pool) if is_of(value, [kind]) and self._allows(schema, value)
            )
            place = next(fitting, None)
            return NOTHING if place is None else pool.pop(place)
        if kind == "boolean":
            return self._boolean(name)
        if kind == "array":
            return self._array(schema)
        return self._inside(schema) if kind == "object" and schema.get("properties") else NOTHING

    def _allows(self, schema: Schema, value: Any) -> bool:
        """Whether a value of the right type is one for the schema: a tool says itself what is wrong with one."""
        return True

    def _array(self, schema: Schema) -> Any:
        return self.several(self._resolve(schema.get("items") or {})) or NOTHING

    def _inside(self, schema: Schema) -> Any:
        return self._object(schema) or NOTHING

    def _choice(self, options: Sequence[Any]) -> Any:
        """The value of an enum that the prompt names, the longest of those that do."""
        named = self._named(options)
        if not named:
            return NOTHING
        choice = max(named, key=lambda value: len(str(value)))
        self._strings = [word for word in self._strings if word.lower() != str(choice).lower()]
        return choice

    def _named(self, options: Sequence[Any]) -> list[Any]:
        """The values of an enum that the prompt names."""
        spelt = [(value, {str(value), str(value).replace("_", " ")}) for value in options if value is not None]
        return [value for value, words in spelt if any(mentions(self._prompt, word) for word in words)]

    def _boolean(self, name: str) -> Any:
        """A flag counts where its name's words stand: "without details" is false, "with details" true."""
        wanted = stems(name)
        for word in re.finditer(r"\w+", self._prompt):
            if wanted & stems(word.group()):
                before = self._prompt[: word.start()].split()[-2:]
                return not _FALSE.search(" ".join(before))
        return NOTHING

    def _last_resort(self, schema: Schema) -> Any:
        """For a required parameter: its default, a choice's first, null, the end of the sentence."""
        if "default" in schema:
            return schema["default"]
        if schema.get("enum"):
            return schema["enum"][0]
        if self._takes_null(schema):
            return None
        kinds, tail = types_of(schema), _TAIL.search(self._prompt)
        if "string" in kinds and tail:
            return tail.group(1).strip()
        return False if kinds == ["boolean"] else NOTHING

    def _takes_null(self, schema: Schema) -> bool:
        return any("null" in types_of(option) for option in (schema, *self._options(schema)))

    def _resolve(self, schema: Any) -> Schema:
        """*schema* with its ``$ref`` followed, within this document."""
        seen = 0
        while isinstance(schema, dict) and isinstance(schema.get("$ref"), str) and seen < 20:
            target: Any = self._root
            for step in schema["$ref"].removeprefix("#/").split("/"):
                target = target.get(step, {}) if isinstance(target, dict) else {}
            schema, seen = target, seen + 1
        return schema if isinstance(schema, dict) else {}


def _strings(values: Values, name_words: set[str]) -> list[str]:
    """Candidates for a string, best first: quoted, then addresses and dates, then names."""
    certain = [*values.quoted, *values.literals, *values.names]
    if certain:
        return list(dict.fromkeys(certain))
    return [word for word in values.starters if not stems(word) & name_words]


def _first(values: Iterable[Any]) -> Any:
    """The first that is there."""
    return next((value for value in values if value is not NOTHING), NOTHING)


def is_of(value: Any, kinds: Iterable[str]) -> bool:
    """Whether it is of one of these simple types."""
    known = {"string": (str,), "integer": (int,), "number": (int, float)}
    return any(
        kind == "boolean" if isinstance(value, bool) else isinstance(value, known.get(kind, ())) for kind in kinds
    )


def types_of(schema: Schema) -> list[str]:
    """The types that it names."""
    declared = schema.get("type")
    kinds = declared if isinstance(declared, list) else [declared] if isinstance(declared, str) else []
    return [kind for kind in kinds if isinstance(kind, str)]
