from __future__ import annotations

import pytest

import ws_notebook as wsn
from ws_notebook.exceptions import SettingsError
from ws_notebook.magics.offer import chosen_tools, offered_tools
from ws_notebook.tools import AnyTool

__all__: list[str] = []


def made(name: str, description: str = "Does something.") -> AnyTool:
    def function(n: int) -> int:
        return n

    return wsn.tool(name=name, description=description)(function)


ADD, DIVIDE = made("add"), made("divide")
NAMES = {"add": ADD, "half": DIVIDE, "plain": len, "number": 3, "_hidden": made("hidden")}


def test_a_cell_is_offered_the_session_s_tools_and_the_notebook_s() -> None:
    extra = made("extra")
    assert offered_tools([extra], NAMES) == {"extra": extra, "add": ADD, "divide": DIVIDE}


def test_the_notebook_s_tool_takes_the_place_of_the_session_s() -> None:
    assert offered_tools([made("add", "older")], NAMES)["add"] is ADD


@pytest.mark.parametrize("order", [1, -1])
def test_the_variable_of_the_tool_s_name_holds_the_one_that_counts(order: int) -> None:
    names = dict([("old", made("add", "older")), ("add", ADD)][::order])
    assert offered_tools([], names) == {"add": ADD}


def test_none_named_is_all_of_them() -> None:
    offered = offered_tools([], NAMES)
    assert chosen_tools(None, offered, NAMES) == [ADD, DIVIDE]
    assert chosen_tools((), offered, NAMES) == []


def test_a_tool_is_chosen_by_its_name_or_its_variable() -> None:
    assert chosen_tools(["divide", "half", "_hidden"], offered_tools([], NAMES), NAMES) == [
        DIVIDE, DIVIDE, NAMES["_hidden"]
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("ad", ("no tool named 'ad'", "Did you mean add?", "add, divide")),
        ("weather", ("no tool named 'weather'. The notebook has: add, divide.",)),
        ("plain", ("plain is a function but no tool", "@wsn.tool")),
    ],
)
def test_a_name_that_is_no_tool_s_is_answered_with_what_to_do(name: str, words: tuple[str, ...]) -> None:
    with pytest.raises(SettingsError) as caught:
        chosen_tools([name], offered_tools([], NAMES), NAMES)
    assert [word for word in words if word not in str(caught.value)] == []


def test_without_any_tool_one_is_to_be_defined() -> None:
    with pytest.raises(SettingsError, match=r"Define one with @wsn\.tool"):
        chosen_tools(["add"], {}, {})


def test_a_list_of_tools_is_offered_and_named_as_one() -> None:
    names = {"shop": [ADD, DIVIDE], "mixed": [ADD, 3], "nothing": [], "_": (made("hidden"),)}
    offered = offered_tools([], names)
    assert offered == {"add": ADD, "divide": DIVIDE}
    assert chosen_tools(["shop"], offered, names) == [ADD, DIVIDE]
    with pytest.raises(SettingsError, match="no tool named 'mixed'"):
        chosen_tools(["mixed"], offered, names)


def test_a_variable_comes_before_a_list() -> None:
    newer = made("add", "newer")
    assert offered_tools([], {"add": newer, "shop": [ADD]})["add"] is newer


def test_hosted_tools_are_chosen_by_their_type_or_a_variable() -> None:
    docs = wsn.HostedTool("mcp", server_label="docs", server_url="https://x.test/mcp")
    search, chosen = chosen_tools(["web_search", "docs"], {}, {"docs": docs})
    assert isinstance(search, wsn.HostedTool)
    assert (search.definition, chosen) == ({"type": "web_search"}, docs)
    with pytest.raises(SettingsError, match=r"needs vector_store_ids.*into a variable"):
        chosen_tools(["file_search"], {}, {})
