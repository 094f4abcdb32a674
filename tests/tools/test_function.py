"""A tool is the function it was, described for the model."""

from __future__ import annotations

import copy
import functools
import inspect
import pickle
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
from tools.zoo import Calculator, scaled

import ws_notebook
from ws_notebook.exceptions import ToolError
from ws_notebook.tools import Tool, tool

__all__: list[str] = []


@tool
def population(city: str, year: int = 2020) -> int:
    """The population of a city.

    Counted once a year.

    Args:
        city: its English name
        year: the year of the census
    """
    return len(city) * year


class Store:
    """A class whose methods are tools."""

    def __init__(self, stock: int) -> None:
        self.stock = stock

    @tool
    def left(self, sold: int) -> int:
        """How much is left."""
        return self.stock - sold

    @tool(name="twice")
    @staticmethod
    def double(a: int) -> int:
        return 2 * a

    @staticmethod
    @tool
    def triple(a: int) -> int:
        return 3 * a

    @classmethod
    @tool
    def title(cls, a: int) -> str:
        """Of the class."""
        return f"{cls.__name__} {a}"


def test_a_tool_is_called_as_the_function_it_is() -> None:
    assert population("Oslo") == 8080
    assert population("Oslo", year=1) == 4
    with pytest.raises(TypeError):
        population()


def test_a_tool_carries_its_function_with_it() -> None:
    assert isinstance(population, Tool)
    assert population.__name__ == "population"
    assert population.__doc__ == population.function.__doc__
    assert list(inspect.signature(population).parameters) == ["city", "year"]


def test_the_definition_is_what_goes_over_the_wire() -> None:
    assert population.definition == {
        "type": "function",
        "name": "population",
        "description": "The population of a city.\n\nCounted once a year.",
        "parameters": {
            "type": "object",
            "properties": {
                "city": {"type": "string", "description": "its English name"},
                "year": {
                    "anyOf": [{"type": "integer"}, {"type": "null"}],
                    "description": "the year of the census (null: the default, 2020)",
                },
            },
            "required": ["city", "year"],
            "additionalProperties": False,
        },
        "strict": True,
    }


def test_it_shows_its_signature_description_and_schema() -> None:
    assert repr(population) == "<Tool population(city: str, year: int = 2020) -> int>"
    shown = population._repr_markdown_()
    assert "**`population(city: str, year: int = 2020) -> int`** (strict)" in shown
    assert "Counted once a year." in shown
    assert "| `city` | string | *required* | its English name |" in shown

    @tool
    async def loose(options: dict[str, int]) -> None: ...

    assert repr(loose) == "<Tool async loose(options: dict[str, int]) -> None>"
    assert "(not strict: parameter 'options' is an object with free keys" in loose._repr_markdown_()


def test_the_decorator_works_bare_with_options_and_as_a_function() -> None:
    def f(a: int) -> int:
        return a

    assert tool(f).name == "f"
    assert tool(name="g")(f).name == "g"
    assert tool(f, name="h").name == "h"
    assert tool()(f).name == "f"


def test_a_tool_stays_itself_and_is_made_anew_with_options() -> None:
    assert tool(population) is population
    renamed = tool(name="inhabitants")(population)
    assert (renamed.name, population.name) == ("inhabitants", "population")
    assert renamed.function is population.function


def test_methods_of_an_object_are_tools() -> None:
    made = tool(Calculator(10).add)
    assert (made.name, made.description) == ("add", "Add two numbers and the offset.")
    assert made(1, b=2) == 13
    assert made.bind('{"a": 1, "b": 2}').run() == 13


def test_methods_decorated_in_their_class_are_tools_of_each_object() -> None:
    first, second = Store(10), Store(20)
    assert first.left(3) == 7
    assert first.left.bind('{"sold": 3}').run() == 7
    assert second.left.bind('{"sold": 3}').run() == 17
    assert list(Store.left.schema["properties"]) == ["sold"]
    with pytest.raises(ToolError, match=r"Add it through one: object\.left"):
        Store.left.bind('{"sold": 3}')


def test_static_and_class_methods_are_tools() -> None:
    store = Store(1)
    assert store.double(2) == 4
    assert tool(store.double).bind('{"a": 2}').run() == 4
    assert Store.double.name == "twice"
    assert store.triple(2) == 6
    assert tool(Store.triple).bind('{"a": 2}').run() == 6
    assert tool(Store.title).bind('{"a": 2}').run() == "Store 2"


def test_a_class_method_below_the_decorator_is_refused_with_the_order() -> None:
    with pytest.raises(ToolError, match="Put @classmethod above @tool"):
        tool(classmethod(lambda cls: None))


