from __future__ import annotations

import asyncio

from ws_notebook.server.backlog import Backlog


def test_there_is_room_until_more_waits_than_may() -> None:
    backlog = Backlog(10)
    backlog.add(10)
    assert backlog.room() is None
    assert backlog.bytes == 10


def test_room_is_waited_for_until_some_of_it_is_settled() -> None:
    async def run() -> None:
        backlog = Backlog(10)
        backlog.add(11)
        room = backlog.room()
        assert room is not None
        waiting = asyncio.ensure_future(room)
        await asyncio.sleep(0)
        assert not waiting.done()
        backlog.settle(1)
        await waiting

    asyncio.run(run())


def test_nobody_waits_for_a_client_that_is_gone() -> None:
    async def run() -> None:
        backlog = Backlog(10)
        backlog.add(11)
        waiting = asyncio.ensure_future(backlog.room() or asyncio.sleep(0))
        backlog.close()
        await waiting
        backlog.add(100)
        assert backlog.room() is None

    asyncio.run(run())
