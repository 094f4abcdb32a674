"""The pump: on the loop, it moves frames between a connection and its link.

The reader task does nothing but read and reduce. The writer task opens connections and sends. Both
end with the session.
"""

from __future__ import annotations

import asyncio
import time
import weakref
from collections import deque
from collections.abc import Callable

from ..core.changes import Change
from ..core.link import Link
from ..core.outgoing import Outgoing
from ..core.protocol import Protocol
from ..core.run import RunState
from ..exceptions import ConnectionFailed, ConnectionLost, ProtocolViolation, WsNotebookError
from ..transports.base import Connection, Prompt
from .connector import Connector
from .reading import in_our_words, read, untakable
from .rest import call_held

__all__ = ["Pump"]

_LAST_WORDS = 3
"""Seconds in which a connection that is ending is read to its end."""

_LAST_WORDS_OF_THE_IDLE = 0.25
"""The same where no answer is awaited: it may only tell why the connection ended."""

_IDLE = "connection_idle"
"""Why a connection is gone that was closed because nobody asked."""

_OVER_HTTP = "No socket of it ever said a word: ask again, and it goes over HTTP."

_LATE = 1.0
"""Seconds by which a timer may be late; where it is later, this process stood still and has yet to read what came."""

_BROKEN_OFF = "The connection was lost: it did not come to its end. What had arrived is kept. Ask again: it reconnects."


