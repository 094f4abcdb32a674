from __future__ import annotations

from typing import Any

import httpx2
import pytest
from support.server import RunningServer, Wire, text_of


def compact(server: RunningServer, **fields: Any) -> httpx2.Response:
    return httpx2.post(f"{server.base_url}/responses/compact", headers=server.headers, json=fields, timeout=20)


def user(text: str) -> dict[str, Any]:
    return {"type": "message", "role": "user", "content": [{"type": "input_text", "text": text}]}


def test_it_gives_the_user_s_messages_and_one_compaction_item(server: RunningServer, wire: Wire) -> None:
    first = wire.response(input="My name is Ada", store=True)
    answer = compact(server, model="demo", input="write 300 words", previous_response_id=first["id"])
    body = answer.json()
    assert (answer.status_code, body["object"]) == (200, "response.compaction")
    assert [item["type"] for item in body["output"]] == ["message", "message", "compaction"]
    assert [item["content"][0]["text"] for item in body["output"][:2]] == ["My name is Ada", "write 300 words"]
    assert body["usage"]["input_tokens"] > 0


def test_its_output_is_the_beginning_of_a_new_chain(server: RunningServer, wire: Wire) -> None:
    said = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Hello " * 400}]}
    window = compact(server, model="demo", input=[user("My name is Ada"), said]).json()["output"]
    response = wire.response(input=[*window, user("What is my name?")])
    assert "Ada" in response["output"][0]["content"][0]["text"]
    assert response["usage"]["input_tokens"] < 100


def test_its_id_is_no_response_s(server: RunningServer, wire: Wire) -> None:
    body = compact(server, model="demo", input="hello").json()
    assert wire.error(input="x", previous_response_id=body["id"])["error"]["code"] == "previous_response_not_found"


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"input": "hello"}, "model"),
        ({"model": "nobody", "input": "hello"}, "model"),
        ({"model": "demo", "input": 5}, "input"),
        ({"model": "demo", "input": [{"type": "compaction", "encrypted_content": "x"}]}, "input"),
        ({"model": "demo", "previous_response_id": "resp_nobody"}, "previous_response_id"),
    ],
)
def test_a_wrong_request_is_a_400_that_names_the_parameter(
    server: RunningServer, fields: dict[str, Any], param: str
) -> None:
    answer = compact(server, **fields)
    assert (answer.status_code, answer.json()["error"]["param"]) == (400, param)


def test_a_long_context_is_compacted_within_the_stream(wire: Wire) -> None:
    management = [{"type": "compaction", "compact_threshold": 300}]
    first = wire.response(input="My name is Ada", context_management=management)
    long = wire.response(input="write 600 words", previous_response_id=first["id"], context_management=management)
    assert [item["type"] for item in long["output"]] == ["message"]
    events = wire.turn(input="What is my name?", previous_response_id=long["id"], context_management=management)
    kinds = [event["type"].removeprefix("response.") for event in events]
    assert kinds[:6] == [
        "created",
        "in_progress",
        "output_item.added",
        "compaction.compacting",
        "output_item.done",
        "output_item.added",
    ]
    added, compacting, done = events[2:5]
    assert added["item"]["type"] == "compaction"
    assert compacting["item_id"] == added["item"]["id"] == done["item"]["id"]
    assert (compacting["output_index"], done["item"]["type"]) == (0, "compaction")
    assert "Ada" in text_of(events)
    # "Just continue with the newest id": what came before the item is no longer read.
    after = wire.response(input="What did I ask before?", previous_response_id=events[-1]["response"]["id"])
    assert after["usage"]["input_tokens"] < 300
    assert "What is my name?" in after["output"][0]["content"][0]["text"]


def test_a_compaction_in_the_middle_of_a_run_makes_no_call_twice(wire: Wire) -> None:
    management = [{"type": "compaction", "compact_threshold": 60}]
    response = wire.response(input="6 times: call step(i=…)", context_management=management)
    called: list[str] = []
    compactions = 0
    while calls := [item for item in response["output"] if item["type"] == "function_call"]:
        called += [item["arguments"] for item in calls]
        compactions += sum(item["type"] == "compaction" for item in response["output"])
        outputs = [
            {"type": "function_call_output", "call_id": item["call_id"], "output": "many words " * 200}
            for item in calls
        ]
        response = wire.response(input=outputs, previous_response_id=response["id"], context_management=management)
    assert called == [f'{{"i":{number}}}' for number in range(1, 7)]
    assert compactions > 0


def test_a_trigger_gives_a_compaction_item_and_nothing_else(wire: Wire) -> None:
    first = wire.response(input="My name is Ada")
    trigger = {"type": "compaction_trigger"}
    compacted = wire.response(input=[trigger], previous_response_id=first["id"])
    assert [item["type"] for item in compacted["output"]] == ["compaction"]
    by_id = wire.response(input="What is my name?", previous_response_id=compacted["id"])
    by_item = wire.response(input=[*compacted["output"], user("What is my name?")])
    assert "Ada" in by_id["output"][0]["content"][0]["text"]
    assert "Ada" in by_item["output"][0]["content"][0]["text"]
    refused = wire.error(input=[trigger, user("x")])
    assert (refused["status"], refused["error"]["param"]) == (400, "input")


def test_a_warm_up_of_either_kind_is_not_compacted_and_can_be_continued(wire: Wire) -> None:
    for fields in ({"generate": False}, {"prompt_cache_options": {"prewarm": True}}):
        events = wire.turn(input='say "warm"', instructions="Be brief.", **fields)
        assert [event["type"] for event in events] == ["response.created", "response.in_progress", "response.completed"]
        warm = events[-1]["response"]
        assert (warm["output"], warm["usage"]["output_tokens"]) == ([], 0)
        answer = wire.response(input=[], previous_response_id=warm["id"])
        assert answer["output"][0]["content"][0]["text"] == "warm"
        assert answer["usage"]["input_tokens_details"]["cached_tokens"] > 0
