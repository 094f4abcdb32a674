"""Every function of the zoo: its schema is accepted, the model's arguments fit it, and the right values arrive."""

from __future__ import annotations

import enum
import json
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import Field
from tools.strict_rules import violations
from tools.zoo import ZOO, Animal, Calculator, async_generator, asynchronous, scaled, tree
from tools.zoo_nested import NESTED

from ws_notebook.exceptions import ToolError
from ws_notebook.tools import tool

__all__: list[str] = []

ALL = [*ZOO, *NESTED]


@pytest.mark.parametrize("animal", ALL, ids=str)
def test_a_schema_is_strict_whenever_it_can_be_and_says_why_when_not(animal: Animal) -> None:
    made = tool(animal.function)
    assert made.strict is animal.strict
    assert made.definition["strict"] is animal.strict
    if animal.strict:
        assert violations(made.schema) == []
        assert made.strict_reason == ""
    else:
        assert "strict mode" in made.strict_reason
        assert "parameter" in made.strict_reason


@pytest.mark.parametrize("animal", ALL, ids=str)
def test_a_schema_is_json_and_accepts_the_arguments(animal: Animal) -> None:
    made = tool(animal.function)
    schema = json.loads(json.dumps(made.schema, allow_nan=False))
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(animal.arguments)


@pytest.mark.parametrize("animal", ALL, ids=str)
def test_arguments_arrive_as_python_values(animal: Animal) -> None:
    result = tool(animal.function).bind(json.dumps(animal.arguments)).run()
    assert result == animal.result
    assert type(result) is type(animal.result)


@pytest.mark.parametrize("animal", [animal for animal in ALL if animal.strict], ids=str)
def test_insisting_on_strict_changes_nothing_where_it_is_possible(animal: Animal) -> None:
    assert tool(strict=True)(animal.function).schema == tool(animal.function).schema


@pytest.mark.parametrize("animal", [animal for animal in ALL if not animal.strict], ids=str)
def test_insisting_on_strict_is_refused_with_the_reason_where_it_is_not(animal: Animal) -> None:
    reason = tool(animal.function).strict_reason
    with pytest.raises(ToolError, match="leave strict=True out") as refused:
        tool(strict=True)(animal.function)
    assert reason in str(refused.value)


def test_strict_can_be_declined() -> None:
    @tool(strict=False)
    def f(a: int, b: int = 2) -> int:
        return a + b

    assert not f.strict
    assert f.strict_reason == "strict=False was asked for"
    assert f.schema["required"] == ["a"]
    assert f.schema["properties"]["b"] == {"type": "integer", "default": 2}


def test_an_optional_parameter_is_a_union_with_null_that_states_its_default() -> None:
    @tool
    def f(limit: int = 10) -> int:
        return limit

    assert f.schema["properties"]["limit"] == {
        "anyOf": [{"type": "integer"}, {"type": "null"}],
        "description": "null: the default, 10",
    }


def test_a_default_that_may_be_a_secret_is_not_shown() -> None:
    @tool
    def f(q: str, api_key: str = "sk-made-up-123", max_tokens: int = 50) -> str:
        return q

    shown = json.dumps(f.definition) + repr(f) + f._repr_markdown_()
    assert "sk-made-up-123" not in shown
    assert "the default, 50" in shown


def test_what_strict_mode_drops_is_said_in_the_description() -> None:
    @tool
    def f(
        age: Annotated[int, Field(ge=0, le=150, description="in years")],
        code: Annotated[str, Field(pattern="^[A-Z]+$")],
        point: tuple[int, str],
        tags: set[str],
    ) -> None: ...

    described = {name: node["description"] for name, node in f.schema["properties"].items()}
    assert described == {
        "age": "in years (at least 0, at most 150)",
        "code": "Matching ^[A-Z]+$",
        "point": "Exactly 2 items: integer, string",
        "tags": "No duplicates",
    }


def test_a_dropped_bound_is_still_enforced() -> None:
    @tool
    def f(age: Annotated[int, Field(ge=0)]) -> int:
        return age

    with pytest.raises(ToolError, match=r"age: input should be greater than or equal to 0, got -1"):
        f.bind('{"age": -1}')


