"""Who may name a model: the command line's upstream, or, at a server of one's own, a request."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable
from typing import Any

import httpx2
import pytest
from support.server import RunningServer, running_server, text_of
from support.upstream import Reply, chat, chunk, scripted

from ws_notebook import Session
from ws_notebook.exceptions import ProviderError, SettingsError
from ws_notebook.server.errors import ApiError
from ws_notebook.server.models.upstream.service import Upstream
from ws_notebook.server.models.upstream.sources import Addressed, Listed
from ws_notebook.settings import THROUGH_HEADER, Through


def test_a_server_of_the_demo_takes_no_address(server: RunningServer) -> None:
    with scripted(chat) as upstream:
        with server.wire() as wire:
            for name in (f"{upstream.base_url}#scripted", upstream.base_url, "/etc/passwd", "~/x.gguf", "file:///x"):
                assert wire.error(model=name, input="x")["error"]["code"] == "model_not_found"
        headers = {**server.headers, **Through(url=upstream.base_url).header()}
        answer = httpx2.post(f"{server.base_url}/responses", headers=headers, json={"model": "scripted", "input": "x"})
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "upstream_refused")
    assert upstream.seen == []


def test_a_server_that_is_one_s_own_takes_any() -> None:
    with scripted(chat) as upstream, running_server("--models-by-address") as server:
        with server.wire() as wire:
            assert text_of(wire.turn(model=f"{upstream.base_url}#scripted", input="x")) == "Heard 1 messages."
            assert wire.error(model=f"{upstream.base_url}#nobody", input="x")["error"]["code"] == "model_not_found"
            assert wire.error(model=upstream.base_url, input="x")["error"]["code"] == "model_not_found"
            assert wire.error(model="ftp://host/v1#x", input="x")["error"]["code"] == "model_not_found"
            assert wire.response(input='say "demo"')["status"] == "completed"
        through = Through(url=upstream.base_url, key="a-key-of-the-upstream-42", headers=(("X-Team", "a"),))
        with server.wire(additional_headers={**server.headers, **through.header()}) as wire:
            assert text_of(wire.turn(model="scripted", input="x")) == "Heard 1 messages."
            assert wire.error(model="demo", input="x")["error"]["code"] == "model_not_found"
        listed = httpx2.get(f"{server.base_url}/models", headers={**server.headers, **through.header()}).json()
    assert [model["id"] for model in listed["data"]] == ["scripted"]
    assert upstream.keys[-1] == "Bearer a-key-of-the-upstream-42"


def test_a_header_that_cannot_be_read_is_refused() -> None:
    source = Addressed()
    for value in ("?", base64.b64encode(b"[]").decode(), base64.b64encode(b'{"key": "x"}').decode()):
        with pytest.raises(ApiError, match=THROUGH_HEADER):
            source.through({THROUGH_HEADER: value})
    assert source.through({}) is None
    asyncio.run(source.close())


def test_a_model_that_an_upstream_got_since_is_found() -> None:
    with scripted(chat) as upstream:
        source = Listed(Upstream(upstream.base_url))

        async def run() -> list[str]:
            before = await source.names()
            upstream.models.append({"id": "later", "owned_by": "somebody"})
            await source._check("later")
            names = await source.names()
            await source.close()
            return [*before, *names]

        assert asyncio.run(run()) == ["scripted", "scripted", "later"]


@pytest.fixture
def through(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    return {"through": "local", "model": "scripted", "api_key": "ollama"}


def test_a_session_behind_the_embedded_server_has_socket_lanes_and_memory(through: dict[str, Any]) -> None:
    with scripted(chat) as upstream, Session(provider=upstream.base_url, **through) as session:
        assert session.ask("One.").text == "Heard 1 messages."
        run = session.ask("Two.")
        assert run.text == "Heard 3 messages."
        assert (run.turns[0].transport, run.turns[0].parent_id is not None) == ("websocket", True)
        assert session.at_once == 16
        note = session.header().note
    assert note == "through the embedded server; any other server, asked by its Chat Completions"
    assert upstream.keys[-1] == "Bearer ollama"


FAULTS: dict[str, Callable[[], Reply]] = {
    "killed": lambda: Reply.stream([chunk({"content": "half "})], cut=True),
    "garbage": lambda: Reply.stream([chunk({"content": "half "}), "no JSON"]),
    "refused": lambda: Reply.json({"error": {"message": "Out of order."}}, 500),
    "a page": lambda: Reply([b"<html><body>Sign in</body></html>"], 200, "text/html"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_question_after_a_fault_of_the_upstream_has_its_history(fault: str, through: dict[str, Any]) -> None:
    def script(path: str, body: dict[str, Any]) -> Reply:
        failing = body and body["messages"][-1]["content"] == "Fail."
        return FAULTS[fault]() if failing else chat(path, body)

    with scripted(script) as upstream, Session(provider=upstream.base_url, **through) as session:
        session.ask("One.")
        with pytest.raises(ProviderError, match="upstream"):
            session.ask("Fail.")
        assert session.ask("Two.").status == "completed"
        said = [message["content"] for message in upstream.asked[-1]["messages"]]
    assert (said[:2], said[-1]) == (["One.", "Heard 1 messages."], "Two.")


def test_what_cannot_stand_behind_it_is_said() -> None:
    import ssl

    for options, said in (
        ({"provider": "http://127.0.0.1:9/v1", "through": "there", "model": "x"}, "through must be 'local'"),
        ({"provider": "local", "through": "local"}, "pass its base URL"),
        ({"provider": "http://127.0.0.1:9/v1", "through": "local"}, "needs the model's name"),
        (
            {"provider": "https://host/v1", "through": "local", "model": "x", "ssl": ssl.create_default_context()},
            "SSL_CERT",
        ),
    ):
        with pytest.raises(SettingsError, match=said):
            Session(**options)  # type: ignore[arg-type]
