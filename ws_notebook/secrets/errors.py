"""Errors without secrets: the words of a peer may repeat the key."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from .keys import Keys
from .search import hidden

__all__ = ["hidden_error"]

E = TypeVar("E")


def hidden_error(error: E, keys: Keys | None) -> E:
    """An exception, or what a provider said of one as a msgspec struct, without secrets.

    Of an exception it is the same object.
    """
    if isinstance(error, Exception):
        error.args = tuple(_hidden(each, keys) for each in error.args)
        for name, value in list(vars(error).items()):
            if isinstance(value, str):
                setattr(error, name, hidden(value, keys))
    elif isinstance(error, msgspec.Struct):
        fields = msgspec.structs.asdict(error)
        return msgspec.structs.replace(error, **{name: _hidden(value, keys) for name, value in fields.items()})
    return error


def _hidden(value: Any, keys: Keys | None) -> Any:
    return hidden(value, keys) if isinstance(value, str) else value
