"""The model ``llama``: any GGUF on this machine, asked as an upstream; calls by its own template, or by shown ones."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

from ws_notebook.core.meaning import TOO_LONG
from ws_notebook.server.errors import ApiError
from ws_notebook.server.models.base import Model, ModelRequest, Pieces, Read, Thought
from ws_notebook.server.models.llama.calling import Caller
from ws_notebook.server.models.llama.engine import Engine, unusable
from ws_notebook.server.models.llama.engines import Engines
from ws_notebook.server.models.upstream.model import UpstreamModel
from ws_notebook.server.models.upstream.service import Upstream
from ws_notebook.shelf.shelf import ShelvedModel

__all__ = ["LlamaModel"]

_COPIES_BELOW = 1_000_000_000
"""Bytes of a model that copies arguments better than it invents them."""
_USUAL = {"max_output_tokens": 1024}
_BROKEN = ("upstream_broke_off", "upstream_unreachable")


class LlamaModel(Model):
    """A model on this machine, which runs as long as somebody asks it."""

    counts = True

    def __init__(self, model: ShelvedModel, engines: Engines) -> None:
        self.name = model.name
        self.model = model
        self._engines = engines

    async def respond(self, request: ModelRequest) -> AsyncGenerator[Pieces, None]:
        async with self._engines.at_work(self.model) as engine:
            if not engine.alive:
                yield [Thought(f"{self.model.title} is being started on this machine …\n\n")]
            upstream = await engine.upstream()
            try:
                async with aclosing(await self._answer(upstream, request)) as batches:
                    async for pieces in batches:
                        yield pieces
            except ApiError as error:
                raise await self._explained(error, engine) from None

    async def warm_up(self, request: ModelRequest) -> Read | None:
        """Read instructions, tools and history ahead."""
        async with self._engines.at_work(self.model) as engine:
            upstream = await engine.upstream()
            if await self._shows(upstream, request):
                return await Caller(upstream, self.name, request).read_ahead()
            if not request.items and not request.fields.get("instructions"):
                return Read(input=0)
            return await UpstreamModel(upstream, self.name).warm_up(request)

    async def count(self, request: ModelRequest) -> int | None:
        async with self._engines.at_work(self.model) as engine:
            upstream = await engine.upstream()
            if await self._shows(upstream, request):
                return await Caller(upstream, self.name, request).count()
            return await UpstreamModel(upstream, self.name).count(request)

    async def compact(self, request: ModelRequest) -> str:
        """The model's own summary; of the newer half, and so on, where everything is more than it can read."""
        plain = replace(request, tools=(), tool_choice="none")
        async with self._engines.at_work(self.model) as engine:
            upstream = await engine.upstream()
            while True:
                try:
                    return await UpstreamModel(upstream, self.name).compact(plain)
                except ApiError as error:
                    if error.code != TOO_LONG or len(plain.items) < 2:
                        raise await self._explained(error, engine) from None
                    plain = replace(plain, items=plain.items[len(plain.items) // 2 :])

    async def _answer(self, upstream: Upstream, request: ModelRequest) -> AsyncGenerator[Pieces, None]:
        if await self._shows(upstream, request):
            return Caller(upstream, self.name, request, copies=self.model.size < _COPIES_BELOW).respond()
        given = {name: value for name, value in request.fields.items() if value is not None}
        return UpstreamModel(upstream, self.name).respond(replace(request, fields={**_USUAL, **given}))

    async def _shows(self, upstream: Upstream, request: ModelRequest) -> bool:
        """Whether calls are to be shown: there are tools, and the model's template knows none."""
        return bool(request.tools) and (await upstream.found(self.name)).tools is False

    async def _explained(self, error: ApiError, engine: Engine) -> ApiError:
        """*error*, or what it means where the model's process is gone."""
        if error.code not in _BROKEN or not (how := await engine.died()):
            return error
        return unusable(
            f"{self.model.title} broke off: {how}. What had arrived is kept; the next question starts it again.",
            "model_broke_off",
        )
