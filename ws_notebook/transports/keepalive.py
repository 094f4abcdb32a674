"""Is the other end of a socket still there? Pings, and what may be concluded from silence.

Beside the library's own keepalive: whatever comes is a sign of life, not only a pong, which may stand behind much else,
and so is a large request that goes on leaving over a slow link; a process that was stopped for a while looks at
what has come meanwhile before it judges; and silence is a doubt, long before it is an end.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .socket import Socket

__all__ = ["Keepalive"]

_FRESH = 2
"""Seconds in which a peer that was heard of counts as there."""

_GOODBYE = 3
"""Seconds for the closing handshake, the library's own limit for it included; then the socket is cut."""


class Keepalive:
    """Pings over a socket every `interval` seconds, and ends it after `patience` seconds of silence."""

    def __init__(self, socket: Socket, *, interval: float, doubt: float, patience: float) -> None:
        self._socket: Any = socket
        self._interval = interval
        self._doubt = min(doubt, patience)
        self._patience = patience
        self._silent_at: int | None = None
        """How much had been heard before a ping that was then left unanswered for a while."""
        self._clocks = _clocks_apart()
        self._task = asyncio.get_running_loop().create_task(self._work())

    @property
    def in_doubt(self) -> bool:
        """Whether nothing may be sent into it: a ping is unanswered, or the machine has slept since the last one."""
        return self._silent_at == self._socket.heard or abs(_clocks_apart() - self._clocks) > self._doubt

    @property
    def fresh(self) -> bool:
        """Whether the peer was heard of a moment ago, and is not in doubt."""
        return abs(time.time() - self._socket.heard_at) < _FRESH and not self.in_doubt

    async def answers(self) -> bool:
        """Whether the peer is there: heard of a moment ago, or else within the time of doubt after a ping."""
        return self.fresh or await self._ping(self._doubt)

    async def end(self, code: int = 1000, reason: str = "") -> None:
        """Stop pinging and close the socket, for at most `_GOODBYE` seconds; what has not left by then is dropped."""
        self._task.cancel()
        await self._close(code, reason)

    async def _work(self) -> None:
        answered = True
        while answered:
            await asyncio.sleep(self._interval)
            answered = await self._ping(self._patience)
        await self._close(1011, "keepalive ping timeout")

    async def _ping(self, patience: float) -> bool:
        """Ping; whether there is any sign of life in time. False at once where the socket is closed."""
        heard, left = self._socket.heard, self._unsent

        def alive() -> bool:
            return self._socket.heard != heard or self._unsent < left

        pong = asyncio.get_running_loop().create_task(self._pong())
        await asyncio.wait({pong}, timeout=self._doubt)
        if not alive():
            self._silent_at = heard
            await asyncio.wait({pong}, timeout=patience - self._doubt)
        pong.cancel()
        self._clocks = _clocks_apart()
        return alive()

    async def _pong(self) -> None:
        # Behind a request that cannot leave, this waits from the first line on.
        from websockets.exceptions import ConnectionClosed

        with contextlib.suppress(ConnectionClosed):
            await (await self._socket.ping())

    async def _close(self, code: int, reason: str) -> None:
        closing = asyncio.get_running_loop().create_task(self._socket.close(code, reason))
        await asyncio.wait({closing}, timeout=_GOODBYE)
        if not closing.done():
            self._socket.transport.abort()

    @property
    def _unsent(self) -> int:
        """How many bytes have not left this process."""
        return int(self._socket.transport.get_write_buffer_size())


def _clocks_apart() -> float:
    """The calendar's clock less the one that stands still while the machine sleeps (not on Windows), in seconds."""
    return time.time() - time.monotonic()
