from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from support.server import Wire, running_server, text_of
from websockets.exceptions import ConnectionClosed

from ws_notebook import cli, settings
from ws_notebook.server.profiles import PROFILES

PAGE = Path(__file__).resolve().parents[2] / "docs" / "server.md"
SEQUENTIAL = ("azure", "xai", "open")


@contextmanager
def wired(profile: str, *flags: str, pace: str = "0") -> Iterator[Wire]:
    speed = ("--tokens-per-second", pace, "--first-token", "0")
    with running_server("--profile", profile, *speed, *flags, fast=False) as server, server.wire() as wire:
        yield wire


def closed_with(wire: Wire) -> int | None:
    with pytest.raises(ConnectionClosed) as caught:
        wire.receive()
    return caught.value.rcvd.code if caught.value.rcvd else None


def test_the_command_line_and_the_documentation_know_every_profile(capsys: pytest.CaptureFixture[str]) -> None:
    assert set(PROFILES) == {name for name, known in settings.PROFILES.items() if known.played} - {"local"}
    with pytest.raises(SystemExit):
        cli.main(["serve", "--profile", "local"])
    offered = capsys.readouterr().err.partition("(choose from ")[2].partition(")")[0]
    assert re.findall(r"\w+", offered) == list(PROFILES)
    page = PAGE.read_text(encoding="utf-8")
    assert [name for name in PROFILES if f"| `{name}` |" not in page] == []


@pytest.mark.parametrize("profile", SEQUENTIAL)
def test_without_lanes_a_second_create_waits(profile: str) -> None:
    with wired(profile) as wire:
        wire.send(input='think 50 ms then say "first"')
        wire.send(input='say "second"')
        assert [text_of(wire.rest_of_turn()) for _ in range(2)] == ["first", "second"]


@pytest.mark.parametrize("profile", ["azure", "xai"])
def test_a_stream_id_is_refused_where_there_are_no_lanes(profile: str) -> None:
    with wired(profile) as wire:
        event = wire.error(input="x", stream_id="a")
        assert (event["status"], event["error"]["param"]) == (400, "stream_id")
        assert "stream_id" not in event
        assert text_of(wire.turn(input='say "goes on"')) == "goes on"


@pytest.mark.parametrize("profile", ["localai", "open"])
def test_a_stream_id_is_ignored_elsewhere(profile: str) -> None:
    with wired(profile) as wire:
        events = wire.turn(input='say "x"', stream_id="a")
        assert all("stream_id" not in event for event in events)


@pytest.mark.parametrize("profile", sorted(set(PROFILES) - {"openai", "vercel", "localai"}))
def test_steering_is_unknown_elsewhere(profile: str) -> None:
    with wired(profile) as wire:
        wire.socket.send('{"type": "response.steer", "previous_response_id": "resp_1", "input": "x"}')
        assert wire.receive()["error"]["code"] == "unknown_event_type"


def test_azure_leaves_out_the_type_of_not_found() -> None:
    with wired("azure") as wire:
        error = wire.error(input="x", previous_response_id="resp_nobody")["error"]
        assert error["code"] == "previous_response_not_found"
        assert "type" not in error


def test_ages_are_the_provider_s_unless_a_flag_says_otherwise() -> None:
    ages = {name: profile.limits.connection_seconds / 60 for name, profile in PROFILES.items()}
    assert ages == {"openai": 60, "azure": 60, "xai": 25, "vercel": 13, "localai": 60, "open": 60}
    with wired("xai", "--connection-seconds", "0.1") as wire:
        assert wire.receive()["error"]["code"] == "websocket_connection_limit_reached"
        assert closed_with(wire) == 1000


def test_vercel_closes_after_each_error() -> None:
    with wired("vercel") as wire:
        assert wire.error(input="x", previous_response_id="resp_nobody")["status"] == 400
        assert closed_with(wire) == 1008


def test_vercel_stays_with_one_model() -> None:
    with wired("vercel") as wire:
        assert wire.response(model="openai/demo", input='say "x"')["model"] == "openai/demo"
        assert wire.error(model="demo", input="x")["error"]["param"] == "model"
        assert closed_with(wire) == 1008


def test_vercel_wants_one_response_at_a_time() -> None:
    with wired("vercel", pace="50") as wire:
        wire.send(input="write 20 words")
        wire.send(input='say "x"')
        while wire.receive()["type"] != "error":
            pass
        assert closed_with(wire) == 1008
    with wired("vercel") as wire:
        for _ in range(30):
            assert text_of(wire.turn(input='say "x"')) == "x"


def test_vercel_closes_old_and_idle_connections_with_1001() -> None:
    with wired("vercel", "--connection-seconds", "0.1") as wire:
        assert closed_with(wire) == 1001
    with wired("vercel", "--idle-seconds", "0.1") as wire:
        assert closed_with(wire) == 1001
    assert PROFILES["vercel"].limits.max_message_bytes == 4 * 1024 * 1024


def test_localai_refuses_a_second_create_at_once() -> None:
    with wired("localai", pace="50") as wire:
        wire.send(input="write 20 words")
        wire.send(input='say "x"')
        events = wire.rest_of_turn()
        assert events[-1] == {
            "type": "error",
            "error": {"type": "invalid_request", "message": "a response is already in progress on this connection"},
        }
        assert wire.rest_of_turn()[-1]["type"] == "response.completed"
        for _ in range(30):
            assert text_of(wire.turn(input='say "x"')) == "x"


def test_localai_warms_up_in_two_events_and_has_errors_without_a_status() -> None:
    with wired("localai") as wire:
        events = wire.turn(input="x", generate=False)
        assert [(event["type"], event["sequence_number"]) for event in events] == [
            ("response.created", 0),
            ("response.completed", 1),
        ]
        event = wire.error(input="x", previous_response_id="resp_nobody")
        assert event["error"]["code"] == "previous_response_not_found"
        assert "status" not in event


def test_localai_remembers_many_responses_and_no_more() -> None:
    with wired("localai") as wire:
        first = wire.response(input="My name is Ada")
        for _ in range(127):
            wire.response(input="x", generate=False)
        assert wire.error(input="x")["error"]["code"] == "connection_store_limit_reached"
        refused = wire.error(input="x", store=True, previous_response_id=first["id"])
        assert refused["error"]["code"] == "invalid_store_transition"
        assert text_of(wire.turn(input='say "stored"', store=True)) == "stored"


def test_localai_cuts_old_connections() -> None:
    with wired("localai", "--connection-seconds", "0.2", pace="20") as wire:
        wire.send(input="write 100 words")
        with pytest.raises(ConnectionClosed) as caught:
            wire.rest_of_turn()
        assert caught.value.rcvd is None


@pytest.mark.parametrize("name", ["stream", "background", "stream_options", "generate"])
def test_open_responses_takes_nothing_that_must_not_be_sent(name: str) -> None:
    with wired("open") as wire:
        assert wire.error(input="x", **{name: {} if name == "stream_options" else True})["error"]["param"] == name
