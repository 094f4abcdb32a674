"""Parameters are found under everything that may lie over a function."""

from __future__ import annotations

import functools
from typing import Annotated, Any

import pytest
from tools.zoo import Calculator, Point, positional_only, scaled, wrapped

from ws_notebook.exceptions import ToolError
from ws_notebook.tools import tool
from ws_notebook.tools.schema.signature import home, is_secret, is_unbound_method, parameters, signature_text

__all__: list[str] = []


def test_the_function_that_was_written_is_found() -> None:
    assert home(functools.partial(functools.partial(scaled, 1.0), factor=2.0)) is scaled
    assert home(Calculator(1).add) is Calculator.add
    assert home(Calculator(1)) is Calculator.__call__
    assert home(tool(scaled)) is scaled
    assert home(wrapped).__code__ is not wrapped.__code__
    assert home(len) is len


def test_string_annotations_become_types() -> None:
    first, second = parameters(wrapped, label="f")[0]
    assert (first.name, first.annotation, first.required) == ("where", Point, True)
    assert (second.name, second.annotation, second.required, second.default) == ("n", int, False, 1)


def test_positional_only_parameters_are_marked() -> None:
    assert [one.positional for one in parameters(positional_only, label="f")[0]] == [True, True, False]


def test_extras_of_an_annotation_are_kept() -> None:
    def f(a: Annotated[int, "text"]) -> None: ...

    assert parameters(f, label="f")[0][0].annotation == Annotated[int, "text"]


def test_unannotated_parameters_take_the_type_of_a_simple_default() -> None:
    def f(a=1, b=1.0, c="x", d=True): ...

    assert [one.annotation for one in parameters(f, label="f")[0]] == [int, float, str, bool]


def test_an_unannotated_list_is_refused() -> None:
    def f(values=[]): ...  # noqa: B006 - as people write it

    with pytest.raises(ToolError, match="f: parameter 'values' has no type"):
        parameters(f, label="f")


def test_self_is_left_out_of_a_method_without_its_object() -> None:
    assert is_unbound_method(Calculator.add)
    assert not is_unbound_method(Calculator(1).add)
    assert not is_unbound_method(Calculator.double)
    assert [one.name for one in parameters(Calculator.add, label="f")[0]] == ["a", "b"]


def test_self_is_an_ordinary_name_outside_a_class() -> None:
    def f(self: int) -> None: ...

    assert not is_unbound_method(f)
    assert [one.name for one in parameters(f, label="f")[0]] == ["self"]


def test_a_name_that_a_closure_holds_is_found() -> None:
    def make() -> Any:
        Alias = dict[str, int]

        def f(a: Alias) -> Any:
            return Alias

        return f

    assert parameters(make(), label="f")[0][0].annotation == dict[str, int]


def test_the_signature_is_shown_as_it_was_written() -> None:
    def f(a: int | None, *, key: str = "made-up", path: str = "p") -> list[Point]: ...

    assert signature_text(f) == "(a: int | None, *, key: str = …, path: str = 'p') -> list[Point]"
    assert signature_text(Calculator.add) == "(a: int, b: int = 0) -> int"


@pytest.mark.parametrize(
    "name", ["api_key", "apikey", "key", "token", "access_token", "password", "client_secret", "AUTH"]
)
def test_defaults_with_such_names_may_be_secrets(name: str) -> None:
    assert is_secret(name, "x")


@pytest.mark.parametrize(("name", "default"), [("max_tokens", "5"), ("keyword", "x"), ("key", 5), ("author", "x")])
def test_other_defaults_are_no_secrets(name: str, default: object) -> None:
    assert not is_secret(name, default)
