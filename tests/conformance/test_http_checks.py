"""The HTTP checks of the Open Responses compliance suite, by their ids."""

from __future__ import annotations

import json
from typing import Any

import httpx2
from openai.types.responses import Response
from support.server import RunningServer

PIXEL = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJ"
    "RU5ErkJggg=="
)
REQUIRED = {
    "id", "object", "created_at", "completed_at", "status", "incomplete_details", "model", "previous_response_id",
    "instructions", "output", "error", "tools", "tool_choice", "truncation", "parallel_tool_calls", "text", "top_p",
    "presence_penalty", "frequency_penalty", "top_logprobs", "temperature", "reasoning", "usage", "max_output_tokens",
    "max_tool_calls", "store", "background", "service_tier", "metadata", "safety_identifier", "prompt_cache_key",
}  # fmt: skip
NUMBERS = ("top_p", "presence_penalty", "frequency_penalty", "top_logprobs", "temperature")


def post(server: RunningServer, path: str = "", **fields: Any) -> httpx2.Response:
    body = {"model": "demo", **fields}
    return httpx2.post(f"{server.base_url}/responses{path}", headers=server.headers, json=body, timeout=20)


def valid(response: dict[str, Any]) -> dict[str, Any]:
    """*response*, with all that the suite's validator wants."""
    Response.model_validate(response)
    assert set(response) >= REQUIRED
    assert all(isinstance(response[name], int | float) for name in NUMBERS)
    assert response["text"]["format"] == {"type": "text"}
    assert set(response["reasoning"]) >= {"effort", "summary"}
    assert response["status"] == "completed"
    assert response["output"]
    return response


def user(text: str) -> dict[str, Any]:
    return {"type": "message", "role": "user", "content": text}


def text(response: dict[str, Any]) -> str:
    return str(response["output"][-1]["content"][0]["text"])


def test_basic_response(server: RunningServer) -> None:
    assert text(valid(post(server, input=[user('say "hello"')]).json())) == "hello"


def test_assistant_phase(server: RunningServer) -> None:
    said = {"type": "message", "role": "assistant", "phase": "commentary", "content": "I am looking it up."}
    answer = post(server, input=[user("My name is Ada"), said, user("What is my name?")])
    assert "Ada" in text(valid(answer.json()))


def test_streaming_response(server: RunningServer) -> None:
    answer = post(server, input=[user('say "one two"')], stream=True)
    data = [line.removeprefix("data: ") for line in answer.text.splitlines() if line.startswith("data: ")]
    assert data[-1] == "[DONE]"
    events = [json.loads(line) for line in data[:-1]]
    assert [event["sequence_number"] for event in events] == list(range(len(events)))
    assert text(valid(events[-1]["response"])) == "one two"


def test_system_prompt(server: RunningServer) -> None:
    system = {"type": "message", "role": "system", "content": "Speak like a pirate."}
    assert text(valid(post(server, input=[system, user('say "hello"')]).json())) == "hello"


def test_tool_calling(server: RunningServer) -> None:
    schema = {"type": "object", "properties": {"location": {"type": "string"}}, "required": ["location"]}
    tool = {"type": "function", "name": "get_weather", "description": "The weather in a place.", "parameters": schema}
    response = valid(post(server, input=[user("What is the weather in Paris?")], tools=[tool]).json())
    (call,) = response["output"]
    assert (call["type"], call["name"], json.loads(call["arguments"])) == (
        "function_call",
        "get_weather",
        {"location": "Paris"},
    )
    assert response["tools"][0] == {**tool, "strict": None}


def test_image_input(server: RunningServer) -> None:
    parts = [{"type": "input_text", "text": "What is this?"}, {"type": "input_image", "image_url": PIXEL}]
    valid(post(server, input=[{"type": "message", "role": "user", "content": parts}]).json())


def test_multi_turn(server: RunningServer) -> None:
    said = {"type": "message", "role": "assistant", "content": "Hello Ada."}
    answer = post(server, input=[user("My name is Ada"), said, user("What is my name?")])
    assert "Ada" in text(valid(answer.json()))


def test_compact_response(server: RunningServer) -> None:
    answer = post(server, "/compact", input=[user("My name is Ada")])
    body = answer.json()
    assert answer.status_code == 200
    assert set(body) == {"id", "object", "created_at", "output", "usage"}
    assert body["object"] == "response.compaction"
    assert body["output"][-1]["type"] == "compaction"


def test_compact_missing_model(server: RunningServer) -> None:
    answer = post(server, "/compact", model=None, input=[user("x")])
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "model")
