"""A tool that gives again what another run's calls gave."""

from __future__ import annotations

import pickle

import pytest

from ws_notebook.exceptions import ToolError
from ws_notebook.tools.bench.player import Player

__all__: list[str] = []

LOOK = {"type": "function", "name": "look", "description": "Look.", "parameters": {"type": "object", "properties": {}}}


def test_a_call_gets_the_output_of_its_arguments_else_the_next_one_else_the_last() -> None:
    player = Player(LOOK, [('{"n":1}', "one"), ('{"n":2}', "two"), ('{"n":3}', None)])
    asked = ['{"n":2}', '{"n":9}', '{"n":3}', '{"n":1}']
    assert [player.bind(each).run() for each in asked] == ["two", "one", "", ""]
    assert player.definition == LOOK
    assert player.name == "look"


def test_it_stays_in_its_process() -> None:
    with pytest.raises(ToolError, match="another one"):
        pickle.dumps(Player(LOOK, []))
