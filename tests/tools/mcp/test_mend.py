"""Messages of MCP servers, mended."""

from __future__ import annotations

from typing import Any

import pytest

from ws_notebook.tools.mcp.mend import mended, messages_in

__all__: list[str] = []

MESSAGE = '{"jsonrpc": "2.0", "id": 1, "result": {}}'
FOUND = {"jsonrpc": "2.0", "id": 1, "result": {}}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (f"Loading… {MESSAGE}", [FOUND]),
        (f"{MESSAGE} done", [FOUND]),
        (f"{MESSAGE}{MESSAGE}", [FOUND, FOUND]),
        (f"[{MESSAGE}, {MESSAGE}]", [FOUND, FOUND]),
        (f"[info] {{not json}} {MESSAGE}", [FOUND]),
        ('{"level": "info"}', []),
        ("Server mode: STDIO", []),
        ("{" * 100, []),
        ("", []),
    ],
)
def test_messages_are_found_among_other_words(line: str, expected: list[Any]) -> None:
    assert list(messages_in(line)) == expected


def test_what_is_no_list_of_tools_and_no_answer_is_left_alone() -> None:
    assert mended({"messages": []}, {}) == {"messages": []}


def test_tools_are_listed_by_what_is_needed_of_them() -> None:
    listed = {
        "tools": [
            {"name": "odd", "title": 3, "description": "Finds.", "inputSchema": True, "outputSchema": {"$id": "x"}},
            {"name": "bare", "annotations": "none"},
        ],
        "nextCursor": 5,
    }
    refused = {"odd": "an old reason"}
    assert mended(listed, refused) == {
        "tools": [
            {"name": "odd", "description": "Finds.", "inputSchema": {"type": "object", "properties": {}}},
            {"name": "bare", "inputSchema": {"type": "object", "properties": {}}},
        ],
        "nextCursor": "5",
    }
    assert refused == {}
    assert mended({"tools": None, "nextCursor": None}, refused) == {"tools": []}


def test_tools_that_cannot_be_are_left_out_with_the_reason() -> None:
    deep: dict[str, Any] = {}
    for _ in range(3_000):
        deep = {"properties": {"a": deep}}
    refused: dict[str, str] = {}
    given = [{"name": "text", "inputSchema": {"type": "string"}}, {"name": "deep", "inputSchema": deep}, {}, "x"]
    assert mended({"tools": given}, refused) == {"tools": []}
    assert refused["text"] == "its arguments are no object but string"
    assert refused["deep"] == "its schema is too deeply nested"
    assert refused["None"] == "it has no name"


@pytest.mark.parametrize(
    ("result", "content"),
    [
        ({"structuredContent": {"a": 1}}, []),
        ({"content": "words"}, [{"type": "text", "text": "words"}]),
        ({"content": None, "structuredContent": {"a": 1}}, []),
        ({"content": ["words", 3]}, [{"type": "text", "text": "words"}, {"type": "text", "text": "3"}]),
        ({"content": [{"type": "text", "text": {"a": 1}}]}, [{"type": "text", "text": '{"a": 1}'}]),
        ({"content": [{"type": "table", "rows": 1}]}, [{"type": "text", "text": '{"type": "table", "rows": 1}'}]),
        ({"content": [], "structuredContent": [1, 2]}, [{"type": "text", "text": "[1, 2]"}]),
        ({"content": [{"type": "text", "text": "x"}], "structuredContent": None}, [{"type": "text", "text": "x"}]),
    ],
)
def test_answers_have_parts_that_can_be_read(result: dict[str, Any], content: list[Any]) -> None:
    if isinstance(result.get("content"), str):
        result["structuredContent"] = {}
    found = mended(result, {})
    assert found["content"] == content
    assert isinstance(found.get("structuredContent", {}), dict)


def test_an_error_is_told_by_true_or_false() -> None:
    assert mended({"content": [], "isError": "yes"}, {})["isError"] is True
    assert mended({"content": [], "isError": None}, {})["isError"] is False
