from __future__ import annotations

from typing import Any

from ws_notebook.core.spoken import mended, plain_items, spoken
from ws_notebook.dialects import DIALECTS, OTHER

LLAMA = DIALECTS["llamacpp"]
SCHEMA = {"type": "object"}


def test_a_schema_is_said_where_the_server_looks_for_it() -> None:
    body = {"text": {"format": {"type": "json_schema", "name": "x", "schema": SCHEMA}}}
    assert spoken(body, LLAMA) == {**body, "json_schema": SCHEMA}
    assert spoken({"text": {"format": {"type": "json_object"}}}, LLAMA)["response_format"] == {"type": "json_object"}
    assert spoken(body, OTHER) == body


def test_the_limit_is_at_least_what_the_server_takes() -> None:
    assert spoken({"max_output_tokens": 4}, DIALECTS["litellm"])["max_output_tokens"] == 16
    assert spoken({"max_output_tokens": 4}, OTHER)["max_output_tokens"] == 4


def test_items_are_made_whole_and_those_that_nobody_else_knows_are_left_out() -> None:
    items: list[dict[str, Any]] = [
        {"role": "user", "content": "x"},
        {"role": "assistant", "content": "y"},
        {"type": "reasoning", "summary": []},
        {"type": "custom_tool_call", "call_id": "c", "name": "shell", "input": "ls"},
        {"type": "custom_tool_call_output", "call_id": "c", "output": "a"},
        {"type": "web_search_call", "id": "ws_1"},
    ]
    user, mine, call, output = plain_items(items)
    assert user == {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "x"}]}
    part = {"type": "output_text", "text": "y", "annotations": []}
    assert mine == {"type": "message", "role": "assistant", "status": "completed", "content": [part]}
    assert call == {"type": "function_call", "call_id": "c", "name": "shell", "arguments": '{"input": "ls"}'}
    assert output == {"type": "function_call_output", "call_id": "c", "output": "a"}
    assert spoken({"input": items}, LLAMA)["input"] == [user, mine, call, output]


def test_a_completed_answer_with_all_its_tokens_was_cut_where_that_is_hidden() -> None:
    event = {"type": "response.completed", "response": {"status": "completed", "usage": {"output_tokens": 4}}}
    cut = mended(event, LLAMA, 4)
    assert cut["type"] == "response.incomplete"
    assert cut["response"]["incomplete_details"] == {"reason": "max_output_tokens"}
    for same in (mended(event, LLAMA, 5), mended(event, LLAMA, None), mended(event, OTHER, 4)):
        assert same is event
