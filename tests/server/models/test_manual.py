from __future__ import annotations

from pathlib import Path

import pytest
from support.server import add_tool

from ws_notebook.server.models.directives import parse
from ws_notebook.server.models.manual import DIRECTIVES, directive_table, what_i_can_do

PAGE = Path(__file__).resolve().parents[3] / "docs" / "demo-model.md"


def test_the_answer_says_that_it_is_a_script_and_lists_the_tools() -> None:
    answer = what_i_can_do([add_tool()])
    assert "not an AI" in answer
    assert "- `add(a, b)`: Add two numbers." in answer
    assert directive_table() in answer
    assert "No tools" in what_i_can_do([])
    assert "an image (PNG, 9 bytes)" in what_i_can_do([], ["PNG, 9 bytes"])
    assert "2 images" in what_i_can_do([], ["PNG, 9 bytes", "JPEG, 8 bytes"])


@pytest.mark.parametrize("said", [said for said, _ in DIRECTIVES if not said.startswith("`… then")])
def test_what_the_table_says_is_understood(said: str) -> None:
    assert parse(said.strip("`"))


def test_the_documentation_has_the_same_table() -> None:
    assert directive_table() in PAGE.read_text(encoding="utf-8")
