"""`ws-notebook serve --cassette`: recorded in front of a model, then replayed by a server of its own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx2
import pytest
from support.server import add_tool, outputs_for, running_server, text_of
from websockets.exceptions import ConnectionClosed

from ws_notebook.cassette import Cassette, Entry
from ws_notebook.exceptions import SettingsError
from ws_notebook.secrets import Keys
from ws_notebook.server.tapes import Tapes

__all__: list[str] = []


def talk(flags: list[str]) -> list[Any]:
    """The same requests, and what came for them, ids and all."""
    with running_server(*flags) as server, server.wire() as wire:
        told = [wire.turn(input="say 'one'", stream_id="a"), wire.turn(input="x", previous_response_id="resp_nobody")]
        first = wire.turn(input="call add(a=2, b=3) then say 'five'", tools=[add_tool()])
        response = first[-1]["response"]
        outputs = outputs_for(response, add=5)
        told += [first, wire.turn(input=outputs, tools=[add_tool()], previous_response_id=response["id"])]
        told.append(wire.turn(input="say 'warm'", generate=False)[-1]["type"])
        told.append(wire.turn(model="nobody", input="hi")[-1]["type"])
    return told


def test_what_a_server_recorded_another_one_replays(tmp_path: Path) -> None:
    path = tmp_path / "talk.jsonl.gz"
    recorded = talk(["--cassette", str(path)])
    assert text_of(recorded[0]) == "one"
    kept = Cassette.load(path)
    assert (kept.broken_off, kept.provider) == ("", "local")
    replayed = talk(["--model", "replay", "--cassette", str(path)])
    assert replayed[:5] == recorded[:5]
    # Any model's name is served then, so the words are what is missed.
    assert replayed[5] == "error"


@pytest.mark.parametrize("code", [1011, 1006])
def test_clients_see_a_lost_connection_as_it_was(tmp_path: Path, code: int) -> None:
    created = {"type": "response.created", "response": {"id": "r1", "status": "in_progress"}}
    entries = [
        Entry(0, 1, "sent", b'{"input":"hi"}'),
        Entry(1, 1, "received", json.dumps(created).encode()),
        Entry(2, 1, "closed", json.dumps({"code": code, "reason": "tired"}).encode()),
    ]
    Cassette(entries).save(tmp_path / "c")
    with running_server("--model", "replay", "--cassette", str(tmp_path / "c")) as server:
        with server.wire() as wire:
            wire.send(input="hi")
            assert [wire.receive()["type"] for _ in range(2)] == ["response.created", "response.in_progress"]
            with pytest.raises(ConnectionClosed) as lost:
                wire.receive()
            received = lost.value.rcvd
            assert (received and (received.code, received.reason)) == ((1011, "tired") if code == 1011 else None)
        with httpx2.Client(base_url=server.base_url, headers=server.headers) as client:
            body = {"model": "m", "input": "hi", "stream": True}
            with pytest.raises(httpx2.TransportError):
                client.post("/responses", json=body)


def test_new_episodes_are_added_and_what_is_known_stays(tmp_path: Path) -> None:
    path = tmp_path / "talk.jsonl"
    for words in ("one", "two"):
        with running_server("--cassette", str(path), "--record", "new_episodes") as server, server.wire() as wire:
            assert text_of(wire.turn(input="say 'one'")) == "one"
            assert text_of(wire.turn(input=f"say '{words}'")) == words
    assert [each.request["input"] for each in Cassette.load(path).exchanges()] == ["say 'one'"] * 2 + ["say 'two'"]
    assert list(tmp_path.iterdir()) == [path]


def test_a_cassette_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"no cassette .*none\.jsonl to be replayed"):
        Tapes(tmp_path / "none.jsonl", "none", provider="local", keys=Keys())
    (tmp_path / "other").write_text("hello")
    with pytest.raises(SettingsError, match="This is no cassette"):
        Tapes(tmp_path / "other", "once", provider="local", keys=Keys())
    first = Tapes(tmp_path / "new.jsonl", "all", provider="local", keys=Keys())
    assert first.said == f"recording to {tmp_path / 'new.jsonl'}"
    # The first one is there now, so the second would write beside it: a third one is in its way.
    second = Tapes(tmp_path / "new.jsonl", "all", provider="local", keys=Keys())
    with pytest.raises(SettingsError, match="being written by another recording"):
        Tapes(tmp_path / "new.jsonl", "all", provider="local", keys=Keys())
    second.close()
    first.close()
