from __future__ import annotations

import functools
import math
import types
from typing import Any

import pytest

from ws_notebook.exceptions import ToolError
from ws_notebook.tools import Tool, tool
from ws_notebook.tools.toolset import tools_from

__all__: list[str] = []


class Store:
    """Methods of every kind."""

    def __init__(self) -> None:
        self.stock = 5

    @property
    def costly(self) -> int:
        raise RuntimeError("a property is not to be read")

    @functools.cached_property
    def costly_once(self) -> int:
        raise RuntimeError("a property is not to be read")

    def left(self, sold: int) -> int:
        """How much is left."""
        return self.stock - sold

    @tool(name="renamed")
    def marked(self) -> int:
        return self.stock

    @staticmethod
    def double(a: int) -> int:
        return 2 * a

    @classmethod
    def kind(cls, a: int) -> str:
        return cls.__name__ * a

    def _hidden(self) -> None: ...


class Odd:
    def good(self) -> int:
        return 1

    def bad(self, x) -> int:
        return 2


def a_module(**names: Any) -> types.ModuleType:
    module = types.ModuleType("shop")
    vars(module).update(names)
    return module


def a_function(name: str, module: str = "shop") -> Any:
    def function(a: int) -> int:
        return a

    function.__name__ = function.__qualname__ = name
    function.__module__ = module
    return function


def test_an_objects_public_methods_become_tools_that_know_the_object() -> None:
    made = tools_from(Store())
    assert [one.name for one in made] == ["left", "renamed", "double", "kind"]
    given = ['{"sold": 2}', "{}", '{"a": 2}', '{"a": 1}']
    outputs = [one.try_(arguments).output for one, arguments in zip(made, given, strict=True)]
    assert outputs == ["3", "5", "4", "Store"]


def test_a_modules_own_public_functions_become_tools() -> None:
    module = a_module(sell=a_function("sell"), _keep=a_function("_keep"), loads=a_function("loads", "json"), price=3)
    assert [one.name for one in tools_from(module)] == ["sell"]
    vars(module)["__all__"] = ["loads", "price"]
    assert [one.name for one in tools_from(module)] == ["loads"]


def test_names_are_chosen_left_out_and_prefixed() -> None:
    assert [one.name for one in tools_from(Store(), only=["kind", "left"])] == ["kind", "left"]
    assert [one.name for one in tools_from(Store(), skip=["left", "double", "kind"])] == ["renamed"]
    made = tools_from(Store(), only=["left", "marked"], prefix="store_", timeout=3)
    assert [one.name for one in made] == ["store_left", "store_marked"]
    assert made[0].timeout == 3
    assert made[1].try_().output == "5"


def test_a_function_that_cannot_be_a_tool_is_named_with_the_reason() -> None:
    with pytest.raises(ToolError, match=r"skip=\['bad'\].*\n  bad: .*parameter 'x' has no type"):
        tools_from(Odd())
    assert [one.name for one in tools_from(Odd(), skip=["bad"])] == ["good"]


@pytest.mark.parametrize(
    ("source", "options", "message"),
    [
        (Store, {}, r"tools_from\(Store\(…\)\)"),
        (Store(), {"only": ["lef"]}, "Did you mean 'left'"),
        (Store(), {"skip": ["nothing"]}, "no public function 'nothing'"),
        (Store(), {"only": "left"}, r"only=\['left'\]"),
        (math.sqrt, {}, "A single function"),
        ({"a": 1}, {}, "not dict"),
        (a_module(), {}, "no public function that could be a tool"),
    ],
)
def test_what_gives_no_tools_is_refused_in_words(source: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ToolError, match=message):
        tools_from(source, **options)


def test_a_tool_among_them_is_taken_as_it_is() -> None:
    module = a_module(sell=tool(a_function("sell"), description="Sells."))
    (made,) = tools_from(module)
    assert made is vars(module)["sell"]
    assert isinstance(made, Tool)


def test_a_method_that_chooses_by_type_is_not_passed_over() -> None:
    class Shapes:
        @functools.singledispatchmethod
        def area(self, shape: int) -> float:
            return 0.0

        def name(self, shape: int) -> str:
            return "square"

    with pytest.raises(ToolError, match=r"skip=\['area'\], or mend them:\n  area: area chooses among implementations"):
        tools_from(Shapes())
    assert [each.name for each in tools_from(Shapes(), skip=["area"])] == ["name"]
