"""What comes of a row's run: an answer, another attempt, a wait, or the end of the whole batch."""

from __future__ import annotations

from enum import Enum
from typing import Any

import msgspec

from ..exceptions import (
    AuthenticationFailed,
    ConnectionFailed,
    ConnectionLost,
    FormatError,
    ProviderError,
    RateLimited,
    RunCancelled,
)
from .asker import RowRun

__all__ = ["AGAIN", "Next", "Verdict", "verdict"]

AGAIN = "That answer does not fit: {reason} Answer the same question again, in exactly the form that was asked for."
"""What the model is told of a typed answer that does not fit."""

_MOST = 2
"""How often a row is asked by itself."""


class Next(Enum):
    """What is done with the row."""

    FINISH = "finish"
    """It has ended."""
    MEND = "mend"
    """Ask on, with the reason why the answer does not fit."""
    REPEAT = "repeat"
    """Ask once more: the connection was lost, and nobody knows how far it was."""
    WAIT = "wait"
    """Ask again later: it was refused for its rate, and nothing has begun."""
    HALT = "halt"
    """The whole batch stops: every other row would fail as well."""


class Verdict(msgspec.Struct, frozen=True):
    """What is done, and what is known of the row by then."""

    next: Next
    status: str = "failed"
    value: Any = None
    error: Exception | None = None


def verdict(run: RowRun, attempts: int, *, mended: bool) -> Verdict:
    """The verdict on a run that has ended. `mended`: it was asked because an answer did not fit."""
    error, status = run.error, run.status
    if isinstance(error, RateLimited):
        return Verdict(Next.WAIT, error=error)
    if isinstance(error, AuthenticationFailed | ConnectionFailed) or _used_up(error):
        return Verdict(Next.HALT, error=error)
    if isinstance(error, ConnectionLost):
        return Verdict(Next.REPEAT if attempts < _MOST else Next.FINISH, error=error)
    if isinstance(error, RunCancelled):
        return Verdict(Next.FINISH, "cancelled", error=error)
    if status in ("failed", "unanswered", "cancelled") or error is not None:
        return Verdict(Next.FINISH, "failed", error=error)
    try:
        return Verdict(Next.FINISH, status, run.parsed)
    except FormatError as misfit:
        if status == "incomplete":
            return Verdict(Next.FINISH, "incomplete", error=misfit)
        return Verdict(Next.FINISH if mended else Next.MEND, "failed", error=misfit)


def _used_up(error: Exception | None) -> bool:
    return isinstance(error, ProviderError) and error.code == "insufficient_quota"