def test_descriptions_come_from_the_docstring_unless_the_annotation_has_one() -> None:
    @tool
    def f(a: int, b: Annotated[int, "from the annotation"], c: Annotated[int, Field(description="from the field")]):
        """Do it.

        Args:
            a: from the docstring
            b: not this
            c: nor this
        """

    assert [node["description"] for node in f.schema["properties"].values()] == [
        "from the docstring",
        "from the annotation",
        "from the field",
    ]


def test_fields_of_a_dataclass_are_described_by_its_docstring() -> None:
    point = next(animal.function for animal in ZOO if str(animal) == "point")
    definition = tool(point).schema["$defs"]["Point"]
    assert definition["description"] == "A point on a map."
    assert definition["properties"]["lat"]["description"] == "degrees north"


def test_members_of_a_numbered_enum_are_named() -> None:
    level = next(animal.function for animal in ZOO if str(animal) == "level")
    assert tool(level).schema["$defs"]["Level"]["description"] == "1 = LOW, 2 = HIGH"


def test_a_described_recursive_parameter_stays_a_reference() -> None:
    schema = tool(tree).schema
    assert schema["properties"]["root"] == {"anyOf": [{"$ref": "#/$defs/Tree"}], "description": "where to begin"}
    assert violations(schema) == []


def test_keywords_bound_by_a_partial_are_not_offered() -> None:
    import functools

    made = tool(functools.partial(scaled, factor=2.0))
    assert list(made.schema["properties"]) == ["a", "unit"]
    assert (made.name, made.description) == ("scaled", "Scale a length.")


async def _collect(made: Any, arguments: str) -> Any:
    return await made.bind(arguments).run()


@pytest.mark.parametrize(("function", "arguments"), [(asynchronous, '{"a": 3}'), (async_generator, '{"n": 3}')])
def test_async_functions_give_something_to_await(function: Callable[..., Any], arguments: str) -> None:
    import asyncio

    made = tool(function)
    assert made.is_async
    assert asyncio.run(_collect(made, arguments)) == 3


# Refusals: each names the tool, the parameter and what to do.


def unannotated(city):
    return city


def variable(*cities: str) -> None: ...


def keywords(**options: int) -> None: ...


def with_socket(connection: socket.socket) -> None: ...


def with_callback(callback: Callable[[int], int]) -> None: ...


def missing_name(where: Nowhere) -> None:  # type: ignore[name-defined]  # noqa: F821
    ...


def not_a_type(where: 3) -> None: ...  # type: ignore[valid-type]


def field_default(age: int = Field(3, ge=0)) -> None: ...


def none_default(value=None) -> None: ...


@dataclass
class Holder:
    connection: socket.socket


class Tuples(enum.Enum):
    A = (1, 2)


def with_tuples(value: Tuples) -> None: ...


def with_holder(value: Holder) -> None: ...


