"""What a run's time is made of on a network whose figures are known: computed part by part, and what is left over."""

from __future__ import annotations

import msgspec

from .sample import Sample

__all__ = ["Line", "Parts", "parts_of"]


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of a network and of a server: seconds, and bytes a second."""

    rtt: float = 0.0
    up: float | None = None
    down: float | None = None
    tls: bool = False
    fixed: float = 0.0
    """For a request that the connection does not remember."""
    per_kb: float = 0.0
    """For each 1,000 bytes of context that it does not."""
    window: int = 14_600
    """Bytes that leave in one flight."""


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """Milliseconds of a run. All but the last two are computed from the figures and the bytes that were counted."""

    connections_ms: float
    """Round trips for connections, TLS and the upgrade, and for first flights that are too long."""
    round_trips_ms: float
    """One for each turn."""
    bytes_ms: float
    """What the messages take on the link, without headers and TLS."""
    server_ms: float
    """What the server spends on context that the connection does not remember."""
    rest_ms: float
    """What is measured beyond these: the model, the tools, the programs on both sides."""
    total_ms: float


def parts_of(line: Line, sample: Sample, way: str) -> Parts:
    """The parts of one run that was asked by this way."""
    turns, new = sample.turns, way == "http new"
    opening = 1 + line.tls + (not way.startswith("http"))
    long = sum(turn.bytes_sent > line.window for turn in turns)
    connections = (opening * len(turns) + long if new else opening + min(1, long)) * line.rtt
    link = sum(
        count / rate
        for rate, count in ((line.up, sample.sum("bytes_sent")), (line.down, sample.sum("bytes_received")))
        if rate
    )
    remembers = way == "websocket"
    read = [turn for turn in turns if turn.number == 1 or not remembers]
    unread = sum(turn.bytes_full_context for turn in read)
    unread += sum(turn.bytes_sent for turn in turns if turn.number > 1) if remembers else 0
    server = line.fixed * len(read) + line.per_kb * unread / 1000
    known = [1000 * part for part in (connections, line.rtt * len(turns), link, server)]
    return Parts(
        connections_ms=known[0],
        round_trips_ms=known[1],
        bytes_ms=known[2],
        server_ms=known[3],
        rest_ms=sample.total_ms - sum(known),
        total_ms=sample.total_ms,
    )
