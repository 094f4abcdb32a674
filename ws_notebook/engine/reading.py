"""Reading a connection for somebody who is held weakly: who takes what comes may go although it is open."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import weakref
from collections.abc import Callable
from typing import Protocol

from ..exceptions import ProtocolViolation, WsNotebookError
from ..transports.base import Connection, Prompt

__all__ = ["Taker", "in_our_words", "read", "untakable"]


class Taker(Protocol):
    """Who takes what comes over a connection."""

    def take(self, connection: Connection, frames: list[bytes]) -> bool:
        """Take frames. False: nothing more is read."""

    def lose(self, connection: Connection, error: WsNotebookError) -> None:
        """It has ended, or could not be read."""


def read(taker: Taker, connection: Connection) -> asyncio.Task[None]:
    """The task that reads a connection; it holds who takes the frames only while it hands something over.

    So a session that nobody holds goes although its connection is open, and the connection goes with it.
    """
    loop = asyncio.get_running_loop()

    def gone(_: object) -> None:
        # In whatever thread collects the garbage; at the very end there is no loop.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(task.cancel)

    task = loop.create_task(_read(weakref.ref(taker, gone), connection))
    return task


async def _read(held: Callable[[], Taker | None], connection: Connection) -> None:
    try:
        await _listen(connection, functools.partial(_hand_over, held, connection))
    except Exception as error:  # noqa: BLE001 - whatever it is, a run waits for what comes
        if (taker := held()) is not None:
            taker.lose(connection, untakable(error))
    finally:
        if held() is None:
            await connection.close()


async def _listen(connection: Connection, take: Callable[[list[bytes]], bool]) -> None:
    if isinstance(connection, Prompt):
        await connection.listen(take)
        return
    while take(await connection.receive()):
        pass


def _hand_over(held: Callable[[], Taker | None], connection: Connection, frames: list[bytes]) -> bool:
    taker = held()
    return taker is not None and taker.take(connection, frames)


def untakable(error: Exception) -> WsNotebookError:
    """What is told of an error by which reading ends, also of one that no connection should raise."""
    return in_our_words(error, ProtocolViolation(f"What came could not be taken: {error!r}"))


def in_our_words(error: Exception, otherwise: WsNotebookError) -> WsNotebookError:
    """An error as it is where it is one of ours, which say what happened."""
    return error if isinstance(error, WsNotebookError) else otherwise
