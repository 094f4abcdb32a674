from __future__ import annotations

import enum
from typing import Any

import pytest

from ws_notebook.exceptions import ToolError
from ws_notebook.tools.schema.signature import Parameter
from ws_notebook.tools.schema.typed import adapter_of, schema_of

__all__: list[str] = []


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


def parameter(name: str, annotation: Any, *, required: bool = True) -> Parameter:
    return Parameter(name=name, annotation=annotation, positional=False, required=required)


def test_a_validator_makes_python_values_of_json() -> None:
    adapter = adapter_of((parameter("colours", list[Colour]), parameter("data", bytes, required=False)))
    assert adapter.validate_json('{"colours": [2], "data": "aGk="}') == {"colours": [Colour.BLUE], "data": b"hi"}


def test_the_schema_of_an_enum_names_its_members() -> None:
    _, schema = schema_of((parameter("colour", Colour),), "Tool 'paint'")
    assert schema["required"] == ["colour"]
    assert "1 = RED, 2 = BLUE" in str(schema["$defs"])


def test_the_parameter_that_cannot_be_made_from_json_is_named() -> None:
    with pytest.raises(ToolError, match=r"Tool 'f': parameter 'b' has the type Lock.*cannot be made from JSON"):
        schema_of((parameter("a", int), parameter("b", Lock)), "Tool 'f'")


class Lock:
    """Nothing that pydantic knows."""
