from __future__ import annotations

import math
from typing import Any

import pytest

from ws_notebook.server.models.bounds import Allowance, TooLarge, check_schema


@pytest.mark.parametrize(
    "part",
    [
        {"type": "array", "minItems": 1_000_000},
        {"type": "array", "minItems": 10**400},
        {"type": "array", "minItems": 1e300},
        {"type": "object", "minProperties": 1_000_000},
        {"type": "string", "minLength": 1_000_000_000},
        {"enum": list(range(1001))},
        {"anyOf": [{"enum": list(range(600))}, {"enum": list(range(600))}]},
    ],
    ids=lambda part: str(part)[:40],
)
def test_a_keyword_that_asks_for_too_much_is_found_wherever_it_is(part: dict[str, Any]) -> None:
    for schema in (
        part,
        {"properties": {"default": part}},
        {"items": {"anyOf": [{"type": "null"}, part]}},
        {"$ref": "#/$defs/Part", "$defs": {"Part": part}},
    ):
        with pytest.raises(TooLarge, match="more than"):
            check_schema(schema)


def test_what_a_schema_calls_its_properties_and_gives_as_data_asks_for_nothing() -> None:
    check_schema({"properties": {"minItems": {"type": "integer"}}, "default": [{"minItems": 1_000_000}]})
    check_schema({"type": "array", "minItems": 500, "items": {"enum": list(range(900))}})


def test_a_deep_schema_is_looked_through() -> None:
    schema: dict[str, Any] = {"type": "integer"}
    for _ in range(5000):
        schema = {"items": schema}
    check_schema(schema)


def test_an_allowance_is_used_up() -> None:
    allowance = Allowance()
    allowance.values(9_999)
    allowance.values()
    with pytest.raises(TooLarge, match="values"):
        allowance.values()
    with pytest.raises(TooLarge, match="characters"):
        allowance.characters(math.inf)
