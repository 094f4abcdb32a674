"""Servers that are known by what they answer, and what holds there."""

from __future__ import annotations

from doctor.conftest import Examine
from support.upstream import Reply, events, responses, scripted

__all__: list[str] = []


def test_a_server_is_recognised_and_its_own_profile_advised(examine: Examine) -> None:
    with scripted(responses(), owner="library") as server:
        found = examine(server.base_url)
    assert "Ollama. It lacks: WebSocket mode" in found["recognised"].said
    assert found["models"].said == "scripted"
    assert 'through="local"' in found["memory"].said


def test_a_model_that_is_not_listed_is_named(examine: Examine) -> None:
    with scripted(responses(), owner="vllm") as server:
        found = examine(server.base_url, model="nobody")
    assert "nobody is not among them" in found["model"].said
    assert "--model scripted" in found["model"].advice


def test_the_words_of_an_integer_code_are_shown(examine: Examine) -> None:
    said = {"error": {"code": 400, "message": "llama.cpp does not support 'previous_response_id'."}}
    with scripted(responses(lambda _: Reply.json(said, 400)), owner="llamacpp") as server:
        found = examine(server.base_url)
    assert "does not support 'previous_response_id'" in found["HTTP"].said


def test_a_question_goes_over_http_where_there_is_no_socket(examine: Examine) -> None:
    whole = events("ready")[-1]["response"]
    with scripted(responses(lambda _: Reply.json(whole))) as server:
        found = examine(server.base_url, transport="http", ask=True)
    assert "'ready'" in found["question"].said
    assert any("one word" in str(body.get("input")) for body in server.asked)


def test_a_server_that_breaks_without_a_key_gets_advice_about_the_key(examine: Examine) -> None:
    with scripted(responses(lambda _: Reply([b"Internal Server Error"], 500, "text/plain"))) as server:
        found = examine(server.base_url, transport="http", api_key=None)
    assert "api_key=" in found["HTTP"].advice
