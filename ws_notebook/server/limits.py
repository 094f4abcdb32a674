"""Every limit of the server, in one place; each is also a flag of ``ws-notebook serve``."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Limits"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What one server accepts and keeps."""

    max_message_bytes: int = 64 * 1024 * 1024
    """A longer WebSocket message closes the socket with 1009."""
    max_body_bytes: int = 64 * 1024 * 1024
    """A longer HTTP body is refused. Of providers that say how long a message may be, none says it of a body."""
    ping_seconds: float = 20.0
    """Between two protocol pings on an open socket; 0 sends none. A late pong closes nothing: long answers and busy
    clients are legal."""
    connection_seconds: float = 3600.0
    """Age at which a connection takes no more requests, says so and closes; 0: never."""
    idle_seconds: float = 0.0
    """Without a message or a ping from the client while nothing is answered; then 1001. 0: never."""
    responses_in_flight: int = 16
    """On one connection, over all its lanes; "further response.create events are accepted and queued"."""
    lanes: int = 32
    """Distinct named lanes in a connection's whole life; the default lane is not counted."""
    pending_steers: int = 16
    """Steers that may wait for one response."""
    queued_creates: int = 256
    """Creates that may wait on one connection; one more is refused with 429."""
    stored_responses: int = 10_000
    """Responses kept for ``store: true``; the oldest goes first."""
    queued_bytes: int = 64 * 1024 * 1024
    """Of the creates that wait on one connection, together; one more is refused with 429."""
    unread_bytes: int = 4 * 1024 * 1024
    """Answers out of turn (refusals, what becomes of steers) that wait for one client to read. Above that nothing more
    is read from it until it has taken some."""
    unread_seconds: float = 20.0
    """A client that takes nothing for so long of what is written to it is cut off; 0: never. A message longer than
    1 MiB has that time for each MiB of it."""
