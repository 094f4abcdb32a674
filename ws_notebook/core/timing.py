"""When things happened in a turn and in a call: numbers handed in, never a clock read here.

Every time is in seconds of one monotonic clock; what users read is in milliseconds.
"""

from __future__ import annotations

import sys
from array import array

import msgspec

__all__ = ["CallTiming", "Span", "TurnTiming", "milliseconds"]


def milliseconds(start: float | None, end: float | None) -> float | None:
    """The time between two moments in milliseconds, or None where one has not come."""
    return None if start is None or end is None else max(0.0, (end - start) * 1000)


class Span(msgspec.Struct, eq=False, gc=False):
    """A stretch of one kind of time; `end` is None while it lasts."""

    kind: str
    start: float
    end: float | None = None


class TurnTiming(msgspec.Struct, eq=False, gc=False):
    """The moments of a turn, and its time split into kinds."""

    started: float
    """The turn was wanted."""
    opened: float | None = None
    """A connection was there: the same moment as `started` when it already was."""
    sent: float | None = None
    """The last byte of the request was handed to the socket."""
    first_event: float | None = None
    heard: float | None = None
    """When the latest event that is understood came: pings and frames of no known kind are no sign of life."""
    first_token: float | None = None
    """The first piece of text, reasoning or arguments."""
    ended: float | None = None
    kinds: str = ""
    """What the time was spent on, one word behind the other, each with a blank before it."""
    starts: array[float] | bytes = msgspec.field(default_factory=lambda: array("d"))
    """When each of them began: where the one before ended. Once it has ended, its bytes: those take less room."""

    @property
    def spans(self) -> list[Span]:
        """The stretches of its time, in order: a copy, since to hold them would cost more than all the rest."""
        starts = array("d", self.starts)
        return [Span(*each) for each in zip(self.kinds.split(), starts, [*starts[1:], self.ended], strict=False)]

    def is_in(self, kind: str) -> bool:
        """Whether the time is of this kind now."""
        return self.ended is None and self.kinds.endswith(f" {kind}")

    def enter(self, kind: str, now: float) -> None:
        """From `now` on the time is of this kind; the span before ends here."""
        if self.is_in(kind):
            return
        # In this order: another thread may look meanwhile.
        if isinstance(self.starts, bytes):
            self.starts = array("d", self.starts)
        self.starts.append(now)
        self.kinds += f" {kind}"

    def begin_as(self, kind: str) -> None:
        """All of its time until now was of this kind."""
        self.kinds, self.starts = f" {kind}", array("d", self.starts)[:1]

    def finish(self, now: float) -> None:
        """The turn ended."""
        self.ended = now
        self.kinds = sys.intern(self.kinds)
        self.starts = bytes(self.starts)

    @property
    def connect_ms(self) -> float | None:
        """From its beginning to a connection being there, in milliseconds; None before that."""
        return milliseconds(self.started, self.opened)

    @property
    def send_ms(self) -> float | None:
        """The time in which its request was written and handed to the socket, in milliseconds; None before that."""
        return milliseconds(self.opened, self.sent)

    @property
    def first_event_ms(self) -> float | None:
        """From the request being sent to the first event."""
        return milliseconds(self.sent, self.first_event)

    @property
    def first_token_ms(self) -> float | None:
        """From the request being sent to the first token."""
        return milliseconds(self.sent, self.first_token)

    @property
    def total_ms(self) -> float | None:
        """From the turn being wanted to its terminal event."""
        return milliseconds(self.started, self.ended)


class CallTiming(msgspec.Struct, eq=False, gc=False):
    """The moments of a tool call."""

    added: float
    """Its first event came."""
    ready: float | None = None
    """Its arguments were whole."""
    started: float | None = None
    """The function began."""
    ended: float | None = None
    spans: tuple[Span, ...] = ()

    @property
    def queued_ms(self) -> float | None:
        """From the arguments being whole to the function's start, in milliseconds; None before that."""
        return milliseconds(self.ready, self.started)

    @property
    def run_ms(self) -> float | None:
        """The function's time in milliseconds; None before its end."""
        return milliseconds(self.started, self.ended)
