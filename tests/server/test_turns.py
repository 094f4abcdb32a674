from __future__ import annotations

import asyncio
from typing import Any

import pytest

from ws_notebook.server.errors import missing
from ws_notebook.server.limits import Limits
from ws_notebook.server.models.demo import DemoModel, Pace
from ws_notebook.server.outbox import Outbox
from ws_notebook.server.profiles import PROFILES
from ws_notebook.server.service import Service
from ws_notebook.server.store import MemoryStore
from ws_notebook.server.turns import Turns


def test_an_error_is_told_with_its_lane() -> None:
    sent: list[Any] = []

    async def write(words: Any) -> None:
        sent.extend(words)

    async def run() -> None:
        outbox = Outbox(write)
        worker = asyncio.create_task(outbox.work())
        turns = Turns(Service({}, MemoryStore(1)), outbox, "me", Limits(), PROFILES["openai"])
        await turns.tell("a", missing("input"))
        await turns.tell(None, missing("input"))
        worker.cancel()

    asyncio.run(run())
    assert [word.get("stream_id") for word in sent] == ["a", None]


def test_a_turn_ends_when_the_client_is_gone() -> None:
    async def gone(_: object) -> None:
        raise ConnectionResetError

    async def run() -> None:
        outbox = Outbox(gone)
        worker = asyncio.create_task(outbox.work())
        turns = Turns(
            Service({"demo": DemoModel(Pace(0, 0))}, MemoryStore(1)), outbox, "me", Limits(), PROFILES["openai"]
        )
        try:
            await turns.answer(None, {"model": "demo", "input": "x"})
        finally:
            await asyncio.gather(worker, return_exceptions=True)

    with pytest.raises(ConnectionResetError):
        asyncio.run(run())
