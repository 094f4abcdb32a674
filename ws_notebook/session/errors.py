"""Errors as a notebook shows them: the user's own lines, without the way through this package."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, cast

import msgspec

from .. import kernel
from ..exceptions import WsNotebookError
from ..secrets import Keys, hidden

__all__ = ["hidden_error", "shortened"]

P = ParamSpec("P")
T = TypeVar("T")
E = TypeVar("E")

_SHORTENED = (WsNotebookError, TimeoutError, KeyboardInterrupt)


def shortened(function: Callable[P, T]) -> Callable[P, T]:
    """The same function; IPython shows what it raises without this package's lines, whose variables may hold a key."""
    if inspect.iscoroutinefunction(function):

        @functools.wraps(function)
        async def awaited(*args: P.args, **kwargs: P.kwargs) -> Any:
            try:
                return await function(*args, **kwargs)
            except _SHORTENED as error:
                kernel.shorten_traceback(error)
                raise

        return cast(Callable[P, T], awaited)

    @functools.wraps(function)
    def called(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return function(*args, **kwargs)
        except _SHORTENED as error:
            kernel.shorten_traceback(error)
            raise
        except TypeError as error:
            if error.__traceback__ is not None and error.__traceback__.tb_next is None:
                # Of the call itself: arguments that the function does not have.
                kernel.shorten_traceback(error)
            raise

    return called


def hidden_error(error: E, keys: Keys | None) -> E:
    """An exception, or what a provider said of one, without secrets: a peer's words may repeat the key.

    Of an exception it is the same object.
    """
    if isinstance(error, Exception):
        error.args = tuple(_hidden(each, keys) for each in error.args)
        for name, value in list(vars(error).items()):
            if isinstance(value, str):
                setattr(error, name, hidden(value, keys))
        return error
    return _hidden_struct(error, keys) if isinstance(error, msgspec.Struct) else error  # type: ignore[return-value]


def _hidden_struct(error: msgspec.Struct, keys: Keys | None) -> msgspec.Struct:
    fields = msgspec.structs.asdict(error)
    return msgspec.structs.replace(error, **{name: _hidden(value, keys) for name, value in fields.items()})


def _hidden(value: Any, keys: Keys | None) -> Any:
    return hidden(value, keys) if isinstance(value, str) else value
