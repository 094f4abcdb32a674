"""An answer in JSON, by the schema of ``text.format``: values of the prompt and of the tools' outputs, else samples."""

from __future__ import annotations

import json
import math
import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ws_notebook.server.models.bounds import Allowance
from ws_notebook.server.models.fill import NOTHING, Filler, Schema, types_of
from ws_notebook.server.models.history import Exchange
from ws_notebook.server.models.words import find_values

__all__ = ["Document", "document_of"]

_DEEPEST = 6
"""Levels of objects that are filled; a schema may contain itself."""
_MOST = 50
"""Objects in one list."""

_CHOICES_A_VALUE = 5
"""So many choices are looked for in the prompt in the time that a value takes."""
_HUGE = 1e300
"""A limit beyond it is this one, which is still a number to reckon with."""
_PLAIN = re.compile(r"-?\d+(?:\.\d+)?")

_FORMATS: Sequence[tuple[str, re.Pattern[str], str]] = (
    ("date-time", re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)?"), "2026-01-01T00:00:00Z"),
    ("date", re.compile(r"\d{4}-\d\d-\d\d"), "2026-01-01"),
    ("time", re.compile(r"\d\d:\d\d(?::\d\d)?"), "00:00:00"),
    ("duration", re.compile(r"P\S+"), "PT0S"),
    ("uuid", re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "00000000-0000-0000-0000-000000000000"),
    ("email", re.compile(r"\S+@\S+"), "nobody@example.org"),
    ("uri", re.compile(r"https?://\S+"), "https://example.org/"),
)
"""A string's format, what it looks like, and one that serves where the prompt has none."""

_SAID = r"(?!(?:an?|the|this|these|that|those|my|all|each|every|from|for|to|of|in|me|it|some)\b)[a-z]"
"""How a sentence goes on behind its subject, rather than behind an imperative."""

_NOTED = {
    "date-time": "iso 8601 date and time",
    "date": "date as yyyy-mm-dd",
    "time": "time as hh:mm:ss",
    "duration": "iso 8601 duration",
    "uuid": "uuid",
    "email": "email address",
    "uri": "url",
}
"""What a description says of a format, or of a limit below, where the strict subset has no keyword for it."""
_LIMITS = {
    "minimum": r"at least (-?[\d.]+)(?! (?:items|characters))",
    "exclusiveMinimum": r"more than (-?[\d.]+)",
    "maximum": r"at most (-?[\d.]+)(?! (?:items|characters))",
    "exclusiveMaximum": r"less than (-?[\d.]+)",
    "multipleOf": r"a multiple of (-?[\d.]+)",
    "minItems": r"(?:at least|exactly) (\d+) items",
    "maxItems": r"(?:at most|exactly) (\d+) items",
    "minLength": r"at least (\d+) characters",
    "maxLength": r"at most (\d+) characters",
}


