"""Schemas into the strict subset, keyword by keyword."""

from __future__ import annotations

from typing import Any

import pytest
from tools.strict_rules import violations

from ws_notebook.tools.schema.strict import NOTE, NotStrict, strict_schema, tidied, wire_schema

__all__: list[str] = []

INTEGER = {"type": "integer"}


def with_property(node: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "object", "properties": {"x": node}, "required": ["x"], "additionalProperties": False, **more}


def converted(node: dict[str, Any], **more: Any) -> Any:
    schema = strict_schema(with_property(node, **more))
    assert violations(schema) == []
    return schema["properties"]["x"]


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        ({"type": "string", "format": "date-time"}, {"type": "string", "description": "ISO 8601 date and time"}),
        ({"type": "string", "format": "strange"}, {"type": "string", "description": "Strange"}),
        ({"type": "integer", "minimum": 1, "description": "n"}, {"type": "integer", "description": "n (at least 1)"}),
        ({"type": "number", "exclusiveMaximum": 2.5}, {"type": "number", "description": "Less than 2.5"}),
        ({"const": "a"}, {"type": "string", "enum": ["a"]}),
        ({"enum": [1, 2]}, {"type": "integer", "enum": [1, 2]}),
        ({"enum": ["a", 1, None, True, 1.5]}, {
            "anyOf": [
                {"type": "string", "enum": ["a"]},
                {"type": "integer", "enum": [1]},
                {"type": "null"},
                {"type": "boolean", "enum": [True]},
                {"type": "number", "enum": [1.5]},
            ]
        }),
        ({"type": ["string", "null"], "description": "d"}, {
            "anyOf": [{"type": "string"}, {"type": "null"}],
            "description": "d",
        }),
        ({"oneOf": [INTEGER, {"type": "string"}]}, {"anyOf": [INTEGER, {"type": "string"}]}),
        ({"anyOf": [{"anyOf": [INTEGER, {"type": "null"}]}, INTEGER]}, {"anyOf": [INTEGER, {"type": "null"}]}),
        ({"allOf": [INTEGER], "description": "one"}, {"type": "integer", "description": "one"}),
        ({"type": "array", "items": INTEGER, "uniqueItems": True}, {
            "type": "array",
            "items": INTEGER,
            "description": "No duplicates",
        }),
        ({"type": "array", "prefixItems": [INTEGER, INTEGER], "minItems": 2, "maxItems": 2}, {
            "type": "array",
            "items": INTEGER,
            "description": "Exactly 2 items",
        }),
        ({"type": "string", "examples": ["a"], "deprecated": True, "default": "a"}, {"type": "string"}),
    ],
)  # fmt: skip
def test_a_keyword_outside_the_subset_is_replaced(node: dict[str, Any], expected: dict[str, Any]) -> None:
    assert converted(node) == expected


def test_optional_properties_become_required_unions_with_null_at_every_level() -> None:
    inner = {"type": "object", "properties": {"y": {"type": "string", "default": "d"}}}
    schema = strict_schema({"type": "object", "properties": {"x": inner}})
    assert violations(schema) == []
    assert schema["required"] == ["x"]
    choice, null = schema["properties"]["x"]["anyOf"]
    assert null == {"type": "null"}
    assert choice["properties"]["y"] == {
        "anyOf": [{"type": "string"}, {"type": "null"}],
        "description": 'null: the default, "d"',
    }


def test_what_accepts_null_already_gets_no_second_null() -> None:
    definitions = {"Maybe": {"anyOf": [INTEGER, {"type": "null"}]}}
    schema = {"type": "object", "properties": {"x": {"$ref": "#/$defs/Maybe"}}, "$defs": definitions}
    assert strict_schema(schema)["properties"]["x"] == {"$ref": "#/$defs/Maybe"}


def test_a_described_reference_is_written_out() -> None:
    definitions = {"Point": {"type": "object", "properties": {}, "description": "a point"}}
    node = converted({"$ref": "#/$defs/Point", "description": "here"}, **{"$defs": definitions})
    assert node["description"] == "here"
    assert node["type"] == "object"


def test_definitions_that_nothing_names_any_more_are_left_out() -> None:
    definitions = {"Point": {"type": "object", "properties": {}}}
    schema = with_property({"$ref": "#/$defs/Point", "description": "here"}, **{"$defs": definitions})
    assert "$defs" not in strict_schema(schema)


def test_references_that_lead_back_are_kept() -> None:
    node = {"type": "object", "properties": {"next": {"$ref": "#/$defs/Node"}}, "required": []}
    assert converted({"$ref": "#/$defs/Node"}, **{"$defs": {"Node": node}}) == {"$ref": "#/$defs/Node"}


