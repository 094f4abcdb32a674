"""Custom tools, to which the model writes text instead of JSON: the format of the text, and the call that it makes."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ws_notebook.exceptions import ToolError
from ws_notebook.tools.schema.nodes import resolved

if TYPE_CHECKING:
    from ws_notebook.tools.schema.function import FunctionSchema
    from ws_notebook.tools.schema.nodes import Schema

__all__ = ["Format", "as_format", "as_text", "check_parameters", "format_words", "parsed_text"]

Format = str | re.Pattern[str] | Mapping[str, Any]
"""How the text is described: "text", a Lark grammar, a compiled regular expression, or the API's own object."""

_START = re.compile(r"^\s*[?!]?start(\.\d+)?\s*:", re.MULTILINE)
_FLAGS = {re.IGNORECASE: "i", re.MULTILINE: "m", re.DOTALL: "s", re.VERBOSE: "x"}

_UNSUPPORTED = (
    (re.compile(r"(?<!\\)\(\?<?[=!]"), "a lookaround, such as (?=…)"),
    (re.compile(r"(?<!\\)[*+?}]\?"), "a lazy repetition, such as *?"),
)
_UNSUPPORTED_REGEX = (*_UNSUPPORTED, (re.compile(r"(?<!\\)\\[1-9]|\(\?P="), "a reference to a group, such as \\1"))
_UNSUPPORTED_LARK = (
    *_UNSUPPORTED,
    (re.compile(r"^\s*%declare\b", re.MULTILINE), "%declare"),
    (re.compile(r"^\s*%import\s+(?!common\b)", re.MULTILINE), "%import of anything but common"),
)
"""What the providers' grammars do not know."""

_SCALARS = {"string", "integer", "number", "boolean"}


def as_format(given: Any, label: str) -> dict[str, Any] | None:
    """The `format` of the definition that is sent; None where the tool takes JSON. Raises `ToolError`."""
    if given is None:
        return None
    if isinstance(given, re.Pattern):
        return _grammar("regex", _inline(given), _UNSUPPORTED_REGEX, label)
    if isinstance(given, Mapping):
        return _checked(dict(given), label)
    if isinstance(given, str) and given.strip() == "text":
        return {"type": "text"}
    if isinstance(given, str) and _START.search(given):
        grammar = _grammar("lark", inspect.cleandoc(given), _UNSUPPORTED_LARK, label)
        _check_lark(grammar["definition"], label)
        return grammar
    raise ToolError(
        f'{label}: format is {given!r:.80}; give "text", a Lark grammar (a string with the rule `start: …`), or a '
        "regular expression (re.compile(…))."
    )


def check_parameters(schema: FunctionSchema, label: str) -> None:
    """Raises `ToolError` where the function cannot be given a text alone."""
    names = [one.name for one in schema.parameters]
    required = [one.name for one in schema.parameters if one.required]
    if not names or len(required) > 1:
        raise ToolError(
            f"{label} has a format, so the model writes one text to it; the function takes "
            f"{', '.join(names) or 'nothing'}. Give it one parameter, such as text: str."
        )
    name = _name(schema.loose)
    kind = _kinds(schema.loose["properties"][name], schema.loose.get("$defs", {}))
    if not kind & _SCALARS:
        raise ToolError(
            f"{label} has a format, so its parameter {name!r} is made from text, which a list or an object "
            "cannot be. Annotate it with str, and read it in the function."
        )


def parsed_text(schema: FunctionSchema, text: str, format: Mapping[str, Any], *, name: str) -> dict[str, Any]:
    """The Python values by name for a text. Raises `ToolError` for one that the function cannot take."""
    from ws_notebook.tools.schema.arguments import validated

    if format.get("syntax") == "regex" and re.fullmatch(format["definition"], text) is None:
        raise ToolError(f"The input of {name} does not match {format['definition']}. Got {text!r:.80}.")
    return validated(schema, json.dumps({_name(schema.loose): text}), name=name)


def as_text(schema: Schema, values: Mapping[str, Any], *, name: str) -> str:
    """The text that the model would write for a value given by hand, by the parameter's name."""
    wanted = _name(schema)
    if set(values) != {wanted}:
        raise ToolError(f"{name} takes one text: {name}.try_(text), or by name, {wanted}=….")
    return str(values[wanted])


def format_words(format: Mapping[str, Any]) -> str:
    """What the model writes, in words."""
    syntax = format.get("syntax")
    if syntax is None:
        return "free-form text"
    return f"text matching {format['definition']}" if syntax == "regex" else "text of a Lark grammar"


def _name(schema: Schema) -> str:
    """The parameter that takes the text: the required one, or else the first."""
    name: str = (schema.get("required") or list(schema["properties"]))[0]
    return name


def _kinds(node: Schema, definitions: Mapping[str, Schema]) -> set[str]:
    """The JSON types that a schema takes."""
    node = resolved(node, definitions) or {}
    choices = node.get("anyOf") or node.get("oneOf") or node.get("allOf")
    if choices:
        return set().union(*(_kinds(one, definitions) for one in choices))
    found = node.get("type", "string")
    return set(found) if isinstance(found, list) else {found}


def _checked(given: dict[str, Any], label: str) -> dict[str, Any]:
    if given == {"type": "text"}:
        return given
    whole = given.keys() == {"type", "syntax", "definition"} and given["type"] == "grammar"
    if not whole or given["syntax"] not in ("lark", "regex") or not isinstance(given["definition"], str):
        raise ToolError(
            f'{label}: format is {given!r:.80}; as an object it is {{"type": "text"}} or '
            '{"type": "grammar", "syntax": "lark" or "regex", "definition": …}.'
        )
    if given["syntax"] == "regex":
        try:
            return as_format(re.compile(given["definition"]), label) or given
        except re.error as error:
            raise ToolError(f"{label}: format has no valid regular expression ({error}).") from None
    return as_format(given["definition"], label) or given


def _grammar(syntax: str, definition: str, unsupported: Any, label: str) -> dict[str, Any]:
    for pattern, what in unsupported:
        if pattern.search(definition):
            raise ToolError(f"{label}: the grammar has {what}, which providers do not support. Write it without.")
    return {"type": "grammar", "syntax": syntax, "definition": definition}


def _inline(pattern: re.Pattern[str]) -> str:
    """The expression with its flags inside."""
    flags = "".join(letter for flag, letter in _FLAGS.items() if pattern.flags & flag)
    return pattern.pattern if not flags or pattern.pattern.startswith("(?") else f"(?{flags}){pattern.pattern}"


def _check_lark(definition: str, label: str) -> None:
    """Where Lark is installed it reads the grammar, so that a slip is found here and not by the provider."""
    from importlib.util import find_spec

    if find_spec("lark") is None:
        return
    import lark

    try:
        lark.Lark(definition)
    except lark.exceptions.LarkError as error:
        words = " ".join(str(error).split())
        raise ToolError(f"{label}: the grammar cannot be read: {words:.300}") from None
