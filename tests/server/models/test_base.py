from __future__ import annotations

import asyncio

from ws_notebook.server.models.base import Line, Model, ModelRequest
from ws_notebook.server.models.demo import DemoModel, Pace


def test_the_demo_model_is_a_model() -> None:
    model: Model = DemoModel(Pace())
    assert model.name == "demo"


def test_a_request_lets_a_model_choose() -> None:
    request = ModelRequest(items=[], tools=[])
    assert request.tool_choice == "auto"
    assert request.parallel_tool_calls


def test_what_is_kept_with_a_line_is_made_once_and_ends_with_it() -> None:
    class Kept:
        ended = 0

        async def close(self) -> None:
            self.ended += 1

    line = Line()
    kept = line.kept("key", Kept)
    assert line.kept("key", Kept) is kept
    assert line.kept("other", Kept) is not kept
    asyncio.run(line.close())
    asyncio.run(line.close())
    assert kept.ended == 1
