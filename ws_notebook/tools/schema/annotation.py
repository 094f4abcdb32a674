"""Types of parameters as pydantic has to see them, so that the function gets what its author means.

Before Python 3.12 pydantic reads only the TypedDict of `typing_extensions`. It makes a one-time iterator, whose items
are looked at too late, of an `Iterable`, and nothing of a `Collection`: a tool is given a list for both.
"""

from __future__ import annotations

import collections.abc
import sys
import types
import typing
from typing import Annotated, Any, Union, get_args, get_origin

import typing_extensions

__all__ = ["readable", "undefined_name"]


_LISTS = (
    collections.abc.Iterable,
    collections.abc.Collection,
    collections.abc.Container,
    collections.abc.Reversible,
)
"""What a list is an example of, and a string is too: pydantic takes neither for it."""


def readable(annotation: Any) -> Any:
    """The same type with what pydantic misreads in it replaced, in classes too as far as they are dictionaries.

    A TypedDict stays a dictionary. One that contains itself is left as it is, and pydantic says what to do.
    """
    return _converted(annotation, ())


def _converted(annotation: Any, inside: tuple[Any, ...]) -> Any:
    if annotation in inside:
        return annotation
    if sys.version_info < (3, 12) and type(annotation) is typing._TypedDictMeta:  # type: ignore[attr-defined]
        return _typed_dict(annotation, (*inside, annotation))
    if annotation is typing.LiteralString or annotation is typing_extensions.LiteralString:
        return str
    arguments = get_args(annotation)
    origin = get_origin(annotation)
    if (origin or annotation) in _LISTS:
        return list[tuple(_converted(one, inside) for one in arguments)] if arguments else list  # type: ignore[misc]
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


def undefined_name(annotation: Any) -> str:
    """The name in a string annotation of a class in `annotation` that does not exist (yet); empty where all do."""
    waiting, seen = [annotation], set()
    while waiting:
        one = waiting.pop()
        waiting.extend(get_args(one))
        if not isinstance(one, type) or one in seen:
            continue
        seen.add(one)
        try:
            waiting.extend(typing.get_type_hints(one, include_extras=True).values())
        except NameError as error:
            return error.name or ""
        except (TypeError, AttributeError):
            continue
    return ""
