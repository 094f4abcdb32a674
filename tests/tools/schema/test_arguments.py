"""Arguments that do not fit are explained to the model, each problem with its parameter."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

import pytest
from tools.zoo import Calculator, pet, tree

from ws_notebook.exceptions import ToolError
from ws_notebook.tools import tool

__all__: list[str] = []


@dataclass
class Place:
    city: str
    zoom: int = 3
    tags: list[str] = field(default_factory=list)


@tool
def find(name: str, place: Place, limit: int = 10, note: str | None = None) -> tuple[object, ...]:
    """Find something."""
    return name, place, limit, note


@tool
def nothing() -> str:
    return "done"


def refusal(arguments: str) -> str:
    with pytest.raises(ToolError) as refused:
        find.bind(arguments)
    return str(refused.value)


def test_every_problem_is_listed_with_its_parameter() -> None:
    assert refusal('{"name": 3, "place": {"city": "Oslo", "zoom": "far"}, "colour": 1}') == (
        "The arguments of find do not fit: name: input should be a valid string, got 3; "
        'place.zoom: input should be a valid integer, unable to parse string as an integer, got "far"; '
        "colour: unknown; the parameters are name, place, limit, note."
    )


def test_a_missing_argument_is_named() -> None:
    assert refusal('{"place": {}}') == (
        "The arguments of find do not fit: name: missing, and required; place.city: missing, and required."
    )


@pytest.mark.parametrize("arguments", ['{"name": ', "nonsense", "{'name': 'x'}", '{"name": null, '])
def test_broken_json_is_said_to_be_broken(arguments: str) -> None:
    message = refusal(arguments)
    assert message.startswith("The arguments of find are not valid JSON: ")
    assert message.endswith("Send one JSON object.")


@pytest.mark.parametrize("arguments", ["[]", "3", '"text"', "null"])
def test_json_that_is_no_object_is_refused(arguments: str) -> None:
    assert refusal(arguments) == (
        "The arguments of find do not fit: they must be one JSON object with the parameters name, place, limit, note."
    )


@pytest.mark.parametrize("arguments", ["", "null", "[]", '""', "{}", " \n"])
def test_nothing_in_any_form_calls_what_needs_nothing(arguments: str) -> None:
    assert nothing.bind(arguments).run() == "done"


@pytest.mark.parametrize(
    "arguments",
    [
        '{"name": "a\nb\t\\"c\\"", "place": {"city": "Oslo"}}',
        '{\n  "name": "a\nb\t\\"c\\"",\n  "place": {"city": "Oslo"}\n}',
        json.dumps('{"name": "a\\nb\\t\\"c\\"", "place": {"city": "Oslo"}}'),
    ],
    ids=["raw line ends", "over several lines", "JSON as a string"],
)
def test_json_as_models_write_it_is_taken_as_it_is_meant(arguments: str) -> None:
    name, place, *_ = find.bind(arguments).run()
    assert (name, place) == ('a\nb\t"c"', Place("Oslo"))


def test_an_index_is_shown_as_one() -> None:
    assert "place.tags[1]: input should be a valid string, got 2" in refusal(
        '{"name": "x", "place": {"city": "a", "tags": ["a", 2]}}'
    )


def test_long_values_and_long_lists_of_problems_are_cut() -> None:
    long = refusal('{"name": "x", "place": {"city": "a", "tags": [' + ",".join(["1"] * 50) + "]}}")
    assert "and 40 more" in long
    wide = refusal('{"name": "x", "place": "' + "y" * 10_000 + '"}')
    assert len(wide) < 300


@pytest.mark.parametrize("arguments", ["{}", "", "  "])
def test_a_tool_without_parameters_takes_an_empty_answer(arguments: str) -> None:
    assert nothing.bind(arguments).run() == "done"


def test_optional_arguments_may_be_left_out_or_null() -> None:
    expected = ("x", Place("Oslo"), 10, None)
    assert find.bind('{"name": "x", "place": {"city": "Oslo"}}').run() == expected
    assert (
        find.bind(
            '{"name": "x", "place": {"city": "Oslo", "zoom": null, "tags": null}, "limit": null, "note": null}'
        ).run()
        == expected
    )


def test_null_for_a_required_argument_is_wrong() -> None:
    assert "name: input should be a valid string, got null" in refusal('{"name": null, "place": {"city": "a"}}')


def test_null_inside_text_is_text() -> None:
    assert find.bind('{"name": "null", "place": {"city": "null"}}').run() == ("null", Place("null"), 10, None)


def test_nulls_are_dropped_in_recursive_types_and_in_the_fitting_member_of_a_union() -> None:
    bound = tool(tree).bind('{"root": {"value": 1, "children": [{"value": 2, "children": null}]}}')
    assert bound.kwargs["root"].children[0].children == []
    cat = tool(pet).bind('{"value": {"kind": "cat", "lives": null}}').kwargs["value"]
    assert cat.lives == 9


def test_null_means_the_default_outside_strict_mode_too() -> None:
    @tool(strict=False)
    def f(limit: int | None = 10) -> int | None:
        return limit

    assert f.bind('{"limit": null}').run() == 10
    assert f.bind("{}").run() == 10


def test_numbers_are_read_as_a_model_writes_them() -> None:
    @tool
    def f(count: int, ratio: float) -> tuple[int, float]:
        return count, ratio

    assert f.bind('{"count": 3.0, "ratio": 2}').run() == (3, 2.0)
    assert f.bind('{"count": "3", "ratio": "0.5"}').run() == (3, 0.5)
    with pytest.raises(ToolError, match="count: input should be a valid integer"):
        f.bind('{"count": 3.5, "ratio": 2}')


def test_deep_nesting_is_refused_and_does_not_fail() -> None:
    @tool
    def f(value: list[object]) -> None: ...

    deep = "[" * 100_000 + "null" + "]" * 100_000
    with pytest.raises(ToolError, match="not valid JSON"):
        f.bind(f'{{"value": {deep}}}')


def test_a_bound_method_reads_its_arguments() -> None:
    assert tool(Calculator(1).add).bind('{"a": 1, "b": 2}').run() == 4
