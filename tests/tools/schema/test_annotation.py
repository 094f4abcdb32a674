"""Types that pydantic misreads: `typing.TypedDict` works on every Python, an Iterable is a list."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Annotated, Any, Literal, LiteralString, NotRequired, Optional, Required, TypedDict

import pytest
from pydantic import TypeAdapter, ValidationError

from ws_notebook.exceptions import ToolError
from ws_notebook.tools import tool
from ws_notebook.tools.schema.annotation import readable, undefined_name

__all__: list[str] = []


class Inner(TypedDict):
    a: int
    b: NotRequired[str]


class Outer(TypedDict, total=False):
    """What holds another."""

    first: Required[Inner]
    others: list[Inner]


class Endless(TypedDict):
    again: NotRequired[list[Endless]]


@pytest.mark.parametrize(
    "annotation",
    [
        Inner,
        list[Inner],
        Optional[Inner],  # noqa: UP045 - both spellings
        Inner | None,
        dict[str, tuple[Inner, ...]],
        Annotated[Inner, "described"],
        Annotated[list[Inner], "described"],
    ],
    ids=str,
)
def test_a_typed_dictionary_anywhere_in_a_type_is_readable(annotation: Any) -> None:
    assert "properties" in str(TypeAdapter(readable(annotation)).json_schema())


@pytest.mark.parametrize(
    "annotation", [int, list[int], int | None, Literal["a"], Annotated[int, "x"], Any, list], ids=str
)
def test_other_types_are_left_alone(annotation: Any) -> None:
    assert readable(annotation) is annotation


def test_required_keys_stay_required() -> None:
    adapter = TypeAdapter(readable(Outer))
    assert adapter.validate_python({"first": {"a": "1"}}) == {"first": {"a": 1}}
    with pytest.raises(ValidationError):
        adapter.validate_python({"others": []})
    schema = adapter.json_schema()
    assert schema["required"] == ["first"]
    assert schema["description"] == "What holds another."


def test_one_that_contains_itself_works_or_is_refused_with_the_remedy() -> None:
    def f(value: Endless) -> None: ...

    try:
        made = tool(f)
    except ToolError as error:
        assert "typing_extensions.TypedDict" in str(error)  # noqa: PT017 - either answer is right, by Python's version
    else:
        assert made.bind('{"value": {"again": []}}').kwargs == {"value": {"again": []}}


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        (Iterable[int], list[int]),
        (Collection[str] | None, list[str] | None),
        (dict[str, Iterable[Iterable[int]]], dict[str, list[list[int]]]),
        (Iterable, list),
        (LiteralString, str),
        (Annotated[Iterable[int], "x"], Annotated[list[int], "x"]),
    ],
    ids=str,
)
def test_what_only_promises_items_is_a_list(annotation: Any, expected: Any) -> None:
    assert readable(annotation) == expected


def test_the_missing_name_of_a_class_is_found_inside_others() -> None:
    @dataclass
    class Outer:
        inners: list[Inner | Missing]  # type: ignore[name-defined]  # noqa: F821

    assert undefined_name(dict[str, Outer | None]) == "Missing"
    assert undefined_name(list[Inner]) == ""
