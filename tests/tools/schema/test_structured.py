"""Types as the form of an answer: the schema that is sent, and the value that is read."""

from __future__ import annotations

import dataclasses
import datetime
import enum
import json
import typing
from typing import Annotated, Any, Literal, NamedTuple

import jsonschema
import pytest
import typing_extensions
from pydantic import BaseModel, Field
from tools.strict_rules import violations

from ws_notebook.exceptions import FormatError, SettingsError
from ws_notebook.tools.schema.structured import TextFormat

__all__: list[str] = []


class City(BaseModel):
    """A city."""

    name: str
    population: int = Field(ge=0, description="inhabitants")
    founded: datetime.date | None = None


@dataclasses.dataclass
class Point:
    x: int
    y: float = 2.5


class Options(typing_extensions.TypedDict):
    a: str
    b: typing_extensions.NotRequired[int]


class Place(NamedTuple):
    lat: float
    lon: float


class Node(BaseModel):
    label: str
    children: list[Node] = []


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


OSLO = {"name": "Oslo", "population": 709000, "founded": None}
CASES: list[tuple[Any, Any, Any]] = [
    (City, OSLO, City(name="Oslo", population=709000)),
    (list[City], {"value": [OSLO]}, [City(name="Oslo", population=709000)]),
    (Point, {"x": 1, "y": None}, Point(1)),
    (Options, {"a": "x", "b": None}, {"a": "x"}),
    (list[Options], {"value": [{"a": "x", "b": 2}]}, [{"a": "x", "b": 2}]),
    (Place, {"lat": 1.5, "lon": 2.0}, Place(1.5, 2.0)),
    (list[Place], {"value": [{"lat": 1, "lon": 2}]}, [Place(1.0, 2.0)]),
    (
        Node,
        {"value": {"label": "a", "children": [{"label": "b", "children": []}]}},
        Node(label="a", children=[Node(label="b")]),
    ),
    (Colour, {"value": "red"}, Colour.RED),
    (int, {"value": 3}, 3),
    (str, {"value": "a"}, "a"),
    (bool, {"value": True}, True),
    (list[str], {"value": ["a", "b"]}, ["a", "b"]),
    (tuple[int, str], {"value": [1, "a"]}, (1, "a")),
    (set[int], {"value": [1, 2]}, {1, 2}),
    (City | Point, {"value": {"x": 1, "y": 2}}, Point(1, 2.0)),
    (int | None, {"value": None}, None),
    (Literal["yes", "no"], {"value": "no"}, "no"),
    (datetime.date, {"value": "2024-02-29"}, datetime.date(2024, 2, 29)),
    (Annotated[int, Field(ge=3)], {"value": 4}, 4),
]


@pytest.mark.parametrize(("kind", "answer", "value"), CASES, ids=lambda case: str(case)[:40])
def test_a_type_becomes_a_strict_schema_and_its_answer_a_value(kind: Any, answer: Any, value: Any) -> None:
    wanted = TextFormat(kind)
    assert wanted.wire["type"] == "json_schema"
    assert wanted.wire["strict"] is True
    assert wanted.strict_reason == ""
    assert violations(wanted.wire["schema"]) == []
    jsonschema.validate(answer, wanted.wire["schema"])
    assert wanted.parse(json.dumps(answer)) == value


def test_the_name_on_the_wire_is_one_that_providers_take() -> None:
    names = [TextFormat(kind).wire["name"] for kind in (City, list[City], dict[str, int], City | Point, int)]
    assert names == ["City", "list_City", "dict_str_int", "City_Point", "int"]


def test_what_cannot_be_strict_is_asked_for_all_the_same_and_says_why() -> None:
    wanted = TextFormat(dict[str, int])
    assert wanted.wire["strict"] is False
    assert "every key named" in wanted.strict_reason
    assert wanted.parse('{"a": 1}') == {"a": 1}
    with pytest.raises(FormatError, match="not held to this form"):
        wanted.parse('{"a": "x"}')


def test_a_schema_can_be_given_as_a_dictionary() -> None:
    schema = {"title": "Sum", "type": "object", "properties": {"total": {"type": "integer"}}, "required": ["total"]}
    wanted = TextFormat({**schema, "additionalProperties": False})
    assert (wanted.label, wanted.wire["strict"]) == ("Sum", True)
    assert wanted.parse('{"total": 3}') == {"total": 3}
    assert TextFormat({"type": "array", "items": {"type": "string"}}).parse('{"value": ["a"]}') == ["a"]


def test_a_ready_text_format_is_sent_as_it_is() -> None:
    given = {"type": "json_object"}
    assert TextFormat(given).wire == given
    assert TextFormat(given).parse('{"a": 1}') == {"a": 1}
    assert TextFormat({"type": "text"}).parse("words") == "words"


def test_a_fence_around_the_answer_and_a_missing_wrapper_are_forgiven() -> None:
    assert TextFormat(Point).parse('```json\n{"x": 1, "y": 2}\n```') == Point(1, 2.0)
    assert TextFormat(list[int]).parse("[1, 2]") == [1, 2]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("hello", "it is not JSON"),
        ('{"name": 3, "population": -1}', r"name: input should be a valid string, got 3; population: .*, got -1"),
        ("{}", "name: field required; population: field required"),
        ("[" * 100_000, "it is not JSON"),
    ],
)
def test_what_does_not_fit_is_named_with_its_place(text: str, words: str) -> None:
    with pytest.raises(FormatError, match=words):
        TextFormat(City).parse(text)


@pytest.mark.parametrize("kind", [3, "City", City(name="a", population=1), Point(1), lambda: None, ["a"]])
def test_a_value_instead_of_a_type_is_refused_in_words(kind: Any) -> None:
    with pytest.raises(SettingsError, match="text_format takes a type"):
        TextFormat(kind)


def test_a_type_that_json_cannot_carry_is_refused_in_words() -> None:
    class Handle:
        pass

    with pytest.raises(SettingsError, match="Handle cannot be made from JSON"):
        TextFormat(Handle)


def test_a_typed_dict_of_the_standard_library_works_on_every_python() -> None:
    class Plain(typing.TypedDict):
        a: int

    assert TextFormat(list[Plain]).parse('{"value": [{"a": 1}]}') == [{"a": 1}]


def test_its_repr_says_when_it_is_not_strict() -> None:
    assert repr(TextFormat(City)) == "<TextFormat City>"
    assert "not strict" in repr(TextFormat(dict[str, int]))
