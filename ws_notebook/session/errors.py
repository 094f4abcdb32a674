"""Errors as a notebook shows them: the user's own lines, without the way through this package."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, cast

from .. import kernel
from ..exceptions import WsNotebookError

__all__ = ["shortened"]

P = ParamSpec("P")
T = TypeVar("T")

_SHORTENED = (WsNotebookError, TimeoutError, KeyboardInterrupt)


def shortened(function: Callable[P, T]) -> Callable[P, T]:
    """The same function; IPython shows what it raises without this package's frames, whose variables may hold a key."""
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
