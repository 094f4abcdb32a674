"""What happens to a call besides its events: consent is asked and given, it tells how far it is, it is given up."""

from __future__ import annotations

from .consent import Consent, Progress
from .timing import Span, milliseconds
from .turn import CallState

__all__ = ["ask", "decide", "give_up", "progressed"]


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
    call.consent.reason, call.consent.arguments, call.consent.answer = reason, arguments, None
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
    if call.consent is not None:
        call.consent.answer = None


def _close(call: CallState, now: float) -> None:
    span = call.timing.spans[-1]
    span.end = now
    call.approval_ms = milliseconds(span.start, now)
