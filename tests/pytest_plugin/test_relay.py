"""The server in a test's own process."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx2
import pytest
from support.server import RunningServer

from ws_notebook.cassette import Cassette
from ws_notebook.exceptions import SettingsError
from ws_notebook.pytest_plugin.relay import Relay
from ws_notebook.secrets import Keys
from ws_notebook.transports.recording import Recorder

__all__: list[str] = []


def answered(relay: Relay, words: str) -> str:
    with httpx2.Client(base_url=relay.base_url, headers={"Authorization": f"Bearer {relay.api_key}"}) as client:
        told = client.post("/responses", json={"model": "demo", "input": words}).json()
    return str(told["output"][0]["content"][0]["text"] if "output" in told else told["error"]["message"])


def test_what_it_recorded_it_replays_and_it_is_gone_when_it_is_closed(
    server: RunningServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_KEY", server.token)
    keys = Keys()
    recorder = Recorder(tmp_path / "c", keys=keys)
    relay = Relay.of_provider(server.base_url, "MY_KEY", recorder, keys)
    assert answered(relay, f"say 'one {server.token}'").startswith("one")
    relay.close()
    assert not recorder.recording
    with pytest.raises(httpx2.ConnectError):
        answered(relay, "say 'one'")
    assert server.token.encode() not in (tmp_path / "c").read_bytes()
    again = Relay.of_cassette(Cassette.load(tmp_path / "c"))
    assert answered(again, "say 'one [secret]'").startswith("one")
    assert "First difference" in answered(again, "say 'two'")
    again.close()


def test_it_is_at_home_in_a_process_with_a_loop(tmp_path: Path) -> None:
    async def run() -> str:
        relay = Relay.of_provider("local", "", Recorder(tmp_path / "c"), Keys())
        try:
            return await asyncio.to_thread(answered, relay, "say 'one'")
        finally:
            relay.close()

    assert asyncio.run(run()) == "one"


def test_a_provider_without_a_key_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(SettingsError, match="OPENAI_API_KEY"):
        Relay.of_provider("openai", "", Recorder(tmp_path / "c"), Keys())
    with pytest.raises(SettingsError, match="OTHER_KEY is not set"):
        Relay.of_provider("openai", "OTHER_KEY", Recorder(tmp_path / "d"), Keys())


def test_the_environment_leaves_loopback_out_of_proxies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "example.org")
    relay = Relay.of_cassette(Cassette())
    told = relay.environment
    relay.close()
    assert told["NO_PROXY"] == told["no_proxy"] == "example.org,127.0.0.1"
    assert (told["OPENAI_BASE_URL"], told["OPENAI_API_KEY"]) == (relay.base_url, relay.api_key)
    assert relay.api_key not in repr(relay)
    assert relay.websocket_base_url.startswith("ws://127.0.0.1:")
