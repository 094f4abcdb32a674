"""The traffic of a session: a pump for each of its connections, all settled after each step of the protocol."""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable

from ..core.changes import Change
from ..core.protocol import Protocol
from ..core.run import RunState
from .connector import Connector
from .pump import Pump

__all__ = ["Traffic"]


class Traffic:
    """Opens connections as the protocol wants them. Every method is called on the loop."""

    def __init__(
        self,
        protocol: Protocol,
        connector: Connector,
        *,
        publish: Callable[[list[tuple[RunState, Change]]], None],
        keep: Callable[[asyncio.Task[None]], None],
    ) -> None:
        self._protocol = protocol
        self._publish = publish
        self._pumps: list[Pump] = []
        self._pump = functools.partial(
            Pump, protocol, connector=connector, settle=self.settle, publish=publish, keep=keep
        )
        """Makes the pump of a link."""

    @property
    def connecting(self) -> bool:
        return any(pump.connecting for pump in self._pumps)

    @property
    def open(self) -> int:
        """How many connections there are now."""
        return sum(pump.open for pump in self._pumps)

    @property
    def connections(self) -> int:
        """How many connections were opened."""
        return sum(pump.connections for pump in self._pumps)

    @property
    def opened_at(self) -> float | None:
        """When the oldest of the present connections was opened, in seconds of the monotonic clock."""
        return min((pump.opened_at for pump in self._pumps if pump.opened_at is not None), default=None)

    def settle(self) -> None:
        """Look at what the protocol wants now: close, publish its changes, open and send."""
        if len(self._protocol.links) > len(self._pumps):
            self._pumps += map(self._pump, self._protocol.links[len(self._pumps) :])
        # Whatever is done by who is told now has this called once more.
        unsettled = [pump for pump in self._pumps if not pump.settled]
        for pump in unsettled:
            # Before the changes are published: it may be what ends a run, and nothing else may come of it.
            pump.resume_overdue()
            pump.close_where_wanted()
        self._publish(self._protocol.changes())
        for pump in unsettled:
            pump.send_where_wanted()

    def rest(self) -> None:
        """Close every connection although nothing is wrong with it: nobody asks."""
        for pump in self._pumps:
            pump.rest()

    def drop(self) -> None:
        """Leave every connection."""
        for pump in self._pumps:
            pump.drop()

    async def shut_down(self) -> None:
        """Close every connection and wait until they are closed."""
        await asyncio.gather(*(pump.shut_down() for pump in self._pumps))
