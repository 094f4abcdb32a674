"""A connection with a list for a client: what the server would send is read from memory."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from support.server import TERMINAL

from ws_notebook.server.connection import Connection
from ws_notebook.server.limits import Limits
from ws_notebook.server.models.demo import DemoModel, Pace
from ws_notebook.server.outbox import Close, Mark, Outbox, Word
from ws_notebook.server.profiles import PROFILES
from ws_notebook.server.service import Service
from ws_notebook.server.store import MemoryStore

__all__ = ["Line", "play"]

Event = dict[str, Any]


class Line:
    """One connection to a fast demo model, or to *service*."""

    def __init__(
        self,
        service: Service | None = None,
        limits: Limits | None = None,
        pace: Pace | None = None,
        profile: str = "openai",
    ) -> None:
        service = service or Service({"demo": DemoModel(pace or Pace(0, 0))}, MemoryStore(10))
        self.sent: list[Event] = []
        self.closed: Close | None = None
        self._moved = asyncio.Event()
        self.outbox = Outbox(self._take)
        self.connection = Connection(service, self.outbox, limits or Limits(), "me", PROFILES[profile])

    async def _take(self, words: Sequence[Word]) -> None:
        await asyncio.sleep(0)
        for word in words:
            if isinstance(word, Close):
                self.closed = word
            elif not isinstance(word, Mark):
                self.sent.append(word)
        self._moved.set()

    def send(self, **fields: Any) -> None:
        self.connection.receive(json.dumps({"type": "response.create", "model": "demo", "store": False, **fields}))

    def steer(self, response_id: object, input: object, **fields: Any) -> None:
        event = {"type": "response.steer", "previous_response_id": response_id, "input": input, **fields}
        self.connection.receive(json.dumps(event))

    def ends(self) -> list[Event]:
        """The terminal events so far."""
        return [event for event in self.sent if event["type"] in TERMINAL]

    def of(self, lane: str | None) -> list[Event]:
        """What was sent on one lane."""
        return [event for event in self.sent if event.get("stream_id") == lane]

    async def until(self, condition: Callable[[], Any]) -> Any:
        """What *condition* gives, once it is true."""
        while not (found := condition()):
            self._moved.clear()
            await self._moved.wait()
        return found

    async def seen(self, kind: str, lane: str | None = None) -> Event:
        """The first event of that type on that lane."""
        found = await self.until(lambda: [event for event in self.of(lane) if event["type"] == kind])
        first: Event = found[0]
        return first

    async def ended(self, turns: int) -> list[Event]:
        """The terminal events, once there are *turns* of them."""
        await self.until(lambda: len(self.ends()) >= turns)
        return self.ends()

    async def ask(self, **fields: Any) -> Event:
        """One create's terminal event."""
        before = len(self.ends())
        self.send(**fields)
        return (await self.ended(before + 1))[-1]


def play(story: Callable[[Line], Awaitable[None]], **options: Any) -> list[Event]:
    """Run *story(line)* beside the writer; what was sent."""

    async def run() -> list[Event]:
        line = Line(**options)
        writer = asyncio.create_task(line.outbox.work())
        try:
            await asyncio.wait_for(story(line), 20)
        finally:
            line.connection.close()
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)
        return line.sent

    return asyncio.run(run())
