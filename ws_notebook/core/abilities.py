"""What the provider can do: as it was told at first, and as it turned out since."""

from __future__ import annotations

import itertools

import msgspec

from .waits import Waits

__all__ = ["Abilities", "LaneLimits"]


class LaneLimits(msgspec.Struct, frozen=True, kw_only=True):
    """What a provider allows on one connection."""

    named: int = 0
    """How many named lanes; 0: the default lane only, one response after another."""
    in_flight: int = 1
    """How many responses at the same time, over all lanes."""


class Abilities:
    """Shared by every link of a session.

    `memory`: whether a connection remembers the latest response (WebSocket mode does, HTTP does not).
    `trusts_store`: whether ids of stored responses can be continued on any connection. `limits`: how
    many lanes, and responses in flight, a connection may have. `sockets`: how many connections
    there may be at the same time where these have no lanes. `steers`: whether it knows `response.steer`.
    `encrypts`: whether reasoning is asked for in encrypted form where nothing is stored. `max_message`: bytes of the
    largest message that a connection takes, where that is known. `aside`: whether a larger one may go over HTTP.
    `waits`: how long it may keep a run waiting.
    """

    def __init__(
        self,
        *,
        transport: str = "websocket",
        memory: bool = True,
        trusts_store: bool = True,
        limits: LaneLimits | None = None,
        sockets: int = 1,
        steers: bool = False,
        encrypts: bool = False,
        max_message: int | None = None,
        aside: bool = False,
        waits: Waits | None = None,
    ) -> None:
        self.transport = transport
        self.memory = memory
        self.trusts_store = trusts_store
        self.limits = limits or LaneLimits()
        self.sockets = sockets
        self.steers = steers
        self.encrypts = encrypts
        self.not_encrypting: set[str] = set()
        """The models that refused to give encrypted reasoning."""
        self.max_message = max_message
        self.accepted = 0
        """The bytes of the largest message that was taken."""
        self.aside = aside
        self.waits = waits or Waits()
        self.names_lanes = False
        """Whether an event came with the name of a lane: from then on one without belongs to the default lane."""
        self.ended: dict[int, str] = {}
        """The connections that are gone, by number, and why: "connection_lost" or "connection_age"."""
        self._numbers = itertools.count(1)

    @property
    def places(self) -> int:
        """How many connections there may be now."""
        return 1 if self.limits.named else self.sockets

    def next_connection(self) -> int:
        """The number of a further connection."""
        return next(self._numbers)

    def takes(self, length: int) -> bool:
        """Whether a message of so many bytes may be sent over a connection."""
        return not self.memory or self.max_message is None or length <= self.max_message

    def over_http(self) -> Abilities:
        """What the same provider can do over HTTP, beside its connections."""
        other = Abilities(transport="http", memory=False, trusts_store=self.trusts_store, encrypts=self.encrypts)
        other.not_encrypting, other.ended, other._numbers = self.not_encrypting, self.ended, self._numbers
        return other

    def without_lanes(self) -> None:
        """The provider ignores or refuses lanes."""
        self.limits = LaneLimits()
