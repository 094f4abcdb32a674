"""How much a run adds to a notebook."""

from __future__ import annotations

import json

import nbformat
import pytest
from render.play import HEADER, Play

from ws_notebook.core.items import as_items
from ws_notebook.render.mime import mime_bundle

__all__: list[str] = []


def tool_run(calls: int, output: str, sentences: int = 400) -> Play:
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
    for number in range(sentences):
        play.at(calls + 0.3 + number / 100).text("The largest of all. ")
    return play.completed()


def added(play: Play) -> int:
    """The bytes in the file: JSON in a notebook is written with a line and an indent for each value."""
    data = json.loads(json.dumps(mime_bundle(play.run, HEADER)))
    sizes = []
    for outputs in ([], [nbformat.v4.new_output("display_data", data=data)]):
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("…", outputs=outputs)])
        sizes.append(len(nbformat.writes(notebook).encode()))
    return sizes[1] - sizes[0]


@pytest.mark.parametrize("sentences", [10, 400, 5000])
@pytest.mark.parametrize("output", [1, 100, 4000])
def test_a_run_of_25_calls_adds_little_more_than_its_items_and_its_answer(output: int, sentences: int) -> None:
    play = tool_run(25, "o" * output, sentences)
    items = len(json.dumps([*as_items("Find out how large these towns are."), *play.run.items]).encode())
    assert added(play) <= 1.5 * items + 3 * len(play.run.text.encode()) + 40_000


def test_plain_text_of_a_long_answer_says_where_the_rest_is() -> None:
    play = tool_run(1, "o")
    plain = mime_bundle(play.run, HEADER)["text/plain"]
    assert len(plain) < 2500
    assert "more characters" in plain
    assert "1 call" in plain