class Pump:
    """The traffic of one link. Every method is called on the loop.

    `settle` has every pump look at what the protocol wants; `publish` tells changes at once; `keep`
    holds a task that nobody else holds.
    """

    def __init__(
        self,
        protocol: Protocol,
        link: Link,
        *,
        connector: Connector,
        settle: Callable[[], None],
        publish: Callable[[list[tuple[RunState, Change]]], None],
        keep: Callable[[asyncio.Task[None]], None],
    ) -> None:
        self._protocol = protocol
        self._link = link
        self.connections = 0
        """How many connections were opened."""
        self.opened_at: float | None = None
        """When the present one was opened, in seconds of the monotonic clock."""
        self.connecting = False
        self._connector = connector
        self._settle = settle
        self._tell = publish
        self._keep = keep
        self._connection: Connection | None = None
        self._prompt: Prompt | None = None
        """The same, where it sends at once."""
        self._reader: asyncio.Task[None] | None = None
        self._writer: asyncio.Task[None] | None = None
        self._closing: set[asyncio.Task[None]] = set()
        self._ageing: asyncio.TimerHandle | None = None
        self._waking: asyncio.TimerHandle | None = None
        self._listening: asyncio.TimerHandle | None = None
        self._listens_at = 0.0
        """When that looks, in seconds of the monotonic clock."""
        self._unsent: deque[Outgoing] = deque()
        """Frames that are made and have not left: their turns are in flight."""
        self._sender: asyncio.Task[None] | None = None
        """The writer, while a frame leaves."""

    @property
    def open(self) -> bool:
        return self._connection is not None

    @property
    def _writing(self) -> bool:
        return self._writer is not None and not self._writer.done()

    @property
    def settled(self) -> bool:
        """Whether a look at it would change nothing: an answer comes, and its silence will be noticed."""
        waits = self._listening is not None and self._waking is None and not self._link.wants_close
        return waits and self._link.lanes.answering

    def resume_overdue(self) -> None:
        """Go on with what waited long enough for something that did not come."""
        if not self._link.lanes.calm:
            self._link.resume_overdue(time.monotonic())

    def close_where_wanted(self) -> None:
        if self._link.wants_close:
            self._link.wants_close = False
            self.drop()

    def send_where_wanted(self) -> None:
        """Have what waits be sent: now, and again when a request that is held back may go out."""
        now = time.monotonic()
        if self._link.wants_connection(now) and not self._writing:
            self._send_now(now)
            # Whoever was told of that may have had this looked at meanwhile.
            if (self._unsent or self._link.wants_connection(now)) and not self._writing:
                self._writer = asyncio.get_running_loop().create_task(self._write())
                self._keep(self._writer)
        self._wake_later(now)
        self._listen(now)

    def _wake_later(self, now: float) -> None:
        if self._waking is not None:
            self._waking.cancel()
            self._waking = None
        moment = self._link.next_moment(now)
        if moment is not None:
            self._waking = asyncio.get_running_loop().call_later(moment - now, self._settle)

    def _listen(self, now: float) -> None:
        """Look at the time when the silence ends.

        A timer that was set for an earlier one, or for an answer that has come, looks again by itself: it would cost
        more to set one anew for each request.
        """
        moment, held = self._link.silence_ends(), self._listening
        if moment is None or (held is not None and self._listens_at <= moment):
            return
        if held is not None:
            held.cancel()
        self._listens_at = moment
        # The timer is not to keep a session that nobody holds.
        again = weakref.WeakMethod(self._end_silence)
        self._listening = asyncio.get_running_loop().call_later(max(0.0, moment - now), call_held, again)

    def _end_silence(self) -> None:
        self._listening = None
        now, due = time.monotonic(), self._link.silence_ends()
        if due is not None and now - due > _LATE:
            self._link.spare_silent(now + _LATE)
        else:
            self._link.give_up_silent(now)
        self._settle()

    def drop(self) -> None:
        """Leave the present connection; it is closed aside, and what still comes over it is ignored."""
        for timer in (self._ageing, self._listening):
            if timer is not None:
                timer.cancel()
        self._listening = None
        connection, self._connection, self._prompt, self.opened_at = self._connection, None, None, None
        self._unsent.clear()
        if connection is None:
            return
        if self._reader is not None:
            self._reader.cancel()
        if self._sender is not None:
            # What cannot leave holds up nothing else.
            self._sender.cancel()
            self._writer = self._sender = None
        task = asyncio.get_running_loop().create_task(connection.close())
        # The session may be gone before the connection is.
        self._keep(task)
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    def rest(self) -> None:
        """Close the connection because nobody asks; the next request opens another."""
        if self._connection is not None:
            self.drop()
            self._link.connection_gone(_IDLE)

    async def shut_down(self) -> None:
        """Close the connection and wait until it is closed."""
        if self._writer is not None:
            self._writer.cancel()
        self.drop()
        if self._closing:
            await asyncio.wait(self._closing, timeout=3)

    def _send_now(self, now: float) -> None:
        """Send what wants to be sent without a task of its own, where the connection takes it at once."""
        connection = self._prompt
        if connection is None or not connection.takes_now(0):
            return
        try:
            self._unsent.extend(self._link.frames_to_send(now))
            while self._unsent and connection.takes_now(len(self._unsent[0].frame)):
                outgoing = self._unsent.popleft()
                connection.send_now(outgoing.frame)
                self._note_sent(outgoing)
            self._publish()
        except Exception as error:  # noqa: BLE001 - whatever it is, a run waits for what was to be sent
            self._fail(connection, _unsendable(error))
        self._settle_refused()

    def _note_sent(self, outgoing: Outgoing) -> None:
        if outgoing.creates:
            self._link.sent(outgoing.turn, time.monotonic())

    def _settle_refused(self) -> None:
        if self._link.refused_size:
            self._link.refused_size = False
            asyncio.get_running_loop().call_soon(self._settle)

    async def _write(self) -> None:
        while self._unsent or self._link.wants_connection(time.monotonic()):
            connection = self._connection
            try:
                connection = await self._usable() or await self._open()
                if connection is not None:
                    await self._send(connection)
            except WsNotebookError as error:
                await self._end_of(connection, error)
            except Exception as error:  # noqa: BLE001 - whatever it is, a run waits for what was to be sent
                self._fail(connection, _unsendable(error))

    async def _send(self, connection: Connection) -> None:
        self._unsent.extend(self._link.frames_to_send(time.monotonic()))
        while self._unsent:
            outgoing = self._unsent.popleft()
            self._publish()
            self._listen(time.monotonic())
            self._sender = self._writer
            try:
                await connection.send(outgoing.frame)
            finally:
                if self._sender is asyncio.current_task():
                    self._sender = None
            self._note_sent(outgoing)
            self._publish()
        self._settle_refused()

    def _publish(self) -> None:
        self._tell(self._protocol.changes())

    async def _usable(self) -> Connection | None:
        """The present connection, unless its end is known or it does not answer: then nothing is sent into it."""
        connection, busy = self._connection, self._link.lanes.busy
        if connection is None or (connection.usable and (busy or await connection.answers())):
            return self._connection
        if busy:
            await self._end_of(connection, ConnectionLost(_BROKEN_OFF))
        else:
            await self._read_last_words(_LAST_WORDS_OF_THE_IDLE)
            if connection is self._connection:
                self.drop()
                self._link.connection_gone()
        return self._connection

    async def _read_last_words(self, seconds: float) -> None:
        """Let the reader come to the end of a connection that is over, for so long."""
        if self._reader is not None:
            await asyncio.wait({self._reader}, timeout=seconds)

    def _fail(self, connection: Connection | None, error: WsNotebookError) -> None:
        """Nothing can be sent, whether there is a connection or not."""
        if connection is not None:
            self.lose(connection, error)
        else:
            self._link.connection_failed(error, time.monotonic())
            # Not from within the writer: it would not see that it is about to end.
            asyncio.get_running_loop().call_soon(self._settle)

    async def _end_of(self, connection: Connection | None, error: WsNotebookError) -> None:
        """Nothing can be sent any more: what the peer said before the end is read first, as it may tell why."""
        if connection is self._connection:
            await self._read_last_words(_LAST_WORDS)
        if connection is not None:
            self.lose(connection, error)

    async def _open(self) -> Connection | None:
        self.connecting = True
        try:
            connection = await self._connector.connect(aside=self._link.lanes.aside)
        except Exception as error:  # noqa: BLE001 - whatever kept it from opening ends the runs that wait
            self._fail(None, _unopened(error))
            return None
        finally:
            self.connecting = False
        if not connection.memory and self._protocol.learned.abilities.memory and not self._link.lanes.aside:
            self._protocol.use_http()
        self.connections += 1
        self.opened_at = time.monotonic()
        self._connection = connection
        self._prompt = connection if isinstance(connection, Prompt) else None
        if self._connector.max_age is not None and connection.memory:
            held = weakref.WeakMethod(self._grow_old)
            self._ageing = asyncio.get_running_loop().call_later(self._connector.max_age, call_held, held)
        self._reader = read(self, connection)
        self._keep(self._reader)
        return connection

    def _grow_old(self) -> None:
        self._link.rotate()
        self._settle()

    def take(self, connection: Connection, frames: list[bytes]) -> bool:
        """Take what came over a connection, as it came: it is executed. False: it is not read any more."""
        if connection is not self._connection:
            return False
        try:
            self._link.receive_frames(frames, time.monotonic())
            self._settle()
        except Exception as error:  # noqa: BLE001 - whatever it is, a run waits for what comes
            self.lose(connection, untakable(error))
        return connection is self._connection

    def lose(self, connection: Connection, error: WsNotebookError) -> None:
        if connection is not self._connection:
            return
        self.drop()
        if self._connector.leave_socket(connection, error):
            self._protocol.use_http()
            error = ConnectionLost(f"{error} {_OVER_HTTP}")
        self._link.receive_eof(error, time.monotonic())
        self._settle()


def _unsendable(error: Exception) -> WsNotebookError:
    return in_our_words(error, ProtocolViolation(f"The request could not be sent: {error!r}"))


def _unopened(error: Exception) -> WsNotebookError:
    return in_our_words(error, ConnectionFailed(f"The connection could not be opened: {error!r}. Nothing was sent."))
