"""A call's JSON arguments, validated into the Python values that the function takes.

Null for an optional parameter or field means "use the default", in strict mode and outside it: a strict schema
makes every parameter required, so null is how the model leaves one out.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ws_notebook.exceptions import ToolError
from ws_notebook.render.format import json_value, shortened
from ws_notebook.tools.schema.nodes import resolved
from ws_notebook.tools.schema.plain import plain_values

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

    from ws_notebook.tools.schema.function import FunctionSchema
    from ws_notebook.tools.schema.nodes import Schema

__all__ = ["listed_problems", "problem", "validated", "without_nulls"]

_MAX_PROBLEMS, _SHOWN = 10, 80

_NOTHING = ("null", '""', "[]")
"""What some models send for a tool that needs no parameters."""

_CONTROL = re.compile(r"[\x00-\x1f]")
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)


def validated(schema: FunctionSchema, text: str, *, name: str) -> dict[str, Any]:
    """The arguments by name; those left to their defaults are absent.

    Raises `ToolError` that lists every problem with its parameter, for the model to act on.
    """
    if schema.kinds is not None:
        found = plain_values(text, schema.parameters, schema.kinds)
        if found is not None:
            return found
    from pydantic import ValidationError

    text = _object(text, bare=not schema.loose.get("required"))
    if "null" in text:
        text = without_nulls(text, schema.loose)
    try:
        return schema.adapter.validate_json(text)
    except ValidationError as error:
        raise ToolError(_explained(error, schema, name)) from None


def _object(text: str, *, bare: bool) -> str:
    """The text as models mean it: nothing where there are no parameters, line ends inside of strings, JSON as a string.

    `bare`: it can be called without any. Numbers stay as they are written.
    """
    text = text.strip() or "{}"
    if bare and text in _NOTHING:
        return "{}"
    if text.startswith('"{'):
        with contextlib.suppress(ValueError):
            text = str(json.loads(text, strict=False))
    return _STRING.sub(_escaped, text) if _CONTROL.search(text) else text


def _escaped(found: re.Match[str]) -> str:
    return _CONTROL.sub(lambda control: f"\\u{ord(control[0]):04x}", found[0])


def without_nulls(text: str, schema: Schema) -> str:
    """The JSON text without the nulls that stand for "use the default", by the schema whose optional fields are not
    required."""
    value = json_value(text)
    # The validator says what is wrong with it.
    return text if value is None else json.dumps(_dropped(value, schema, schema.get("$defs", {})))


def _dropped(value: Any, schema: Schema, definitions: dict[str, Schema]) -> Any:
    """`value` without the nulls that stand for "use the default"."""
    schema = _branch(value, schema, definitions)
    if isinstance(value, dict):
        properties, required = schema.get("properties", {}), schema.get("required", ())
        return {
            key: _dropped(item, properties.get(key, {}), definitions)
            for key, item in value.items()
            if item is not None or key not in properties or key in required
        }
    if isinstance(value, list):
        items = schema.get("items", {})
        each = schema.get("prefixItems", [])
        return [
            _dropped(item, each[index] if index < len(each) else items, definitions) for index, item in enumerate(value)
        ]
    return value


def _branch(value: Any, schema: Any, definitions: dict[str, Schema]) -> Schema:
    """The part of a schema that speaks of this value: references followed, the fitting choice of a union taken."""
    schema = resolved(schema, definitions)
    if not isinstance(schema, dict):
        return {}
    choices = schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf")
    if not choices:
        return schema
    for choice in choices:
        found = _branch(value, choice, definitions)
        if _fits(value, found):
            return found
    return {}


def _fits(value: Any, schema: Schema) -> bool:
    if isinstance(value, list):
        return schema.get("type") == "array"
    if not isinstance(value, dict):
        return False
    properties = schema.get("properties", {})
    if schema.get("type") != "object" or not value.keys() <= properties.keys():
        return False
    fixed = {key: child["const"] for key, child in properties.items() if "const" in child}
    return all(value[key] == expected for key, expected in fixed.items() if key in value)


def _explained(error: ValidationError, schema: FunctionSchema, name: str) -> str:
    problems = error.errors(include_url=False, include_context=False)
    if problems[0]["type"] == "json_invalid":
        detail = problems[0]["msg"].removeprefix("Invalid JSON: ")
        return f"The arguments of {name} are not valid JSON: {detail}. Send one JSON object."
    names = ", ".join(parameter.name for parameter in schema.parameters) or "none"
    words = listed_problems(error, _MAX_PROBLEMS, lambda one: _named(one, names))
    return f"The arguments of {name} do not fit: {words}."


def _named(one: ErrorDetails, names: str) -> str:
    """A problem, to a model that knows its parameters by these names."""
    if not one["loc"]:
        return f"they must be one JSON object with the parameters {names}"
    if one["type"] == "missing":
        return f"{_place(one)}: missing, and required"
    if one["type"] == "extra_forbidden":
        return f"{_place(one)}: unknown; the parameters are {names}"
    return problem(one)


def listed_problems(error: ValidationError, most: int, told: Callable[[ErrorDetails], str]) -> str:
    """What does not fit, in one line; of more than `most` problems, how many they are."""
    problems = error.errors(include_url=False, include_context=False)
    more = [f"and {len(problems) - most} more"] if len(problems) > most else []
    return "; ".join([*map(told, problems[:most]), *more])


def problem(one: ErrorDetails) -> str:
    """`stops[0].name: input should be a valid string, got 3`"""
    message, place = one["msg"][0].lower() + one["msg"][1:], _place(one)
    shown = json.dumps(one["input"], ensure_ascii=False, default=repr)
    got = "" if one["type"] == "missing" else f", got {shortened(shown, _SHOWN)}"
    return f"{place}: {message}{got}" if place else f"{message}{got}"


def _place(one: ErrorDetails) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in one["loc"]).lstrip(".")
