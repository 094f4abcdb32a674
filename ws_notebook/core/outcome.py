"""What a finished turn means for its run, and which exception an error becomes."""

from __future__ import annotations

from .. import exceptions
from .events import ErrorInfo
from .lineage import chain, leaves_open, round_of
from .meaning import IMAGES, NO_CONTINUATION, NO_TOOLS, TOO_LONG, meaning
from .reason import NO_REASON, UNREADABLE
from .run import RunState
from .turn import TurnState

__all__ = [
    "FINISHED",
    "LONGEST_WAIT",
    "RATE_LIMITED",
    "STOPPED_BEFORE",
    "STOPPED_BETWEEN",
    "STOPPED_BY_CLOSING",
    "STOPPED_BY_DRAINING",
    "STOPPED_WAITING",
    "STOPPED_WITH_SESSION",
    "UNAVAILABLE",
    "after_turn",
    "ends_connection",
    "give_up_waiting",
    "is_rate_limit",
    "is_repeatable",
    "may_wait",
    "proves_nothing_began",
    "provider_error",
    "refuses_ids",
    "refuses_lane",
    "repetition_cause",
    "wait_after",
    "wait_to_connect",
]

FINISHED = (("completed", None), ("incomplete", None))
"""Outcomes after which more can still be said in the same run."""

STOPPED_BY_CLOSING = "The connection was closed to stop it; the next turn sends the history again."
STOPPED_BY_DRAINING = "The rest of its response is read and dropped; the connection stays open."
STOPPED_BETWEEN = "It was stopped between two responses; the connection stays open."
STOPPED_WAITING = "It was stopped while it waited for the provider's rate limit; the connection stays open."
STOPPED_BEFORE = "It was stopped before anything was sent."
STOPPED_WITH_SESSION = "The session was closed, and its connections with it."

RATE_LIMITED = "rate_limit_exceeded"
"""What `recovered` says of a turn whose request was sent again after the wait that the provider asked for."""

UNAVAILABLE = "server_unavailable"
"""The same of one whose connection was refused for a while because the server was not available."""

_REFUSED_FOR_A_WHILE = {429: RATE_LIMITED, 502: UNAVAILABLE, 503: UNAVAILABLE, 504: UNAVAILABLE}
"""The HTTP statuses of a refused upgrade after which another one may be accepted."""

_SHORT_WAITS = 4
"""How often a server that is not available is asked again where it says no time."""

LONGEST_WAIT = 120.0
"""Seconds that a run waits by itself for a rate limit; for more the user decides."""

_WAITS = 5
"""How often one request waits."""

_NOT_FOUND = "previous_response_not_found"
_TOO_OLD = "websocket_connection_limit_reached"


def is_repeatable(turn: TurnState, info: ErrorInfo) -> bool:
    """Whether the turn's request may be sent once more: once for each of the two errors that prove that nothing began.

    (OpenAI's WebSocket mode guide.) An id that was not found is repeated as the history, so only where there is one:
    where the user gave the id, or none was sent, the same request would go out again.
    """
    if turn.done or turn.response_id is not None or repetition_cause(info) in turn.repeated:
        return False
    if repetition_cause(info) == _NOT_FOUND:
        return turn.parent_id is not None and any(each.response_id == turn.parent_id for each in chain(turn.parent))
    return info.code == _TOO_OLD


def repetition_cause(info: ErrorInfo) -> str:
    """What `recovered` says where the request is sent once more after this error."""
    return _NOT_FOUND if refuses_ids(info) else str(info.code)


def refuses_ids(info: ErrorInfo) -> bool:
    """Whether the provider does not continue a response by its id, in whatever words: some servers keep none."""
    named = info.param == "previous_response_id" or "previous_response_id" in info.message
    return named and info.code != _TOO_OLD and info.status in (None, 400, 404, 422, 501)


def is_rate_limit(info: ErrorInfo) -> bool:
    """Whether the provider asks to come back later. A quota that is used up is no matter of waiting."""
    return info.code == RATE_LIMITED or (info.status == 429 and info.code != "insufficient_quota")


def may_wait(turn: TurnState, seconds: float | None, cause: str = RATE_LIMITED) -> bool:
    """Whether a refused request waits by itself: as long as the provider said, where that is bearable.

    Such a refusal comes before the response is created, so nothing was begun.
    """
    return seconds is not None and 0 <= seconds <= LONGEST_WAIT and turn.repeated.count(cause) < _WAITS


def wait_to_connect(turn: TurnState, error: Exception) -> tuple[float, str] | None:
    """The seconds after which a connection that was refused for a while only is tried again, and the cause; or None.

    Nothing was sent, so nothing was begun. A server that is not available is given a few seconds, more each time,
    where it does not say how many it wants.
    """
    if not isinstance(error, exceptions.ConnectionFailed) or error.status not in _REFUSED_FOR_A_WHILE:
        return None
    cause, wait = _REFUSED_FOR_A_WHILE[error.status], error.retry_after
    if wait is None and cause == UNAVAILABLE and turn.repeated.count(cause) < _SHORT_WAITS:
        wait = 0.5 * 2 ** turn.repeated.count(cause)
    return (wait, cause) if wait is not None and may_wait(turn, wait, cause) else None


