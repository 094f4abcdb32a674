"""What an iterator gives, all that is there at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from typing import TypeVar

__all__ = ["gathered"]

_T = TypeVar("_T")


async def gathered(source: AsyncIterator[_T], most: int = 1000) -> AsyncGenerator[list[_T], None]:
    """The things that *source* gives, each time all that came since; *most* wait until somebody takes them.

    What *source* raises is raised when the things before it are taken. Closing the iterator cancels *source*.
    """
    ready: list[_T] = []
    moved, room = asyncio.Event(), asyncio.Event()

    async def read() -> None:
        try:
            async for each in source:
                ready.append(each)
                moved.set()
                if len(ready) >= most:
                    room.clear()
                    await room.wait()
        finally:
            moved.set()

    reader = asyncio.create_task(read())
    try:
        while True:
            await moved.wait()
            moved.clear()
            batch, ready[:] = list(ready), []
            room.set()
            if batch:
                yield batch
            if reader.done() and not ready:
                reader.result()
                return
            if reader.done():
                moved.set()
    finally:
        reader.cancel()
        await asyncio.wait({reader})
