"""Requests larger than a connection takes: how that is known, and what is said where no other way is left.

A provider that refuses a message for its size closes the connection with 1009 and has not read it, so nothing began.
"""

from __future__ import annotations

from .. import exceptions
from .abilities import Abilities
from .lane import Lane, Lanes
from .learned import Learned
from .request import size
from .run import RequestSettings
from .turn import TurnState

__all__ = ["RECOVERED", "advised", "doubted", "learn_limit", "may_go_aside", "too_large"]

RECOVERED = "message_too_large"
"""What `recovered` says of a turn that went over HTTP for its size."""

_LARGE = 1024**2
"""Bytes from which on a request's size may be why a connection broke off: the smallest limit that is known of."""

_ADVICE = (
    "What can work: session.compact(), which makes the history short; parent=None (--new), which leaves it behind; "
    "shorter tool outputs (@tool(max_output=…)), smaller pictures."
)


def may_go_aside(settings: RequestSettings, abilities: Abilities) -> bool:
    """Whether a request that is too large for the connection goes over HTTP. A warm-up is for the connection alone."""
    return abilities.aside and settings.options.get("generate") is not False


def learn_limit(lanes: Lanes, learned: Learned, error: Exception) -> Lane | None:
    """The lane whose request was refused unread for its size, where a connection ended for that; the limit is noted.

    It is the largest of those of which nothing was heard; none where a larger one was taken before.
    """
    if not (isinstance(error, exceptions.ConnectionLost) and error.unread):
        return None
    unheard = [lane for lane in lanes if lane.current is not None and _is_unheard(lane.current)]
    refused = max(unheard, key=lambda lane: lane.asked, default=None)
    return refused if refused is not None and learned.note_refused(refused.asked) else None


def _is_unheard(turn: TurnState) -> bool:
    return not turn.done and turn.response_id is None and turn.events == 0


def too_large(turn: TurnState, length: int, limit: int) -> exceptions.SettingsError:
    """What is told of a request that cannot be sent at all."""
    own = size([*turn.prepended, *turn.input])
    what = "What is new in it alone is" if own > limit else "With the history it is"
    return exceptions.SettingsError(
        f"The request is too large for a message to this provider: {_amount(length)}, and {_amount(limit)} at most are "
        f'taken. {what} too much. Nothing was sent. {_ADVICE} Or a session with transport="auto" or "http": over HTTP '
        "the limit is another one."
    )


def advised(error: Exception | None, turn: TurnState | None) -> None:
    """Say in the error of a request that went over HTTP for its size why it went there, and what can work."""
    if turn is None or turn.recovered != RECOVERED or not isinstance(error, exceptions.WsNotebookError):
        return
    if isinstance(error, exceptions.RunCancelled) or _ADVICE in str(error):
        return
    why = f"The request ({_amount(turn.bytes_sent)}) is too large for a message over the socket, so it went over HTTP."
    said = str(error).removesuffix(" Ask again.")
    error.args = (f"{said} {why} {_ADVICE}", *error.args[1:])


def doubted(error: exceptions.WsNotebookError, turn: TurnState, length: int) -> exceptions.WsNotebookError:
    """The error of a lost connection, which names the request's size where that may be the reason.

    Some servers break off where they should close with 1009. Whether such a request was read is not known.
    """
    if not (isinstance(error, exceptions.ConnectionLost) and length >= _LARGE and _is_unheard(turn)):
        return error
    text = f"{error} The request was large, {_amount(length)}: should that be the reason, it comes again. {_ADVICE}"
    return exceptions.ConnectionLost(text, code=error.code, reason=error.reason)


def _amount(length: int) -> str:
    return f"{length / 1024**2:.1f} MiB" if length >= 1024**2 else f"{length / 1024:.0f} KiB"
