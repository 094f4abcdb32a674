"""The models that run: each in its process, ended when nobody has asked it for a while."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from ws_notebook.server.models.llama.engine import Engine, EngineOptions
from ws_notebook.shelf.shelf import ShelvedModel

__all__ = ["Engines"]

_MOST = 2
"""Models that run at the same time, unless all of them are at work."""
_LOOKS = 10.0


class Engines:
    """Used on the server's loop; ``close`` ends all."""

    def __init__(self, options: EngineOptions | None = None) -> None:
        self.options = options or EngineOptions()
        self._engines: dict[Path, Engine] = {}
        self._watch: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def at_work(self, model: ShelvedModel) -> AsyncGenerator[Engine, None]:
        """The engine of *model*, which is not ended as long as the block lasts."""
        engine = self._engines.setdefault(model.path, Engine(model, self.options))
        engine.at_work += 1
        try:
            if not engine.alive:
                await self._make_room(engine)
            if self._watch is None or self._watch.done():
                self._watch = asyncio.create_task(self._end_idle())
            yield engine
        finally:
            engine.at_work -= 1
            engine.last_used = time.monotonic()

    async def close(self) -> None:
        """End all. Never raises."""
        if self._watch is not None:
            self._watch.cancel()
            with suppress(asyncio.CancelledError):
                await self._watch
        while self._engines:
            await self._engines.popitem()[1].close()

    async def _make_room(self, newcomer: Engine) -> None:
        """End those that have rested longest, so that with *newcomer* there are not too many."""
        running = [each for each in self._engines.values() if each.alive and each is not newcomer]
        resting = sorted((each for each in running if not each.at_work), key=lambda each: each.last_used)
        for engine in resting[: max(0, len(running) + 1 - _MOST)]:
            await engine.close()

    async def _end_idle(self) -> None:
        """End what nobody has asked for long, until nothing runs."""
        idle = self.options.idle_seconds
        while any(engine.alive or engine.at_work for engine in self._engines.values()):
            await asyncio.sleep(min(_LOOKS, idle) or _LOOKS)
            for engine in list(self._engines.values()):
                rested = time.monotonic() - engine.last_used
                if idle and engine.alive and not engine.at_work and rested >= idle:
                    await engine.close()
