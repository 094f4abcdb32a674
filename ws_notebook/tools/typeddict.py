"""`typing.TypedDict` for pydantic, which before Python 3.12 reads only that of `typing_extensions`."""

from __future__ import annotations

import sys
import types
import typing
from typing import Annotated, Any, Union, get_args, get_origin

import typing_extensions

__all__ = ["readable"]


def readable(annotation: Any) -> Any:
    """The same type with every `typing.TypedDict` in it made readable to pydantic.

    A dictionary stays a dictionary. One that contains itself is left as it is, and pydantic says what to do.
    """
    if sys.version_info >= (3, 12):
        return annotation
    return _converted(annotation, ())


def _converted(annotation: Any, inside: tuple[Any, ...]) -> Any:
    if annotation in inside:
        return annotation
    if type(annotation) is typing._TypedDictMeta:  # type: ignore[attr-defined]
        return _typed_dict(annotation, (*inside, annotation))
    arguments = get_args(annotation)
    origin = get_origin(annotation)
    if not arguments or origin is typing.Literal:
        return annotation
    if origin is Annotated:
        inner = _converted(arguments[0], inside)
        return annotation if inner is arguments[0] else Annotated[(inner, *annotation.__metadata__)]
    converted = tuple(_converted(one, inside) for one in arguments)
    if all(new is old for new, old in zip(converted, arguments, strict=True)):
        return annotation
    if origin in (Union, types.UnionType):
        return Union[converted]  # noqa: UP007 - the members are known at run time only
    return origin[converted] if origin is not None else annotation


def _typed_dict(cls: Any, inside: tuple[Any, ...]) -> Any:
    fields: dict[str, Any] = {}
    for name, hint in typing.get_type_hints(cls, include_extras=True).items():
        required = name in cls.__required_keys__
        if get_origin(hint) in (typing.Required, typing.NotRequired):
            required = get_origin(hint) is typing.Required
            hint = get_args(hint)[0]  # noqa: PLW2901
        hint = _converted(hint, inside)  # noqa: PLW2901
        fields[name] = hint if required else typing_extensions.NotRequired[hint]
    make: Any = typing_extensions.TypedDict
    made = make(cls.__name__, fields)
    made.__doc__ = cls.__doc__
    made.__module__ = cls.__module__
    if hasattr(cls, "__pydantic_config__"):
        made.__pydantic_config__ = cls.__pydantic_config__
    return made
