from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from ws_notebook.server.models.upstream.gathered import gathered


async def source(*steps: int | float | Exception) -> AsyncIterator[int]:
    """Numbers; a float is a pause, an exception is raised."""
    for step in steps:
        if isinstance(step, Exception):
            raise step
        if isinstance(step, float):
            await asyncio.sleep(step)
        else:
            yield step


async def batches(*steps: int | float | Exception, most: int = 1000) -> list[list[int]]:
    return [batch async for batch in gathered(source(*steps), most)]


def test_what_is_there_at_once_comes_at_once() -> None:
    assert asyncio.run(batches(1, 2, 3, 0.05, 4, 5)) == [[1, 2, 3], [4, 5]]
    assert asyncio.run(batches()) == []


def test_no_more_is_read_than_may_wait() -> None:
    assert asyncio.run(batches(1, 2, 3, 4, 5, most=2)) == [[1, 2], [3, 4], [5]]


def test_what_goes_wrong_is_raised_behind_what_came_before() -> None:
    found: list[list[int]] = []

    async def run() -> None:
        async for batch in gathered(source(1, 2, ValueError("broken"))):
            found.append(batch)

    with pytest.raises(ValueError, match="broken"):
        asyncio.run(run())
    assert found == [[1, 2]]


def test_closing_it_stops_the_source() -> None:
    stopped = asyncio.Event()

    async def endless() -> AsyncIterator[int]:
        try:
            while True:
                yield 1
                await asyncio.sleep(0)
        finally:
            stopped.set()

    async def run() -> None:
        numbers = gathered(endless())
        await anext(numbers)
        await numbers.aclose()
        await asyncio.wait_for(stopped.wait(), 5)

    asyncio.run(run())
