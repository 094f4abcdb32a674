"""HTTP answers that are no stream: a response, or an error with the words that stand in it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.events import completed, message

from ws_notebook.transports.answer import answer_frame, error_frame

__all__: list[str] = []

W = "the words of the provider"


def answered(body: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answer_frame(body if isinstance(body, bytes) else json.dumps(body).encode(), {}))
    return found


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"error": {"message": W, "code": "bad"}}, W),
        ({"error": W}, W),
        ({"detail": W}, W),
        ({"code": 1, "message": W}, W),
        ([{"error": {"message": W}}], W),
        ({"object": "chat.completion", "choices": [{"message": {"content": "Hi"}}]}, "Chat Completion"),
        (f"<html><title>Login</title><body>{W}</body></html>".encode(), W),
        (b"null", "JSON (null)"),
        (b"", "an empty body"),
        (b"   \n", "an empty body"),
        (b'{"object": "response", "output": [{"type"', "cannot be read"),
        (b"[1, 2]", "a list"),
        (b"{}", "another object"),
        (W.encode(), W),
        ({"object": "response", "id": "r", "status": "queued", "output": []}, "queued"),
        ({"object": "response", "id": "r", "status": "in_progress"}, "in_progress"),
        ({"object": "response", "id": "r"}, "without a status and without output"),
        ({"object": "list", "data": []}, "another object"),
    ],
)
def test_what_is_no_response_is_an_error_with_its_words(body: Any, words: str) -> None:
    frame = answered(body)
    assert frame["type"] == "error"
    assert words in frame["error"]["message"]
    assert "no response" in frame["error"]["message"]


@pytest.mark.parametrize(
    ("status", "kind"),
    [("completed", "completed"), ("incomplete", "incomplete"), ("failed", "failed"), ("cancelled", "failed")],
)
def test_a_response_is_its_terminal_event(status: str, kind: str) -> None:
    body = {**completed("r", message("Hi"))["response"], "status": status}
    assert answered(body) == {"type": f"response.{kind}", "response": body}


def test_a_response_with_an_error_in_it_has_failed() -> None:
    body = {**completed("r")["response"], "error": {"message": W}}
    assert answered(body)["type"] == "response.failed"


def test_the_code_of_a_body_is_kept_and_the_wait_too() -> None:
    body = json.dumps({"error": {"message": W, "code": 429}}).encode()
    frame = json.loads(answer_frame(body, {"Retry-After": "3", "Other": "1"}))
    assert (frame["status"], frame["error"]["code"], frame["headers"]) == (429, "429", {"Retry-After": "3"})


def test_a_hint_stands_behind_the_words() -> None:
    frame = json.loads(error_frame(404, b'{"detail": "Not Found"}', {}, "Try /v1."))
    assert (frame["status"], frame["error"]["message"]) == (404, "Not Found Try /v1.")
