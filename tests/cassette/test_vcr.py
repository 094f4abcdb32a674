"""Recordings of vcrpy are read and replayed: those in vcr/ were made by vcrpy 9.4.2 of the OpenAI SDK 3.57.0."""

from __future__ import annotations

import base64
import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from support.tools import add

import ws_notebook as wsn
from ws_notebook.cassette.vcr import entries_of
from ws_notebook.exceptions import ProviderError, SettingsError

__all__: list[str] = []

MADE = Path(__file__).parent / "vcr"
STREAM = (
    'event: response.created\ndata: {"response": {"id": "r1"}}\n\n: a comment\n\n'
    'data: {"type": "response.completed",\ndata: "response": {"id": "r1"}}\n\ndata: [DONE]\n\n'
)


def recording(response: dict[str, Any], uri: str = "https://api.openai.com/v1/responses", **body: Any) -> bytes:
    """One in JSON, as vcrpy's serializer writes it."""
    request = {"method": "POST", "uri": uri, "body": json.dumps({"input": "hi", "stream": True, **body})}
    return json.dumps({"version": 1, "interactions": [{"request": request, "response": response}]}).encode()


def types(data: bytes) -> list[str]:
    entries, _ = entries_of(data)
    return [json.loads(each.data)["type"] for each in entries]


@pytest.mark.parametrize("name", ["stream.yaml", "whole.json"])
def test_a_session_is_answered_by_a_recording_of_the_sdk(name: str) -> None:
    transport = wsn.ReplayTransport(MADE / name, speed=0)
    with wsn.Session(transport=transport, tools=[add]) as session:
        run = session.ask('call add(a=2, b=3) then say "done"')
        assert (run.text, [call.output for call in run.tool_calls]) == ("done", ["5"])
        if name == "stream.yaml":
            with pytest.raises(ProviderError, match="model 'nobody' does not exist"):
                session.ask("hi", parent=None)


def test_events_over_several_lines_and_without_a_type_are_whole() -> None:
    body = {"body": {"string": STREAM}, "status": {"code": 200, "message": "OK"}}
    assert types(recording(body)) == ["response.create", "response.created", "response.completed"]


def test_older_forms_of_vcrpy_are_read() -> None:
    older = {"content": STREAM.replace("\n", "\r\n"), "status_code": 200, "http_version": "HTTP/1.1"}
    assert types(recording(older)) == ["response.create", "response.created", "response.completed"]


def test_a_compressed_answer_is_unpacked() -> None:
    packed = base64.b64encode(gzip.compress(STREAM.encode())).decode()
    text = (
        'interactions:\n- request:\n    method: POST\n    uri: http://a/v1/responses\n    body: \'{"input": "hi"}\'\n'
        "  response:\n    headers:\n      Content-Encoding: [gzip]\n    body:\n"
        f"      string: !!binary |\n        {packed}\n    status: {{code: 200}}\n"
    )
    assert types(text.encode()) == ["response.create", "response.created", "response.completed"]


def test_a_refusal_is_an_error_of_its_status() -> None:
    refused = {"body": {"string": '{"error": {"message": "No.", "code": "nope"}}'}, "status": {"code": 429}}
    entries, _ = entries_of(recording(refused))
    assert json.loads(entries[1].data) == {
        "type": "error", "status": 429, "error": {"message": "No.", "code": "nope"}
    }  # fmt: skip


def test_no_key_comes_over() -> None:
    entries, _ = entries_of(recording({"body": {"string": STREAM}}, input="my key is sk-abcdefgh12345678"))
    assert b"sk-abcdefgh" not in entries[0].data


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"{", "no list of interactions"),
        (b"a: [", "no YAML that can be read"),
        (b"interactions: 5", "no list of interactions"),
        (b"interactions: [{}]", "lacks its request or its response"),
        (b"interactions: []", "holds no POST to …/responses, only nothing"),
        (recording({}, "https://a/v1/chat/completions"), "only /v1/chat/completions. Other APIs"),
        (b"!!python/object/apply:os.system ['true']", "no YAML that can be read"),
    ],
)
def test_what_cannot_be_replayed_is_told(data: bytes, words: str, tmp_path: Path) -> None:
    (tmp_path / "made.yaml").write_bytes(data)
    with pytest.raises(SettingsError, match=words):
        wsn.Cassette.load(tmp_path / "made.yaml")