def wait_after(turn: TurnState) -> float | None:
    """The seconds after which a response that failed for a rate limit before anything came of it is asked for again."""
    error = turn.error
    if turn.status != "failed" or error is None or turn.unasked:
        return None
    nothing_came = not (turn.output or turn.tool_calls or turn.hosted or any(part.chunks for part in turn.parts))
    if not (nothing_came and is_rate_limit(error)):
        return None
    return error.retry_after if may_wait(turn, error.retry_after) else None


def give_up_waiting(turn: TurnState) -> None:
    """The turn's request, or its connection, was refused for a while and is not tried again: nothing was recovered."""
    if turn.recovered == UNAVAILABLE or turn.repeated.count(RATE_LIMITED) <= 1:
        turn.recovered = ""


def refuses_lane(info: ErrorInfo) -> bool:
    """Whether the provider refuses the lane's name, by the parameter or, where it names none, in words."""
    in_words = info.param is None and "stream_id" in info.message and info.status in (None, 400, 422)
    return info.param == "stream_id" or (in_words and not (info.code or "").startswith("websocket_"))


def proves_nothing_began(info: ErrorInfo) -> bool:
    """Whether the error can only be the answer to a request, and says that nothing was started for it."""
    return info.code in (_NOT_FOUND, _TOO_OLD)


def ends_connection(info: ErrorInfo) -> bool:
    """Whether the provider says that nothing more can be asked over the connection."""
    return info.code == _TOO_OLD


def after_turn(run: RunState, turn: TurnState) -> tuple[str, Exception | None] | None:
    """The run's status and error once the turn is over and its calls are answered; None: go on."""
    if turn.status == "failed":
        return "failed", provider_error(turn.error or ErrorInfo(message=NO_REASON))
    if leaves_open(turn):
        return "unanswered", None
    if turn.status != "completed" or all(call.item is None for each in round_of(turn) for call in each.tool_calls):
        return turn.status, None
    if len(run.turns) >= run.settings.max_turns:
        limit = run.settings.max_turns
        turns_taken = f"{limit} turn" if limit == 1 else f"{limit} turns"
        text = (
            f"The model still calls tools after {turns_taken}. Ask again to go on, or allow more with a larger "
            "max_turns (--max-turns in a cell)."
        )
        return "failed", exceptions.MaxTurnsExceeded(text)
    return None


_REMEDIES = {
    "insufficient_quota": "Check the plan and billing of the account.",
    "previous_response_not_found": "Ask with parent=None to start afresh, or pass the earlier items as input.",
    TOO_LONG: "Make the history short with session.compact(), leave it with parent=None (--new), or ask with less.",
    IMAGES: "This model takes no images: leave them out, or ask one that does.",
    NO_TOOLS: "This model takes no tools: ask with tools=[] (--no-tools), or another model.",
    NO_CONTINUATION: "It keeps no responses: ask with store=False, which sends the history along.",
    "model_not_found": "Check the model's name.",
    "websocket_connection_limit_reached": "Ask again: another connection is opened.",
    "not_a_response": "Check the base URL and the model: something else than the Responses API answers there.",
    "recording_ended": "Record it anew to have the rest, or ask for another answer of the recording.",
}

_TOO_LARGE = 413
"""The HTTP status of a request that is not taken for its size."""

_SAID, _CODE = 1500, 200
"""Characters of a provider's words, and of its code, that an error repeats."""


def provider_error(info: ErrorInfo) -> exceptions.ProviderError | exceptions.ProtocolViolation:
    """The exception for what a provider said. The message ends with what to do."""
    if info.code == UNREADABLE:
        return exceptions.ProtocolViolation(f"{info.message} What had arrived is kept. Ask again.")
    where = f" (parameter {info.param})" if info.param else ""
    code = f" [{info.code[:_CODE]}]" if info.code and info.code not in info.message else ""
    said = info.message if len(info.message) <= _SAID else f"{info.message[:_SAID]}… (cut)"
    text = f"The provider answered: {said}{code}{where}"
    text += "" if text.endswith((".", "!", "?", "…", ")", "]", ":")) else "."
    known = {"status": info.status, "code": info.code, "param": info.param}
    meant = meaning(info)
    if info.status in (401, 403) or meant == "invalid_api_key":
        advice = "Check the API key (%responses connect asks for another one)."
        return exceptions.AuthenticationFailed(f"{text} {advice}", **known)  # type: ignore[arg-type]
    if is_rate_limit(info):
        wait = f"Wait {info.retry_after:g} s and ask again." if info.retry_after else "Wait a moment and ask again."
        return exceptions.RateLimited(f"{text} {wait}", retry_after=info.retry_after, **known)  # type: ignore[arg-type]
    advice = _REMEDIES.get(meant or "", "Correct the request and ask again.")
    if info.status == _TOO_LARGE:
        advice = _REMEDIES[TOO_LONG]
    faulty = (info.status is not None and info.status >= 500) or info.code in ("server_error", "server_is_overloaded")
    # Whatever status these three have, they are no faults that go away.
    if faulty and meant not in (IMAGES, NO_TOOLS, TOO_LONG):
        advice = "The provider has a fault; ask again in a moment."
    return exceptions.ProviderError(f"{text} {advice}", **known)  # type: ignore[arg-type]
