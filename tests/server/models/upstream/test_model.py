"""The server in front of a scripted upstream, over its own socket: what comes of each kind of answer."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from support.server import RunningServer, Wire, population_tool, running_server, text_of
from support.upstream import Reply, Scripted, chat, chunk, completion, events, responses, scripted
from websockets.exceptions import ConnectionClosed

Event = dict[str, Any]
PNG = {"type": "input_image", "image_url": "data:image/png;base64,iVBORw0KGgo="}


@contextmanager
def front(upstream: Scripted, *flags: str) -> Iterator[RunningServer]:
    with running_server("--upstream", upstream.base_url, *flags) as server:
        yield server


@contextmanager
def asked(script: Callable[[str, Event], Reply], *flags: str, **options: Any) -> Iterator[tuple[Wire, Scripted]]:
    """A socket of a server in front of that script."""
    with scripted(script, **options) as upstream, front(upstream, *flags) as server, server.wire() as wire:
        yield wire, upstream


def kinds(events: list[Event]) -> list[str]:
    return [event["type"].removeprefix("response.") for event in events]


def user(*parts: Event) -> list[Event]:
    return [{"type": "message", "role": "user", "content": list(parts)}]


@pytest.fixture(scope="module")
def chatting() -> Iterator[tuple[Scripted, RunningServer]]:
    with scripted(chat) as upstream, front(upstream) as server:
        yield upstream, server


@pytest.fixture
def line(chatting: tuple[Scripted, RunningServer]) -> Iterator[Wire]:
    with chatting[1].wire() as wire:
        wire.send = send(wire)  # type: ignore[method-assign]
        yield wire


def send(wire: Wire) -> Callable[..., None]:
    original = wire.send
    return lambda **fields: original(**{"model": "scripted", **fields})


def test_what_it_stands_in_front_of_is_told(chatting: tuple[Scripted, RunningServer]) -> None:
    upstream, server = chatting
    assert upstream.base_url in server.line
    assert "asked by its Chat Completions; models: scripted" in server.line


def test_text_comes_token_by_token_with_the_upstream_s_own_count(line: Wire) -> None:
    told = line.turn(input="Hello.")
    assert [event["delta"] for event in told if event["type"].endswith("text.delta")] == ["Heard ", "1", " messages."]
    assert told[-1]["response"]["usage"] == {
        "input_tokens": 10,
        "input_tokens_details": {"cached_tokens": 4, "cache_write_tokens": 0},
        "output_tokens": 5,
        "output_tokens_details": {"reasoning_tokens": 2},
        "total_tokens": 15,
    }


def test_a_continuation_brings_the_history_along(line: Wire, chatting: tuple[Scripted, RunningServer]) -> None:
    first = line.response(input="One.", instructions="Be brief.")
    second = line.response(input="Two.", instructions="Be brief.", previous_response_id=first["id"])
    assert second["previous_response_id"] == first["id"]
    assert [(each["role"], each["content"]) for each in chatting[0].seen[-1][1]["messages"]] == [
        ("system", "Be brief."),
        ("user", "One."),
        ("assistant", "Heard 2 messages."),
        ("user", "Two."),
    ]


def test_parallel_calls_and_their_outputs(line: Wire, chatting: tuple[Scripted, RunningServer]) -> None:
    told = line.turn(input="Please think and call.", tools=[population_tool()])
    first = told[-1]["response"]
    assert [item["type"] for item in first["output"]] == ["reasoning", "function_call", "function_call"]
    assert first["output"][0]["content"] == [{"type": "reasoning_text", "text": "I think."}]
    assert [json.loads(item["arguments"])["city"] for item in first["output"][1:]] == ["Paris", "Oslo"]
    assert kinds(told).count("function_call_arguments.done") == 2
    outputs = [
        {"type": "function_call_output", "call_id": call["call_id"], "output": [{"type": "input_text", "text": "5"}]}
        for call in first["output"][1:]
    ]
    second = line.response(input=outputs, tools=[population_tool()], previous_response_id=first["id"])
    assert second["output"][0]["content"][0]["text"] == "Heard 4 messages."
    messages = chatting[0].seen[-1][1]["messages"]
    assert [call["id"] for call in messages[1]["tool_calls"]] == ["call_0", "call_1"]
    assert messages[2] == {"role": "tool", "tool_call_id": "call_0", "content": "5"}


def test_a_cut_answer_is_incomplete(line: Wire) -> None:
    response = line.response(input="Be cut.", max_output_tokens=3)
    assert (response["status"], response["incomplete_details"]) == ("incomplete", {"reason": "max_output_tokens"})


def test_a_schema_becomes_a_response_format(line: Wire, chatting: tuple[Scripted, RunningServer]) -> None:
    schema = {"type": "object", "properties": {"city": {"type": "string"}}}
    wanted = {"format": {"type": "json_schema", "name": "place", "strict": True, "schema": schema}}
    response = line.response(input="Where?", text=wanted)
    assert json.loads(response["output"][0]["content"][0]["text"]) == {"city": "Oslo"}
    told = {"name": "place", "strict": True, "schema": schema}
    assert chatting[0].seen[-1][1]["response_format"] == {"type": "json_schema", "json_schema": told}


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"input": user(PNG)}, "image_not_supported"),
        ({"input": "word " * 5000}, "context_length_exceeded"),
        ({"input": "x", "model": "nobody"}, "model_not_found"),
        ({"input": "x", "model": "http://127.0.0.1:9/v1#x"}, "model_not_found"),
        ({"input": "x", "model": "/etc/passwd"}, "model_not_found"),
        ({"input": "x", "tools": [{"type": "web_search"}]}, "unsupported_value"),
        ({"input": user({"type": "input_image", "file_id": "file_1"})}, "unsupported_value"),
    ],
)
def test_what_cannot_be_done_is_refused_before_anything_began(line: Wire, asked: Event, code: str) -> None:
    error = line.error(**asked)
    assert (error["status"], error["error"]["code"]) == (400, code)
    assert text_of(line.turn(input="Hello.")) == "Heard 1 messages."


def test_a_free_form_tool_goes_as_a_function_and_comes_back_as_itself() -> None:
    def script(path: str, body: Event) -> Reply:
        if not body or len(body["messages"]) > 1:
            return chat(path, body)
        arguments = [
            {"index": 0, "id": "c", "function": {"name": "shell", "arguments": part}}
            for part in ('{"in', 'put": "ls"}')
        ]
        return Reply.stream(completion(({"tool_calls": [each]} for each in arguments), "tool_calls"))

    with asked(script) as (wire, upstream):
        tool = {"type": "custom", "name": "shell", "description": "Runs it."}
        first = wire.response(model="scripted", input="List.", tools=[tool])
        (call,) = first["output"]
        assert (call["type"], call["name"], call["input"]) == ("custom_tool_call", "shell", "ls")
        output = {"type": "custom_tool_call_output", "call_id": call["call_id"], "output": "a.txt"}
        wire.response(model="scripted", input=[output], tools=[tool], previous_response_id=first["id"])
    (_, body) = upstream.seen[-1]
    assert body["tools"][0]["function"]["parameters"]["required"] == ["input"]
    assert body["messages"][1]["tool_calls"][0]["function"]["arguments"] == '{"input": "ls"}'


def test_a_stop_closes_the_connection_to_the_upstream(chatting: tuple[Scripted, RunningServer]) -> None:
    upstream, server = chatting
    upstream.broken.clear()
    with server.wire() as wire:
        wire.send(model="scripted", input="Talk forever.")
        while wire.receive()["type"] != "response.output_text.delta":
            pass
        wire.socket.close()
    assert upstream.broken.wait(5)


def test_sixteen_lanes_at_once_lose_no_token() -> None:
    words = [f"w{number} " for number in range(200)]

    def script(path: str, body: Event) -> Reply:
        return Reply.stream(completion({"content": word} for word in words)) if body else chat(path, body)

    with asked(script) as (wire, _):
        lanes = [f"lane-{number}" for number in range(16)]
        for lane in lanes:
            wire.send(model="scripted", input="Go.", stream_id=lane)
        texts: dict[str, str] = dict.fromkeys(lanes, "")
        ends = 0
        while ends < len(lanes):
            event = wire.receive()
            if event["type"] == "response.output_text.delta":
                texts[event["stream_id"]] += event["delta"]
            ends += event["type"] == "response.completed"
    assert set(texts.values()) == {"".join(words)}


def test_a_warm_up_of_a_server_that_only_generates_costs_nothing(
    line: Wire, chatting: tuple[Scripted, RunningServer]
) -> None:
    before = len(chatting[0].seen)
    warm = line.response(input="Read this.", generate=False)
    assert (warm["status"], warm["output"], len(chatting[0].seen)) == ("completed", [], before)
    assert (
        line.response(input="Go.", previous_response_id=warm["id"])["output"][0]["content"][0]["text"]
        == "Heard 2 messages."
    )


def test_a_warm_up_of_a_server_that_keeps_its_prefix_reads_ahead() -> None:
    with asked(chat, owner="llamacpp") as (wire, upstream):
        warm = wire.response(model="scripted", input="Read this.", generate=False)
        assert warm["usage"]["input_tokens"] == 10
        assert warm["usage"]["output_tokens"] == 0
        assert upstream.asked[-1]["max_tokens"] == 1


def test_a_summary_by_the_model_stands_for_a_compacted_history() -> None:
    with asked(chat) as (wire, upstream):
        first = wire.response(model="scripted", input="My name is Ada.")
        trigger = [{"type": "compaction_trigger"}]
        second = wire.response(model="scripted", input=trigger, previous_response_id=first["id"])
        assert [item["type"] for item in second["output"]] == ["compaction"]
        wire.response(model="scripted", input="Go on.", previous_response_id=second["id"])
    assert [each["content"] for each in upstream.asked[-1]["messages"]] == ["Heard 3 messages.", "Go on."]


# What goes wrong at an upstream.


@pytest.mark.parametrize(
    ("reply", "status", "code", "said"),
    [
        (
            lambda: Reply.json({"error": {"message": "Slow down."}}, 429, retry_after="7"),
            429,
            "rate_limit_exceeded",
            "Slow",
        ),
        (lambda: Reply.json({"error": {"message": "Oh."}}, 500), 500, "server_error", "Oh."),
        (
            lambda: Reply([b"<html><body>Bad gateway</body></html>"], 502, "text/html"),
            502,
            "server_error",
            "Bad gateway",
        ),
        (lambda: Reply([b"hello"], 200, "text/plain"), 502, "server_error", "hello"),
        (lambda: Reply.json({"detail": "Invalid token: a-key-of-the-upstream-42"}, 401), 401, None, "Invalid token"),
        (lambda: Reply.stream(["nonsense"]), 502, "upstream_broke_off", "nonsense"),
    ],
)
def test_an_upstream_s_refusal_is_the_request_s(
    reply: Callable[[], Reply], status: int, code: str | None, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UPSTREAM_KEY_FOR_TESTS", "a-key-of-the-upstream-42")

    def script(path: str, body: Event) -> Reply:
        return reply() if body and body["messages"][-1]["content"] == "Fail." else chat(path, body)

    with asked(script, "--upstream-key-variable", "UPSTREAM_KEY_FOR_TESTS") as (wire, upstream):
        told = wire.turn(model="scripted", input="Fail.")
        error = told[-1]["error"] if told[-1]["type"] == "error" else told[-1]["response"]["error"]
        assert told[-1].get("status", status) == status
        assert said in error["message"]
        assert "a-key-of-the-upstream-42" not in error["message"]
        if code:
            assert error["code"] == code
        if status == 429:
            assert error["headers"] == {"retry-after": "7"}
        assert text_of(wire.turn(model="scripted", input="Hello.")) == "Heard 1 messages."
    assert set(upstream.keys) == {"Bearer a-key-of-the-upstream-42"}


@pytest.mark.parametrize(
    ("data", "options", "said"),
    [
        ([chunk({"content": "half "})], {"cut": True}, "broke off"),
        ([chunk({"content": "half "})], {}, "no end"),
        ([chunk({"content": "half "}), {"error": {"message": "Out of memory.", "code": 500}}], {}, "Out of memory."),
        ([chunk({"content": "half "}), 30.0], {}, "nothing came for 1 s"),
    ],
)
def test_an_answer_that_breaks_off_fails_and_keeps_what_had_come(data: list[Any], options: Any, said: str) -> None:
    def script(path: str, body: Event) -> Reply:
        failing = body and body["messages"][-1]["content"] == "Fail."
        return Reply.stream(data, **options) if failing else chat(path, body)

    with asked(script, "--upstream-seconds", "1") as (wire, _):
        told = wire.turn(model="scripted", input="Fail.")
        assert text_of(told) == "half "
        assert told[-1]["type"] == "response.failed"
        assert said in told[-1]["response"]["error"]["message"]
        assert told[-1]["response"]["output"][0]["status"] == "incomplete"
        assert text_of(wire.turn(model="scripted", input="Hello.")) == "Heard 1 messages."


def test_an_upstream_that_is_not_there_is_named_and_asked_again_when_it_is() -> None:
    with scripted(chat) as upstream:
        address = upstream.base_url
    with running_server("--upstream", address) as server, server.wire() as wire:
        assert "does not answer yet" in server.line
        error = wire.error(model="scripted", input="Hello.")
        assert (error["status"], error["error"]["code"]) == (502, "upstream_unreachable")
        assert address in error["error"]["message"]


def test_it_is_tried_again_as_long_as_nothing_of_an_answer_came() -> None:
    tries: list[float] = []

    def script(path: str, body: Event) -> Reply:
        if body:
            tries.append(time.monotonic())
        if body and len(tries) < 3:
            return Reply.json({"error": {"message": "Loading model", "type": "unavailable_error", "code": 503}}, 503)
        return chat(path, body)

    with asked(script) as (wire, _):
        assert text_of(wire.turn(model="scripted", input="Hello.")) == "Heard 1 messages."
    assert len(tries) == 3


def test_no_key_is_sent_that_was_not_given(chatting: tuple[Scripted, RunningServer], line: Wire) -> None:
    line.turn(input="Hello.")
    assert set(chatting[0].keys) == {None}


# Upstreams that speak Responses.


def test_events_of_a_responses_upstream_pass_with_their_ids_and_unknown_fields() -> None:
    told = events(response_id="resp_theirs", of_tomorrow={"a": [1]})
    told[4]["of_tomorrow"] = 5
    told.insert(5, {"type": "response.of_tomorrow", "field": {"x": None}})

    with asked(responses(lambda _: Reply.stream(told))) as (wire, upstream):
        first = wire.turn(model="scripted", input="Hello.")
        assert first[-1]["response"]["id"] == "resp_theirs"
        assert first[-1]["response"]["of_tomorrow"] == {"a": [1]}
        assert first[4]["of_tomorrow"] == 5
        assert first[5]["field"] == {"x": None}
        assert [event["sequence_number"] for event in first] == list(range(len(first)))
        wire.response(model="scripted", input="And?", previous_response_id="resp_theirs")
    sent = upstream.asked[-1]
    assert [item["role"] for item in sent["input"]] == ["user", "assistant", "user"]
    assert (sent["store"], sent["stream"], "previous_response_id" in sent) == (False, True, False)


def test_a_response_that_comes_late_has_begun_meanwhile() -> None:
    def slow(_: Event) -> Reply:
        return Reply.stream([2.5, *events(response_id="resp_theirs")])

    with asked(responses(slow)) as (wire, _):
        told = wire.turn(model="scripted", input="Hello.")
    assert kinds(told)[:3] == ["created", "in_progress", "output_item.added"]
    assert {event["response"]["id"] for event in told if "response" in event} == {told[0]["response"]["id"]}
    assert told[-1]["response"]["id"] != "resp_theirs"


def test_an_error_event_of_a_responses_upstream_is_the_reason_of_the_failure() -> None:
    error = {"type": "error", "error": {"code": "insufficient_quota", "message": "No more."}}
    begun, failed = events()[:2], events(status="failed", error=None)[-1]

    def answer(body: Event) -> Reply:
        return Reply.stream(
            [*begun, error, failed] if body["input"][0]["content"][0]["text"] == "A" else [*begun, error]
        )

    with asked(responses(answer)) as (wire, _):
        for prompt in "AB":
            told = wire.turn(model="scripted", input=prompt)
            assert kinds(told) == ["created", "in_progress", "failed"]
            assert told[-1]["response"]["error"]["code"] == "insufficient_quota"


def test_an_upstream_that_sends_no_stream_is_read_all_the_same() -> None:
    whole = events()[-1]["response"]
    with asked(responses(lambda _: Reply.json(whole))) as (wire, _):
        told = wire.turn(model="scripted", input="Hello.")
    assert told[-1]["response"]["output"] == whole["output"]


def test_a_connection_that_is_cut_ends_only_its_own_turns(chatting: tuple[Scripted, RunningServer]) -> None:
    _, server = chatting
    with server.wire() as wire, server.wire() as other:
        other.send(model="scripted", input="Talk forever.")
        while other.receive()["type"] != "response.output_text.delta":
            pass
        other.socket.close()
        # What had come by then is still to be had.
        with pytest.raises(ConnectionClosed):
            list(iter(other.receive, None))
        assert text_of(wire.turn(model="scripted", input="Hello.")) == "Heard 1 messages."
