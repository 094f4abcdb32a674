"""What is made of plain parameters without pydantic is what pydantic makes of them."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ws_notebook.exceptions import ToolError
from ws_notebook.tools import Tool, tool
from ws_notebook.tools.schema.plain import is_plain_value, plain_kinds, plain_schema, plain_values
from ws_notebook.tools.schema.signature import Parameter
from ws_notebook.tools.schema.typed import adapter_of, schema_of

__all__: list[str] = []

NAMES = ("city", "a", "_b", "title", "model_config", "größe")
KINDS = st.sampled_from([bool, int, float, str])


@st.composite
def some_parameters(draw: st.DrawFn) -> tuple[Parameter, ...]:
    names = draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=4))
    return tuple(
        Parameter(name=name, annotation=draw(KINDS), positional=False, required=draw(st.booleans())) for name in names
    )


NUMBERS = st.integers(-(2**70), 2**70) | st.floats() | st.sampled_from([0, 1, -1, 2**53, 2**53 + 1, -0.0, 1e300])
VALUES = NUMBERS | st.booleans() | st.none() | st.text() | st.sampled_from(["1", "true", "\ud800"]) | st.just([1])


@given(some_parameters())
def test_the_schema_is_pydantics_to_the_letter(parameters: tuple[Parameter, ...]) -> None:
    assert json.dumps(plain_schema(parameters)) == json.dumps(schema_of(parameters, "Tool 'f'")[1])


@given(parameters=some_parameters(), values=st.lists(st.tuples(st.sampled_from((*NAMES, "more")), VALUES), max_size=5))
def test_values_that_fit_are_pydantics_and_all_others_are_left_to_it(
    parameters: tuple[Parameter, ...], values: list[tuple[str, Any]]
) -> None:
    text = "{" + ", ".join(f"{json.dumps(name)}: {json.dumps(value)}" for name, value in values) + "}"
    kinds = plain_kinds(parameters)
    assert kinds is not None
    found = plain_values(text, parameters, kinds)
    if found is not None:
        expected = adapter_of(parameters).validate_json(text)
        assert repr(found) == repr(expected)
        assert list(map(type, found.values())) == list(map(type, expected.values()))


@pytest.mark.parametrize(
    "text", ["", "null", "[]", '"{}"', '{"a": 1', '{"a": NaN}', '{"a": 1e999}', "[" * 9000, "\ud800"]
)
def test_what_is_no_object_is_left_to_pydantic(text: str) -> None:
    parameters = (Parameter(name="a", annotation=float, positional=False, required=False),)
    assert plain_values(text, parameters, {"a": float}) is None


@pytest.mark.parametrize("annotation", [None, int | None, list[int], "int", Any, bool | int, bytes, complex])
def test_what_is_not_plain_is_not_taken_for_it(annotation: Any) -> None:
    assert plain_kinds((Parameter(name="a", annotation=annotation, positional=False, required=True),)) is None


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (True, True),
        (2**62, True),
        (2**63, False),
        (1.5, True),
        (float("nan"), False),
        ("ü", True),
        ("\ud800", False),
        (None, False),
        ([], False),
    ],
)
def test_plain_values_are_those_that_json_carries_as_they_are(value: Any, plain: bool) -> None:
    assert is_plain_value(value) is plain


def population(city: str, year: int = 2020, share: float = 0.5, exact: bool = False) -> str:
    """How many live there.

    Args:
        city: Its name.
    """
    return f"{city} {year!r} {share!r} {exact!r}"


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        ('{"city": "Oslo", "share": 1}', "Oslo 2020 1.0 False"),
        ('{"city": "Oslo", "year": null, "exact": true}', "Oslo 2020 0.5 True"),
        ('{"city": "Oslo", "year": "1990"}', "Oslo 1990 0.5 False"),
        ('{"city": "a\nb", "year": 1990.0}', "a\nb 1990 0.5 False"),
    ],
)
def test_a_call_gets_what_it_always_got(arguments: str, answer: str) -> None:
    assert tool(population).bind(arguments).run() == answer


def test_what_does_not_fit_is_said_as_always() -> None:
    made: Tool[..., str] = tool(population)
    with pytest.raises(ToolError, match=r"city: missing, and required; year: input should be a valid integer"):
        made.bind('{"year": "many"}')
    with pytest.raises(ToolError, match=r"population are not valid JSON"):
        made.bind('{"city": ')


def test_a_tool_of_plain_parameters_is_made_described_and_called_without_pydantic() -> None:
    code = """
import sys
import ws_notebook as wsn

@wsn.tool
def population(city: str, year: int = 2020) -> int:
    "How many live there."
    return year

assert population.definition["strict"] is True
assert population.bind('{"city": "Oslo", "year": 1990}').run() == 1990
assert population.unsaid('{"city": "Oslo"}').defaults == {"year": 2020}
print(*[name for name in ("pydantic", "pydantic_core") if name in sys.modules])
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=50, check=False)
    assert (run.stdout.strip(), run.stderr) == ("", "")