@pytest.mark.parametrize(
    ("node", "reason"),
    [
        ({"type": "object", "additionalProperties": INTEGER}, r"parameter 'x' is an object with free keys"),
        ({"type": "object"}, r"parameter 'x' is an object with free keys"),
        ({"type": "object", "properties": {}, "additionalProperties": True}, r"parameter 'x' is an object with free"),
        ({}, r"parameter 'x' may be anything"),
        ({"type": "array"}, r"parameter 'x\[\]' may be anything"),
        ({"type": "object", "properties": {"y": {}}}, r"parameter 'x\.y' may be anything"),
        ({"allOf": [INTEGER, INTEGER]}, r"parameter 'x' needs 'allOf'"),
        ({"type": "integer", "not": {"enum": [1]}}, r"parameter 'x' needs 'not'"),
        ({"type": "object", "properties": {}, "patternProperties": {"a": INTEGER}}, r"needs 'patternProperties'"),
    ],
)
def test_what_cannot_be_strict_is_named_with_its_place(node: dict[str, Any], reason: str) -> None:
    with pytest.raises(NotStrict, match=reason):
        strict_schema(with_property(node))


def nested(levels: int) -> dict[str, Any]:
    node: dict[str, Any] = INTEGER
    for _ in range(levels):
        node = {"type": "array", "items": node}
    return with_property(node)


def test_the_documented_limits_are_kept() -> None:
    assert violations(strict_schema(nested(9))) == []
    with pytest.raises(NotStrict, match=r"11 levels of nesting; strict mode allows 10"):
        strict_schema(nested(10))
    with pytest.raises(NotStrict, match=r"1,001 enum values; strict mode allows 1,000"):
        strict_schema(with_property({"enum": list(range(1_001))}))
    with pytest.raises(NotStrict, match=r"5,001 properties; strict mode allows 5,000"):
        strict_schema({"type": "object", "properties": {f"p{i}": INTEGER for i in range(5_001)}})
    with pytest.raises(NotStrict, match=r"characters of names and enum values; strict mode allows 120,000"):
        strict_schema(with_property({"enum": ["x" * 120_001]}))


def test_the_argument_is_not_changed() -> None:
    schema = with_property({"type": "integer", "minimum": 1, "title": "X"})
    before = repr(schema)
    strict_schema(schema)
    assert repr(schema) == before


def test_titles_go_but_properties_named_title_stay() -> None:
    schema = {"title": "T", "properties": {"title": {"title": "Title", "type": "string"}}, "type": "object"}
    assert tidied(schema) == {"properties": {"title": {"type": "string"}}, "type": "object"}


def test_a_note_joins_the_description() -> None:
    assert tidied({"description": "A colour.", NOTE: "1 = RED"}) == {"description": "A colour. (1 = RED)"}
    assert tidied({NOTE: "1 = RED"}) == {"description": "1 = RED"}


def test_what_cannot_be_strict_is_sent_as_it_is_with_the_reason() -> None:
    loose = with_property({})
    assert wire_schema(with_property(INTEGER), None) == (strict_schema(with_property(INTEGER)), "")
    assert wire_schema(loose, True) == (loose, "parameter 'x' may be anything; strict mode needs a type")
    assert wire_schema(with_property(INTEGER), False)[1] == "strict=False was asked for"
    odd = {"type": "object", "properties": {"x": True}, "additionalProperties": False}
    assert wire_schema(odd, None) == (odd, "the schema has a form that strict mode does not know")


def test_of_one_becomes_of_any_outside_strict_mode_too() -> None:
    schema = {"oneOf": [{"type": "string", "title": "S"}, {"type": "object"}], "discriminator": {"propertyName": "k"}}
    assert tidied(schema) == {"anyOf": [{"type": "string"}, {"type": "object"}]}
    assert set(tidied({**schema, "anyOf": [{}]})) == {"oneOf", "anyOf"}


def test_an_enum_of_objects_cannot_be_strict() -> None:
    with pytest.raises(NotStrict, match="an enum of objects or arrays"):
        strict_schema({"type": "object", "properties": {"a": {"enum": [{"b": 1}]}}})


def test_an_array_always_says_what_is_in_it() -> None:
    pair = {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}], "minItems": 2, "maxItems": 2}
    assert tidied(pair)["items"] == {"anyOf": [{"type": "integer"}, {"type": "string"}]}
    assert tidied({**pair, "prefixItems": [{"type": "integer"}] * 2})["items"] == {"type": "integer"}
    assert tidied({"type": "array", "maxItems": 0})["items"] == {}
