"""What one client is owed and has not taken: weighed, so that it cannot make it grow without end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

__all__ = ["Backlog"]


class Backlog:
    """Bytes that wait to be written to one client. Above *most* of them ``room`` waits until some are written."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._bytes = 0
        self._room = asyncio.Event()
        self._room.set()
        self._closed = False

    @property
    def bytes(self) -> int:
        return self._bytes

    def add(self, size: int) -> None:
        """So many bytes more wait."""
        self._weigh(size)

    def settle(self, size: int) -> None:
        """So many do no longer."""
        self._weigh(-size)

    def room(self) -> Awaitable[object] | None:
        """What is to be waited for before more is taken from the client; None: there is room."""
        return None if self._room.is_set() else self._room.wait()

    def close(self) -> None:
        """The client is gone: nobody waits any more."""
        self._closed = True
        self._room.set()

    def _weigh(self, size: int) -> None:
        self._bytes += size
        if self._closed or self._bytes <= self._most:
            self._room.set()
        else:
            self._room.clear()
