from __future__ import annotations

import asyncio

import pytest

from ws_notebook.server.outbox import Close, Outbox


def test_words_leave_in_their_order_those_of_one_sender_together() -> None:
    async def run() -> None:
        written: list[object] = []

        async def write(words: object) -> None:
            written.append(("begin", words))
            await asyncio.sleep(0)
            written.append(("end", words))

        outbox = Outbox(write)
        outbox.post({"n": 1})
        worker = asyncio.create_task(outbox.work())
        await asyncio.gather(outbox.send({"n": 2}, {"n": 3}), outbox.send(Close(1000)))
        worker.cancel()
        batches = [({"n": 1},), ({"n": 2}, {"n": 3}), (Close(1000),)]
        assert written == [(when, words) for words in batches for when in ("begin", "end")]

    asyncio.run(run())


def test_everybody_hears_that_the_client_is_gone() -> None:
    async def gone(_: object) -> None:
        raise ConnectionResetError("gone")

    async def run() -> None:
        outbox = Outbox(gone)
        senders = [asyncio.create_task(outbox.send({})) for _ in range(2)]
        await asyncio.sleep(0)
        with pytest.raises(ConnectionResetError):
            await outbox.work()
        results = await asyncio.gather(*senders, return_exceptions=True)
        assert [type(result) for result in results] == [ConnectionResetError, ConnectionResetError]
        with pytest.raises(ConnectionResetError):
            await outbox.send({})

    asyncio.run(run())


def test_what_nobody_waits_for_is_weighed_until_it_is_written() -> None:
    async def run() -> None:
        taking = asyncio.Event()

        async def write(_: object) -> None:
            await taking.wait()

        outbox = Outbox(write, 1000)
        outbox.post({"text": "x" * 2000})
        room = outbox.backlog.room()
        assert room is not None
        worker = asyncio.create_task(outbox.work())
        taking.set()
        await room
        worker.cancel()
        assert outbox.backlog.bytes == 0

    asyncio.run(run())
