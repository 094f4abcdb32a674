from __future__ import annotations

from typing import Any

from ws_notebook.dialects import DIALECTS, OTHER
from ws_notebook.server.models.base import ModelRequest
from ws_notebook.server.models.upstream.responses import Ending, body_of, frame_of

OLD = [{"type": "message", "role": "user", "content": "Old."}, {"type": "reasoning", "id": "rs_1", "summary": []}]
NEW = [{"type": "message", "role": "user", "content": "New."}]


def request(**fields: Any) -> ModelRequest:
    return ModelRequest(items=[*OLD, *NEW], tools=(), new=NEW, parent="resp_1", fields=fields)


def test_a_body_has_everything_and_stores_nothing() -> None:
    body = body_of(
        "m", request(model="x", store=True, previous_response_id="resp_1", stream_id="a", of_tomorrow=1), OTHER
    )
    assert body == {"model": "m", "of_tomorrow": 1, "store": False, "stream": True, "input": [OLD[0], *NEW]}


def test_a_frame_has_what_is_new_where_the_rest_is_remembered() -> None:
    asked = request(type="response.create", instructions="Be brief.", generate=True)
    frame = frame_of("m", asked, OTHER, "resp_1")
    told = {"type": "response.create", "model": "m", "instructions": "Be brief.", "store": False}
    assert frame == {**told, "previous_response_id": "resp_1", "input": NEW}
    assert frame_of("m", asked, OTHER, None) == {**told, "input": [OLD[0], *NEW]}


def test_events_end_with_the_terminal_one() -> None:
    ending = Ending(OTHER, None)
    events = [
        {"type": "response.created"},
        {"type": "response.completed", "response": {}},
        {"type": "response.created"},
    ]
    assert list(ending.events(events)) == events[:2]
    assert ending.seen


def test_an_error_is_kept_and_is_the_reason_of_the_failure_behind_it() -> None:
    ending = Ending(OTHER, None)
    error = {"type": "error", "code": "c", "message": "m"}
    failed = {"type": "response.failed", "response": {"error": None}}
    (told,) = ending.events([error, {"nothing": 1}, failed])
    assert told["response"]["error"] == {"code": "c", "message": "m"}
    assert ending.error == error


def test_a_hidden_cut_is_told() -> None:
    event = {"type": "response.completed", "response": {"status": "completed", "usage": {"output_tokens": 4}}}
    (told,) = Ending(DIALECTS["llamacpp"], 4).events([event])
    assert told["type"] == "response.incomplete"
