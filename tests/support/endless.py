"""A model that never ends, served in this process, so that a test can see it being stopped."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable

from support.server import TOKEN

from ws_notebook.server.app import ServerOptions, serve
from ws_notebook.server.limits import Limits
from ws_notebook.server.models.base import Model, ModelRequest, Pieces, Text

__all__ = ["EndlessModel", "serve_endless"]


class EndlessModel(Model):
    """Writes until it is stopped; ``started`` and ``stopped`` tell when."""

    name = "endless"

    def __init__(self, words: str = "more ") -> None:
        self._words = words
        self.started = asyncio.Event()
        self.stopped = asyncio.Event()

    async def respond(self, request: ModelRequest) -> AsyncGenerator[Pieces, None]:
        self.started.set()
        try:
            while True:
                yield [Text(self._words)]
                await asyncio.sleep(0.001)
        finally:
            self.stopped.set()


def serve_endless(
    story: Callable[[EndlessModel, str], Awaitable[None]], *, words: str = "more ", limits: Limits | None = None
) -> None:
    """Run *story(model, base_url)* beside a server of that model, which writes those words again and again."""

    async def run() -> None:
        model = EndlessModel(words)
        url: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        options = ServerOptions(models=[model], token=TOKEN, limits=limits or Limits())
        server = asyncio.create_task(serve(options, ready=url.set_result))
        try:
            await asyncio.wait_for(story(model, await url), 30)
        finally:
            server.cancel()
            await asyncio.gather(server, return_exceptions=True)

    asyncio.run(run())
