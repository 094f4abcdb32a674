from __future__ import annotations

from typing import Any

import pytest

from ws_notebook.dialects import DIALECTS, OTHER
from ws_notebook.server.errors import ApiError
from ws_notebook.server.models.base import ModelRequest
from ws_notebook.server.models.upstream.chat import body_of, messages_of

FUNCTION = {"type": "function", "name": "f", "description": "Does.", "parameters": {"type": "object"}, "strict": True}


def request(*items: dict[str, Any], **fields: Any) -> ModelRequest:
    known = {name: fields.pop(name) for name in ("tools", "tool_choice", "parallel_tool_calls") if name in fields}
    return ModelRequest(items=items, tools=known.pop("tools", ()), fields=fields, **known)


def user(content: Any) -> dict[str, Any]:
    return {"type": "message", "role": "user", "content": content}


def test_settings_go_by_their_names_there() -> None:
    asked = request(temperature=0.5, max_output_tokens=9, reasoning={"effort": "low"}, metadata={"a": "b"})
    body = body_of("m", asked, OTHER)
    assert (body["temperature"], body["max_tokens"], body["reasoning_effort"]) == (0.5, 9, "low")
    assert body["stream_options"] == {"include_usage": True}
    assert "metadata" not in body
    openai = body_of("m", asked, DIALECTS["openai"])
    assert (openai["max_completion_tokens"], openai["metadata"]) == (9, {"a": "b"})


def test_tools_and_choices() -> None:
    body = body_of("m", request(tools=[FUNCTION], parallel_tool_calls=False), OTHER)
    function = {name: FUNCTION[name] for name in ("name", "description", "parameters", "strict")}
    assert body["tools"] == [{"type": "function", "function": function}]
    assert body["parallel_tool_calls"] is False
    assert "tool_choice" not in body
    named = request(tools=[FUNCTION], tool_choice={"type": "function", "name": "f"})
    assert body_of("m", named, OTHER)["tool_choice"] == {"type": "function", "function": {"name": "f"}}
    allowed: dict[str, Any] = {
        "type": "allowed_tools",
        "mode": "required",
        "tools": [{"type": "function", "name": "f"}],
    }
    body = body_of("m", request(tools=[FUNCTION, {**FUNCTION, "name": "g"}], tool_choice=allowed), OTHER)
    assert ([each["function"]["name"] for each in body["tools"]], body["tool_choice"]) == (["f"], "required")


def test_free_form_tools_stay_what_they_are_where_they_are_known() -> None:
    tool = {"type": "custom", "name": "shell", "format": {"type": "text"}}
    call = {"type": "custom_tool_call", "call_id": "c", "name": "shell", "input": "ls"}
    body = body_of("m", request(call, tools=[tool]), DIALECTS["openai"])
    assert body["tools"] == [{"type": "custom", "custom": {"name": "shell", "format": {"type": "text"}}}]
    assert body["messages"][0]["tool_calls"][0]["custom"] == {"name": "shell", "input": "ls"}


def test_messages_of_a_whole_lineage() -> None:
    told = messages_of(
        request(
            {"type": "message", "role": "developer", "content": "Be kind."},
            user([{"type": "input_text", "text": "A "}, {"type": "input_text", "text": "B"}]),
            {"type": "reasoning", "id": "rs_1", "summary": []},
            {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "I call."}]},
            {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"},
            {"type": "function_call", "call_id": "d", "name": "f", "arguments": ""},
            {"type": "function_call_output", "call_id": "c", "output": "1"},
            {
                "type": "function_call_output",
                "call_id": "d",
                "output": [{"type": "input_image", "image_url": "data:x"}],
            },
            user("And?"),
            instructions="Be brief.",
        ),
        OTHER,
    )
    calls = [{"id": each, "type": "function", "function": {"name": "f", "arguments": "{}"}} for each in "cd"]
    assert told == [
        {"role": "system", "content": "Be brief."},
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": "A B"},
        {"role": "assistant", "content": "I call.", "tool_calls": calls},
        {"role": "tool", "tool_call_id": "c", "content": "1"},
        {"role": "tool", "tool_call_id": "d", "content": "The output follows as a picture."},
        {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:x"}}]},
        {"role": "user", "content": "And?"},
    ]


def test_pictures_and_files_go_along() -> None:
    parts = [
        {"type": "input_text", "text": "x"},
        {"type": "input_image", "image_url": "data:image/png;base64,AA==", "detail": "low"},
        {"type": "input_file", "filename": "a.pdf", "file_data": "data:application/pdf;base64,AA=="},
    ]
    assert messages_of(request(user(parts)), OTHER)[0]["content"] == [
        {"type": "text", "text": "x"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA==", "detail": "low"}},
        {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,AA=="}},
    ]


@pytest.mark.parametrize("part", [{"type": "input_image", "file_id": "f"}, {"type": "input_file", "file_id": "f"}, {}])
def test_what_has_no_form_there_is_named(part: dict[str, Any]) -> None:
    with pytest.raises(ApiError) as refused:
        messages_of(request(user([part])), OTHER)
    assert refused.value.param == "input[0].content[0]"
