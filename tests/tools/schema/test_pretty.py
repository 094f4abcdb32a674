from __future__ import annotations

import copy
import json
from dataclasses import dataclass, field
from enum import Enum
from typing import Annotated, Literal

import msgspec
import pytest
from pydantic import Field

from ws_notebook.tools import tool
from ws_notebook.tools.schema.pretty import fields, markdown_cell, type_words

__all__: list[str] = []


class Unit(Enum):
    metres = "m"
    miles = "mi"


@dataclass
class Stop:
    name: str
    after: list[Stop] = field(default_factory=list)


@tool
def route(
    stops: list[Stop],
    unit: Unit = Unit.metres,
    limit: Annotated[int, Field(ge=1, le=9)] = 3,
    via: str | None = None,
    mode: Literal["a|b", "<c>"] = "a|b",
) -> str:
    """Find a route.

    Args:
        limit: at most
            so many
    """
    return ""


def test_the_schema_is_the_dict_that_is_sent() -> None:
    assert route.schema == route.definition["parameters"]
    assert json.loads(repr(route.schema)) == route.schema
    assert msgspec.json.decode(msgspec.json.encode(route.schema)) == route.schema
    assert copy.deepcopy(route.schema) == route.schema


def test_parameters_are_listed_with_what_is_inside_of_them() -> None:
    found = {each.path: each for each in fields(route.schema.loose)}
    assert list(found)[:4] == ["stops", "stops[].name", "stops[].after", "stops[].after[].name"]
    assert found["stops"].type == "array of Stop"
    assert found["stops"].required
    assert found["unit"].type == '"m" | "mi"'
    assert found["limit"].type == "integer, ≥ 1, ≤ 9"
    assert (found["limit"].default, found["limit"].description) == ("3", "at most so many")
    assert found["via"].type == "string | null"
    assert not found["via"].required


def test_a_type_inside_of_itself_comes_to_an_end() -> None:
    assert len(list(fields(route.schema.loose))) < 30


def test_the_table_is_markdown_whatever_the_values() -> None:
    table = route.schema.table().splitlines()
    assert table[0] == "| parameter | type | default | description |"
    assert "| `limit` | integer, ≥ 1, ≤ 9 | `3` | at most so many |" in table
    assert '| `mode` | "a\\|b" \\| "&lt;c>" | `"a\\|b"` |  |' in table
    assert "| `via` | string \\| null | *optional* |  |" in table


def test_it_says_whether_it_is_strict_and_why_not() -> None:
    assert "Strict. As it is sent:" in route.schema._repr_markdown_()

    @tool
    def loose(options: dict[str, int]) -> None: ...

    assert "Not strict: parameter 'options'" in loose.schema._repr_markdown_()
    assert "| `options` | object of integer | *required* |" in loose.schema._repr_markdown_()


def test_a_tool_without_parameters_says_so() -> None:
    @tool
    def plain() -> None: ...

    assert plain.schema.table() == "No parameters."


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        (True, "anything"),
        (False, "nothing"),
        ({}, "anything"),
        ({"type": ["string", "null"]}, "string | null"),
        ({"type": "array"}, "array"),
        ({"type": "string", "format": "date"}, "string (date)"),
        ({"const": 3}, "3"),
        ({"allOf": [{"$ref": "#/$defs/Stop"}]}, "Stop"),
        ({"oneOf": [{"type": "integer"}, {"type": "integer"}]}, "integer"),
        ({"$ref": "#/$defs/Unknown"}, "Unknown"),
    ],
)
def test_any_schema_has_words(schema: object, words: str) -> None:
    assert type_words(schema, {}) == words


def test_a_cell_of_a_table_is_one_line() -> None:
    assert markdown_cell("a |\n <b>") == "a \\| &lt;b>"


def test_of_a_free_form_tool_it_says_that_none_is_sent() -> None:
    @tool(format="text")
    def note(text: str) -> str:
        return text

    shown = note.schema._repr_markdown_()
    assert "No schema is sent: the model writes free-form text." in shown
    assert "```" not in shown
