from __future__ import annotations

from openai.types.responses import Response

from ws_notebook.server.create import parse_create
from ws_notebook.server.responses import new_id, new_response, usage

# What the validator of Open Responses wants to be there, null or not.
REQUIRED = {
    *("id", "object", "created_at", "completed_at", "status", "incomplete_details", "model", "previous_response_id"),
    *("instructions", "output", "error", "tools", "tool_choice", "truncation", "parallel_tool_calls", "text", "top_p"),
    *("presence_penalty", "frequency_penalty", "top_logprobs", "temperature", "reasoning", "usage"),
    *("max_output_tokens", "max_tool_calls", "store", "background", "service_tier", "metadata"),
    *("safety_identifier", "prompt_cache_key"),
}


def test_every_field_a_strict_reader_wants_is_there() -> None:
    response = new_response(parse_create({"model": "demo", "input": "x"}), 5)
    assert set(response) >= REQUIRED
    assert set(response["reasoning"]) == {"effort", "summary"}
    assert response["text"] == {"format": {"type": "text"}}
    numbers = ("top_p", "presence_penalty", "frequency_penalty", "top_logprobs", "temperature")
    assert all(isinstance(response[name], int | float) for name in numbers)


def test_what_was_asked_for_is_repeated() -> None:
    asked = {
        "model": "demo",
        "input": "x",
        "instructions": "Be brief.",
        "temperature": 0.5,
        "metadata": {"k": "v"},
        "store": False,
        "parallel_tool_calls": False,
        "tool_choice": "required",
        "reasoning": {"effort": "low"},
        "text": {"verbosity": "low", "format": None},
        "max_output_tokens": 7,
    }
    response = new_response(parse_create(asked), 5)
    for name in ("instructions", "temperature", "metadata", "store", "parallel_tool_calls", "tool_choice"):
        assert response[name] == asked[name]
    assert response["reasoning"] == {"effort": "low", "summary": None}
    assert response["text"] == {"verbosity": "low", "format": {"type": "text"}}
    assert response["max_output_tokens"] == 7


def test_function_tools_show_what_they_left_out_as_null() -> None:
    tools = [{"type": "function", "name": "f"}, {"type": "custom", "name": "g"}]
    shown = new_response(parse_create({"model": "demo", "input": "x", "tools": tools}), 5)["tools"]
    assert shown[0] == {"type": "function", "name": "f", "description": None, "parameters": None, "strict": None}
    assert shown[1] == tools[1]


def test_the_sdk_reads_it() -> None:
    fields = new_response(parse_create({"model": "demo", "input": "x"}), 5)
    spent = usage(total_input=3, cached=1, output=2, reasoning=1)
    response = Response.model_validate({**fields, "usage": spent}, strict=False)
    assert response.usage is not None
    assert response.usage.total_tokens == 5
    assert response.usage.input_tokens_details.cached_tokens == 1
    assert response.usage.output_tokens_details.reasoning_tokens == 1


def test_ids_are_unique_and_say_what_they_are_of() -> None:
    names = {new_id("resp") for _ in range(100)}
    assert len(names) == 100
    assert all(name.startswith("resp_") for name in names)
