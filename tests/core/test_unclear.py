"""Frames that are no events: those that end a response do, the others do nothing."""

from __future__ import annotations

import json

import pytest
from support.drive import Drive
from support.events import answer, created, delta, message

from ws_notebook.core import codec
from ws_notebook.core.events import ErrorEvent, ResponseCompleted, UnknownEvent
from ws_notebook.core.unclear import is_no_response, response_event
from ws_notebook.exceptions import ProtocolViolation, ProviderError

__all__: list[str] = []

W = "the words of the provider"


@pytest.mark.parametrize(
    "frame",
    [
        {"error": {"message": W}},
        {"error": W},
        {"code": 500, "message": W},
        {"detail": W},
        {"errors": [{"message": W}]},
        [{"error": {"message": W}}],
        {"type": "response.error", "error": {"message": W}},
        {"type": "response.error", "response": {"error": {"message": W}}},
        {"type": "BadRequestError", "object": "error", "message": W, "code": 400},
        {"type": "invalid_request_error", "message": W},
        {"type": 7, "message": W},
        f"upstream error: {W}",
        json.dumps(W),
        f"<html><body>{W}</body></html>",
        f'{{"error": {{"message": "{W}',
        f'data: {{"error": "{W}"}}\n\n',
        f"event: error\ndata: {W}\n",
    ],
)
@pytest.mark.parametrize("begun", [True, False])
def test_a_failure_without_the_type_of_an_error_ends_the_run_with_its_words(frame: object, begun: bool) -> None:
    drive = Drive()
    run = drive.ask()
    drive.receive(*([created("resp_1"), delta("So far")] if begun else []))
    drive.receive(frame if isinstance(frame, str) else json.dumps(frame))
    assert run.status == "failed"
    assert W in str(run.error)
    assert run.text == ("So far" if begun else "")


IDLE = [
    "",
    "ping",
    '"pong"',
    "[DONE]",
    ": keep-alive",
    "null",
    "{}",
    "[]",
    "17",
    '{"ping": 1}',
    '{"type": "keepalive"}',
]
PRIVATE = ['{"type": "gateway.cost", "error": null}', '{"type": "codex.rate_limits", "message": "low"}']
BROKEN = ['{"type": "response.output_text.delta", "del']


@pytest.mark.parametrize("frame", IDLE + PRIVATE + BROKEN)
def test_what_only_keeps_the_line_alive_changes_nothing_and_is_no_sign_of_life(frame: str) -> None:
    drive = Drive()
    run = drive.ask()
    drive.receive(created("resp_1"))
    heard = run.turns[0].timing.heard
    drive.receive(frame)
    assert isinstance(codec.decode(frame.encode()), UnknownEvent)
    assert run.status == "in_progress"
    assert frame in BROKEN or run.turns[0].timing.heard == heard
    drive.receive(answer("resp_1", message("Hi"))[1:])
    assert run.text == "Hi"


@pytest.mark.parametrize(
    "end",
    ['{"type": "response.completed", "response": {"id": "resp_1", "status": "comp',
     '{"response": {"output": [' + '{"type": "message", "content": [' * 5000 + '], "type": "response.completed"}'],
)  # fmt: skip
def test_an_end_that_cannot_be_read_ends_the_run_and_keeps_what_came(end: str) -> None:
    drive = Drive()
    run = drive.ask()
    drive.receive(created("resp_1"), delta("Whole."), end)
    assert (run.status, run.text) == ("failed", "Whole.")
    assert isinstance(run.error, ProtocolViolation)
    again = drive.ask("and then?")
    assert again.parent is run
    assert "Whole." in str(drive.requests[-1])


def test_an_end_without_its_response_is_an_error_only_where_nothing_came() -> None:
    drive = Drive()
    run = drive.ask()
    drive.receive('{"type": "response.completed"}')
    assert isinstance(run.error, ProtocolViolation)
    run = drive.ask("again")
    drive.receive(created("resp_2"), delta("Hi"), '{"type": "response.completed", "response": null}')
    assert (run.status, run.text) == ("completed", "Hi")


def test_a_whole_response_without_a_type_is_its_own_end() -> None:
    body = {"object": "response", "id": "r", "status": "completed", "output": [message("Hi")]}
    assert isinstance(codec.decode(json.dumps(body).encode()), ResponseCompleted)
    assert response_event({"object": "response", "status": "queued"}) is None
    drive = Drive()
    run = drive.ask()
    drive.receive(body)
    assert (run.status, run.text) == ("completed", "Hi")


def test_another_apis_answer_is_named() -> None:
    event = codec.decode(b'{"id": "x", "object": "chat.completion.chunk", "choices": []}')
    assert isinstance(event, ErrorEvent)
    drive = Drive()
    run = drive.ask()
    drive.receive({"object": "chat.completion", "choices": []})
    assert isinstance(run.error, ProviderError)
    assert "Chat Completion" in str(run.error)
    assert "background" in is_no_response({"object": "response", "status": "queued"})
