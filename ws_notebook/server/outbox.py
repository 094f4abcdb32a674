"""The one writer of a connection: what several lanes have to say leaves in the order in which they said it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from ws_notebook.faults import Fault
from ws_notebook.server.backlog import Backlog
from ws_notebook.server.limits import Limits
from ws_notebook.server.wire import Event, encode

__all__ = ["Close", "Mark", "Outbox", "Word"]


@dataclass(frozen=True, slots=True)
class Close:
    """The end of the connection, as its last word; without a code it is cut, as by a lost route."""

    code: int | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """Nothing to be written: a client's event has come to its turn, which is a place for a fault.

    Without a kind it brings *faults* for the next event of its lane.
    """

    kind: str
    lane: str | None = None
    faults: Sequence[Fault] = ()


Word = Event | Close | Mark


class Outbox:
    """Events of all lanes, written one at a time by ``work``.

    A lane that waits in ``send`` has one batch here at most, so lanes that stream take turns, and a slow client slows
    all of them down. What nobody waits for is weighed in ``backlog``, of *most* bytes, until it is written.
    """

    def __init__(self, write: Callable[[Sequence[Word]], Awaitable[None]], most: int = Limits().unread_bytes) -> None:
        self._write = write
        self.backlog = Backlog(most)
        self._queue: asyncio.Queue[tuple[Sequence[Word], asyncio.Future[None] | None, int]] = asyncio.Queue()
        self._gone = False

    async def send(self, *words: Word) -> None:
        """Write *words* in their turn, one behind the other, and wait until the socket took them.

        ConnectionError when the client is gone; whatever else ``write`` raises is for this sender alone.
        """
        if self._gone:
            raise ConnectionResetError("the client is gone")
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._queue.put_nowait((words, written, 0))
        await written

    def post(self, word: Word) -> None:
        """Write *word* in its turn, without waiting."""
        size = _WORD + (0 if isinstance(word, Close | Mark) else len(encode(word)))
        self.backlog.add(size)
        self._queue.put_nowait(((word,), None, size))

    async def work(self) -> None:
        """Write until cancelled; ConnectionError when the client is gone, for every sender as well."""
        written: asyncio.Future[None] | None = None
        try:
            while True:
                words, written, size = await self._queue.get()
                try:
                    await self._write(words)
                except ConnectionError:
                    raise
                except Exception as error:  # noqa: BLE001  it is the sender's, and the others go on
                    _settle(written, error)
                else:
                    _settle(written)
                finally:
                    self.backlog.settle(size)
        finally:
            self._gone = True
            _settle(written, ConnectionResetError("the client is gone"))
            while not self._queue.empty():
                _settle(self._queue.get_nowait()[1], ConnectionResetError("the client is gone"))


_WORD = 256
"""Bytes that any word takes while it waits."""


def _settle(written: asyncio.Future[None] | None, error: Exception | None = None) -> None:
    if written is None or written.done():
        return
    if error is None:
        written.set_result(None)
    else:
        written.set_exception(error)
