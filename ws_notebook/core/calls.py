"""What happens to a call besides its events: approval, the function's beginning, progress and end, giving it up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from .run import RunState
from .timing import Span, milliseconds
from .turn import ApprovalState, CallState, Progress

__all__ = ["Answer", "answer", "ask", "begin", "decide", "give_up", "give_up_all", "hold_up", "progress", "prompt"]

_GIVEN_UP = ("timed_out", "cancelled")


class Answer(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """What came of a call: its last status, what the model is told, and what a reader may look at besides."""

    output: str | list[Any]
    status: str = "completed"
    error: str | None = None
    note: str = ""
    """What a reader must know of the output; or empty."""
    exception: BaseException | None = None
    pictures: tuple[Mapping[str, Any], ...] = ()
    """The output's pictures, small, as views hold them."""
    exhibits: tuple[Mapping[str, Any], ...] = ()
    """Tables and figures in the result, as views hold them."""


def ask(call: CallState, approval: ApprovalState, now: float) -> None:
    """The call is not made before somebody allows it."""
    call.move("awaiting_approval")
    call.approval = approval
    call.timing.spans = (*call.timing.spans, Span("approval", now))


def prompt(call: CallState, prompted: bool) -> bool:
    """The kernel's input() asks for the approval, or asks no more. False: that was known, or nobody is asked."""
    if call.approval is None or call.approval.prompted is prompted:
        return False
    call.approval.prompted = prompted
    return True


def decide(call: CallState, decision: str, now: float, *, reason: str = "", arguments: str | None = None) -> None:
    """Somebody, or a rule, has decided: the call is queued for its function, or for the answer that it was denied."""
    if call.status == "awaiting_approval":
        _close(call, now)
        call.move("queued")
    call.approval = call.approval or ApprovalState()
    call.approval.reason, call.approval.arguments = reason, arguments
    call.decision = decision


def progress(call: CallState, progress: Progress) -> bool:
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
    call.timing.spans = (*call.timing.spans, Span("kernel_busy", now))
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


def answer(call: CallState, answer: Answer, now: float) -> bool:
    """The function has ended. The output of a call that was given up meanwhile is dropped, and the call is late."""
    call.exception, call.note = answer.exception, answer.note
    call.pictures, call.exhibits = answer.pictures, answer.exhibits
    if call.done:
        late = call.status in _GIVEN_UP
        if late:
            call.move("late")
        return late
    call.move(answer.status)
    call.output, call.error, call.timing.ended = answer.output, answer.error, now
    return True


def give_up_all(run: RunState, status: str, now: float) -> list[CallState]:
    """Nobody waits for the answers any more: the calls that were open."""
    calls = [call for call in run.tool_calls if not call.done]
    for call in calls:
        give_up(call, now)
        call.move(status)
        call.timing.ended = now if call.timing.started is not None else None
    return calls