_ORDERS: Mapping[str, Callable[[float, float], bool]] = {
    "minimum": operator.ge,
    "exclusiveMinimum": operator.gt,
    "maximum": operator.le,
    "exclusiveMaximum": operator.lt,
}
"""How a number has to stand to each limit."""


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
            return self._object(schema, force=True)
        value = self._value("", schema)
        return self._last_resort(schema, force=True) if value is NOTHING else value

    def _named(self, options: Sequence[Any]) -> list[Any]:
        self._allowance.values(len(options) // _CHOICES_A_VALUE)
        return super()._named(options)

    def several(self, schema: Schema) -> list[Any]:
        schema = self._resolve(schema)
        if not schema.get("properties"):
            return super().several(schema)
        found: list[Any] = []
        while self._left() and len(found) < _MOST:
            before = self._left()
            value = self._inside(schema)
            if value is NOTHING or self._left() == before:
                break
            found.append(value)
        return found

    def _value(self, name: str, schema: Schema) -> Any:
        self._allowance.values()
        for place, (known, value) in enumerate(self._named_values):
            if known == name and _is_of(value, schema):
                self._named_values.pop(place)
                return value
        return super()._value(name, schema)

    def _last_resort(self, schema: Schema, *, force: bool) -> Any:
        """The first choice, null where it may be, else a sample: the document must be whole."""
        self._allowance.values()
        if "const" in schema or schema.get("enum"):
            return schema["const"] if "const" in schema else schema["enum"][0]
        options = [self._resolve(option) for option in schema.get("anyOf") or schema.get("oneOf") or []]
        kinds = types_of(schema)
        if "null" in kinds or any(option.get("type") == "null" for option in options):
            return None
        if options:
            return self._last_resort(options[0], force=True)
        return self._sample(kinds[0] if kinds else "string", schema)

    def _sample(self, kind: str, schema: Schema) -> Any:
        if kind == "object":
            value = self._inside(schema)
            return {} if value is NOTHING else value
        if kind == "array":
            count = _limit(schema, "minItems") or 0
            self._allowance.values(count)
            return [self._last_resort(items, force=True) for items in self._items(schema, int(count))]
        if kind in ("integer", "number"):
            return _number(schema, whole=kind == "integer")
        if kind == "boolean":
            return False
        self._allowance.characters(_limit(schema, "minLength") or 0)
        return next((sample for _, sample in _wanted(schema)), _word(schema))

    def _array(self, schema: Schema) -> Any:
        """Every value that fits, as many as there may be; NOTHING for too few."""
        most = _limit(schema, "maxItems")
        if _kinds_in_turn(schema):
            return self._sample("array", schema)
        if self._depth and not self._resolve(schema.get("items") or {}).get("properties"):
            # One of several objects would take all that the others need.
            return NOTHING
        found = self.several(self._resolve(schema.get("items") or {}))[: None if most is None else int(most)]
        return found if found and len(found) >= (_limit(schema, "minItems") or 0) else NOTHING

    def _items(self, schema: Schema, count: int) -> list[Schema]:
        """What each of so many items is; the description tells it of those that differ."""
        kinds = _kinds_in_turn(schema)
        return [{"type": kind} for kind in kinds] or [self._resolve(schema.get("items") or {})] * count

    def _inside(self, schema: Schema) -> Any:
        if self._depth >= _DEEPEST:
            return NOTHING
        self._depth += 1
        try:
            return self._object(schema, force=True)
        finally:
            self._depth -= 1

    def _allows(self, schema: Schema, value: Any) -> bool:
        wanted = next((pattern for pattern, _ in _wanted(schema)), None)
        formed = wanted is None or (isinstance(value, str) and wanted.fullmatch(value) is not None)
        return formed and _within(value, schema)

    def _left(self) -> int:
        """How many values are still there to be used."""
        return len(self._numbers) + len(self._strings) + len(self._named_values)


def _strings(prompt: str) -> list[str]:
    """Strings of the prompt: quoted ones, names, words at the start that something is said of, dates and addresses."""
    values = find_values(prompt)
    said_of = [word for word in values.starters if re.search(rf"\b{re.escape(word)}(?:,| {_SAID})", prompt)]
    names = sorted({*values.names, *said_of}, key=prompt.find)
    return list(dict.fromkeys([*values.quoted, *(names or values.starters), *values.literals]))


def _kinds_in_turn(schema: Schema) -> list[str]:
    """The types of a tuple's items, where they differ."""
    found = re.search(r"exactly \d+ items: ([a-z, ]+)", str(schema.get("description") or ""), re.IGNORECASE)
    return found[1].split(", ") if found else []


def _named(exchange: Exchange) -> Iterator[tuple[str, Any]]:
    """The arguments of each call, and the fields of its output where that is a JSON object."""
    for one in exchange.made:
        for text in (one.call.get("arguments"), one.output):
            try:
                found = json.loads(text or "")
            except (ValueError, TypeError):
                continue
            if isinstance(found, dict):
                yield from ((str(key), value) for key, value in found.items() if value is not None)


def _is_of(value: Any, schema: Schema) -> bool:
    """Whether a value found elsewhere may stand here: simple types only."""
    kinds = {"string": str, "integer": int, "number": (int, float), "boolean": bool}
    declared = schema.get("type")
    wanted = kinds.get(declared) if isinstance(declared, str) else None
    if wanted is None or not isinstance(value, wanted) or (isinstance(value, bool) and declared != "boolean"):  # type: ignore[arg-type]
        return False
    return value in schema.get("enum", (value,)) and _within(value, schema)


def _wanted(schema: Schema) -> Iterator[tuple[re.Pattern[str], str]]:
    """The format of a string, by its keyword or by what the description says: its pattern and a sample."""
    said = str(schema.get("description") or "").lower()
    for name, pattern, sample in _FORMATS:
        if schema.get("format") == name or ("format" not in schema and re.search(rf"\b{_NOTED[name]}\b", said)):
            yield pattern, sample
            return


def _limit(schema: Schema, name: str) -> float | None:
    given = schema.get(name)
    if isinstance(given, (int, float)):
        return float(given) if abs(given) < _HUGE else math.copysign(_HUGE, given)
    found = re.search(_LIMITS[name], str(schema.get("description") or ""), re.IGNORECASE)
    # A version such as 1.2.3 is no number.
    return min(float(found[1].rstrip(".")), _HUGE) if found and _PLAIN.fullmatch(found[1].rstrip(".")) else None


def _within(value: Any, schema: Schema) -> bool:
    if isinstance(value, str):
        shortest, longest = _limit(schema, "minLength"), _limit(schema, "maxLength")
        return len(value) >= (shortest or 0) and (longest is None or len(value) <= longest)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return True
    step, limits = _limit(schema, "multipleOf"), [(_limit(schema, name), holds) for name, holds in _ORDERS.items()]
    fits = all(limit is None or holds(value, limit) for limit, holds in limits)
    return fits and (not step or value % step == 0)


def _number(schema: Schema, *, whole: bool) -> int | float:
    """The number nearest to zero within the limits."""
    step = _limit(schema, "multipleOf") or 1.0
    least, above = _limit(schema, "minimum"), _limit(schema, "exclusiveMinimum")
    most, below = _limit(schema, "maximum"), _limit(schema, "exclusiveMaximum")
    candidates = [0.0]
    if least is not None or above is not None:
        floor = least if least is not None else above or 0.0
        candidates += [floor, floor + step, -(-floor // step) * step, (floor // step + 1) * step]
    if most is not None or below is not None:
        ceiling = most if most is not None else below or 0.0
        candidates += [ceiling, ceiling - step, ceiling // step * step, (-(-ceiling // step) - 1) * step]
    if above is not None and below is not None:
        candidates.append((above + below) / 2)
    fitting = [value for value in candidates if _within(value, schema) and (not whole or value == int(value))]
    value = min(fitting, key=abs, default=0.0)
    return int(value) if whole or value == int(value) else value


def _word(schema: Schema) -> str:
    shortest, longest = int(_limit(schema, "minLength") or 0), _limit(schema, "maxLength")
    word = "example".ljust(shortest, ".")
    return word if longest is None else word[: int(longest)]
