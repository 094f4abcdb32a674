"""Every limit of the server, in one place; each is also a flag of ``ws-notebook serve``."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

__all__ = ["MIB", "Limits"]

MIB = 1024 * 1024


def _limit(usual: float, flag: str, words: str) -> Any:
    return field(default=usual, metadata={"flag": flag, "help": words})


@dataclass(frozen=True, slots=True)
class Limits:
    """What one server accepts and keeps."""

    connection_seconds: float = _limit(3600.0, "--connection-seconds", "age at which a connection takes no more")
    """Age at which a connection takes no more requests, says so and closes; 0: never."""
    idle_seconds: float = _limit(0.0, "--idle-seconds", "without a message while nothing is answered")
    """Without a message or a ping from the client while nothing is answered; then 1001. 0: never."""
    responses_in_flight: int = _limit(16, "--in-flight", "responses at once on a connection")
    """On one connection, over all its lanes; "further response.create events are accepted and queued"."""
    lanes: int = _limit(32, "--lanes", "stream ids in a connection's life")
    """Distinct named lanes in a connection's whole life; the default lane is not counted."""
    queued_creates: int = _limit(256, "--queued-creates", "waiting on a connection")
    """Creates that may wait on one connection; one more is refused with 429."""
    requests_per_second: float = _limit(0.0, "--requests-per-second", "taken over all connections; 0: any number")
    """A token bucket over the whole server: one more is refused with 429, and told when there is room."""
    pending_steers: int = _limit(16, "--pending-steers", "waiting for one response")
    """Steers that may wait for one response."""
    max_message_bytes: int = _limit(64 * MIB, "--max-message-mib", "largest message, and largest body over HTTP")
    """A longer WebSocket message closes the socket with 1009."""
    stored_responses: int = _limit(10_000, "--stored-responses", "kept")
    """Responses kept for ``store: true``; the oldest goes first."""
    ping_seconds: float = _limit(20.0, "--ping-seconds", "between two pings")
    """Between two protocol pings on an open socket; 0 sends none. A late pong closes nothing: long answers and busy
    clients are legal."""
    queued_bytes: int = _limit(64 * MIB, "--queued-mib", "that waiting creates of a connection may have together")
    """Of the creates that wait on one connection, together; one more is refused with 429."""
    unread_bytes: int = _limit(4 * MIB, "--unread-mib", "owed to a client before its messages are read no further")
    """Answers out of turn (refusals, what becomes of steers) that wait for one client to read. Above that nothing more
    is read from it until it has taken some."""
    unread_seconds: float = _limit(20.0, "--unread-seconds", "in which a client that is told something reads nothing")
    """A client that takes nothing for so long of what is written to it is cut off; 0: never. A message longer than
    1 MiB has that time for each MiB of it."""
    max_body_bytes: int = 64 * MIB
    """A longer HTTP body is refused. Of providers that say how long a message may be, none says it of a body."""
