"""How the text of a flag is read: each raises argparse.ArgumentTypeError, with what would fit."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import Any, TypeVar

__all__ = ["READ", "count", "failed", "fault", "host", "mebibytes", "not_negative", "port", "positive", "written"]

N = TypeVar("N", int, float)


def _number(read: Callable[[str], N], fits: Callable[[N], bool], wanted: str) -> Callable[[str], N]:
    """How a flag's number is read; *wanted* says which ones fit."""

    def number(text: str) -> N:
        try:
            value = read(text)
        except ValueError:
            kind = "whole number" if read is int else "number"
            raise argparse.ArgumentTypeError(f"must be a {kind}, not {text!r}") from None
        if not fits(value):
            raise argparse.ArgumentTypeError(wanted)
        return value

    return number


port = _number(int, lambda value: 0 <= value <= 65535, "a port is between 0 and 65535")
count = _number(int, lambda value: value >= 1, "must be 1 or more")
not_negative = _number(float, lambda value: 0 <= value < float("inf"), "must be 0 or more")
positive = _number(float, lambda value: 0 < value < float("inf"), "must be more than 0")
READ: dict[type, Callable[[str], Any]] = {int: count, float: not_negative}


def host(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError("is empty, which would be every network: write 0.0.0.0 or :: if you mean that")
    return text


def mebibytes(text: str) -> int:
    return int(positive(text) * 1024 * 1024)


def fault(text: str) -> object:
    from ws_notebook.faults import FaultError, parse_fault

    try:
        return parse_fault(text)
    except FaultError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def written(read: Callable[[str], object]) -> Callable[[str], str]:
    """A flag's text as it is, once it can be read."""

    def text(given: str) -> str:
        from ws_notebook.exceptions import SettingsError

        try:
            read(given)
        except SettingsError as error:
            raise argparse.ArgumentTypeError(str(error)) from None
        return given

    return text


def failed(words: object, code: int = 1) -> int:
    """Say why a command came to nothing; its exit code."""
    print(f"ws-notebook: {words}", file=sys.stderr)
    return code
