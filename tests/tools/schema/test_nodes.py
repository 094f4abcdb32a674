"""JSON schemas as trees."""

from __future__ import annotations

from typing import Any

import pytest

from ws_notebook.tools.schema.nodes import any_of, mapped, reachable, resolved, subschemas, target_name

__all__: list[str] = []

INTEGER: dict[str, Any] = {"type": "integer"}
TEXT: dict[str, Any] = {"type": "string"}


def test_subschemas_are_those_directly_inside() -> None:
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {"a": {"type": "array", "items": INTEGER}},
        "additionalProperties": False,
        "anyOf": [INTEGER],
        "enum": [{"not": TEXT}],
    }
    assert list(subschemas(schema)) == [{"type": "array", "items": INTEGER}, INTEGER]


def test_a_schema_is_mapped_to_another_and_stays_as_it_is() -> None:
    schema = {"type": "object", "properties": {"items": INTEGER}, "not": INTEGER, "default": INTEGER}
    assert mapped(schema, lambda _: TEXT) == {**schema, "properties": {"items": TEXT}, "not": TEXT}
    assert schema["properties"] == {"items": INTEGER}


def test_references_are_followed() -> None:
    definitions = {"A": {"$ref": "#/$defs/B"}, "B": INTEGER, "C": {"$ref": "#/$defs/C"}}
    assert target_name(definitions["A"]) == "B"
    assert target_name(INTEGER) == ""
    assert resolved({"$ref": "#/$defs/A"}, definitions) is INTEGER
    assert resolved(True, definitions) is True
    assert resolved({"$ref": "#/$defs/C"}, definitions) is resolved({"$ref": "#/$defs/D"}, definitions) is None


def test_definitions_are_reached_through_one_another() -> None:
    definitions = {"B": {"items": {"$ref": "#/$defs/A"}}, "A": {"anyOf": [{"$ref": "#/$defs/B"}]}, "C": INTEGER}
    assert list(reachable({"properties": {"x": {"$ref": "#/$defs/A"}}}, definitions)) == ["B", "A"]
    assert reachable(INTEGER, definitions) == {}


@pytest.mark.parametrize(
    ("choices", "expected"),
    [([], {}), ([INTEGER, INTEGER], INTEGER), ([INTEGER, {}], {}), ([INTEGER, TEXT], {"anyOf": [INTEGER, TEXT]})],
)
def test_choices_are_named_once(choices: list[dict[str, Any]], expected: dict[str, Any]) -> None:
    assert any_of(choices) == expected
