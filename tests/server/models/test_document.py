"""Documents by a schema: values of the prompt, of the tools' outputs, and samples within all limits."""

from __future__ import annotations

import datetime
import json
import uuid
from typing import Annotated, Any, Literal

import jsonschema
import pytest
from pydantic import BaseModel, Field

from ws_notebook.server.models.document import Document, document_of
from ws_notebook.server.models.history import read
from ws_notebook.tools.schema.structured import TextFormat

__all__: list[str] = []


class Node(BaseModel):
    label: str
    children: list[Node]


class Pair(BaseModel):
    left: Pair | None
    flag: bool


class Stay(BaseModel):
    guest: str = Field(min_length=3, max_length=30)
    arrival: datetime.date
    nights: int = Field(ge=1, le=14)
    price: float = Field(gt=0, lt=0.5)
    reference: uuid.UUID
    board: Literal["half", "full"]
    notes: str | None = None


class Person(BaseModel):
    name: str
    age: int


TYPES: list[Any] = [
    Node, Pair, Stay, Person, list[Person], int, str, bool, list[str], list[int], tuple[int, str], dict[str, int],
    datetime.datetime, datetime.time, datetime.timedelta, int | None, Literal["a", 5], Person | Stay,
    Annotated[int, Field(ge=10, multiple_of=4)], Annotated[int, Field(lt=-3)], Annotated[float, Field(gt=2, lt=3)],
    Annotated[list[int], Field(min_length=2, max_length=3)], Annotated[str, Field(min_length=20)],
    Annotated[list[str], Field(min_length=1)], Annotated[list[int], Field(max_length=1)],
    Annotated[str, Field(min_length=1, max_length=1)],
]  # fmt: skip

PROMPTS = [
    "Hello",
    "Ada is 36 and Bob is 41.",
    "Ada arrives on 2024-05-01 at half board, 3 nights, 99.5 each, without notes",
    "",
]


@pytest.mark.parametrize("prompt", PROMPTS)
@pytest.mark.parametrize("kind", TYPES, ids=lambda kind: str(kind)[:40])
def test_whatever_the_prompt_says_the_document_has_the_type(kind: Any, prompt: str) -> None:
    wanted = TextFormat(kind)
    text = document_of(read([{"role": "user", "content": prompt}]), wanted.wire["schema"])
    jsonschema.validate(json.loads(text), wanted.wire["schema"])
    wanted.parse(text)


def filled(prompt: str, kind: Any, *more: dict[str, Any]) -> Any:
    wanted = TextFormat(kind)
    return wanted.parse(document_of(read([{"role": "user", "content": prompt}, *more]), wanted.wire["schema"]))


def test_values_of_the_prompt_go_where_they_fit() -> None:
    assert filled("Ada is 36 and Bob is 41.", list[Person]) == [Person(name="Ada", age=36), Person(name="Bob", age=41)]
    stay = filled("Ada arrives on 2024-05-01 at full board, 3 nights", Stay)
    assert (stay.guest, stay.arrival, stay.nights, stay.board) == ("Ada", datetime.date(2024, 5, 1), 3, "full")


def test_names_that_begin_alike_stay_in_their_order() -> None:
    names = ["Annabelle", "Annabel", "Anna", "Ann"]
    schema = {"type": "object", "properties": {"names": {"type": "array", "items": {"type": "string"}}}}
    assert Document("Annabelle, Annabel, Anna and Ann", schema).whole() == {"names": names}


def test_lists_inside_the_objects_of_a_list_leave_the_values_to_the_next_object() -> None:
    class Tagged(BaseModel):
        name: str
        tags: list[str]

    assert filled("Ada met Bob in Oslo", list[Tagged]) == [
        Tagged(name=name, tags=[]) for name in ("Ada", "Bob", "Oslo")
    ]


def test_outputs_of_tools_count_by_their_names_first() -> None:
    call = {"type": "function_call", "call_id": "c1", "name": "look", "arguments": '{"name": "Ada"}'}
    output = {"type": "function_call_output", "call_id": "c1", "output": '{"height": 170, "age": 36}'}
    assert filled("Look her up", Person, call, output) == Person(name="Ada", age=36)


def test_a_schema_as_others_write_it_is_followed_too() -> None:
    schema = {"type": "array", "items": {"type": "integer", "minimum": 5}, "minItems": 2}
    assert Document("3 and 7 and 9", schema).whole() == [7, 9]
    assert Document("", {"type": "string", "format": "email"}).whole() == "nobody@example.org"
    assert Document("", {"const": 3}).whole() == 3
