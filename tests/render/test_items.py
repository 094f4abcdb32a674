from __future__ import annotations

from typing import Any

import pytest
from render.play import Play

from ws_notebook.render.items import citations, other_items, output_text

__all__: list[str] = []

DATA = "data:image/png;base64,"
LINES: list[tuple[dict[str, Any], str]] = [
    ({"type": "web_search_call", "action": {"type": "search", "query": "Oslo"}}, 'search "Oslo"'),
    (
        {"type": "web_search_call", "action": {"type": "open_page", "url": "https://example.org/"}},
        "open_page https://example.org/",
    ),
    (
        {"type": "web_search_call", "name": "web_search", "arguments": '{"query": "what is xAI", "num_results": 5}'},
        'search "what is xAI"',
    ),
    ({"type": "web_search_call", "name": "web_search", "arguments": "{"}, "name=web_search, arguments={"),
    (
        {"type": "code_interpreter_call", "code": "plot()", "outputs": [{"type": "image", "url": DATA + "A" * 4000}]},
        "plot() → [image, 3.0 kB]",
    ),
    ({"type": "file_search_call", "queries": ["a", "b"], "results": [{}]}, '"a", "b" → 1 result'),
    (
        {
            "type": "code_interpreter_call",
            "code": "\nimport math\nmath.pi",
            "outputs": [{"type": "logs", "logs": "3.14"}],
        },
        "import math … → 3.14",
    ),
    ({"type": "image_generation_call", "result": "A" * 4000, "size": "64x64"}, "image 64x64, 3.0 kB"),
    (
        {"type": "mcp_call", "server_label": "docs", "name": "ask", "arguments": '{"q": 1}', "output": "yes"},
        "docs.ask(q=1) → yes",
    ),
    ({"type": "mcp_list_tools", "server_label": "docs", "tools": [{}, {}]}, "docs: 2 tools"),
    (
        {"type": "mcp_approval_request", "server_label": "docs", "name": "ask", "arguments": "{}"},
        "asks to call docs.ask()",
    ),
    ({"type": "local_shell_call", "action": {"command": ["ls", "-l"]}}, "ls -l"),
    ({"type": "shell_call", "action": {"commands": ["pwd", "ls"]}}, "pwd; ls"),
    ({"type": "apply_patch_call", "operation": {"type": "update_file", "path": "a.py"}}, "update_file a.py"),
    ({"type": "teleport_call", "to": "Oslo", "blob": "A" * 5000}, "to=Oslo, blob=5.0 kB"),
    ({"type": "web_search_call", "action": None, "note": "odd"}, "note=odd"),
    ({"type": "shell_call", "action": 7}, "action=7"),
]


@pytest.mark.parametrize(("item", "line"), LINES, ids=[line for _, line in LINES])
def test_each_kind_of_item_is_one_short_line(item: dict[str, Any], line: str) -> None:
    play = Play().send().created("resp_1").item(id="it_1", status="completed", **item)
    assert other_items(play.run.turns[0], pictures=False) == [
        {"type": item["type"], "id": "it_1", "status": "completed", "summary": line}
    ]


def test_what_is_shown_elsewhere_is_not_listed() -> None:
    play = Play().send().created("resp_1").call("call_1", "look")
    play.item(type="reasoning", summary=[]).item(type="message", content=[{"type": "output_text", "text": "hi"}])
    assert other_items(play.run.turns[0]) == []


def test_a_refusal_is_an_item_with_its_words() -> None:
    play = Play().send().created("resp_1")
    play.event("response.refusal.delta", delta="I will ").event("response.refusal.delta", delta="not.")
    assert other_items(play.run.turns[0]) == [
        {"type": "refusal", "id": "", "status": "in_progress", "summary": "I will not."}
    ]


def test_outputs_that_are_pictures_are_named() -> None:
    output = [
        {"type": "input_text", "text": "See:"},
        {"type": "input_image", "image_url": "data:image/png;base64," + "A" * 4000},
        {"type": "input_image", "image_url": "https://example.org/a.png"},
        {"type": "input_file", "filename": "a.pdf", "file_data": "B" * 4000},
        {"type": "novel", "x": 1},
    ]
    assert output_text(output).split("\n") == [
        "See:",
        "[image, 3.0\u00a0kB]",
        "[image, https://example.org/a.png]",
        "[a.pdf, 3.0\u00a0kB]",
        '{"type": "novel", "x": 1}',
    ]
    assert output_text("plain") == "plain"


def test_a_picture_that_was_made_is_kept_unless_it_is_large() -> None:
    play = Play().send().created("resp_1")
    for result in ("aGk=", "a" * 400_001, None):
        play.item(type="image_generation_call", id="ig_1", status="completed", output_format="png", result=result)
    made = [item.get("image") for item in other_items(play.run.turns[0])]
    assert made == ["data:image/png;base64,aGk=", None, None]
    assert "image" not in other_items(play.run.turns[0], pictures=False)[0]


def test_pictures_of_the_code_interpreter_are_kept_as_far_as_there_is_room() -> None:
    def made(*urls: Any) -> dict[str, Any]:
        outputs = [{"type": "logs", "logs": "x"}, *({"type": "image", "url": url} for url in urls), "odd"]
        play = Play().send().created("r").item(type="code_interpreter_call", code="plot()", outputs=outputs)
        (item,) = other_items(play.run.turns[0])
        return {name: item[name] for name in ("image", "images") if name in item}

    one, other = DATA + "aGk=", DATA + "aGkh"
    assert made(one) == {"image": one}
    assert made(one, other) == {"images": [one, other]}
    assert made(DATA + "a" * 400_000, one) == {"image": one}
    assert made("https://example.org/a.png", "data:image/svg+xml;base64,aGk=", DATA + "<b>", None, 5) == {}


def test_what_an_answer_cites_is_told_once_and_in_order() -> None:
    notes = [
        {"type": "url_citation", "url": "https://b.example", "title": "B"},
        {"type": "file_citation", "file_id": "file_1", "filename": "a.txt"},
        {"type": "url_citation", "url": "https://b.example", "title": "B again"},
        {"type": "new"},
        "odd",
    ]
    content = [{"type": "output_text", "text": "x", "annotations": notes}, {"type": "output_text", "annotations": None}]
    play = Play().send().created("resp_1").item(type="message", content=content)
    assert citations(play.run.turns[0]) == [
        {"title": "B", "url": "https://b.example"},
        {"title": "a.txt", "url": ""},
    ]
