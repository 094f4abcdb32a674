"""The tools of a session: ordered, replaced by name, safe to read while they change."""

from __future__ import annotations

import functools
import math
import threading
import types
from types import SimpleNamespace
from typing import Any

import pytest
from tools.zoo import Calculator

from ws_notebook.exceptions import ToolError
from ws_notebook.tools import ToolRegistry, tool

__all__: list[str] = []


def add(a: int, b: int) -> int:
    """Add two numbers.

    Both of them.
    """
    return a + b


def population(city: str, counts: dict[str, int]) -> int:
    """How many | people live there."""
    return len(city)


def test_tools_keep_the_order_in_which_they_were_added() -> None:
    tools = ToolRegistry([population])
    tools.add(add, tool(name="other")(add))
    assert tools.names() == ["population", "add", "other"]
    assert [one.name for one in tools] == tools.names()
    assert [one["name"] for one in tools.definitions()] == tools.names()
    assert len(tools) == 3


def test_a_tool_of_the_same_name_takes_the_place_of_the_old_one() -> None:
    tools = ToolRegistry([add, population])

    @tool(name="add")
    def newer(a: int) -> int:
        return a

    tools.add(newer)
    assert tools.names() == ["add", "population"]
    assert tools["add"] is newer


def test_tools_are_found_by_name_by_tool_and_by_function() -> None:
    calculator = Calculator(1)
    tools = ToolRegistry([add, calculator.add])
    assert tools.names() == ["add"]
    assert calculator.add in tools
    tools = ToolRegistry([add])
    assert "add" in tools
    assert add in tools
    assert tools["add"] in tools
    assert tool(add) in tools
    assert population not in tools
    assert 3 not in tools
    assert tools.get("nothing") is None


@pytest.mark.parametrize("wanted", ["add", add, tool(add)], ids=["name", "function", "tool"])
def test_a_tool_is_removed_by_name_function_or_tool(wanted: Any) -> None:
    tools = ToolRegistry([add, population])
    tools.remove(wanted)
    assert tools.names() == ["population"]
    with pytest.raises(ToolError, match=r"There is no tool 'add'\. There are: population\."):
        tools.remove(wanted)


def test_an_unknown_name_is_answered_with_the_nearest() -> None:
    tools = ToolRegistry([add, population])
    with pytest.raises(KeyError, match=r"There is no tool 'populaton'\. Did you mean 'population'\?"):
        tools["populaton"]
    with pytest.raises(ToolError, match=r"Did you mean 'population'\?"):
        tools.select(["add", "populaton"])
    with pytest.raises(KeyError, match="none has been added yet"):
        ToolRegistry()["add"]


def test_a_selection_has_its_own_order_and_leaves_the_registry() -> None:
    tools = ToolRegistry([add, population])
    assert tools.select(["population", "add"]).names() == ["population", "add"]
    assert tools.select([]).names() == []
    assert tools.names() == ["add", "population"]


