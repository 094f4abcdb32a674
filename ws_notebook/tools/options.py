"""The options of `tool`, checked when a tool is made, so that none fails later."""

from __future__ import annotations

import difflib
import functools
import inspect
import re
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any, Literal

from ws_notebook.exceptions import ToolError
from ws_notebook.tools.approval import Approval
from ws_notebook.tools.schema.signature import home
from ws_notebook.tools.values.outputs import DEFAULT_MAX_OUTPUT

__all__ = [
    "OPTIONS",
    "Approve",
    "RunIn",
    "checked_approve",
    "checked_description",
    "checked_max_output",
    "checked_name",
    "checked_run_in",
    "checked_strict",
    "checked_timeout",
    "nearest",
]

RunIn = Literal["kernel", "thread"] | Executor
Approve = bool | Literal["first time"] | Callable[..., Any] | Approval | None

OPTIONS = ("name", "description", "strict", "approve", "timeout", "run_in", "max_output", "format")

_PLACES: tuple[Literal["kernel", "thread"], ...] = ("kernel", "thread")

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


def checked_description(description: object, label: str) -> str:
    """The text without its indentation; empty when none is given."""
    if description is None or isinstance(description, str):
        return inspect.cleandoc(description or "")
    raise ToolError(f"{label}: description is {description!r}; give a string.")


def checked_strict(strict: object, label: str) -> bool | None:
    """True, False, or None for strict where possible."""
    if strict is None or isinstance(strict, bool):
        return strict
    raise ToolError(f"{label}: strict is {strict!r}; give True, False, or None for strict where possible.")


def checked_timeout(timeout: object, label: str) -> float | None:
    """Seconds, or None."""
    if timeout is None:
        return None
    if isinstance(timeout, int | float) and not isinstance(timeout, bool) and timeout > 0:
        return float(timeout)
    raise ToolError(f"{label}: timeout is {timeout!r}; give a positive number of seconds, or None for no limit.")


def checked_run_in(run_in: Any, label: str) -> RunIn:
    """Where it runs."""
    if isinstance(run_in, Executor):
        return run_in
    for place in _PLACES:
        if isinstance(run_in, str) and run_in == place:
            return place
    hint = nearest(run_in, _PLACES) if isinstance(run_in, str) else ""
    if hasattr(run_in, "submit"):
        hint = " Dask has client.get_executor(), ipyparallel client.executor()."
    raise ToolError(f'{label}: run_in is {run_in!r}; give "kernel", "thread" or a concurrent.futures.Executor.{hint}')


def checked_approve(approve: Any, label: str) -> Approval | None:
    """When its calls wait for approval; None: never."""
    if approve is None or approve is False:
        return None
    found = approve if isinstance(approve, Approval) else Approval(when=approve)
    _check_when(found.when, label)
    if found.timeout is not None:
        checked_timeout(found.timeout, f"{label}: Approval")
    if found.default not in ("deny", "approve"):
        raise ToolError(f'{label}: Approval: default is {found.default!r}; give "deny" or "approve".')
    return found


def _check_when(when: Any, label: str) -> None:
    if callable(when) and inspect.iscoroutinefunction(home(when)):
        raise ToolError(f"{label}: approve is a coroutine function; give a plain one, which returns at once.")
    if when is True or callable(when) or (isinstance(when, str) and when == "first time"):
        return
    hint = " Did you mean 'first time'?" if difflib.get_close_matches(str(when), ("first time",)) else ""
    raise ToolError(
        f'{label}: approve is {when!r}; give True, "first time", a function of the call, or an Approval with a '
        f"timeout.{hint}"
    )


def checked_max_output(max_output: object, label: str) -> int:
    """Characters."""
    if max_output is None:
        return DEFAULT_MAX_OUTPUT
    if isinstance(max_output, int) and not isinstance(max_output, bool) and max_output > 0:
        return max_output
    raise ToolError(f"{label}: max_output is {max_output!r}; give a positive number of characters.")


def nearest(word: str, known: tuple[str, ...]) -> str:
    """A hint at the word that was meant, or at all there are, to end a message with."""
    near = difflib.get_close_matches(word, known, n=1)
    return f" Did you mean {near[0]!r}?" if near else f" There are: {', '.join(known)}."
