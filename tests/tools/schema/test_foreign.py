"""Schemas of others, in a form that no provider refuses."""

from __future__ import annotations

import contextlib
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tools.strict_rules import violations

from ws_notebook.tools.schema.foreign import Unusable, object_schema
from ws_notebook.tools.schema.strict import NotStrict, strict_schema

__all__: list[str] = []

TEXT, NUMBER = {"type": "string"}, {"type": "integer"}
EMPTY = {"type": "object", "properties": {}}


def an_object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        (None, EMPTY),
        (True, EMPTY),
        ({}, EMPTY),
        ({"type": "object", "properties": [], "required": "a"}, EMPTY),
        ({"properties": {"a": TEXT}}, an_object(a=TEXT)),
        ({"type": ["object", "null"], "properties": {"a": True, "b": False}}, an_object(a={})),
        ({"$schema": "x", "$id": "y", "id": "z", "$comment": "c", "properties": {"id": TEXT}}, an_object(id=TEXT)),
        (
            {"allOf": [{"properties": {"a": TEXT}, "required": ["a"]}, {"properties": {"b": NUMBER}}]},
            {**an_object(a=TEXT, b=NUMBER), "required": ["a"]},
        ),
        (
            {"anyOf": [{"properties": {"a": TEXT}, "required": ["a"]}, {"type": "null"}]},
            {**an_object(a=TEXT), "required": ["a"]},
        ),
        (
            {"oneOf": [{"properties": {"a": TEXT}}, {"properties": {"a": NUMBER}}]},
            an_object(a={"anyOf": [TEXT, NUMBER]}),
        ),
        ({"$ref": "#/$defs/A", "$defs": {"A": {"properties": {"a": TEXT}}}}, an_object(a=TEXT)),
        ({"$ref": "#/definitions/A", "definitions": {"A": {"$ref": "#B"}, "B": {"$id": "#B"}}}, EMPTY),
    ],
)
def test_the_root_is_an_object_with_named_properties(schema: Any, expected: Any) -> None:
    found = object_schema(schema)
    found.pop("description", None)
    assert found == expected


def test_what_goes_together_is_told_to_the_model() -> None:
    found = object_schema(
        {
            "type": "object",
            "properties": {"page": TEXT},
            "required": ["page"],
            "anyOf": [
                {"properties": {"content": TEXT}, "required": ["content"]},
                {"properties": {"url": TEXT, "etag": TEXT}, "required": ["url"], "description": "from elsewhere"},
            ],
        }
    )
    assert found["required"] == ["page"]
    assert list(found["properties"]) == ["page", "content", "url", "etag"]
    assert found["description"] == "Give one of: content; or url, etag (optional): from elsewhere."


def test_what_the_root_cannot_say_is_told_to_the_model() -> None:
    found = object_schema({"properties": {"a": TEXT}, "not": {"required": ["b"]}, "if": {"required": ["a"]}})
    assert found == {
        **an_object(a=TEXT),
        "description": 'The arguments must also fit: {"not": {"required": ["b"]}, "if": {"required": ["a"]}}.',
    }


def test_an_enum_of_objects_is_the_properties_of_them() -> None:
    found = object_schema({"enum": [{"mode": "on"}, {"mode": "off", "n": 1}]})
    assert found["required"] == ["mode"]
    assert found["properties"] == {"mode": {"anyOf": [{"enum": ["on"]}, {"enum": ["off"]}]}, "n": {"enum": [1]}}
    assert found["additionalProperties"] is False


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"type": "int"}, NUMBER),
        ({"type": "any"}, {}),
        ({"type": ["String", "null"]}, {"type": ["string", "null"]}),
        ({"type": "integer", "minimum": 3, "exclusiveMinimum": True}, {"type": "integer", "exclusiveMinimum": 3}),
        ({"type": "integer", "maximum": "9", "exclusiveMaximum": False}, NUMBER),
        ({"type": "number", "maximum": float("inf")}, {"type": "number"}),
        ({"type": "array"}, {"type": "array", "items": {}}),
        ({"type": "array", "items": True}, {"type": "array", "items": {}}),
        ({"type": "string", "enum": [], "description": 3, "minLength": -1, "pattern": None}, TEXT),
        ({"oneOf": [TEXT, NUMBER], "discriminator": {"propertyName": "k"}}, {"anyOf": [TEXT, NUMBER]}),
        ({"type": "object", "required": True, "additionalProperties": "no"}, {"type": "object"}),
        (
            {"type": "array", "items": [TEXT, NUMBER]},
            {"type": "array", "prefixItems": [TEXT, NUMBER], "items": {"anyOf": [TEXT, NUMBER]}},
        ),
    ],
)
def test_parts_are_written_in_todays_keywords(given: Any, expected: Any) -> None:
    found = object_schema({"properties": {"a": given}})
    assert found["properties"]["a"] == expected


def test_a_property_that_says_itself_that_it_is_required_is() -> None:
    found = object_schema({"properties": {"a": {"type": "string", "required": True}, "b": TEXT}})
    assert found == {**an_object(a=TEXT, b=TEXT), "required": ["a"]}


def test_references_lead_to_definitions() -> None:
    found = object_schema(
        {
            "properties": {
                "tree": {"$ref": "#/definitions/Node"},
                "same": {"$ref": "#/properties/other"},
                "other": NUMBER,
                "far": {"$ref": "https://example.com/x.json"},
            },
            "definitions": {"Node": {"type": "object", "properties": {"next": {"$ref": "#/definitions/Node"}}}},
        }
    )
    properties, definitions = found["properties"], found["$defs"]
    assert properties["tree"] == {"$ref": "#/$defs/Node"} == definitions["Node"]["properties"]["next"]
    assert properties["same"] == {"$ref": "#/$defs/other"}
    assert definitions["other"] == NUMBER
    assert "https://example.com/x.json, which is not part of" in properties["far"]["description"]


@pytest.mark.parametrize(
    ("schema", "reason"),
    [
        (False, "its schema is false, which is no object"),
        ([1], "which is no object"),
        ({"type": "string"}, "its arguments are no object but string"),
        ({"anyOf": [{"type": "null"}, {"type": "string"}]}, "no object but"),
        ({"$ref": "#"}, "a reference that leads back to itself"),
        ({"$ref": "#/a", "a": {"$ref": "#/b"}, "b": {"$ref": "#/a"}}, "a reference that leads back to itself"),
    ],
)
def test_what_can_be_no_object_is_refused(schema: Any, reason: str) -> None:
    with pytest.raises(Unusable, match=reason):
        object_schema(schema)


KEYWORDS = (
    "type", "properties", "required", "items", "anyOf", "oneOf", "allOf", "not", "enum", "const", "$ref", "id",
    "additionalProperties", "$defs", "definitions", "minimum", "exclusiveMinimum", "description",
)  # fmt: skip
ATOMS = (
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["object", "array", "int", "a", "#", "#/$defs/a"])
)
ODD = st.recursive(
    ATOMS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from((*KEYWORDS, "a")), inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(st.sampled_from(KEYWORDS), ODD, max_size=5))
def test_whatever_comes_is_sound_or_refused(schema: dict[str, Any]) -> None:
    try:
        found = object_schema(schema)
    except Unusable:
        return
    jsonschema.Draft202012Validator.check_schema(found)
    assert found["type"] == "object"
    assert isinstance(found["properties"], dict)
    assert not {"anyOf", "oneOf", "allOf", "enum", "const", "not", "$ref"} & found.keys()
    with contextlib.suppress(NotStrict):
        assert violations(strict_schema(found)) == []
    assert object_schema(found)["properties"].keys() == found["properties"].keys()
