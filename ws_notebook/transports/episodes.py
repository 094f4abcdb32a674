"""Episodes: what was recorded is answered by the cassette, and what is new by the provider."""

from __future__ import annotations

import asyncio
import contextlib
import json

from ..cassette import Cassette
from ..exceptions import WsNotebookError
from .base import Connection, Endpoint, Transport
from .replay import ReplayConnection, ReplayTransport

__all__ = ["EpisodesConnection", "EpisodesTransport"]


class EpisodesTransport:
    """Answers from a cassette, at once; a connection of `inner` is opened for the first request that it lacks."""

    name = "replay"

    def __init__(self, cassette: Cassette, inner: Transport, *, exact: bool = False) -> None:
        self.memory = inner.memory
        self.inner = inner
        self.replay = ReplayTransport(cassette, speed=0, exact=exact, empty=True)

    async def connect(self, endpoint: Endpoint) -> EpisodesConnection:
        """Nothing is contacted yet."""
        return EpisodesConnection(self, endpoint)


class EpisodesConnection(ReplayConnection):
    """What stands for a connection, with one behind it as soon as it is needed."""

    def __init__(self, transport: EpisodesTransport, endpoint: Endpoint) -> None:
        super().__init__(transport.replay)
        self.memory = transport.memory
        self._episodes = transport
        self._endpoint = endpoint
        self._inner: Connection | None = None
        self._opening = asyncio.Lock()
        self._reading: asyncio.Task[None] | None = None

    @property
    def usable(self) -> bool:  # type: ignore[override]
        return self._inner is None or self._inner.usable

    async def answers(self) -> bool:
        return self._inner is None or await self._inner.answers()

    async def send(self, frame: bytes) -> None:
        request = json.loads(frame)
        creates = request.get("type", "response.create") == "response.create"
        known = self._episodes.replay.answers.has(request) if creates else self.played(request)
        if known:
            await super().send(frame)
            return
        async with self._opening:
            if self._inner is None:
                self._inner = await self._episodes.inner.connect(self._endpoint)
                self._reading = asyncio.get_running_loop().create_task(self._read(self._inner))
        await self._inner.send(frame)

    async def close(self) -> None:
        if self._inner is not None:
            await self._inner.close()
        if self._reading is not None:
            with contextlib.suppress(asyncio.CancelledError):
                await self._reading
        await super().close()

    async def _read(self, inner: Connection) -> None:
        try:
            while True:
                for frame in await inner.receive():
                    self.arrive(frame)
        except WsNotebookError as error:
            self.arrive(error)
