"""What pydantic makes of a tool's parameters: the validator of a call's arguments, and their JSON schema.

Loaded for the first parameters that plain.py does not know, and for the first arguments that do not simply fit.
"""

from __future__ import annotations

import dataclasses
import enum
import inspect
import re
from typing import Annotated, Any

import typing_extensions
from pydantic import ConfigDict, Field, PydanticUserError, TypeAdapter
from pydantic.errors import PydanticInvalidForJsonSchema, PydanticSchemaGenerationError
from pydantic.json_schema import GenerateJsonSchema

from ws_notebook.exceptions import ToolError
from ws_notebook.tools.schema.annotation import readable, undefined_name
from ws_notebook.tools.schema.docstring import describe
from ws_notebook.tools.schema.nodes import Schema, closed
from ws_notebook.tools.schema.signature import Parameter
from ws_notebook.tools.schema.strict import NOTE, tidied

__all__ = ["UNUSABLE", "SchemaGenerator", "adapted", "adapter_of", "schema_of", "unusable_cause"]

_CLASS_IN_MESSAGE = re.compile(r"<class '([^']+)'>")

UNUSABLE = (PydanticUserError, NameError, TypeError, ValueError, AttributeError, RuntimeError)
"""What pydantic raises for types it cannot validate or describe."""


def schema_of(found: tuple[Parameter, ...], label: str) -> tuple[TypeAdapter[dict[str, Any]], Schema]:
    """The validator and the schema. Raises `ToolError`, with `label` in it, for a type that JSON cannot carry."""
    try:
        return _built(found)
    except UNUSABLE as error:
        for parameter in found:
            try:
                _built((parameter,))
            except UNUSABLE as cause:
                raise ToolError(_unusable(parameter, cause, label)) from None
        raise ToolError(f"{label}: no schema can be made of its parameters ({_first_line(error)}).") from None


def adapter_of(found: tuple[Parameter, ...]) -> TypeAdapter[dict[str, Any]]:
    """Validates a JSON object into the Python arguments by name."""
    fields: dict[str, Any] = {}
    for parameter in found:
        annotation = _with_description(readable(parameter.annotation))
        fields[parameter.name] = annotation if parameter.required else typing_extensions.NotRequired[annotation]
    # A TypedDict: unlike a model it lets a parameter have any name.
    make: Any = typing_extensions.TypedDict
    arguments = make("arguments", fields)
    arguments.__pydantic_config__ = ConfigDict(extra="forbid", val_json_bytes="base64")
    return TypeAdapter(arguments)


def _built(found: tuple[Parameter, ...]) -> tuple[TypeAdapter[dict[str, Any]], Schema]:
    adapter = adapter_of(found)
    schema = _schema(adapter)
    schema.setdefault("properties", {})
    return adapter, schema


def adapted(kind: Any) -> tuple[TypeAdapter[Any], Schema]:
    """What validates a type, and its schema as the model is told of it. Raises what is among UNUSABLE."""
    adapter: TypeAdapter[Any] = TypeAdapter(kind)
    return adapter, _schema(adapter)


def _schema(adapter: TypeAdapter[Any]) -> Schema:
    return tidied(adapter.json_schema(schema_generator=SchemaGenerator))


def _with_description(annotation: Any) -> Any:
    """`Annotated[T, "text"]` and `Annotated[T, Doc("text")]` with the text where pydantic looks for it."""
    if typing_extensions.get_origin(annotation) is not Annotated:
        return annotation
    for extra in reversed(annotation.__metadata__):
        text = extra if isinstance(extra, str) else getattr(extra, "documentation", None)
        if isinstance(text, str):
            return Annotated[annotation, Field(description=text)]
    return annotation


def _unusable(parameter: Parameter, cause: Exception, label: str) -> str:
    kind = getattr(parameter.annotation, "__qualname__", None) or str(parameter.annotation)
    why = unusable_cause(cause, parameter.annotation)
    return (
        f"{label}: parameter {parameter.name!r} has the type {kind}, which cannot be made from JSON{why}. "
        "Take a str, a number, a list, a dataclass or another type that JSON can carry, "
        "and build the object inside the function."
    )


