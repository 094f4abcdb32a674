"""The checks and the unmodified OpenAI SDK against the server in front of upstreams of each kind."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import openai
import pydantic
import pytest
from conformance import test_websocket_checks as checks
from openai._models import construct_type
from openai.types.responses import ResponseStreamEvent
from support.server import RunningServer, population_tool, running_server
from support.streams import NAMES, stream
from support.upstream import Reply, chat, responses, scripted

pytestmark = pytest.mark.filterwarnings("ignore:connect.* must be used as a context manager:DeprecationWarning")

KEY = ("--upstream-key-variable", "WS_NOTEBOOK_SERVER_TOKEN")
CHECKS = {name: check for name, check in vars(checks).items() if name.startswith("test_websocket_")}


@pytest.fixture(scope="module", params=["websocket", "responses"])
def relaying(request: pytest.FixtureRequest) -> Iterator[RunningServer]:
    """A server in front of another one of ours, asked by that API."""
    with (
        running_server() as inner,
        running_server("--upstream", inner.base_url, *KEY, "--upstream-api", request.param) as outer,
    ):
        yield outer


@pytest.mark.parametrize("name", CHECKS)
def test_the_seven_checks_pass_in_front_of_another_server(name: str, relaying: RunningServer) -> None:
    with relaying.wire() as wire:
        wanted = CHECKS[name].__annotations__
        CHECKS[name](**{each: wire if each == "wire" else relaying for each in wanted if each != "return"})


@pytest.fixture(scope="module")
def client() -> Iterator[openai.OpenAI]:
    with (
        scripted(chat) as upstream,
        running_server("--upstream", upstream.base_url) as server,
        openai.OpenAI(base_url=server.base_url, api_key=server.token, max_retries=0) as made,
    ):
        yield made


def legal(events: list[Any]) -> openai.types.responses.Response:
    """The response of a turn whose events come in an order that the API has."""
    kinds = [event.type for event in events]
    assert kinds[:2] == ["response.created", "response.in_progress"]
    assert [event.sequence_number for event in events] == list(range(len(events)))
    for event in events:
        construct_type(type_=ResponseStreamEvent, value=event.to_dict())
        type(event).model_validate(event.to_dict())
    open_items: set[int] = set()
    for event in events:
        if event.type == "response.output_item.added":
            open_items.add(event.output_index)
        elif event.type == "response.output_item.done":
            open_items.remove(event.output_index)
        elif getattr(event, "output_index", None) is not None:
            assert event.output_index in open_items
    assert open_items == set()
    found: openai.types.responses.Response = events[-1].response
    return found


def over_socket(client: openai.OpenAI, **fields: Any) -> list[Any]:
    with client.responses.connect() as connection:
        connection.response.create(model="scripted", **fields)
        found = [connection.recv()]
        while found[-1].type not in ("response.completed", "response.incomplete", "response.failed", "error"):
            found.append(connection.recv())
    return found


def over_http(client: openai.OpenAI, **fields: Any) -> list[Any]:
    with client.responses.create(model="scripted", stream=True, **fields) as found:
        return list(found)


@pytest.mark.parametrize("ask", [over_socket, over_http])
def test_text_calls_and_structure_in_the_legal_order(client: openai.OpenAI, ask: Callable[..., list[Any]]) -> None:
    assert legal(ask(client, input="Hello.")).output_text == "Heard 1 messages."
    thinking = legal(ask(client, input="Please think."))
    assert [item.type for item in thinking.output] == ["reasoning", "message"]
    calling = legal(ask(client, input="Please call.", tools=[{**population_tool(), "strict": False}]))
    assert [item.type for item in calling.output] == ["function_call", "function_call"]
    cut = legal(ask(client, input="Be cut."))
    assert cut.incomplete_details is not None
    assert cut.incomplete_details.reason == "max_output_tokens"


def test_a_structured_answer_is_parsed(client: openai.OpenAI) -> None:
    class Place(pydantic.BaseModel):
        city: str

    assert client.responses.parse(model="scripted", input="Where?", text_format=Place).output_parsed == Place(
        city="Oslo"
    )


def test_a_chain_by_its_ids_over_http(client: openai.OpenAI) -> None:
    first = client.responses.create(model="scripted", input="One.")
    second = client.responses.create(model="scripted", input="Two.", previous_response_id=first.id)
    assert second.output_text == "Heard 3 messages."
    assert [model.id for model in client.models.list()] == ["scripted"]


def test_what_the_upstream_refuses_has_the_sdk_s_classes(client: openai.OpenAI) -> None:
    picture: Any = [{"type": "input_image", "detail": "auto", "image_url": "data:image/png;base64,iVBORw0KGgo="}]
    with pytest.raises(openai.BadRequestError) as refused:
        client.responses.create(model="scripted", input=[{"role": "user", "content": picture}])
    assert refused.value.code == "image_not_supported"
    with pytest.raises(openai.BadRequestError) as refused:
        client.responses.create(model="scripted", input="word " * 5000)
    assert refused.value.code == "context_length_exceeded"
    with pytest.raises(openai.BadRequestError) as refused:
        client.responses.create(model="nobody", input="x")
    assert refused.value.code == "model_not_found"


@pytest.mark.parametrize("name", NAMES)
def test_a_recorded_stream_comes_through_unaltered(name: str, replaying: RunningServer) -> None:
    for number, sent in enumerate(recorded(name)):
        with replaying.wire() as wire:
            told = wire.turn(model="scripted", input=f"{name} {number}")
        assert told[-1]["type"] == sent[-1]["type"]
        left = {"previous_response_id": None, "store": False}
        assert told[-1]["response"] == {**told[-1]["response"], **sent[-1]["response"], **left}
        # Numbers are this server's own: some leave gaps. Errors of their own are the reason of the failure behind them.
        first, *middle = (each for each in sent[:-1] if each["type"] not in ("response.in_progress", "error"))
        assert told[0]["response"] == {**told[0]["response"], **first["response"], **left}
        were = {each["type"] for each in middle}
        # Arguments that were never told whole are added.
        added = ("_arguments.done", "_input.done")
        passed = [each for each in told[2:-1] if each["type"] in were or not each["type"].endswith(added)]
        both = zip(passed, middle, strict=True)
        assert [_bare(each) for each in passed] == [{**_bare(now), **_bare(was)} for now, was in both]
        assert [event["sequence_number"] for event in told] == list(range(len(told)))


def recorded(name: str) -> list[list[dict[str, Any]]]:
    """The responses of a recording, one after the other, each with its events to the terminal one."""
    found: list[list[dict[str, Any]]] = [[]]
    for frame in stream(name):
        event = json.loads(frame)
        found[-1].append(event)
        if event["type"] in _ENDS:
            found.append([])
    return [events for events in found if events and events[-1]["type"] in _ENDS]


_ENDS = ("response.completed", "response.incomplete", "response.failed")


def _bare(event: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in event.items() if key != "sequence_number"}


@pytest.fixture(scope="module")
def replaying() -> Iterator[RunningServer]:
    """A server in front of one that answers with the recording that the prompt names."""

    def answer(body: dict[str, Any]) -> Reply:
        name, number = body["input"][0]["content"][0]["text"].split()
        return Reply.stream(recorded(name)[int(number)])

    with scripted(responses(answer)) as upstream, running_server("--upstream", upstream.base_url) as server:
        yield server
