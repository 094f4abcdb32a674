"""One request over a socket, and what its answer amounts to."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from support.events import answer, message
from support.peer import Talk, running_peer, says

from ws_notebook.doctor.answer import Answer, exchange
from ws_notebook.exceptions import ConnectionFailed
from ws_notebook.transports.base import Endpoint

__all__: list[str] = []

REQUEST = {"type": "response.create", "input": "Hi"}


def ask(url: str, patience: float = 10) -> Answer:
    return asyncio.run(exchange(Endpoint(base_url=url), REQUEST, patience))


def test_an_answer_is_read_to_its_end_and_the_socket_closed() -> None:
    with running_peer(says("Hello.")) as peer:
        found = ask(peer.url)
        peer.call(peer.talks[0].wait_closed())
        assert peer.requests == [REQUEST]
    assert (found.last["type"], found.error, found.failure) == ("response.completed", None, "")
    assert found.response["status"] == "completed"
    assert found.ms >= 0


def test_a_failed_response_is_an_error() -> None:
    async def fails(talk: Talk, request: dict[str, Any]) -> None:
        failed = {"type": "response.failed", "response": {"error": {"code": "server_error", "message": "broken"}}}
        await talk.send(answer("resp_1", message("Hel"))[0], failed)

    with running_peer(fails) as peer:
        error = ask(peer.url).error
    assert error is not None
    assert (error.code, error.message) == ("server_error", "broken")


def test_silence_has_an_end() -> None:
    async def is_silent(talk: Talk, request: dict[str, Any]) -> None:
        await talk.wait_closed()

    with running_peer(is_silent) as peer:
        assert ask(peer.url, 0.2).failure == "no answer came in time."


def test_a_lost_connection_says_its_code() -> None:
    async def closes(talk: Talk, request: dict[str, Any]) -> None:
        await talk.close(1013, "later")

    with running_peer(closes) as peer:
        assert "code 1013" in ask(peer.url).failure


def test_where_there_is_no_socket_the_transport_s_error_is_raised(unused_port: int) -> None:
    with pytest.raises(ConnectionFailed):
        ask(f"http://127.0.0.1:{unused_port}/v1")
