"""The unmodified OpenAI SDK as a client of the embedded server, over the socket and over HTTP."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import openai
import pytest
from openai.types.responses import (
    Response,
    ResponseCompletedEvent,
    ResponseFunctionToolCall,
    ResponseTextDeltaEvent,
)
from support.server import RunningServer, add_tool, population_tool, running_server

# The SDK opens the socket as websockets below 17 wanted it; this project allows newer ones.
pytestmark = pytest.mark.filterwarnings("ignore:connect.* must be used as a context manager:DeprecationWarning")

TOOLS: Any = [{**add_tool(), "strict": False}, {**population_tool(), "strict": False}]
PARALLEL = "call add(a=2, b=3) and population(city='Oslo') then say \"both came back\""


@pytest.fixture
def client(server: RunningServer) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=server.base_url, api_key=server.token, max_retries=0) as made:
        yield made


def calls_of(response: Response) -> list[tuple[str, dict[str, Any]]]:
    calls = [item for item in response.output if isinstance(item, ResponseFunctionToolCall)]
    return [(call.name, json.loads(call.arguments)) for call in calls]


def outputs_of(response: Response) -> Any:
    calls = [item for item in response.output if isinstance(item, ResponseFunctionToolCall)]
    return [{"type": "function_call_output", "call_id": call.call_id, "output": "5"} for call in calls]


def read(connection: Any) -> tuple[str, Response]:
    """A turn's deltas, joined, and its response."""
    deltas: list[str] = []
    while True:
        event = connection.recv()
        if isinstance(event, ResponseTextDeltaEvent):
            deltas.append(event.delta)
        elif isinstance(event, ResponseCompletedEvent):
            return "".join(deltas), event.response
        assert event.type != "error", event


async def read_async(connection: Any) -> tuple[str, Response]:
    deltas: list[str] = []
    while True:
        event = await connection.recv()
        if isinstance(event, ResponseTextDeltaEvent):
            deltas.append(event.delta)
        elif isinstance(event, ResponseCompletedEvent):
            return "".join(deltas), event.response
        assert event.type != "error", event


def test_text_over_a_socket(client: openai.OpenAI) -> None:
    with client.responses.connect() as connection:
        connection.response.create(model="demo", input='say "hello from the socket"')
        text, response = read(connection)
    assert text == response.output_text == "hello from the socket"
    assert response.status == "completed"
    assert response.usage is not None
    assert response.usage.output_tokens == 4


def test_parallel_calls_and_a_continuation_over_a_socket(client: openai.OpenAI) -> None:
    with client.responses.connect() as connection:
        connection.response.create(model="demo", input=PARALLEL, tools=TOOLS, store=False)
        _, first = read(connection)
        assert calls_of(first) == [("add", {"a": 2, "b": 3}), ("population", {"city": "Oslo"})]
        connection.response.create(
            model="demo", input=outputs_of(first), tools=TOOLS, store=False, previous_response_id=first.id
        )
        text, second = read(connection)
    assert text == "both came back"
    assert second.previous_response_id == first.id


def test_everything_over_an_async_socket(server: RunningServer) -> None:
    async def run() -> tuple[Response, Response, str]:
        async with (
            openai.AsyncOpenAI(base_url=server.base_url, api_key=server.token, max_retries=0) as client,
            client.responses.connect() as connection,
        ):
            await connection.response.create(model="demo", input=PARALLEL, tools=TOOLS, store=False)
            _, first = await read_async(connection)
            await connection.response.create(
                model="demo", input=outputs_of(first), tools=TOOLS, store=False, previous_response_id=first.id
            )
            _, second = await read_async(connection)
            await connection.response.create(
                model="demo", input="What did I ask before?", store=False, previous_response_id=second.id
            )
            text, _ = await read_async(connection)
            return first, second, text

    first, second, text = asyncio.run(run())
    assert len(calls_of(first)) == 2
    assert second.output_text == "both came back"
    assert "call add(a=2, b=3)" in text