def unusable_cause(cause: Exception, annotation: Any) -> str:
    """What helps of pydantic's message, in brackets; its own remedies are for models, not for tools."""
    if isinstance(cause, NameError) or getattr(cause, "code", "") == "class-not-fully-defined":
        missing = undefined_name(annotation)
        return f" (a class in it names {missing!r}, which does not exist yet: define {missing} first)" * bool(missing)
    if not isinstance(cause, PydanticSchemaGenerationError | PydanticInvalidForJsonSchema):
        return f" ({_first_line(cause)})"
    inner = _CLASS_IN_MESSAGE.search(str(cause))
    own = getattr(annotation, "__qualname__", None)
    return "" if inner is None or (own and inner[1].endswith(own)) else f" (it contains {inner[1]})"


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")


class SchemaGenerator(GenerateJsonSchema):
    """Pydantic's JSON schema, plus what the model should know of classes: member names and documented fields."""

    ignored_warning_kinds = {"skipped-choice", "non-serializable-default"}  # noqa: RUF012 - pydantic's own attribute

    def enum_schema(self, schema: Any) -> Schema:
        members = schema["members"]
        if not all(isinstance(member.value, str | int | float | None) for member in members):
            raise TypeError(f"the values of {schema['cls'].__name__} are not strings or numbers")
        result = super().enum_schema(schema)
        if not all(isinstance(member.value, str) for member in members):
            meanings = ", ".join(f"{member.value} = {member.name}" for member in members)
            result[NOTE] = meanings
        if issubclass(schema["cls"], enum.Flag):
            return {"type": "integer", NOTE: f"{result[NOTE]}; their sum for several"}
        return result

    def bytes_schema(self, schema: Any) -> Schema:
        """Text, or base64 where the class around says so; pydantic looks at how bytes are written, not read."""
        result = super().bytes_schema(schema)
        return {**result, "format": "base64" if self._config.val_json_bytes == "base64" else "binary"}

    def named_tuple_schema(self, schema: Any) -> Schema:
        """A NamedTuple as an object: by their names the model knows its fields. Validation takes both forms."""
        fields, cls = schema["fields"], schema["cls"]
        properties = {field["name"]: self.generate_inner(field["schema"]) for field in fields}
        required = [field["name"] for field in fields if field["schema"]["type"] != "default"]
        result = closed(properties, required)
        if cls.__doc__ and not cls.__doc__.startswith(f"{cls.__name__}("):  # what Python writes itself
            result["description"] = inspect.cleandoc(cls.__doc__)
        return _documented(result, cls)

    def arguments_schema(self, schema: Any) -> Schema:
        """The same before pydantic 2.14, to which a NamedTuple is a call."""
        return self.kw_arguments_schema(schema["arguments_schema"], schema.get("var_kwargs_schema"))

    def is_subclass_schema(self, schema: Any) -> Schema:
        return self.handle_invalid_for_json_schema(schema, f"a class ({schema['cls']})")

    def dataclass_schema(self, schema: Any) -> Schema:
        """Without fields that are not of `__init__`: pydantic lists those with a default, and refuses them."""
        result, cls = super().dataclass_schema(schema), schema["cls"]
        for field in dataclasses.fields(cls):
            if not field.init:
                result.get("properties", {}).pop(field.name, None)
        return _documented(result, cls)

    def model_schema(self, schema: Any) -> Schema:
        return _documented(super().model_schema(schema), schema["cls"])

    def typed_dict_schema(self, schema: Any) -> Schema:
        return _documented(super().typed_dict_schema(schema), schema.get("cls"))


def _documented(schema: Schema, cls: type | None) -> Schema:
    """Fields described by the class docstring's section of attributes or arguments."""
    text, fields = describe(vars(cls).get("__doc__") if cls else None)
    for name, meaning in fields.items():
        if name in schema.get("properties", {}):
            schema["properties"][name].setdefault("description", meaning)
    if fields:
        schema["description"] = text
    return schema
