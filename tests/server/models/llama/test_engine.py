"""llama.cpp's process: started when it is asked, refused in words, ended by signal, started again when it has died."""

from __future__ import annotations

import asyncio
import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest
from support.index import gguf
from support.real_model import real_model

from ws_notebook.server.errors import ApiError
from ws_notebook.server.models.llama.engine import Engine, EngineOptions
from ws_notebook.shelf.shelf import ShelvedModel

__all__: list[str] = []

SMALL = EngineOptions(context=512, slots=1)


def test_a_model_runs_when_it_is_asked_and_again_when_it_was_killed() -> None:
    async def run() -> None:
        engine = Engine(real_model(), SMALL)
        assert not engine.alive
        first = await engine.upstream()
        assert await engine.upstream() is first
        found = await first.found()
        assert (found.dialect.name, found.api, found.tools) == ("llamacpp", "chat", False)
        assert found.models == ("smollm2",)
        assert engine.pid is not None
        os.kill(engine.pid, signal.SIGKILL)
        assert await engine.died() == "its process was ended by SIGKILL"
        again = await engine.upstream()
        assert again is not first
        assert (await again.found()).models == ("smollm2",)
        assert await engine.died() == ""
        await engine.close()
        assert not engine.alive

    asyncio.run(run())


def refusal(model: ShelvedModel, options: EngineOptions = SMALL) -> ApiError:
    async def start() -> None:
        engine = Engine(model, options)
        try:
            await engine.upstream()
        finally:
            assert not engine.alive

    with pytest.raises(ApiError) as caught:
        asyncio.run(start())
    return caught.value


def test_too_little_memory_is_refused_with_the_numbers() -> None:
    error = refusal(real_model(), replace(SMALL, least_memory=10**15))
    assert error.code == "model_unavailable"
    assert "needs 953,674,316 MB of free memory" in error.message
    assert "model='demo'" in error.message


@pytest.mark.parametrize("content", [b"<html>", gguf()[:100], gguf()], ids=["another file", "cut off", "no weights"])
def test_a_broken_model_is_said_in_words(tmp_path: Path, content: bytes) -> None:
    real_model()
    path = tmp_path / "broken.gguf"
    path.write_bytes(content)
    error = refusal(ShelvedModel("broken", path, "Broken", size=len(content)))
    assert error.code == "model_broken"
    assert error.message.startswith("broken.gguf cannot be loaded: ")
    assert error.message.endswith("Get the model again, or take another one.")


def test_a_real_model_that_lacks_its_end_is_said_in_words(tmp_path: Path) -> None:
    whole = real_model()
    path = tmp_path / "part.gguf"
    with whole.path.open("rb") as file:
        path.write_bytes(file.read(5_000_000))
    error = refusal(ShelvedModel("part", path, "Part", size=5_000_000))
    assert error.code == "model_broken"
