"""Reading a connection for somebody who may go: by turns, and by being told."""

from __future__ import annotations

import asyncio
import gc
import weakref
from collections.abc import Callable

import pytest

from ws_notebook.engine.reading import read
from ws_notebook.exceptions import ConnectionLost, ProtocolViolation, WsNotebookError
from ws_notebook.transports.base import Connection

__all__: list[str] = []


class Waited:
    """A connection that gives what is put into it, one read at a time."""

    memory = True
    usable = True

    def __init__(self) -> None:
        self.reads: asyncio.Queue[list[bytes] | Exception] = asyncio.Queue()
        self.closed = asyncio.Event()

    async def answers(self) -> bool:
        return True

    async def send(self, frame: bytes) -> None:
        pytest.fail("nothing is sent here")

    async def receive(self) -> list[bytes]:
        found = await self.reads.get()
        if isinstance(found, Exception):
            raise found
        return found

    async def close(self) -> None:
        self.closed.set()


class Told(Waited):
    """The same, which tells by itself."""

    async def listen(self, take: Callable[[list[bytes]], bool]) -> None:
        while take(await self.receive()):
            pass

    def takes_now(self, size: int) -> bool:
        return False

    def send_now(self, frame: bytes) -> None:
        pytest.fail("nothing is sent here")


class Reader:
    """Takes frames until one of them says stop."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.lost: list[WsNotebookError] = []

    def take(self, connection: Connection, frames: list[bytes]) -> bool:
        self.taken += frames
        return b"stop" not in frames

    def lose(self, connection: Connection, error: WsNotebookError) -> None:
        self.lost.append(error)


@pytest.mark.parametrize("kind", [Waited, Told])
def test_frames_are_taken_in_order_until_the_end_is_told(kind: type[Waited]) -> None:
    async def story() -> None:
        connection, reader = kind(), Reader()
        task = read(reader, connection)
        for each in ([b"1", b"2"], [b"3"], ConnectionLost("It is over.")):
            connection.reads.put_nowait(each)
        await asyncio.wait_for(task, 5)
        assert reader.taken == [b"1", b"2", b"3"]
        assert [str(error) for error in reader.lost] == ["It is over."]

    asyncio.run(story())


@pytest.mark.parametrize("kind", [Waited, Told])
def test_who_has_enough_is_read_for_no_more(kind: type[Waited]) -> None:
    async def story() -> None:
        connection, reader = kind(), Reader()
        connection.reads.put_nowait([b"stop"])
        connection.reads.put_nowait([b"more"])
        await asyncio.wait_for(read(reader, connection), 5)
        assert (reader.taken, reader.lost) == ([b"stop"], [])

    asyncio.run(story())


def test_an_error_that_no_connection_should_raise_is_told_in_words() -> None:
    async def story() -> None:
        connection, reader = Waited(), Reader()
        connection.reads.put_nowait(ZeroDivisionError("odd"))
        await asyncio.wait_for(read(reader, connection), 5)
        (error,) = reader.lost
        assert isinstance(error, ProtocolViolation)
        assert "could not be taken" in str(error)

    asyncio.run(story())


@pytest.mark.parametrize("kind", [Waited, Told])
def test_a_reader_that_nobody_holds_goes_and_its_connection_is_closed(kind: type[Waited]) -> None:
    async def story() -> None:
        connection = kind()
        reader = Reader()
        gone = weakref.ref(reader)
        task = read(reader, connection)
        await asyncio.sleep(0)
        del reader
        gc.collect()
        assert gone() is None
        await asyncio.wait_for(connection.closed.wait(), 5)
        await asyncio.wait({task}, timeout=5)
        assert task.done()

    asyncio.run(story())
