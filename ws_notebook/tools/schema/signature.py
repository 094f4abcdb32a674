"""A function's parameters with their annotations resolved, or the reason why it cannot be a tool."""

from __future__ import annotations

import contextlib
import functools
import inspect
import re
import typing
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import msgspec

from ws_notebook.exceptions import ToolError
from ws_notebook.tools.context import is_context

__all__ = ["Parameter", "home", "is_secret", "is_unbound_method", "parameters", "signature_text"]

_INFERRED = (bool, int, float, str)
"""Types that an unannotated parameter takes from its default."""


_SECRET_NAME = re.compile(r"(^|_)(api_?key|key|token|secret|password|passwd|pwd|credentials?|auth(orization)?)$", re.I)


class Parameter(msgspec.Struct, frozen=True):
    """One parameter the model may fill."""

    name: str
    annotation: Any
    """The type, resolved; `Annotated` is kept."""
    positional: bool
    """True for a positional-only parameter: it is passed by position, all others by keyword."""
    required: bool
    default: Any = None
    """The Python default; meaningless when `required`."""


def home(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function that was written: under partials, methods, `functools.wraps` and `__call__`."""
    while True:
        if isinstance(function, functools.partial):
            function = function.func
        elif inspect.ismethod(function):
            function = function.__func__
        elif hasattr(function, "__wrapped__"):
            function = function.__wrapped__
        elif not inspect.isroutine(function):
            function = type(function).__call__
        else:
            return function


def is_unbound_method(function: Callable[..., Any]) -> bool:
    """Whether this is a function in the body of a class, still without its object."""
    if not inspect.isfunction(function):
        return False
    qualifier = function.__qualname__.rpartition(".")[0]
    if not qualifier or qualifier.endswith("<locals>"):
        return False
    # The signature's: that of a decorated method has its `self`, whatever the wrapper around it takes.
    first = next(iter(_signature(function).parameters.values()), None)
    return first is not None and first.name in {"self", "cls"} and first.annotation is first.empty


def _signature(function: Callable[..., Any]) -> inspect.Signature:
    """How a function is called. A `functools.wraps` wrapper that names its own parameters is called by those."""
    if inspect.isfunction(function) and hasattr(function, "__wrapped__") and "__signature__" not in vars(function):
        own = inspect.signature(function, follow_wrapped=False)
        if not any(raw.kind in (raw.VAR_POSITIONAL, raw.VAR_KEYWORD) for raw in own.parameters.values()):
            return own
    return inspect.signature(function)


def parameters(
    function: Callable[..., Any], *, label: str, names: Mapping[str, Any] | None = None
) -> tuple[tuple[Parameter, ...], tuple[str, ...]]:
    """The parameters of `function` that a model can fill, in order, and the names of those that take the `Context`.

    `label` names the function in errors; `names` are further names its annotations may use (the caller's locals).
    Keywords bound by `functools.partial` are fixed and not offered. Raises `ToolError` for what cannot be mapped.
    """
    scope = _Scope(function, names or {})
    found = [scope.resolved(raw, label) for raw in _readable(function, label)]
    contexts = [raw for raw in found if is_context(raw.annotation)]
    for raw in contexts:
        if raw.kind is raw.POSITIONAL_ONLY:
            raise ToolError(f"{label}: {raw.name!r} takes the context, which is passed by name. Write it after the /.")
    made = [_parameter(raw, label, editable=scope.editable) for raw in found]
    return tuple(each for each in made if not is_context(each.annotation)), tuple(raw.name for raw in contexts)


def _readable(function: Callable[..., Any], label: str) -> list[inspect.Parameter]:
    try:
        signature = _signature(function)
    except (TypeError, ValueError):
        raise ToolError(
            f"{label} has no readable signature, so no schema can be made for it. "
            "Wrap it in a function with annotated parameters."
        ) from None
    found = list(signature.parameters.values())
    if is_unbound_method(function):
        found = found[1:]
    # functools flattens a partial of a partial.
    fixed = function.keywords if isinstance(function, functools.partial) else ()
    return [raw for raw in found if raw.name not in fixed]


def is_secret(name: str, default: object) -> bool:
    """Whether a default may be a secret by the parameter's name, so that nobody is shown it."""
    return isinstance(default, str) and _SECRET_NAME.search(name) is not None


def signature_text(function: Callable[..., Any]) -> str:
    """The signature as it was written, without `self` and without defaults that may be secrets."""
    signature = _signature(function)
    found = list(signature.parameters.values())[1 if is_unbound_method(function) else 0 :]
    shown = [
        raw.replace(
            annotation=_Written.of(raw.annotation),
            default=_Written("…") if is_secret(raw.name, raw.default) else raw.default,
        )
        for raw in found
    ]
    return str(signature.replace(parameters=shown, return_annotation=_Written.of(signature.return_annotation)))


class _Written:
    """Text that shows itself without quotes, as a string annotation was written."""

    def __init__(self, text: str) -> None:
        self._text = text

    @classmethod
    def of(cls, annotation: Any) -> Any:
        return cls(annotation) if isinstance(annotation, str) else annotation

    def __repr__(self) -> str:
        return self._text


def _parameter(raw: inspect.Parameter, label: str, *, editable: bool) -> Parameter:
    if raw.kind in (raw.VAR_POSITIONAL, raw.VAR_KEYWORD):
        star, remedy = ("*", "list[…]") if raw.kind is raw.VAR_POSITIONAL else ("**", "dict[str, …]")
        raise ToolError(
            f"{label} takes {star}{raw.name}, which a schema cannot name. "
            f"Write out the parameters, or take one {raw.name}: {remedy}."
        )
    required = raw.default is raw.empty
    if type(raw.default).__name__ == "FieldInfo" and type(raw.default).__module__.startswith("pydantic"):
        raise ToolError(
            f"{label}: the default of parameter {raw.name!r} is a pydantic Field. "
            f"Write it as {raw.name}: Annotated[…, Field(…)] with a plain default after it."
        )
    return Parameter(
        name=raw.name,
        annotation=_annotation(raw, label, editable=editable),
        positional=raw.kind is raw.POSITIONAL_ONLY,
        required=required,
        default=None if required else raw.default,
    )


def _annotation(raw: inspect.Parameter, label: str, *, editable: bool) -> Any:
    if raw.annotation is not raw.empty:
        return raw.annotation
    if type(raw.default) in _INFERRED:
        return type(raw.default)
    remedy = (
        f"Annotate it, for example {raw.name}: str."
        if editable
        else f"It is not written in Python: wrap it in a function, with {raw.name} annotated."
    )
    raise ToolError(f"{label}: parameter {raw.name!r} has no type, so the model cannot know what to send. {remedy}")


class _Scope:
    """Where the names in a function's string annotations are looked up."""

    def __init__(self, function: Callable[..., Any], names: Mapping[str, Any]) -> None:
        written = home(function)
        self.editable = inspect.isfunction(written)
        """Whether it is written in Python."""
        self._globals: dict[str, Any] = getattr(written, "__globals__", {})
        self._locals = {
            **names,
            **_closure(written),
            **{variable.__name__: variable for variable in getattr(written, "__type_params__", ())},
        }

    def resolved(self, raw: inspect.Parameter, label: str) -> inspect.Parameter:
        """The parameter with every name in its annotation replaced by what it names."""
        if raw.annotation is raw.empty:
            return raw
        name, annotation = raw.name, raw.annotation
        holder = SimpleNamespace(__annotations__={name: annotation})
        try:
            types = typing.get_type_hints(holder, self._globals, self._locals, include_extras=True)
        except NameError as error:
            raise ToolError(
                f"{label}: the type of parameter {name!r} names {error.name!r}, which does not exist here. "
                f"Define or import {error.name} before the tool."
            ) from None
        except (SyntaxError, TypeError, AttributeError) as error:
            raise ToolError(
                f"{label}: the type of parameter {name!r}, {annotation!r}, is not a type ({error}). "
                f"Annotate it with one, for example {name}: str."
            ) from None
        return raw.replace(annotation=types[name])


def _closure(function: Callable[..., Any]) -> dict[str, Any]:
    names = getattr(getattr(function, "__code__", None), "co_freevars", ())
    values: dict[str, Any] = {}
    for name, cell in zip(names, getattr(function, "__closure__", None) or (), strict=False):
        with contextlib.suppress(ValueError):  # not assigned yet
            values[name] = cell.cell_contents
    return values