def test_an_error_over_a_socket_is_an_event_with_its_code(client: openai.OpenAI) -> None:
    with client.responses.connect() as connection:
        connection.response.create(model="demo", input="hello", previous_response_id="resp_nobody")
        event: Any = connection.recv()
        assert event.type == "error"
        assert event.error.code == "previous_response_not_found"
        connection.response.create(model="demo", input='say "still open"')
        assert read(connection)[0] == "still open"


def test_text_as_a_stream(client: openai.OpenAI) -> None:
    with client.responses.create(model="demo", input='say "hello from a stream"', stream=True) as events:
        kinds: list[str] = []
        deltas: list[str] = []
        for event in events:
            kinds.append(event.type)
            if isinstance(event, ResponseTextDeltaEvent):
                deltas.append(event.delta)
    assert deltas == ["hello ", "from ", "a ", "stream"]
    assert kinds[0] == "response.created"
    assert kinds[-1] == "response.completed"


def test_parallel_calls_and_a_continuation_as_streams(client: openai.OpenAI) -> None:
    def stream(**fields: Any) -> Response:
        *_, last = client.responses.create(model="demo", tools=TOOLS, stream=True, **fields)
        assert isinstance(last, ResponseCompletedEvent)
        return last.response

    first = stream(input=PARALLEL)
    assert calls_of(first) == [("add", {"a": 2, "b": 3}), ("population", {"city": "Oslo"})]
    assert stream(input=outputs_of(first), previous_response_id=first.id).output_text == "both came back"


def test_parallel_calls_and_a_continuation_without_a_stream(client: openai.OpenAI) -> None:
    first = client.responses.create(model="demo", input=PARALLEL, tools=TOOLS)
    assert len(calls_of(first)) == 2
    second = client.responses.create(model="demo", input=outputs_of(first), previous_response_id=first.id)
    assert second.output_text == "both came back"


def test_a_structured_answer_is_parsed(client: openai.OpenAI) -> None:
    import pydantic

    class City(pydantic.BaseModel):
        name: str
        people: int

    response = client.responses.parse(model="demo", input="Oslo has 717710 inhabitants", text_format=City)
    assert response.output_parsed == City(name="Oslo", people=717710)


def test_the_sdk_s_own_stream_helper_follows_the_events(client: openai.OpenAI) -> None:
    with client.responses.stream(model="demo", input='think 1 ms then say "thought" and call f(x=1)') as stream:
        final = stream.get_final_response()
    assert [item.type for item in final.output] == ["reasoning", "message", "function_call"]


def test_errors_over_http_have_the_sdk_s_classes(client: openai.OpenAI, server: RunningServer) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        client.responses.create(model="demo", input="hello", previous_response_id="resp_nobody")
    assert caught.value.code == "previous_response_not_found"
    with openai.OpenAI(base_url=server.base_url, api_key="wrong", max_retries=0) as other:
        with pytest.raises(openai.AuthenticationError):
            other.responses.create(model="demo", input="hello")
        with pytest.raises(openai.AuthenticationError):
            other.models.list()
    assert next(iter(client.models.list())).id == "demo"


def test_a_fork_and_its_source_go_on_over_one_socket(client: openai.OpenAI) -> None:
    texts: dict[str, str] = {"fork": "", "source": ""}
    with client.responses.connect() as connection:
        connection.response.create(model="demo", input="My name is Ada", store=False, stream_id="source")
        _, seed = read(connection)
        for lane in texts:
            connection.response.create(
                model="demo", input="What is my name?", store=False, stream_id=lane, previous_response_id=seed.id
            )
            event: Any = connection.recv()
            # Until the fork is in progress, its source may not go on: the parent would be forgotten.
            while lane == "fork" and event.type != "response.in_progress":
                event = connection.recv()
        ended = 0
        while ended < 2:
            if event.type == "response.output_text.delta":
                texts[event.stream_id] += event.delta
            ended += event.type == "response.completed"
            event = connection.recv() if ended < 2 else event
    assert texts == {"fork": "Your name is **Ada**.", "source": "Your name is **Ada**."}


