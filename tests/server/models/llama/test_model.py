"""The real model behind the embedded server: streaming, memory, lanes, and what goes wrong, over a real socket."""

from __future__ import annotations

import itertools
import os
import signal
from collections.abc import Iterator
from typing import Any

import psutil
import pytest
from support.real_model import NAME, patient, real_model
from support.server import RunningServer, Wire, running_server, text_of

__all__: list[str] = []

LONG = "Read this: " + " ".join(f"row {place} holds {place * 37 % 97};" for place in range(30)) + " What was it about?"
FEW: dict[str, Any] = {"model": NAME, "max_output_tokens": 8}


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    real_model()
    with running_server("--model", NAME) as server:
        yield server


@pytest.fixture
def line(server: RunningServer) -> Iterator[Wire]:
    with patient(server) as line:
        yield line


def cached(response: dict[str, Any]) -> int:
    found: int = response["usage"]["input_tokens_details"]["cached_tokens"]
    return found


def fresh(response: dict[str, Any]) -> int:
    """Tokens that had to be read for it."""
    return int(response["usage"]["input_tokens"]) - cached(response)


def child_of(server: RunningServer) -> psutil.Process:
    (child,) = psutil.Process(server.process.pid).children()
    return child


def test_it_streams_and_reads_what_it_knows_no_more(server: RunningServer, line: Wire) -> None:
    assert f"model: {NAME}, on this machine" in server.line
    events = line.turn(**FEW, input=LONG, store=True)
    first = events[-1]["response"]
    assert text_of(events)
    assert first["status"] == "incomplete"
    assert first["usage"]["output_tokens"] == 8
    forks = [line.response(**FEW, input=text, previous_response_id=first["id"]) for text in ("And?", "Why?")]
    for fork in forks:
        assert cached(fork) >= first["usage"]["input_tokens"]
        assert fresh(first) >= 3 * fresh(fork)


def test_a_warm_up_has_the_instructions_read_ahead(line: Wire) -> None:
    ahead = line.response(model=NAME, input=[], instructions=LONG, generate=False)
    assert ahead["output"] == []
    found = line.response(**FEW, input="Hi.", previous_response_id=ahead["id"], instructions=LONG)
    assert cached(found) > 200


def test_two_lanes_are_answered_at_the_same_time(line: Wire) -> None:
    for lane in ("a", "b"):
        line.send(model=NAME, input="Count from one to twenty, in words.", max_output_tokens=30, stream_id=lane)
    deltas: list[str] = []
    ends = 0
    while ends < 2:
        event = line.receive()
        deltas += [event["stream_id"]] if event["type"] == "response.output_text.delta" else []
        ends += event["type"] in ("response.completed", "response.incomplete")
    changes = sum(one != other for one, other in itertools.pairwise(deltas))
    assert set(deltas) == {"a", "b"}
    assert changes > 2


def test_a_kill_in_the_midst_of_an_answer_is_said_and_the_next_question_works(
    server: RunningServer, line: Wire
) -> None:
    line.send(model=NAME, input="Count to a thousand.", max_output_tokens=500)
    while line.receive()["type"] != "response.output_text.delta":
        pass
    os.kill(child_of(server).pid, signal.SIGKILL)
    last = line.rest_of_turn()[-1]
    assert last["type"] == "response.failed"
    error = last["response"]["error"]
    assert error["code"] == "model_broke_off"
    assert "was ended by SIGKILL" in error["message"]
    assert "the next question starts it again" in error["message"]
    assert line.response(**FEW, input="Hi.")["output"]


def test_a_stop_while_it_reads_leaves_it_free_for_the_next_question(server: RunningServer, line: Wire) -> None:
    with patient(server) as other:
        other.send(model=NAME, input=f"Anew. {LONG} {LONG} {LONG} {LONG}")
        while other.receive()["type"] != "response.created":
            pass
    assert line.response(**FEW, input="Hi.")["output"]


def test_more_than_it_can_read_is_refused_with_the_numbers(line: Wire) -> None:
    error = line.error(model=NAME, input="word " * 9000)["error"]
    assert error["code"] == "context_length_exceeded"
    assert "8192" in error["message"]
    assert line.response(**FEW, input="Hi.")["output"]


def test_an_answer_of_a_schema_is_one(line: Wire) -> None:
    schema = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
    wanted = {"format": {"type": "json_schema", "name": "n", "schema": {**schema, "additionalProperties": False}}}
    events = line.turn(model=NAME, input="A number.", text=wanted, max_output_tokens=30)
    assert text_of(events).replace(" ", "").replace("\n", "").startswith('{"n":')


def test_without_the_prefix_cache_everything_is_read_again() -> None:
    real_model()
    with running_server("--model", NAME, "--no-prefix-cache") as server, patient(server) as line:
        first = line.response(**FEW, input="Hello there.")
        second = line.response(**FEW, input="And?", previous_response_id=first["id"])
        assert cached(second) == 0
        assert fresh(second) > fresh(first)
