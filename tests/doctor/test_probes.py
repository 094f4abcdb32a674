"""What a server can do over a WebSocket, found without having it generate anything."""

from __future__ import annotations

from typing import Any

import pytest
from doctor.conftest import Examine
from support.events import answer, message
from support.peer import Talk, running_peer, says
from support.server import TOKEN, running_server

__all__: list[str] = []


def states(found: dict[str, Any], *subjects: str) -> list[str]:
    return [found[subject].state for subject in subjects]


@pytest.mark.parametrize(
    ("profile", "lanes", "steering"),
    [
        ("openai", "yes", "yes"),
        ("azure", "no: stream_id is refused", "no"),
        ("xai", "no: stream_id is refused", "no"),
        ("vercel", "no: stream_id is refused", "no"),
        ("localai", "no: stream_id is ignored", "no"),
    ],
)
def test_what_each_provider_can_do_is_found(examine: Examine, profile: str, lanes: str, steering: str) -> None:
    with running_server("--profile", profile) as server:
        found = examine(server.base_url, profile=profile)
    assert found["lanes"].said.startswith(lanes)
    assert found["steering"].said.startswith(steering)
    assert found["warm-up"].said.startswith("yes")
    assert found["warm-up"].cost == "costs a few input tokens, no output"
    assert found["profile"].said == f"{profile} fits what was seen."
    assert {each.state for each in found.values()} <= {"ok", "note"}


@pytest.mark.parametrize(
    ("server", "settings", "said"),
    [
        ("deflate", {}, "yes: permessage-deflate, with context both ways. Sessions do not ask for it here"),
        ("deflate", {"compression": "deflate"}, "yes: permessage-deflate, with context both ways."),
        ("deflate", {"compression": None}, "Sessions do not ask for it here; compression='deflate' does."),
        (None, {}, "no: permessage-deflate is not agreed to."),
    ],
)
def test_whether_frames_can_be_compressed_is_found(
    examine: Examine, server: str | None, settings: dict[str, Any], said: str
) -> None:
    with running_peer(says("Hi"), compression=server) as peer:
        found = examine(peer.url, **settings)["compression"]
    assert found.state == "ok"
    assert found.said.endswith(said) or found.said.startswith(said)


def test_a_server_of_open_responses_is_not_asked_to_warm_up(examine: Examine) -> None:
    with running_server("--profile", "open") as server:
        found = examine(server.base_url)
        assert states(found, "lanes", "steering", "warm-up", "profile") == ["ok", "ok", "skipped", "ok"]
        asked = examine(server.base_url, ask=True)
    assert (asked["warm-up"].state, "unknown_parameter" in asked["warm-up"].said) == ("note", True)
    assert asked["question"].cost == "costs a short question and answer"
    assert "a script" in asked["question"].said


def test_a_profile_that_counts_on_too_much_is_told(examine: Examine) -> None:
    with running_server("--profile", "xai") as server:
        found = examine(server.base_url, profile="openai")["profile"]
    assert (found.state, "counts on lanes and steering" in found.said) == ("warning", True)
    assert "profile='xai'" in found.advice


def test_a_profile_that_uses_too_little_is_told(examine: Examine, server: Any) -> None:
    found = examine(server.base_url)["profile"]
    assert (found.state, "has lanes and steering" in found.said) == ("warning", True)
    assert "profile='openai'" in found.advice


def test_a_model_that_is_not_there_is_told(examine: Examine, server: Any) -> None:
    found = examine(server.base_url, model="nix")
    assert (found["model"].state, "nix" in found["model"].said) == ("failed", True)
    assert "warm-up" not in found