@pytest.mark.parametrize(
    ("function", "parts"),
    [
        (unannotated, ["'unannotated'", "'city' has no type", "city: str"]),
        (none_default, ["'none_default'", "'value' has no type", "value: str"]),
        (variable, ["'variable'", "*cities", "cities: list[…]"]),
        (keywords, ["'keywords'", "**options", "options: dict[str, …]"]),
        (with_tuples, ["'with_tuples'", "'value'", "the values of Tuples are not strings or numbers"]),
        (with_socket, ["'with_socket'", "'connection'", "socket", "build the object inside the function"]),
        (with_callback, ["'with_callback'", "'callback'", "Callable", "Take a str"]),
        (
            with_holder,
            ["'with_holder'", "'value'", "Holder", "it contains socket.socket", "build the object inside the function"],
        ),
        (missing_name, ["'missing_name'", "'where'", "'Nowhere'", "Define or import Nowhere before the tool"]),
        (not_a_type, ["'not_a_type'", "'where' has the type 3"]),
        (field_default, ["'field_default'", "'age'", "Annotated[…, Field(…)]"]),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_cannot_be_a_parameter_is_refused_with_the_remedy(function: Callable[..., Any], parts: list[str]) -> None:
    with pytest.raises(ToolError) as refused:
        tool(function)
    for part in parts:
        assert part in str(refused.value)


class Unsigned:
    """A callable that says its signature cannot be read, as some functions written in C do."""

    __signature__ = "none"

    def __call__(self, a: int) -> int:
        return a


def test_a_function_without_a_signature_is_refused() -> None:
    with pytest.raises(ToolError, match=r"'Unsigned' has no readable signature.*Wrap it in a function"):
        tool(Unsigned())


def test_local_classes_in_string_annotations_are_found() -> None:
    @dataclass
    class Local:
        x: int

    def make() -> Any:
        @dataclass
        class Inner:
            y: int

        @tool
        def f(a: Local, b: Inner) -> Any:
            return a, b

        return f, Inner

    # `Local` is a closure's variable only if the body uses it: it is found in the frame of the function around.
    made, inner = make()
    assert made.bind('{"a": {"x": 1}, "b": {"y": 2}}').run() == (Local(1), inner(2))


def test_a_method_and_its_object() -> None:
    with pytest.raises(ToolError, match=r"'add' is a method without its object\. Add it through one: object\.add"):
        tool(Calculator.add).bind('{"a": 1, "b": 2}')


def test_a_decorated_method_is_a_method() -> None:
    from tools.zoo_nested import Shop

    made = tool(Shop.sell)
    assert list(made.schema["properties"]) == ["what", "count"]
    with pytest.raises(ToolError, match="without its object"):
        made.bind('{"what": "pen", "count": null}')


def test_bytes_are_said_to_be_base64_where_they_are_and_text_where_they_are_not() -> None:
    from pydantic import BaseModel

    class Letter(BaseModel):
        body: bytes

    @tool
    def f(blob: bytes, letter: Letter) -> Any:
        return blob, letter.body

    assert f.schema["properties"]["blob"]["description"] == "Base64"
    assert f.schema["$defs"]["Letter"]["properties"]["body"]["description"] == "Text"
    assert f.bind('{"blob": "aGk=", "letter": {"body": "hi"}}').run() == (b"hi", b"hi")


def test_a_named_tuple_is_an_object_with_its_fields_and_a_list_is_taken_too() -> None:
    from tools.zoo_nested import Interval, intervals

    made = tool(intervals)
    interval = made.schema["$defs"]["Interval"]
    assert list(interval["properties"]) == ["start", "length"]
    # Older versions of pydantic leave a named tuple's docstring out.
    assert interval.get("description") in (None, "From one moment to another.")
    (found,) = made.bind('{"busy": [["2026-01-02T03:04:05Z"]]}').run()
    assert isinstance(found, Interval)


def test_a_default_that_json_has_no_number_for_is_written_as_text() -> None:
    @tool(strict=False)
    def f(limit: float = float("inf"), blob: bytes = b"hi") -> None: ...

    described = {name: node["default"] for name, node in f.schema["properties"].items()}
    assert described == {"limit": "Infinity", "blob": "aGk="}


def test_a_class_that_names_what_does_not_exist_is_refused_by_that_name() -> None:
    from pydantic import BaseModel

    class Letter(BaseModel):
        stamp: Stamp  # type: ignore[name-defined]  # noqa: F821

    def f(letter: list[Letter] | None) -> None: ...

    with pytest.raises(ToolError, match=r"a class in it names 'Stamp', which does not exist yet: define Stamp first"):
        tool(f)


def test_a_function_that_cannot_be_annotated_is_to_be_wrapped() -> None:
    import math

    with pytest.raises(ToolError, match="wrap it in a function, with x annotated"):
        tool(math.sqrt)


def test_a_class_as_an_argument_is_refused() -> None:
    def f(kind: type[int]) -> None: ...

    with pytest.raises(ToolError, match="'kind' has the type type, which cannot be made from JSON"):
        tool(f)


def test_what_a_dataclass_makes_itself_is_not_asked_for() -> None:
    def f(box: Box) -> str:
        return f"{box.width} {box.opened}"

    made = tool(f)
    assert made.strict
    assert list(made.schema["$defs"]["Box"]["properties"]) == ["width"]
    assert made.schema["$defs"]["Box"]["required"] == ["width"]
    assert made.try_('{"box": {"width": 3}}').output == "3 0"


@dataclass
class Box:
    width: int
    opened: int = field(default=0, init=False)
    notes: dict[str, int] = field(default_factory=dict, init=False)


def test_flags_may_be_combined() -> None:
    class Access(enum.Flag):
        READ = 1
        WRITE = 2

    def f(access: Access) -> str:
        return str(access.value)

    made = tool(f)
    assert made.strict
    described = made.schema["$defs"]["Access"]
    assert described == {"type": "integer", "description": "1 = READ, 2 = WRITE; their sum for several"}
    assert made.try_('{"access": 3}').output == "3"
    assert not made.try_('{"access": 8}').ok
