from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx2
import pytest
from support.endless import EndlessModel, serve_endless
from support.server import TOKEN, RunningServer, Wire, add_tool, outputs_for


def post(server: RunningServer, headers: dict[str, str] | None = None, **fields: Any) -> httpx2.Response:
    body = {"model": "demo", **fields}
    return httpx2.post(f"{server.base_url}/responses", json=body, headers=headers or server.headers, timeout=20)


def sse(answer: httpx2.Response) -> list[tuple[str, str]]:
    """(event, data) of a stream; the sentinel has no event."""
    blocks = [block.splitlines() for block in answer.text.strip().split("\n\n")]
    fields = [dict(line.split(": ", 1) for line in block) for block in blocks]
    return [(block.get("event", ""), block["data"]) for block in fields]


def without_ids(event: dict[str, Any]) -> Any:
    """An event with what differs between two equal runs left out."""
    changing = {"id", "item_id", "call_id", "created_at", "completed_at"}
    text = json.dumps(event)
    return json.loads(text, object_hook=lambda fields: {k: v for k, v in fields.items() if k not in changing})


def test_an_answer_is_the_response_object(server: RunningServer) -> None:
    answer = post(server, input='say "hello there"')
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["output"][0]["content"][0]["text"] == "hello there"


def test_a_stream_has_the_events_of_the_web_socket(server: RunningServer, wire: Wire) -> None:
    fields: dict[str, Any] = {"input": 'say "a b" and call add(a=1, b=2)', "tools": [add_tool()], "store": False}
    answer = post(server, stream=True, **fields)
    assert answer.headers["content-type"].startswith("text/event-stream")
    *events, last = sse(answer)
    assert last == ("", "[DONE]")
    streamed = [json.loads(data) for _, data in events]
    assert [name for name, _ in events] == [event["type"] for event in streamed]
    assert [without_ids(event) for event in streamed] == [without_ids(event) for event in wire.turn(**fields)]


def test_a_stored_response_is_continued_and_found_on_a_socket_too(server: RunningServer, wire: Wire) -> None:
    first = post(server, input="call add(a=2, b=3)", tools=[add_tool()]).json()
    outputs = outputs_for(first, add=lambda a, b: a + b)
    second = post(server, input=outputs, previous_response_id=first["id"]).json()
    assert "**5**" in second["output"][0]["content"][0]["text"]
    assert wire.response(input=outputs, previous_response_id=first["id"])["status"] == "completed"


def test_a_response_that_was_not_stored_is_not_found(server: RunningServer) -> None:
    first = post(server, input="hello", store=False).json()
    answer = post(server, input="hello", previous_response_id=first["id"])
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "previous_response_not_found"


@pytest.mark.parametrize("stream", [False, True])
def test_an_error_before_the_answer_is_an_http_status(server: RunningServer, stream: bool) -> None:
    answer = post(server, input="hello", previous_response_id="resp_nobody", stream=stream)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["error"]["param"] == "previous_response_id"


def test_lanes_are_for_sockets(server: RunningServer) -> None:
    assert post(server, input="hello", stream_id="a").json()["error"]["param"] == "stream_id"


def test_a_body_that_is_no_json_is_a_400(server: RunningServer) -> None:
    answer = httpx2.post(f"{server.base_url}/responses", content=b"{", headers=server.headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_json")


def test_without_the_token_nothing_is_told(server: RunningServer) -> None:
    answer = post(server, headers={"Authorization": "Bearer wrong"}, input="hello")
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "invalid_api_key"
    assert httpx2.get(f"{server.base_url}/models").status_code == 401


def test_another_page_is_refused(server: RunningServer) -> None:
    headers = {**server.headers, "Origin": "https://example.com"}
    assert post(server, headers=headers, input="hello").status_code == 403


def test_the_demo_model_is_listed(server: RunningServer) -> None:
    listed = httpx2.get(f"{server.base_url}/models", headers=server.headers).json()
    # Those on this machine follow.
    assert listed["data"][0]["id"] == "demo"


def test_unknown_paths_and_methods_are_told_in_json(server: RunningServer) -> None:
    assert httpx2.get(f"{server.base_url}/nothing", headers=server.headers).json()["error"]["code"] == "unknown_url"
    answer = httpx2.put(f"{server.base_url}/responses", headers=server.headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (405, "method_not_allowed")


@pytest.mark.parametrize("stream", [False, True])
def test_a_reader_that_leaves_stops_its_answer(stream: bool) -> None:
    async def story(model: EndlessModel, base_url: str) -> None:
        body = {"model": "endless", "input": "x", "stream": stream}
        headers = {"Authorization": f"Bearer {TOKEN}"}
        async with httpx2.AsyncClient(trust_env=False) as client:
            post = asyncio.create_task(client.post(f"{base_url}/responses", json=body, headers=headers, timeout=60))
            await model.started.wait()
            post.cancel()
            await asyncio.gather(post, return_exceptions=True)
        await model.stopped.wait()

    serve_endless(story)


def _format(**properties: object) -> dict[str, Any]:
    schema = {"type": "object", "properties": properties, "required": list(properties)}
    return {"format": {"type": "json_schema", "name": "answer", "schema": schema}}


_NUMBERS = {"type": "array", "items": {"type": "integer"}}


@pytest.mark.parametrize(
    "declared",
    [
        {**_NUMBERS, "minItems": 1_000_000},
        {"type": "array", "items": {**_NUMBERS, "minItems": 5000}, "minItems": 5000},
        {**_NUMBERS, "description": "at least 100000000 items"},
        {"type": "string", "minLength": 1_000_000_000},
        {"type": "array", "minItems": 5000, "items": {"type": "string", "minLength": 5000}},
        {"type": "object", "minProperties": 1_000_000},
        {"enum": [f"word{n}" for n in range(100_000)]},
        {"type": "object", "properties": {f"p{n}": {"$ref": "#/properties/given"} for n in range(100)}},
    ],
    ids=lambda declared: str(declared)[:50],
)
@pytest.mark.parametrize("stream", [False, True])
def test_a_schema_that_asks_for_too_much_is_a_400(server: RunningServer, declared: Any, stream: bool) -> None:
    answer = post(server, input="x", text=_format(given=declared), stream=stream)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["param"]) == (400, "invalid_json_schema", "text.format.schema")
    assert "Ask for less" in error["message"]


def test_a_long_list_is_made(server: RunningServer) -> None:
    answer = post(server, input="x", text=_format(given={**_NUMBERS, "minItems": 500})).json()
    assert len(json.loads(answer["output"][0]["content"][0]["text"])["given"]) == 500
