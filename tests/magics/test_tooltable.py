from __future__ import annotations

from typing import Any

from magics.shells import shell_here
from support.events import answer, call, item_added, message
from support.peer import Talk, running_peer

from ws_notebook import HostedTool, Session, tool
from ws_notebook.magics.tooltable import ToolTable

__all__: list[str] = []


@tool
def add(a: int, b: int) -> int:
    """Add | two numbers.

    In more words.
    """
    return a + b


SEARCH = {"type": "web_search_call", "id": "ws_1", "status": "completed", "action": {"type": "search", "query": "x"}}
LISTED = {"type": "mcp_call", "id": "mcp_1", "server_label": "docs", "name": "find", "arguments": "{}", "error": "gone"}


def a_table() -> ToolTable:
    """Of a run with calls of every kind."""

    async def script(talk: Talk, request: dict[str, Any]) -> None:
        if len(talk.peer.requests) == 1:
            calls = [call("c1", a=1, b=2), call("c2", a="x"), call("c3", "gone")]
            await talk.send(item_added(0, SEARCH), item_added(1, LISTED))
            await talk.send(answer("resp_1", SEARCH, LISTED, *calls))
        else:
            await talk.send(answer("resp_2", message("Done.")))

    hosted = [HostedTool("web_search"), HostedTool("mcp", server_label="docs", server_url="https://x.test/mcp")]
    with (
        running_peer(script) as peer,
        Session(provider=peer.url, api_key="a-key-for-tests", model="m", tools=[add, *hosted]) as session,
    ):
        session.ask("x")
        return ToolTable({each.name: each for each in session.tools}, session.runs)


def test_each_tool_has_its_calls_errors_and_median_time() -> None:
    added, search, docs, gone = a_table().rows
    assert added[:3] == ("add", "2", "1")
    assert added[3].endswith("ms")
    assert added[4] == "Add | two numbers."
    assert search[:3] == ("web_search", "1", "0")
    assert search[3].endswith("s")
    assert search[4] == "run by the provider: web_search"
    assert docs[:3] == ("docs", "1", "1")
    assert gone == ("gone", "1", "1", "", "(no longer offered)")


def test_it_is_a_table_in_markdown_and_in_text() -> None:
    table = a_table()
    lines = table._repr_markdown_().splitlines()
    assert lines[0] == "| tool | calls | errors | median | what it does |"
    assert lines[2].startswith("| `add` | 2 | 1 | ")
    assert lines[2].endswith(" | Add \\| two numbers. |")
    text = repr(table).splitlines()
    assert text[0].split() == ["tool", "calls", "errors", "median", "what", "it", "does"]
    assert len({line.index(word) for line, word in zip(text[2:4], ("run by", "run by"), strict=True)}) == 1


def test_without_tools_it_says_how_to_get_one() -> None:
    empty = ToolTable({}, [])
    assert "@wsn.tool" in repr(empty)
    assert "@wsn.tool" in empty._repr_markdown_()


def test_a_shell_shows_it(tmp_path: Any) -> None:
    with shell_here(str(tmp_path)) as shell:
        shell.run_cell(
            "import ws_notebook as wsn\n@wsn.tool\ndef half(a: float) -> float:\n    'Half.'\n    return a / 2"
        )
        assert shell.run_line_magic("responses", "tools").rows == [("half", "0", "0", "", "Half.")]
