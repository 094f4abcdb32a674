"""The words and the order that every view of a run uses for statuses and kinds of time."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["BAD_CALLS", "CALL_WORDS", "DECISION_WORDS", "DOING", "KINDS", "RUN_WORDS", "STEER_WORDS"]

KINDS: Mapping[str, str] = {
    "connect": "connect",
    "send": "send",
    "wait": "wait",
    "reasoning": "reasoning",
    "text": "text",
    "queued": "queued",
    "kernel_busy": "kernel busy",
    "approval": "approval",
    "tool": "tool",
}
"""Kinds of time with their words, in the order of the legend."""

RUN_WORDS: Mapping[str, str] = {
    "in_progress": "running",
    "completed": "completed",
    "incomplete": "incomplete",
    "failed": "failed",
    "cancelled": "stopped",
    "unanswered": "unanswered",
}

DOING: Mapping[str, str] = {
    "connect": "connecting…",
    "send": "sending…",
    "wait": "waiting…",
    "reasoning": "reasoning…",
    "text": "streaming…",
}
"""What a turn does while its last span is of this kind."""

CALL_WORDS: Mapping[str, str] = {
    "streaming": "being written…",
    "queued": "queued…",
    "awaiting_approval": "awaiting approval…",
    "running": "running…",
    "completed": "completed",
    "failed": "failed",
    "timed_out": "timed out",
    "denied": "denied",
    "cancelled": "cancelled",
    "unanswered": "unanswered",
    "late": "finished too late",
}

DECISION_WORDS: Mapping[str, str] = {
    "approved": "approved",
    "edited": "approved with other arguments",
    "timeout": "run without a decision",
    "unattended": "run unasked",
}
"""How a call that was made had come through its approval."""

STEER_WORDS: Mapping[str, str] = {
    "queued": "waits for the next request",
    "sent": "sent",
    "accepted": "accepted",
    "pending": "waits for tools",
    "applied": "applied",
    "failed": "not applied",
}

BAD_CALLS = frozenset({"failed", "timed_out"})
"""Statuses of calls that went wrong."""
