"""An answer in JSON, by the schema of ``text.format``: values of the prompt and of the tools' outputs, else samples."""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from ws_notebook.server.models.bounds import Allowance
from ws_notebook.server.models.fill import NOTHING, Filler, Schema, is_of, types_of
from ws_notebook.server.models.history import Exchange, read_json
from ws_notebook.server.models.words import find_values

__all__ = ["Document", "document_of", "within"]

_DEEPEST = 6
"""Levels of objects that are filled; a schema may contain itself."""
_MOST = 50
"""Objects in one list."""
_CHOICES_A_VALUE = 5
"""So many choices are looked for in the prompt in the time that a value takes."""
_HUGE = 1e300
"""A limit beyond it is this one, which is still a number to reckon with."""

_FORMATS: Mapping[str, tuple[str, re.Pattern[str], str]] = {
    "date-time": (
        "iso 8601 date and time",
        re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)?"),
        "2026-01-01T00:00:00Z",
    ),
    "date": ("date as yyyy-mm-dd", re.compile(r"\d{4}-\d\d-\d\d"), "2026-01-01"),
    "time": ("time as hh:mm:ss", re.compile(r"\d\d:\d\d(?::\d\d)?"), "00:00:00"),
    "duration": ("iso 8601 duration", re.compile(r"P\S+"), "PT0S"),
    "uuid": ("uuid", re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"), str(UUID(int=0))),
    "email": ("email address", re.compile(r"\S+@\S+"), "nobody@example.org"),
    "uri": ("url", re.compile(r"https?://\S+"), "https://example.org/"),
}
"""A string's formats: what a description says of each where the strict subset has no keyword for it, what such a string
looks like, and one that serves where the prompt has none."""

_NUMBER = r"(-?\d+(?:\.\d+)?)(?!\.?\d)"
"""A version such as 1.2.3 is no number."""
_LIMITS: Mapping[str, tuple[str, Callable[[float, float], bool]]] = {
    "minimum": (rf"at least {_NUMBER}(?! (?:item|character))", operator.ge),
    "exclusiveMinimum": (rf"more than {_NUMBER}", operator.gt),
    "maximum": (rf"at most {_NUMBER}(?! (?:item|character))", operator.le),
    "exclusiveMaximum": (rf"less than {_NUMBER}", operator.lt),
    "multipleOf": (rf"a multiple of {_NUMBER}", lambda value, step: not step or value % step == 0),
    "minLength": (r"at least (\d+) characters?", operator.ge),
    "maxLength": (r"at most (\d+) characters?", operator.le),
    "minItems": (r"(?:at least|exactly) (\d+) items?", operator.ge),
    "maxItems": (r"(?:at most|exactly) (\d+) items?", operator.le),
}
"""What a description says of each limit, likewise, and how a number, a length or a count has to stand to it."""

_SAID = r"(?!(?:an?|the|this|these|that|those|my|all|each|every|from|for|to|of|in|me|it|some)\b)[a-z]"
"""How a sentence goes on behind its subject, rather than behind an imperative."""


def document_of(exchange: Exchange, schema: Schema) -> str:
    """The document that answers the prompt, as compact JSON. TooLarge when the schema asks for too much."""
    outputs = [one.output or "" for one in exchange.made]
    text = "\n".join([exchange.prompt, *outputs])
    whole = Document(text, schema, list(_named(exchange))).whole()
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":"))


