"""What one client is owed and has not taken: weighed, so that it cannot make it grow without end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

__all__ = ["Backlog"]


class Backlog:
    """Bytes that wait to be written to one client. Above *most* of them ``room`` waits until some are written."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.bytes = 0
        """Those that wait."""
        self._room = asyncio.Event()
        self._room.set()
        self._closed = False

    def add(self, size: int) -> None:
        """So many bytes more wait."""
        self.bytes += size
        if self._closed or self.bytes <= self._most:
            self._room.set()
        else:
            self._room.clear()

    def settle(self, size: int) -> None:
        """So many do no longer."""
        self.add(-size)

    def room(self) -> Awaitable[Any] | None:
        """What is to be waited for before more is taken from the client; None: there is room."""
        return None if self._room.is_set() else self._room.wait()

    def close(self) -> None:
        """The client is gone: nobody waits any more."""
        self._closed = True
        self._room.set()
