"""From a function's signature and docstring to the JSON schema the model sees, and back from JSON to arguments.

Pure: reads no file and no clock. pydantic is loaded for what needs it: parameters that are not plain, and arguments
that do not simply fit.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from ws_notebook.exceptions import ToolError
from ws_notebook.tools.schema.docstring import describe
from ws_notebook.tools.schema.nodes import Schema
from ws_notebook.tools.schema.plain import is_plain_value, plain_kinds, plain_schema
from ws_notebook.tools.schema.signature import Parameter, is_secret, parameters
from ws_notebook.tools.schema.strict import wire_schema

if TYPE_CHECKING:
    from pydantic import TypeAdapter

__all__ = ["FunctionSchema", "function_schema"]


class FunctionSchema(msgspec.Struct, frozen=True, dict=True):
    """What is known of a tool's parameters."""

    parameters: tuple[Parameter, ...]
    wire: Schema
    """The JSON schema sent to the provider: strict, or loose where it cannot be."""
    loose: Schema
    """The JSON schema as pydantic gives it, where optional parameters are not required."""
    strict_reason: str
    """Why it is not strict; empty where it is."""
    made: TypeAdapter[dict[str, Any]] | None = None
    """The validator, where there is one already."""
    kinds: Mapping[str, type] | None = None
    """The types of the parameters by name, where all are plain."""
    contexts: tuple[str, ...] = ()
    """The parameters of the function that are given the context; the model knows nothing of them."""

    @functools.cached_property
    def adapter(self) -> TypeAdapter[dict[str, Any]]:
        """Validates a JSON object into the Python arguments by name."""
        from ws_notebook.tools.schema.typed import adapter_of

        return self.made or adapter_of(self.parameters)


def function_schema(
    function: Callable[..., Any],
    *,
    label: str,
    docstring: str | None,
    strict: bool | None = None,
    names: Mapping[str, Any] | None = None,
) -> FunctionSchema:
    """Read a function's parameters. Raises `ToolError` with `label` in it for a function that cannot be a tool.

    `strict=None` takes strict mode when the schema allows it; True insists on it; False leaves it.
    """
    found, contexts = parameters(function, label=label, names=names)
    kinds, adapter = plain_kinds(found), None
    if kinds is not None:
        loose = plain_schema(found)
    else:
        from ws_notebook.tools.schema.typed import schema_of

        adapter, loose = schema_of(found, label)
    _describe(loose, found, describe(docstring).parameters)
    wire, reason = wire_schema(loose, strict)
    if strict and reason:
        raise ToolError(f"{label} cannot be strict: {reason}. Change the type or leave strict=True out.")
    return FunctionSchema(found, wire, loose, reason, adapter, kinds, contexts)


def _describe(schema: Schema, found: tuple[Parameter, ...], texts: dict[str, str]) -> None:
    """Add the docstring's descriptions and the Python defaults."""
    for parameter in found:
        described = schema["properties"][parameter.name]
        if parameter.name in texts:
            described.setdefault("description", texts[parameter.name])
        if parameter.required or parameter.default is None or is_secret(parameter.name, parameter.default):
            continue
        if is_plain_value(parameter.default):
            described["default"] = parameter.default
        else:
            _add_default(described, parameter.default)


def _add_default(described: Schema, default: Any) -> None:
    from pydantic_core import PydanticSerializationError, to_json

    try:
        text = to_json(default, by_alias=True, bytes_mode="base64", inf_nan_mode="strings")
        described["default"] = json.loads(text)
    except (PydanticSerializationError, ValueError, TypeError):
        return  # a default that JSON cannot carry, such as a sentinel
