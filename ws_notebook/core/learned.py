"""What the connections of a session showed of its provider."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import msgspec

from .abilities import Abilities, LaneLimits

__all__ = ["Learned"]


class _Common(msgspec.Struct, eq=False):
    """What is one for all connections of a session, whatever they go over."""

    numbers: itertools.count[int] = msgspec.field(default_factory=lambda: itertools.count(1))
    ended: dict[int, str] = msgspec.field(default_factory=dict)
    forgets: bool = False
    not_encrypting: set[str] = msgspec.field(default_factory=set)


class Learned:
    """What its provider can do, as it turned out until now. Every link of the session reads it.

    Nothing writes it but its own methods: each is one thing that a connection showed, and stays.
    """

    def __init__(self, abilities: Abilities, common: _Common | None = None) -> None:
        self.abilities = abilities
        """What the provider can do now; written here alone."""
        self.names_lanes = False
        """Whether an event came with the name of a lane: from then on one without belongs to the default lane."""
        self._common = common or _Common()
        self._accepted = 0

    @property
    def doubts_memory(self) -> bool:
        """Whether it is worth looking if what was to be continued was remembered."""
        return not self.abilities.documented and not self.forgets

    @property
    def forgets(self) -> bool:
        """Whether a connection was found to have lost what it was to continue: it is sent everything from then on."""
        return self._common.forgets

    @property
    def ended(self) -> Mapping[int, str]:
        """The connections that are gone, by number, and why: "connection_lost" or "connection_age"."""
        return self._common.ended

    def encrypts(self, model: str) -> bool:
        """Whether reasoning of this model is asked for in encrypted form where nothing is stored."""
        return self.abilities.encrypts and model not in self._common.not_encrypting

    def over_http(self) -> Learned:
        """The same for requests over HTTP beside the connections; the numbers of both are one row."""
        return Learned(self.abilities.over_http(), self._common)

    # What a connection showed.

    def begin_connection(self) -> int:
        """The number of a further connection."""
        return next(self._common.numbers)

    def end_connection(self, number: int, cause: str) -> None:
        """A connection is gone."""
        self._common.ended[number] = cause

    def lose_websocket(self) -> None:
        """There is no WebSocket mode: each request carries the full input."""
        self._lack(transport="http", memory=False, limits=LaneLimits())

    def lose_lanes(self) -> None:
        """The provider ignores or refuses lanes."""
        self._lack(limits=LaneLimits())

    def lose_steering(self) -> None:
        """The provider refuses words for a response that runs, or does not answer them."""
        self._lack(steers=False)

    def lose_store(self) -> None:
        """The provider keeps no response that others could continue."""
        self._lack(trusts_store=False)

    def lose_memory(self) -> None:
        """What was to be continued by its id was answered without its history: no id is trusted any more."""
        self._common.forgets = True
        self.lose_store()

    def lose_encryption(self, model: str) -> None:
        """The model refuses to give encrypted reasoning."""
        self._common.not_encrypting.add(model)

    def note_name(self) -> None:
        """An event came with the name of a lane."""
        self.names_lanes = True

    def note_accepted(self, length: int) -> None:
        """A message of so many bytes was taken."""
        self._accepted = max(self._accepted, length)

    def note_refused(self, length: int) -> bool:
        """A message of so many bytes was refused unread. False: not for its size, since a larger one was taken."""
        if length <= self._accepted:
            return False
        self._lack(max_message=length - 1)
        return True

    def _lack(self, **fields: Any) -> None:
        self.abilities = msgspec.structs.replace(self.abilities, **fields)
