"""The options of `tool`, checked when a tool is made, so that none fails later."""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor
from typing import Any, Literal, TypedDict, Unpack

from ws_notebook.exceptions import ToolError
from ws_notebook.manual import did_you_mean
from ws_notebook.tools.approval import Approval
from ws_notebook.tools.schema.freeform import Format
from ws_notebook.tools.schema.signature import home
from ws_notebook.tools.values.outputs import DEFAULT_MAX_OUTPUT

__all__ = ["OPTIONS", "Approve", "RunIn", "ToolOptions", "checked", "checked_name", "nearest"]

RunIn = Literal["kernel", "thread"] | Executor
Approve = bool | Literal["first time"] | Callable[..., Any] | Approval | None


class ToolOptions(TypedDict, total=False):
    """What `tool` takes besides the function; see there."""

    name: str | None
    description: str | None
    strict: bool | None
    approve: Approve
    timeout: float | None
    run_in: RunIn
    max_output: int | None
    format: Format | None


OPTIONS = tuple(ToolOptions.__annotations__)

_DEFAULTS: ToolOptions = {
    "description": "", "strict": None, "approve": None, "timeout": None, "run_in": "kernel",
    "max_output": DEFAULT_MAX_OUTPUT,
}  # fmt: skip
_PLACES, _FIRST = ("kernel", "thread"), "first time"

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


def checked_name(function: Callable[..., Any], name: object) -> str:
    """The name given, or the function's own, if a tool can have it."""
    if name is None:
        inner = function.func if isinstance(function, functools.partial) else function
        found = getattr(inner, "__name__", None) or type(inner).__name__
    elif isinstance(name, str):
        found = name
    else:
        raise ToolError(f"A tool's name is a string, not {name!r}.")
    if not _NAME.fullmatch(found):
        raise ToolError(
            f"A tool cannot be named {found!r}: letters, digits, _ and -, at most 64 of them. "
            "Give a name with @tool(name=…)."
        )
    return found


def checked(label: str, **options: Unpack[ToolOptions]) -> dict[str, Any]:
    """All options but the name, as a tool keeps them: `approve` as an Approval, the description without indentation.

    None is the default, but for `run_in`. Raises `ToolError` for an option that does not exist, and with `label` in it
    for the first that a tool cannot have.
    """
    for name in options:
        if name not in OPTIONS:
            raise ToolError(f"tool() has no option {name!r}.{nearest(name, OPTIONS)}")
    given = {name: value for name, value in options.items() if value is not None or name == "run_in"}
    found: dict[str, Any] = {**_DEFAULTS, **given}
    for name in ("description", "strict", "timeout", "run_in", "max_output"):
        _check(name, found[name], label)
    return {
        **found,
        "approve": _approval(found["approve"], label),
        "description": inspect.cleandoc(found["description"]),
    }


def _approval(approve: Any, label: str) -> Approval | None:
    if approve is None or approve is False:
        return None
    found = approve if isinstance(approve, Approval) else Approval(when=approve)
    if callable(found.when) and inspect.iscoroutinefunction(home(found.when)):
        raise ToolError(f"{label}: approve is a coroutine function; give a plain one, which returns at once.")
    _check("approve", found.when, label)
    _check("timeout", found.timeout, f"{label}: Approval")
    _check("default", found.default, f"{label}: Approval")
    return found


def _check(name: str, value: Any, label: str) -> None:
    fits, remedy = _RULES[name]
    if not fits(value):
        raise ToolError(f"{label}: {name} is {value!r}; give {remedy}.{_hint(name, value)}")


def _hint(name: str, value: Any) -> str:
    if hasattr(value, "submit"):
        return " Dask has client.get_executor(), ipyparallel client.executor()."
    meant = {"run_in": _PLACES, "approve": (_FIRST,)}.get(name, ())
    return did_you_mean(value, meant) if isinstance(value, str) else ""


def _is_amount(value: Any, kind: Any) -> bool:
    return isinstance(value, kind) and not isinstance(value, bool) and bool(value > 0)


def _is_place(value: Any) -> bool:
    return isinstance(value, Executor) or (isinstance(value, str) and value in _PLACES)


def _is_when(value: Any) -> bool:
    return value is True or callable(value) or (isinstance(value, str) and value == _FIRST)


_RULES: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "description": (lambda value: isinstance(value, str), "a string"),
    "strict": (lambda value: isinstance(value, bool | None), "True, False, or None for strict where possible"),
    "timeout": (
        lambda value: value is None or _is_amount(value, (int, float)),
        "a positive number of seconds, or None for no limit",
    ),
    "run_in": (_is_place, '"kernel", "thread" or a concurrent.futures.Executor'),
    "max_output": (lambda value: _is_amount(value, int), "a positive number of characters"),
    "approve": (_is_when, 'True, "first time", a function of the call, or an Approval with a timeout'),
    "default": (lambda value: value in ("deny", "approve"), '"deny" or "approve"'),
}
"""Of each option, and of an Approval's: what it may be, and how that is said."""


def nearest(word: str, known: Iterable[str]) -> str:
    """A hint at the word that was meant, or at all there are, to end a message with."""
    return did_you_mean(word, known) or f" There are: {', '.join(known)}."
