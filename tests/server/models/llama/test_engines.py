"""The models that run: one each, ended when they rest, not while they work."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

from support.real_model import real_model

from ws_notebook.server.models.llama.engine import EngineOptions
from ws_notebook.server.models.llama.engines import Engines

__all__: list[str] = []

SMALL = EngineOptions(context=512, slots=1)


def test_a_model_that_nobody_asks_is_ended_and_one_at_work_is_not() -> None:
    async def run() -> None:
        engines = Engines(replace(SMALL, idle_seconds=0.05))
        async with engines.at_work(real_model()) as engine:
            await engine.upstream()
            await asyncio.sleep(0.3)  # several looks
            assert engine.alive
        while engine.alive:  # noqa: ASYNC110 - nobody is told
            await asyncio.sleep(0.02)
        await engines.close()

    asyncio.run(asyncio.wait_for(run(), 60))


def test_the_one_that_rested_longest_makes_room(tmp_path: Path) -> None:
    async def run() -> None:
        engines, model = Engines(SMALL), real_model()
        others = [replace(model, name=name, path=tmp_path / f"{name}.gguf") for name in ("one", "two")]
        for other in others:
            other.path.symlink_to(model.path)
        started = []
        for each in (model, *others):
            async with engines.at_work(each) as engine:
                await engine.upstream()
                started.append(engine)
        assert [engine.alive for engine in started] == [False, True, True]
        await engines.close()
        assert not any(engine.alive for engine in started)

    asyncio.run(asyncio.wait_for(run(), 60))
