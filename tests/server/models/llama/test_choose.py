"""Which tool a question is for: likelihoods where names part, and what speaks for a tool beside."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from ws_notebook.server.models.llama.choose import chosen, fit, likelihoods
from ws_notebook.server.models.llama.shown import NOTHING

__all__: list[str] = []


def tool(name: str, description: str = "", **parameters: Any) -> dict[str, Any]:
    schema = {"type": "object", "properties": parameters, "required": list(parameters)}
    return {"type": "function", "name": name, "description": description, "parameters": schema}


def test_only_where_names_part_the_model_is_asked() -> None:
    asked: list[list[int]] = []

    async def likely(after: Sequence[int]) -> Mapping[int, float]:
        asked.append(list(after))
        return {1: -1.0, 5: -2.0, 3: -0.5}

    names = {"ab": [1, 2, 3], "ac": [1, 2, 4], "d": [5, 6]}
    found = asyncio.run(likelihoods(names, likely))
    assert asked == [[], [1], [1, 2]]
    assert found == {"ab": -1.0 - 25.0 - 0.5, "ac": -1.0 - 25.0 - 25.0, "d": -2.0}


def test_words_and_numbers_speak_for_a_tool() -> None:
    water = tool("water_plants", "Water the plants in a room.", room={"enum": ["hall"]}, litres={"type": "integer"})
    assert fit("Water the plants in the hall with 2 litres.", water) > fit("Water the plants.", water)
    assert fit("Good evening!", water) < 0


@pytest.mark.parametrize(
    ("ahead", "called", "must", "expected"),
    [
        (0.0, [], False, "f"),
        (-9.0, [], False, None),
        (-9.0, [], True, "f"),
        (-2.0, ["f"], False, None),
        (9.0, ["f"], False, "f"),
    ],
)
def test_a_call_needs_more_once_there_are_outputs(
    ahead: float, called: list[str], must: bool, expected: str | None
) -> None:
    assert chosen({NOTHING: 0.0, "f": ahead}, [tool("f")], "?", called, must=must) == expected