class Document(Filler):
    """Fills a whole schema. ``named``: values with the names they had in calls and outputs, which go first."""

    def __init__(self, prompt: str, root: Schema, named: Sequence[tuple[str, Any]] = ()) -> None:
        super().__init__(prompt, root, set())
        self._strings = _strings(prompt)
        self._named_values = list(named)
        self._depth = 0
        self._allowance = Allowance()

    def whole(self) -> Any:
        """The document. It conforms to the schema as far as types, choices, formats and limits go.

        TooLarge when there would be too much of it.
        """
        schema = self._resolve(self._root)
        if schema.get("properties"):
            return self._object(schema)
        value = self._value("", schema)
        return self._last_resort(schema) if value is NOTHING else value

    def several(self, schema: Schema) -> list[Any]:
        schema = self._resolve(schema)
        if not schema.get("properties"):
            return super().several(schema)
        found: list[Any] = []
        while (before := self._left()) and len(found) < _MOST:
            value = self._inside(schema)
            if value is NOTHING or self._left() == before:
                break
            found.append(value)
        return found

    def _resolve(self, schema: Any) -> Schema:
        return _stated(super()._resolve(schema))

    def _named(self, options: Sequence[Any]) -> list[Any]:
        self._allowance.values(len(options) // _CHOICES_A_VALUE)
        return super()._named(options)

    def _value(self, name: str, schema: Schema) -> Any:
        self._allowance.values()
        for place, (known, value) in enumerate(self._named_values):
            fits = is_of(value, types_of(schema)) and value in schema.get("enum", (value,)) and within(value, schema)
            if known == name and fits:
                return self._named_values.pop(place)[1]
        return super()._value(name, schema)

    def _last_resort(self, schema: Schema) -> Any:
        """The first choice, null where it may be, else a sample: the document must be whole."""
        self._allowance.values()
        if choices := [schema["const"]] if "const" in schema else schema.get("enum"):
            return choices[0]
        if self._takes_null(schema):
            return None
        if options := self._options(schema):
            return self._last_resort(options[0])
        return self._sample(next(iter(types_of(schema)), "string"), schema)

    def _sample(self, kind: str, schema: Schema) -> Any:
        if kind == "object":
            value = self._inside(schema)
            return {} if value is NOTHING else value
        if kind == "array":
            count = schema.get("minItems", 0)
            self._allowance.values(count)
            items: list[Schema] = [{"type": each} for each in _kinds_in_turn(schema)]
            items = items or [self._resolve(schema.get("items") or {})] * int(count)
            return [self._last_resort(each) for each in items]
        if kind in ("integer", "number"):
            return _number(schema, whole=kind == "integer")
        if kind == "boolean":
            return False
        shortest = schema.get("minLength", 0)
        self._allowance.characters(shortest)
        word = "example".ljust(int(shortest), ".")[: int(schema.get("maxLength", _HUGE))]
        return _FORMATS[schema["format"]][2] if schema.get("format") in _FORMATS else word

    def _array(self, schema: Schema) -> Any:
        """Every value that fits, as many as there may be; NOTHING for too few."""
        if _kinds_in_turn(schema):
            return self._sample("array", schema)
        items = self._resolve(schema.get("items") or {})
        if self._depth and not items.get("properties"):
            # One of several objects would take all that the others need.
            return NOTHING
        found = self.several(items)[: int(schema.get("maxItems", _HUGE))]
        return found if found and len(found) >= schema.get("minItems", 0) else NOTHING

    def _inside(self, schema: Schema) -> Any:
        if self._depth >= _DEEPEST:
            return NOTHING
        self._depth += 1
        try:
            return self._object(schema)
        finally:
            self._depth -= 1

    def _allows(self, schema: Schema, value: Any) -> bool:
        _, pattern, _ = _FORMATS.get(schema.get("format", ""), ("", None, ""))
        return (pattern is None or pattern.fullmatch(str(value)) is not None) and within(value, schema)

    def _left(self) -> int:
        """How many values are still there to be used."""
        return len(self._numbers) + len(self._strings) + len(self._named_values)


def _strings(prompt: str) -> list[str]:
    """Strings of the prompt: quoted ones, names, words at the start that something is said of, dates and addresses."""
    values = find_values(prompt)
    said_of = [word for word in values.starters if re.search(rf"\b{re.escape(word)}(?:,| {_SAID})", prompt)]
    names = sorted(dict.fromkeys([*values.names, *said_of]), key=prompt.find)
    return list(dict.fromkeys([*values.quoted, *(names or values.starters), *values.literals]))


def _stated(schema: Schema) -> Schema:
    """*schema* with the format and the limits that only its description tells; limits are numbers to reckon with."""
    said = str(schema.get("description") or "").lower()
    limits = {name: float(found[1]) for name, (pattern, _) in _LIMITS.items() if (found := re.search(pattern, said))}
    limits |= {name: schema[name] for name in _LIMITS if isinstance(schema.get(name), int | float)}
    format_ = next((name for name, (words, _, _) in _FORMATS.items() if re.search(rf"\b{words}\b", said)), "")
    others = {name: value for name, value in schema.items() if name not in _LIMITS}
    return {"format": format_, **others, **{name: max(-_HUGE, min(given, _HUGE)) for name, given in limits.items()}}


def _kinds_in_turn(schema: Schema) -> list[str]:
    """The types of a tuple's items, where they differ."""
    found = re.search(r"exactly \d+ items: ([a-z, ]+)", str(schema.get("description") or ""), re.IGNORECASE)
    return found[1].split(", ") if found else []


def _named(exchange: Exchange) -> Iterator[tuple[str, Any]]:
    """The arguments of each call, and the fields of its output where that is a JSON object."""
    for one in exchange.made:
        for text in (one.call.get("arguments"), one.output):
            found = read_json(text or "")
            if isinstance(found, dict):
                yield from ((str(key), value) for key, value in found.items() if value is not None)


def within(value: Any, schema: Schema) -> bool:
    """Whether a text or a number keeps to the limits."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return True
    measured, names = (len(value), _LENGTHS) if isinstance(value, str) else (value, _RANGES)
    return all(_LIMITS[name][1](measured, schema[name]) for name in names if name in schema)


_LENGTHS = ("minLength", "maxLength")
_RANGES = ("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum", "multipleOf")


def _number(schema: Schema, *, whole: bool) -> int | float:
    """The number nearest to zero within the limits."""
    step = schema.get("multipleOf") or 1.0
    edges = [float(schema[name]) for name in _RANGES[:4] if name in schema]
    steps = [edge // step * step + count * step for edge in edges for count in (-1, 0, 1, 2)]
    candidates = [0.0, *edges, *steps, sum(edges) / max(1, len(edges))]
    fitting = [value for value in candidates if within(value, schema) and (not whole or value == int(value))]
    value = min(fitting, key=abs, default=0.0)
    return int(value) if whole or value == int(value) else value
