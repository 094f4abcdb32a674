"""The functions of a module, or the methods of an object, as tools."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator
from functools import partialmethod, singledispatchmethod
from types import ModuleType
from typing import Any

from ws_notebook.exceptions import ToolError
from ws_notebook.tools.function import AnyTool, Tool, tool
from ws_notebook.tools.options import nearest

__all__ = ["tools_from"]


def tools_from(
    source: Any, /, *, only: Iterable[str] | None = None, skip: Iterable[str] = (), prefix: str = "", **options: Any
) -> list[AnyTool]:
    """The public functions of a module, or the public methods of an object, as tools.

    only, skip  names to take, or to leave out
    prefix      put before each tool's name: "files_" makes read `files_read`
    options     as for `tool`; a tool of yours among them keeps its own

    A module's public functions are those in its `__all__`, else those written in it whose names begin with a letter.
    Raises `ToolError`, and makes none, for a name that is not there and for functions that cannot be tools: it lists
    each with the reason.
    """
    found = dict(_public(source))
    label = f"Module {source.__name__}" if isinstance(source, ModuleType) else f"The {type(source).__name__} object"
    wanted, unwanted = _names(only, "only"), _names(skip, "skip") or []
    for name in (*(wanted or ()), *unwanted):
        if name not in found:
            raise ToolError(f"{label} has no public function {name!r}.{nearest(name, tuple(found))}")
    chosen = [name for name in (found if wanted is None else wanted) if name not in unwanted]
    if not chosen:
        raise ToolError(f"{label} has no public function that could be a tool.")
    made, refused = [], []
    for name in chosen:
        try:
            made.append(_made(found[name], name, prefix, options))
        except ToolError as error:
            refused.append((name, str(error)))
    if refused:
        raise ToolError(_refusal(label, refused))
    return made


def _public(source: Any) -> Iterator[tuple[str, Callable[..., Any]]]:
    if isinstance(source, ModuleType):
        yield from _of_module(source)
    elif inspect.isclass(source):
        raise ToolError(f"{source.__name__} is a class. Make an object of it: tools_from({source.__name__}(…)).")
    elif isinstance(source, str | bytes | int | float | dict | list | tuple | set) or source is None:
        raise ToolError(f"tools_from() takes a module or an object with methods, not {type(source).__name__}.")
    elif inspect.isroutine(source) or isinstance(source, Tool):
        raise ToolError("tools_from() takes a module or an object. A single function is made a tool by tool(function).")
    else:
        yield from _of_object(source)


def _of_module(module: ModuleType) -> Iterator[tuple[str, Callable[..., Any]]]:
    listed = getattr(module, "__all__", None)
    for name in vars(module) if listed is None else listed:
        value = getattr(module, name, None)
        own = listed is not None or getattr(value, "__module__", None) == module.__name__
        if own and not name.startswith("_") and (inspect.isroutine(value) or isinstance(value, Tool)):
            yield name, value


def _of_object(source: Any) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Methods in the order in which they are written, those of the classes above first; properties are not read."""
    for name in dict.fromkeys(name for cls in reversed(type(source).__mro__[:-1]) for name in vars(cls)):
        written = inspect.getattr_static(type(source), name)
        if isinstance(written, staticmethod | classmethod):
            written = written.__func__
        if not name.startswith("_") and _is_method(written):
            yield name, getattr(source, name)


def _is_method(written: Any) -> bool:
    """Whether a class holds a method there. To inspect, a `cached_property` is a routine, too; it cannot be called."""
    if isinstance(written, Tool | partialmethod | singledispatchmethod):
        return True
    return inspect.isroutine(written) and callable(written)


def _made(value: Callable[..., Any], name: str, prefix: str, options: dict[str, Any]) -> AnyTool:
    if isinstance(value, Tool) and not prefix:
        return value
    given = {**options, "name": f"{prefix}{name}"} if prefix else options
    made: AnyTool = tool(value, **given)
    return made


def _names(names: Iterable[str] | None, what: str) -> list[str] | None:
    if isinstance(names, str):
        raise ToolError(f"tools_from(): {what} takes a list of names: {what}=[{names!r}].")
    return None if names is None else list(names)


def _refusal(label: str, refused: list[tuple[str, str]]) -> str:
    reasons = "\n".join(f"  {name}: {reason}" for name, reason in refused)
    names = ", ".join(repr(name) for name, _ in refused)
    return f"{label} has functions that cannot be tools. Leave them out with skip=[{names}], or mend them:\n{reasons}"