def test_events_of_lanes_say_which_they_belong_to(client: openai.OpenAI) -> None:
    texts: dict[str, str] = {"a": "", "b": ""}
    with client.responses.connect() as connection:
        for lane in texts:
            connection.response.create(model="demo", input=f'say "words of {lane}"', stream_id=lane)
        ended = 0
        while ended < 2:
            event: Any = connection.recv()
            if event.type == "response.output_text.delta":
                texts[event.stream_id] += event.delta
            ended += event.type == "response.completed"
    assert texts == {"a": "words of a", "b": "words of b"}


def test_a_response_is_steered(client: openai.OpenAI) -> None:
    with client.responses.connect() as connection:
        connection.response.create(model="demo", input='think 1 second then say "never said"', stream_id="a")
        event: Any = connection.recv()
        target = event.response.id
        while event.type != "response.reasoning_summary_text.delta":
            event = connection.recv()
        connection.response.steer(previous_response_id=target, input='say "steered"')
        kinds: list[str] = []
        while event.type != "response.completed":
            event = connection.recv()
            kinds.append(event.type)
    assert "response.steer.accepted" in kinds
    assert kinds.index("response.incomplete") < kinds.index("response.created")
    assert event.response.output_text == "steered"
    assert event.response.previous_response_id == target


def test_steers_wait_for_tool_outputs() -> None:
    # Paced: the steer must come while the calls are being written.
    with (
        running_server("--tokens-per-second", "40", fast=False) as server,
        openai.OpenAI(base_url=server.base_url, api_key=server.token, max_retries=0) as client,
        client.responses.connect() as connection,
    ):
        prompt = "call add(a=1, b=2) and note(text='" + "many words " * 20 + "')"
        connection.response.create(model="demo", input=prompt, tools=TOOLS)
        event: Any = connection.recv()
        target = event.response.id
        while event.type != "response.function_call_arguments.delta":
            event = connection.recv()
        connection.response.steer(previous_response_id=target, input='say "steered"')
        while event.type != "response.steer.pending":
            event = connection.recv()
        outputs: Any = [{**stub.to_dict(), "output": "3"} for stub in event.required_input]
        connection.response.create(model="demo", input=outputs, previous_response_id=target)
        assert read(connection)[0] == "steered"


def test_a_steer_of_nothing_is_told(client: openai.OpenAI) -> None:
    with client.responses.connect() as connection:
        connection.response.steer(previous_response_id="resp_nobody", input="shorter")
        event: Any = connection.recv()
        assert (event.type, event.error.code) == ("response.steer.failed", "response_not_found")
        connection.response.create(model="demo", input='say "still open"')
        assert read(connection)[0] == "still open"


def test_stored_responses_are_retrieved_listed_counted_and_deleted(client: openai.OpenAI) -> None:
    made = client.responses.create(model="demo", input="My name is Ada", store=True)
    assert client.responses.retrieve(made.id).output_text == made.output_text
    items = [item.to_dict() for item in client.responses.input_items.list(made.id, limit=1)]
    assert [item["type"] for item in items] == ["message"]
    counted = client.responses.input_tokens.count(model="demo", input="My name is Ada")
    assert made.usage is not None
    assert counted.input_tokens == made.usage.input_tokens
    client.responses.delete(made.id)
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(made.id)


def test_a_compacted_window_begins_a_new_chain(client: openai.OpenAI) -> None:
    compacted = client.responses.compact(model="demo", input="My name is Ada")
    assert compacted.output[-1].type == "compaction"
    # The SDK declares a user's message there, and types its parts as an assistant's.
    window: Any = [item.to_dict(warnings=False) for item in compacted.output]
    answer = client.responses.create(model="demo", input=[*window, {"role": "user", "content": "What is my name?"}])
    assert "Ada" in answer.output_text
