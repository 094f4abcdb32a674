"""A Python type as the form of the model's answer: the `text.format` that asks for it, and the way back from JSON.

A pydantic model, a dataclass, a TypedDict, a NamedTuple, an Enum, a union or list of them, plain builtins: whatever
pydantic can validate. The schema is in the strict subset of `strict`, whose root must be an object; any other
type travels inside one, as its field `value`.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Mapping
from types import FunctionType
from typing import Annotated, Any, Final, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError

from ws_notebook.exceptions import FormatError, SettingsError
from ws_notebook.tools.schema.annotation import readable
from ws_notebook.tools.schema.arguments import listed_problems, problem, without_nulls
from ws_notebook.tools.schema.nodes import Schema, closed
from ws_notebook.tools.schema.strict import wire_schema
from ws_notebook.tools.schema.typed import UNUSABLE, adapted, unusable_cause

__all__ = ["TextFormat"]

_VALUE: Final = "value"
"""The one field of the object that holds what is no object itself."""

_WIRE_TYPES: Final = ("json_schema", "json_object", "text")
_NAME_LIMIT, _MAX_PROBLEMS = 64, 5
_FENCE = re.compile(r"\s*```(?:json)?\s*\n(.*?)\n?\s*```\s*", re.DOTALL)


class TextFormat:
    """What an answer must be, and how it is read.

    `kind` is a type, a JSON schema as a dict, or a ready `text.format` object. Raises SettingsError for what cannot
    be asked for.
    """

    def __init__(self, kind: Any) -> None:
        self.label = _label(kind)
        """What people call it."""
        self._adapter: TypeAdapter[Any] | None = None
        self._wrapped = False
        self._loose: Schema = {}
        self.strict_reason = ""
        """Why the provider is not held to the schema, only asked for it; empty where it is."""
        if isinstance(kind, Mapping) and kind.get("type") in _WIRE_TYPES:
            self.wire: dict[str, Any] = dict(kind)
            """The `text.format` of the request."""
            return
        if isinstance(kind, Mapping):
            self._loose = dict(kind)
        else:
            self._adapter, self._loose = _adapted(kind, self.label)
        # A class that contains itself cannot be the root of a strict schema: it is a reference.
        self._wrapped = self._loose.get("type") != "object" or "$ref" in self._loose
        self.wire = self._wire()

    def __repr__(self) -> str:
        return f"<TextFormat {self.label}{'' if not self.strict_reason else ', not strict: ' + self.strict_reason}>"

    @property
    def field_names(self) -> list[str]:
        """The fields of the answer, where it is a record."""
        schema = self.wire.get("schema")
        properties = schema.get("properties") if isinstance(schema, Mapping) and not self._wrapped else None
        return list(properties) if isinstance(properties, Mapping) else []

    def parse(self, text: str) -> Any:
        """The answer as a value of the type. Raises FormatError that says what does not fit."""
        if self.wire.get("type") == "text":
            return text
        found = _FENCE.fullmatch(text)
        source = found[1] if found else text.strip()
        try:
            value = json.loads(source)
        except (ValueError, RecursionError) as error:
            raise FormatError(f"it is not JSON: {error}{self._looseness()}") from None
        if self._wrapped and isinstance(value, dict) and value.keys() == {_VALUE}:
            value = value[_VALUE]
        return value if self._adapter is None else self._validated(self._adapter, value)

    def _validated(self, adapter: TypeAdapter[Any], value: Any) -> Any:
        source = json.dumps(value, ensure_ascii=False)
        try:
            # In strict mode null is how a model leaves an optional field out.
            return adapter.validate_json(without_nulls(source, self._loose))
        except ValidationError as error:
            words = listed_problems(error, _MAX_PROBLEMS, problem)
            raise FormatError(f"{words}{self._looseness()}") from None

    def _looseness(self) -> str:
        return f" (the provider is not held to this form: {self.strict_reason})" if self.strict_reason else ""

    def _wire(self) -> dict[str, Any]:
        schema, reason = wire_schema(self._rooted(self._loose), None)
        self.strict_reason = reason.replace("parameter", "field")
        name = re.sub(r"[^A-Za-z0-9_-]+", "_", self.label).strip("_")[:_NAME_LIMIT] or "answer"
        return {"type": "json_schema", "name": name, "schema": schema, "strict": not reason}

    def _rooted(self, schema: Schema) -> Schema:
        """The schema with an object at its root."""
        if not self._wrapped:
            return schema
        inner = {key: value for key, value in schema.items() if key != "$defs"}
        outer = closed({_VALUE: inner}, [_VALUE])
        return {**outer, "$defs": schema["$defs"]} if "$defs" in schema else outer


def _label(kind: Any) -> str:
    if isinstance(kind, Mapping):
        # Some keep the name beside the schema, some call it the schema's title.
        name = kind.get("name") or kind.get("title")
        return name if isinstance(name, str) else "answer"
    if get_origin(kind) is Annotated:
        return _label(kind.__origin__)
    # A parametrised builtin has a name too, that of its origin alone.
    if isinstance(kind, type) and not get_args(kind):
        return kind.__name__
    return re.sub(r"\b(?:\w+\.)+(?=\w)", "", str(kind))


def _adapted(kind: Any, label: str) -> tuple[TypeAdapter[Any], Schema]:
    values = (str, int, float, list, tuple, set, FunctionType, BaseModel)
    # A dataclass or model by its instance is the likeliest slip.
    if kind is None or isinstance(kind, values) or dataclasses.is_dataclass(type(kind)):
        raise SettingsError(
            f"text_format takes a type, not {repr(kind)[:80]}: a pydantic model, a dataclass, a TypedDict, list[str] …"
        )
    try:
        return adapted(readable(kind))
    except UNUSABLE as error:
        raise SettingsError(
            f"text_format: {label} cannot be made from JSON{unusable_cause(error, kind)}. "
            "Take a pydantic model, a dataclass, a TypedDict, a list of them, or a builtin type."
        ) from None
