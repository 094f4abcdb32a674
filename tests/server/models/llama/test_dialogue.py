"""Lineages as messages for a model that knows no tools."""

from __future__ import annotations

from typing import Any

from ws_notebook.server.models.llama.dialogue import dialogue_of
from ws_notebook.server.models.llama.shown import NO_CALL, shown_messages

__all__: list[str] = []

TOOLS: list[dict[str, Any]] = [{"type": "function", "name": "f", "description": "Does it.", "parameters": {}}]
SHOWN = len(shown_messages(TOOLS, ""))


def user(text: str) -> dict[str, Any]:
    return {"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]}


def test_calls_and_outputs_become_lines_and_the_prefix_stays() -> None:
    items: list[dict[str, Any]] = [
        user("Do both."),
        {"type": "function_call", "name": "f", "call_id": "1", "arguments": '{"x":1}'},
        {"type": "custom_tool_call", "name": "g", "call_id": "2", "input": "text"},
        {"type": "function_call_output", "call_id": "1", "output": "one"},
        {"type": "custom_tool_call_output", "call_id": "2", "output": [{"type": "input_text", "text": "two"}]},
    ]
    found = dialogue_of(items, TOOLS, "")
    assert found.messages[SHOWN:] == [
        {"role": "user", "content": "Do both."},
        {
            "role": "assistant",
            "content": '{"tool": "f", "arguments": {"x": 1}}\n{"tool": "g", "arguments": {"input": "text"}}',
        },
        {"role": "user", "content": "Result of f: one\nResult of g: two"},
    ]
    assert found.question == "Do both."
    assert [name for name, _ in found.called] == ["f", "g"]
    answer = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Done."}]}
    longer = dialogue_of([*items, {"type": "reasoning", "summary": []}, answer, user("And?")], TOOLS, "")
    assert longer.messages[: len(found.messages)] == found.messages
    assert longer.messages[-2]["content"] == f"{NO_CALL}Done."
    assert (longer.question, list(longer.called)) == ("And?", [])


def test_instructions_stand_before_the_tools_and_a_developer_is_the_system() -> None:
    items = [{"type": "message", "role": "developer", "content": "Quick."}, user("Go.")]
    messages = dialogue_of(items, TOOLS, "Be kind.").messages
    assert messages[0]["content"].startswith("Be kind.\n\nTools:\nf(): Does it.")
    assert messages[SHOWN] == {"role": "system", "content": "Quick."}
