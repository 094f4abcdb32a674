"""How much a run adds to a notebook."""

from __future__ import annotations

import json

from render.play import HEADER, Play

from ws_notebook.core.items import as_items
from ws_notebook.render.mime import mime_bundle

__all__: list[str] = []


def tool_run(calls: int, output: str) -> Play:
    """A run of as many turns as calls, and the answer."""
    play = Play("Find out how large these towns are.")
    for number in range(calls):
        play.at(number + 0.1).send().at(number + 0.2).created(f"resp_{number}")
        play.event(
            "response.output_item.added",
            output_index=1,
            item={"type": "function_call", "call_id": f"call_{number}", "name": "population"},
        )
        for piece in ('{"ci', 'ty":', '"Par', 'is"}'):
            play.event("response.function_call_arguments.delta", output_index=1, item_id="x", delta=piece)
        play.call(f"call_{number}", "population", city="Paris").completed()
        play.started(f"call_{number}").at(number + 0.8).answered(f"call_{number}", output)
    play.at(calls + 0.1).send().at(calls + 0.2).created("resp_last")
    for number in range(400):
        play.at(calls + 0.3 + number / 100).text("The largest of all. ")
    return play.completed()


def test_a_run_of_25_calls_adds_little_more_than_its_items_and_its_answer() -> None:
    play = tool_run(25, "o" * 4000)
    added = len(json.dumps(mime_bundle(play.run, HEADER), ensure_ascii=False).encode())
    items = len(json.dumps([*as_items("Find out how large these towns are."), *play.run.items]).encode())
    assert added <= 1.5 * items + 3 * len(play.run.text.encode()) + 40_000
