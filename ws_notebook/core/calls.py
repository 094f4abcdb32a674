"""What happens to a call besides its events: consent, the function's beginning, progress and end, giving it up."""

from __future__ import annotations

from typing import Any

from .consent import Consent, Progress
from .run import RunState
from .timing import Span, milliseconds
from .turn import CallState

__all__ = ["answer", "ask", "begin", "decide", "give_up", "give_up_all", "hold_up", "progressed"]

_GIVEN_UP = ("timed_out", "cancelled")


def ask(call: CallState, now: float, consent: Consent) -> None:
    """The call is not made before somebody allows it."""
    call.move("awaiting_approval")
    call.consent = consent
    call.timing.spans.append(Span("approval", now))


def decide(call: CallState, decision: str, now: float, *, reason: str = "", arguments: str | None = None) -> None:
    """Somebody, or a rule, has decided: the call is queued for its function, or for the answer that it was denied."""
    if call.status == "awaiting_approval":
        _close(call, now)
        call.move("queued")
    call.consent = call.consent or Consent()
    call.consent.reason, call.consent.arguments = reason, arguments
    call.decision = decision


def progressed(call: CallState, progress: Progress) -> bool:
    """The running function tells how far it is. False: the call is over, and nothing has changed."""
    if call.done:
        return False
    call.progress = progress
    return True


def give_up(call: CallState, now: float) -> None:
    """The call is not made any more: what it waited for ends now."""
    if call.status == "awaiting_approval":
        _close(call, now)
    for span in call.timing.spans:
        span.end = now if span.end is None else span.end


def _close(call: CallState, now: float) -> None:
    span = call.timing.spans[-1]
    span.end = now
    call.approval_ms = milliseconds(span.start, now)


def hold_up(call: CallState, now: float) -> bool:
    """The tool's place, the kernel's main thread, is busy with something else."""
    if call.status != "queued":
        return False
    call.timing.spans.append(Span("kernel_busy", now))
    return True


def begin(call: CallState, now: float) -> bool:
    """The tool's function is about to run. False: the call was given up, so do not run it."""
    if call.done:
        return False
    call.move("running")
    call.timing.started = now
    for span in call.timing.spans:
        span.end = now if span.end is None else span.end
    return True


def answer(call: CallState, output: str | list[Any], now: float, *, status: str, error: str | None) -> bool:
    """The function has ended. What comes of a call that was given up meanwhile is dropped, and the call is late."""
    if call.done:
        late = call.status in _GIVEN_UP
        if late:
            call.move("late")
        return late
    call.move(status)
    call.output, call.error, call.timing.ended = output, error, now
    return True


def give_up_all(run: RunState, status: str, now: float) -> list[CallState]:
    """Nobody waits for the answers any more: the calls that were open."""
    calls = [call for call in run.tool_calls if not call.done]
    for call in calls:
        give_up(call, now)
        call.move(status)
        call.timing.ended = now if call.timing.started is not None else None
    return calls