def test_clear_takes_all_away() -> None:
    tools = ToolRegistry([add])
    tools.clear()
    assert len(tools) == 0
    assert repr(tools) == "<ToolRegistry: no tools>"


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([add], r"add\(\*tools\)"),
        (ToolRegistry([add]), r"add\(\*tools\)"),
        ({"type": "function", "name": "add"}, "needs its Python function"),
        ("add", "'add' is not the name of a hosted tool.*the function itself"),
        (math, r"tools_from\(math\)"),
        (3, "not int 3.*Decorate a function"),
        (types.SimpleNamespace(tools=[add]), r"has several tools. Add them with add\(\*….tools\)"),
        (int, "int is a class"),
    ],
)
def test_what_is_no_tool_is_refused_and_nothing_is_added(given: Any, message: str) -> None:
    tools = ToolRegistry()
    with pytest.raises(ToolError, match=message):
        tools.add(population, given)
    assert tools.names() == []


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("web_search", r"even of one: tools=\['web_search'\]"),
        ({"type": "web_search"}, r"even of one: tools=\[{'type': 'web_search'}\]"),
        (add, r"even of one: tools=\[add\]"),
        (functools.partial(len, "a"), r"even of one: tools=\[functools\.partial\("),
        (population, r"even of one: tools=\[population\]"),
        (tool(add), r"even of one: tools=\[add\]"),
        ({"add": add}, r"not a dict of them: tools=list\(….values\(\)\)"),
        (5, r"not int 5: tools=\[function, …\]"),
        (None, "not NoneType None"),
        (math, r"tools=wsn\.tools_from\(math\)"),
        (SimpleNamespace(tools=[add]), r"are its \.tools: tools=….tools"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_no_list_of_tools_is_told_how_to_be_one(given: Any, message: str) -> None:
    with pytest.raises(ToolError, match=message):
        ToolRegistry(given)


def test_any_iterable_is_a_list_of_tools() -> None:
    for given in ((add,), {add}, iter([add]), ToolRegistry([add])):
        assert ToolRegistry(given).names() == ["add"]


def test_tools_of_two_servers_with_one_name_are_told_apart() -> None:
    first, second = tool(add), tool(name="add")(population)
    first.origin, second.origin = "uvx one", "uvx two"  # type: ignore[attr-defined]
    tools = ToolRegistry([first])
    with pytest.raises(ToolError, match=r"Two MCP servers have a tool named 'add': uvx one and uvx two\..*prefix="):
        tools.add(second)
    second.origin = "uvx one"  # type: ignore[attr-defined]
    tools.add(second)
    assert tools.get("add") is second


def test_the_table_shows_every_tool_on_one_line() -> None:
    table = ToolRegistry([add, population])._repr_markdown_().splitlines()
    assert table[0] == "| tool | description | parameters | strict |"
    assert table[2] == "| `add` | Add two numbers. | `a`: integer, `b`: integer | yes |"
    assert table[3].startswith(
        "| `population` | How many \\| people live there. | `city`: string, `counts`: object of integer "
        "| no: parameter 'counts'"
    )
    assert "session.tools.add" in ToolRegistry()._repr_markdown_()


def test_names_complete_on_tab() -> None:
    assert ToolRegistry([add])._ipython_key_completions_() == ["add"]


def test_hosted_tools_stand_beside_the_python_tools_and_are_no_functions() -> None:
    tools = ToolRegistry([add, "web_search", {"type": "mcp", "server_label": "docs", "server_url": "https://x.test"}])
    assert [one.name for one in tools] == ["add", "web_search", "docs"]
    assert tools.names() == ["add"]
    assert tools.get("web_search") is None
    assert [one.name for one in tools.hosted] == ["web_search", "docs"]
    assert tools.definitions()[1] == {"type": "web_search"}
    assert tools._ipython_key_completions_() == ["add", "web_search", "docs"]
    assert tools.select(["docs"]).definitions()[0]["server_url"] == "https://x.test"
    assert "| `web_search` | run by the provider: web_search |" in tools._repr_markdown_()
    tools.remove("web_search", add)
    assert [one.name for one in tools] == ["docs"]
    with pytest.raises(ToolError, match="no tool 'x'"):
        tools.remove("docs", "x")
    assert len(tools) == 1


def test_reading_while_others_write_sees_whole_states() -> None:
    tools = ToolRegistry([population])
    made = [tool(name=f"t{i}")(add) for i in range(20)]
    stop = threading.Event()
    wrong: list[object] = []

    def read() -> None:
        while not stop.is_set():
            names = [one.name for one in tools]
            if names[0] != "population" or len(names) != len(set(names)):
                wrong.append(names)

    def write(part: list[Any]) -> None:
        for one in part:
            tools.add(one)

    reader = threading.Thread(target=read)
    writers = [threading.Thread(target=write, args=(made[i::4],)) for i in range(4)]
    reader.start()
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    stop.set()
    reader.join()
    assert wrong == []
    assert sorted(tools.names()) == sorted(["population", *(one.name for one in made)])