def test_callable_objects_and_partials_are_named_and_described() -> None:
    made = tool(Calculator(1))
    assert (made.name, made.description) == ("Calculator", "Adds with an offset.")
    half = tool(functools.partial(scaled, factor=0.5))
    assert (half.name, half.description) == ("scaled", "Scale a length.")
    assert half(2.0) == "1.0 m"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("population", r"give the name by keyword, @tool\(name='population'\)"),
        (3, "A tool is made of a function, not of int 3"),
        (Calculator, "Calculator is a class; a tool is a function. Decorate one of its methods"),
    ],
    ids=str,
)
def test_what_is_no_function_is_refused(given: Any, message: str) -> None:
    with pytest.raises(ToolError, match=message):
        tool(given)


@functools.singledispatch
def area(shape: Any) -> float:
    return 0.0


@area.register
def _(shape: int) -> float:
    return 1.0


class Shapes:
    @functools.singledispatchmethod
    def area(self, shape: int) -> float:
        return 0.0


@pytest.mark.parametrize(
    "given",
    [area, functools.partial(area, 1), Shapes().area, Shapes.area, vars(Shapes)["area"], staticmethod(area)],
    ids=["function", "partial", "bound", "unbound", "descriptor", "static"],
)
def test_a_choice_by_type_is_refused_when_it_is_defined(given: Any) -> None:
    with pytest.raises(ToolError, match=r"^area chooses among .*singledispatch.* Make a tool of one implementation"):
        tool(given)


def test_one_implementation_and_a_wrapper_are_tools() -> None:
    assert tool(name="whole")(area.dispatch(int)).try_(shape=1).output == "1.0"

    @tool
    @functools.wraps(area)
    def wrapped(shape: int) -> float:
        return area(shape)

    assert wrapped.try_(shape=1).output == "1.0"


def test_a_refusal_shows_the_users_line_and_little_else() -> None:
    for define in (lambda: tool(lambda city: city), lambda: tool(name="f")(lambda city: city)):
        with pytest.raises(ToolError) as refused:
            define()
        assert len(refused.traceback) <= 5
        assert refused.value.__suppress_context__


def test_copies_are_the_tool_itself() -> None:
    assert copy.copy(population) is population
    assert copy.deepcopy([population])[0] is population


def test_a_tool_of_a_module_is_pickled_by_name() -> None:
    # Test modules are not found by their file's name; a module of the path is.
    from tools import pickled

    assert pickle.loads(pickle.dumps(pickled.half)) is pickled.half
    assert pickle.loads(pickle.dumps(pickled.renamed))(3) == 9
    assert pickle.loads(pickle.dumps(tool(pickled.Counter(5).add)))(2) == 7


def test_a_call_runs_in_another_process() -> None:
    from tools import pickled

    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        assert pool.submit(pickled.half.bind('{"a": 8}').run).result(timeout=50) == 4


def test_a_local_function_cannot_be_pickled_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    # Where it is in use, it pickles by value.
    monkeypatch.delitem(sys.modules, "cloudpickle", raising=False)

    @tool
    def local(a: int) -> int:
        return a

    with pytest.raises((pickle.PicklingError, AttributeError), match="local"):
        pickle.dumps(local)


NOTEBOOK = """
from __future__ import annotations
from dataclasses import dataclass
from ws_notebook.tools import tool

@dataclass
class Point:
    x: int

@tool
def move(point: Point, by: int = 1) -> int:
    return point.x + by

assert move.bind('{"point": {"x": 1}, "by": null}').run() == 2
import pickle
assert pickle.loads(pickle.dumps(move)) is move
"""


def run_python(code: str) -> subprocess.CompletedProcess[str]:
    root = Path(ws_notebook.__file__).resolve().parent.parent
    return subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, timeout=50, check=False
    )


def test_a_tool_and_its_types_in_the_main_module_work() -> None:
    run = run_python(NOTEBOOK)
    assert (run.returncode, run.stderr) == (0, "")


def test_a_tool_of_the_main_module_travels_by_value_with_cloudpickle() -> None:
    pytest.importorskip("cloudpickle")
    run = run_python(
        NOTEBOOK
        + "import cloudpickle\n"
        + 'bound = cloudpickle.loads(cloudpickle.dumps(move.bind(\'{"point": {"x": 1}, "by": 4}\')))\n'
        + "assert bound.tool is not move and bound.run() == 5\n"
    )
    assert (run.returncode, run.stderr) == (0, "")


def test_importing_tools_loads_neither_pydantic_nor_docstring_parser() -> None:
    run = run_python(
        "import sys, ws_notebook.tools as tools\n"
        "tools.ToolRegistry()\n"
        "heavy = {'pydantic', 'docstring_parser', 'pandas', 'numpy', 'PIL'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    assert (run.stdout.strip(), run.stderr) == ("[]", "")


def test_types_reach_the_type_checker() -> None:
    plain: Callable[[str, int], int] = population
    assert plain("ab", 2) == 4
