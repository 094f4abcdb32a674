"""llama.cpp in a process of its own: started at the first question, ended by signal, started anew when it has died."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import secrets
import signal
import sys
import tempfile
import time
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from ws_notebook.server.errors import ApiError
from ws_notebook.server.models.llama import child
from ws_notebook.server.models.llama.machine import free_memory, threads
from ws_notebook.server.models.upstream.service import Upstream
from ws_notebook.shelf.gguf import BrokenModel, read_head
from ws_notebook.shelf.shelf import ShelvedModel

__all__ = ["Engine", "EngineOptions", "unusable"]

_MIB = 1024 * 1024
_GREEDY = {"temperature": 0, "repeat_penalty": 1.1}
"""The same question gets the same answer, unless it says otherwise; without a penalty, tiny models go in circles."""


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """How models run."""

    context: int = 8192
    """Tokens of one conversation at most; less where the model was trained for less."""
    slots: int = 2
    """Conversations that are answered at the same time; others wait."""
    batch: int = 128
    """Tokens that are read at once: a second lane waits that long for its turn."""
    least_memory: int = 700 * _MIB
    """Bytes that must be free for any model. Below that, it would make the machine swap, and everybody wait."""
    prefix_cache: bool = True
    """Whether what was read before is kept and read no more."""
    idle_seconds: float = 600.0
    """After which a model that nobody asks is ended."""
    load_seconds: float = 300.0
    silence: float = 600.0


class Engine:
    """The process of *model*. It runs, or does not: whoever needs it calls ``upstream`` first."""

    def __init__(self, model: ShelvedModel, options: EngineOptions) -> None:
        self.model = model
        self.options = options
        self.at_work = 0
        """Requests that are being answered."""
        self.last_used = time.monotonic()
        self.context = options.context
        self._process: asyncio.subprocess.Process | None = None
        self._upstream: Upstream | None = None
        self._running = AsyncExitStack()
        """What is to be ended with the process, and that itself."""
        self._starting = asyncio.Lock()

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.returncode is None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None and self.alive else None

    async def upstream(self) -> Upstream:
        """llama.cpp's server, started where it does not run. ApiError says why it cannot be."""
        async with self._starting:
            self.last_used = time.monotonic()
            if not self.alive or self._upstream is None:
                await self._end()
                self._check()
                self._upstream = await self._start()
            return self._upstream

    async def died(self) -> str:
        """How the process ended, in words, where it has or is about to; empty: it runs."""
        if self._process is None:
            return "it was ended"
        with suppress(TimeoutError):
            async with asyncio.timeout(0.5):
                await self._process.wait()
        code = self._process.returncode
        if code is None:
            return ""
        return f"its process was ended by {_signal(-code)}" if code < 0 else f"its process ended with code {code}"

    async def close(self) -> None:
        """End the process. Never raises."""
        async with self._starting:
            await self._end()

    async def _end(self) -> None:
        self._upstream = None
        await self._running.aclose()
        self._process = None

    def _check(self) -> None:
        """ApiError where it would not run, or the machine would suffer."""
        if importlib.util.find_spec("xllamacpp") is None:
            raise unusable("llama.cpp is not in this environment. Install it: pip install 'ws-notebook[llm]'")
        try:
            head = read_head(self.model.path)
            size = self.model.path.stat().st_size
        except (BrokenModel, OSError) as error:
            raise _broken(self.model, str(error)) from None
        self.context = min(self.options.context, head.context or self.options.context)
        needed = max(self.options.least_memory, size + head.kept * self.context * self.options.slots + 200 * _MIB)
        free = free_memory()
        if free is not None and free < needed:
            raise unusable(
                f"{self.model.title} needs {needed / _MIB:,.0f} MB of free memory; {free / _MIB:,.0f} MB are there. "
                "Shut down what is not needed (other notebooks' kernels, say), take a smaller model, or "
                "model='demo', and ask again."
            )

    async def _start(self) -> Upstream:
        key = secrets.token_urlsafe(24)
        given = {
            "model": str(self.model.path),
            "name": self.model.name,
            "key": key,
            "threads": threads(),
            "slots": self.options.slots,
            "context": self.context,
            "batch": self.options.batch,
        }
        log = self._running.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - ended with the process
        self._process = process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", str(Path(child.__file__))),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
            start_new_session=True,
        )
        self._running.push_async_callback(_ended, process)
        assert process.stdin is not None
        with suppress(OSError):
            process.stdin.write(json.dumps(given).encode() + b"\n")
            await process.stdin.drain()
        try:
            address = await self._ready(process, log)
        except BaseException:
            await self._end()
            raise
        upstream = Upstream(
            f"{address}/v1",
            key,
            api="chat",
            silence=self.options.silence,
            fields={**_GREEDY, "cache_prompt": self.options.prefix_cache},
        )
        self._running.push_async_callback(upstream.close)
        return upstream

    async def _ready(self, process: asyncio.subprocess.Process, log: IO[bytes]) -> str:
        assert process.stdout is not None
        try:
            async with asyncio.timeout(self.options.load_seconds):
                async for line in process.stdout:
                    if line.startswith(b"ready "):
                        return line.split()[1].decode()
                await process.wait()
        except TimeoutError:
            raise unusable(f"{self.model.title} was not loaded within {self.options.load_seconds:g} s.") from None
        raise _broken(self.model, _said(log))


def _said(log: IO[bytes]) -> str:
    """The last error that the process wrote down."""
    log.seek(max(log.seek(0, os.SEEK_END) - 20_000, 0))
    lines = log.read().decode(errors="replace").splitlines()
    told = [line for line in lines if " E " in line or "rror" in line] or lines[-1:] or ["it said nothing"]
    return told[0].strip()[-300:]


async def _ended(process: asyncio.subprocess.Process) -> None:
    """End a process, where it has not, and close its pipes."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.kill()
    await process.wait()
    if process.stdin is not None:
        process.stdin.close()
        with suppress(OSError):
            await process.stdin.wait_closed()
    if process.stdout is not None:
        await process.stdout.read()


def unusable(said: str, code: str = "model_unavailable") -> ApiError:
    """The model cannot be asked now; *said* says why, and what to do."""
    return ApiError(said, status=503, code=code, kind="server_error")


def _broken(model: ShelvedModel, said: str) -> ApiError:
    return ApiError(
        f"{model.path.name} cannot be loaded: {said.rstrip('.')}. Get the model again, or take another one.",
        code="model_broken",
        param="model",
    )


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
