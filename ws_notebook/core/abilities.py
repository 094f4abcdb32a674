"""What a provider can do over the session's transport. What it shows besides is `Learned`."""

from __future__ import annotations

import msgspec

__all__ = ["Abilities", "LaneLimits"]


class LaneLimits(msgspec.Struct, frozen=True, kw_only=True):
    """What a provider allows on one connection."""

    named: int = 0
    """How many named lanes; 0: the default lane only, one response after another."""
    in_flight: int = 1
    """How many responses at the same time, over all lanes."""


class Abilities(msgspec.Struct, frozen=True, kw_only=True):
    """At first as the provider's profile says; one that lacks something takes its place where that turns out."""

    transport: str = "websocket"
    memory: bool = True
    """Whether a connection remembers the latest response: WebSocket mode does, HTTP does not."""
    trusts_store: bool = True
    """Whether ids of stored responses can be continued on any connection."""
    documented: bool = True
    """Whether its owner says what it remembers. Where nobody does, its counts of tokens are looked at."""
    limits: LaneLimits = LaneLimits()
    """How many lanes, and responses in flight, a connection may have."""
    sockets: int = 1
    """How many connections there may be at the same time where these have no lanes."""
    steers: bool = False
    """Whether it knows `response.steer`."""
    encrypts: bool = False
    """Whether reasoning is asked for in encrypted form where nothing is stored."""
    max_message: int | None = None
    """Bytes of the largest message that a connection takes, where that is known."""
    aside: bool = False
    """Whether a larger one may go over HTTP."""

    @property
    def places(self) -> int:
        """How many connections there may be now."""
        return 1 if self.limits.named else self.sockets

    def takes(self, length: int) -> bool:
        """Whether a message of so many bytes may be sent over a connection."""
        return not self.memory or self.max_message is None or length <= self.max_message

    def over_http(self) -> Abilities:
        """What the same provider can do over HTTP, beside its connections."""
        return Abilities(
            transport="http",
            memory=False,
            trusts_store=self.trusts_store,
            encrypts=self.encrypts,
            documented=self.documented,
        )