@pytest.mark.parametrize(
    ("rule", "subject", "state", "said"),
    [
        ("refuse 503 at upgrade", "upgrade", "failed", "HTTP 503"),
        ("refuse 426 at upgrade", "upgrade", "warning", "no WebSocket mode"),
        ("refuse 403 at upgrade", "upgrade", "failed", "HTTP 403"),
        ("drop at error", "WebSocket mode", "failed", "code 1006"),
        ("stall 60 at error", "WebSocket mode", "failed", "no answer came in time"),
        ("close 1008 at error", "WebSocket mode", "failed", "for its policy (code 1008)"),
        ("error 429 at response.create", "WebSocket mode", "warning", "answers, but"),
        ("error 401 at response.create", "WebSocket mode", "failed", "the key is refused"),
        ("unknown at error", "WebSocket mode", "ok", "previous_response_not_found"),
        ("duplicate at error", "WebSocket mode", "ok", "previous_response_not_found"),
        ("split 3 at error", "WebSocket mode", "ok", "previous_response_not_found"),
        ("slow 2000 at error", "WebSocket mode", "ok", "previous_response_not_found"),
        ("drop at response.created", "warm-up", "warning", "code 1006"),
        ("fail server_error at response.created", "warm-up", "ok", "yes"),
        ("close 1011 at response.steer.failed", "steering", "note", "not known"),
    ],
)
def test_each_fault_is_told_and_none_is_fatal(examine: Examine, rule: str, subject: str, state: str, said: str) -> None:
    with running_server("--fault", rule) as server:
        found = examine(server.base_url, profile="openai", patience=2)
    assert (found[subject].state, said in found[subject].said) == (state, True), found[subject]
    assert found[subject].advice or state in ("ok", "note")
    assert found["HTTP"].state == "ok"


def test_a_server_that_ignores_generate_is_told(examine: Examine) -> None:
    async def answers(talk: Talk, request: dict[str, Any]) -> None:
        await talk.send(answer("resp_1", message("Hello.")))

    with running_peer(answers) as peer:
        found = examine(peer.url, profile="xai")
        assert peer.requests[0]["max_output_tokens"] == 16
    assert "took up a response that there is not" in found["WebSocket mode"].said
    assert (found["warm-up"].state, "ignored" in found["warm-up"].said) == ("warning", True)
    assert found["profile"].state == "warning"


@pytest.mark.parametrize("frame", ["<html>", "[1, 2]", '{"no": "type"}'])
def test_what_is_no_event_is_shown(examine: Examine, frame: str) -> None:
    async def babbles(talk: Talk, request: dict[str, Any]) -> None:
        await talk.send(frame)

    with running_peer(babbles) as peer:
        found = examine(peer.url)["WebSocket mode"]
    assert (found.state, "no event" in found.said) == ("failed", True)


@pytest.mark.parametrize(
    "frame",
    [
        {"type": "error", "status": 400, "error": {"code": "previous_response_not_found", "message": "no"}},
        {"type": "error", "code": "previous_response_not_found", "message": "no"},
        {"type": "error", "error": "previous_response_not_found"},
        {"type": "error", "status": "400", "error": {"code": None, "message": "previous_response_not_found"}},
    ],
)
def test_errors_are_read_in_every_form(examine: Examine, frame: dict[str, Any]) -> None:
    async def refuses(talk: Talk, request: dict[str, Any]) -> None:
        await talk.send(frame)

    with running_peer(refuses) as peer:
        found = examine(peer.url)
    assert found["WebSocket mode"].said.endswith("previous_response_not_found")
    assert found["lanes"].said == "no: stream_id is ignored."


def test_the_key_travels_in_its_header_alone(examine: Examine) -> None:
    async def refuses(talk: Talk, request: dict[str, Any]) -> None:
        await talk.send(
            {"type": "error", "status": 401, "error": {"code": "invalid_api_key", "message": f"not {TOKEN}"}}
        )

    with running_peer(refuses) as peer:
        found = examine(peer.url)
        assert peer.headers[0]["Authorization"] == f"Bearer {TOKEN}"
        assert TOKEN not in str(peer.requests)
    assert "[secret]" in found["WebSocket mode"].said
