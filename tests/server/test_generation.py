from __future__ import annotations

import asyncio
from typing import Any

import pytest

from ws_notebook.server.create import parse_create
from ws_notebook.server.errors import ApiError
from ws_notebook.server.generation import Generation
from ws_notebook.server.lineage import Record
from ws_notebook.server.models.demo import DemoModel, Pace

ORPHAN = {"type": "function_call_output", "call_id": "call_nobody", "output": "1"}


def begin(keep: Any = lambda _: None, parent: Record | None = None, **fields: Any) -> Generation:
    return Generation(DemoModel(Pace(0, 0)), parse_create({"model": "demo", **fields}), parent, keep)


def run(generation: Generation) -> list[dict[str, Any]]:
    async def collect() -> list[dict[str, Any]]:
        return [event async for batch in generation.batches() for event in batch]

    return asyncio.run(collect())


def test_it_is_kept_before_its_last_event_is_given() -> None:
    kept: list[Record] = []

    async def follow() -> None:
        async for events in begin(kept.append, input='say "x"').batches():
            assert bool(kept) == (events[-1]["type"] == "response.completed")

    asyncio.run(follow())
    assert [item["type"] for item in kept[0].lineage.items()] == ["message", "message"]


def test_items_that_do_not_fit_together_are_refused_before_anything_is_sent() -> None:
    with pytest.raises(ApiError, match="call_nobody"):
        begin(input=[ORPHAN])


def test_its_id_is_known_from_the_start() -> None:
    generation = begin(input='say "x"')
    assert {event["response"]["id"] for event in run(generation) if "response" in event} == {generation.id}
