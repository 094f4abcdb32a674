"""The server in front of an upstream that has WebSocket mode: one connection for each client's, what is new only."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from support.both import running_both
from support.events import answer, created, delta, error, message
from support.peer import Peer, Script, Talk, running_peer, says
from support.server import TOKEN, RunningServer, running_server, text_of
from support.upstream import responses, scripted

LONG = "many words " * 2000
KEY = ("--upstream-key-variable", "WS_NOTEBOOK_SERVER_TOKEN")


@contextmanager
def front(peer: Peer, *flags: str) -> Iterator[RunningServer]:
    with running_server("--upstream", peer.url, *flags) as server:
        yield server


def meant(peer: Peer) -> list[dict[str, Any]]:
    """What was asked, the probe aside."""
    return [request for request in peer.requests if request.get("previous_response_id") != "resp_ws_notebook_probe"]


def refusing_probes(script: Script) -> Script:
    async def played(talk: Talk, request: dict[str, Any]) -> None:
        if request.get("previous_response_id") == "resp_ws_notebook_probe":
            await talk.send(error("previous_response_not_found"))
        else:
            await script(talk, request)

    return played


def test_a_turn_sends_the_upstream_only_what_is_new() -> None:
    with running_peer(refusing_probes(says("Read.", "Short."))) as peer, front(peer) as server:
        assert "asked by its WebSocket mode" in server.line
        with server.wire() as wire:
            first = wire.response(input=LONG)
            for number in range(3):
                first = wire.response(input=f"Question {number}.", previous_response_id=first["id"])
        sizes = [size for size, asked in zip(peer.sizes, peer.requests, strict=True) if asked in meant(peer)]
        connections = {id(talk) for talk in peer.talks}
    assert sizes[0] > len(LONG)
    assert max(sizes[1:]) < 400
    assert [asked.get("previous_response_id") for asked in meant(peer)] == [None, "resp_2", "resp_3", "resp_4"]
    assert len(connections) == 2  # the probe's and the client's


def test_what_the_upstream_has_forgotten_is_sent_whole() -> None:
    async def script(talk: Talk, request: dict[str, Any]) -> None:
        if request.get("previous_response_id"):
            await talk.send(error("previous_response_not_found"))
        else:
            await says("Said.")(talk, request)

    with running_peer(refusing_probes(script)) as peer, front(peer) as server, server.wire() as wire:
        first = wire.response(input="One.")
        assert text_of(wire.turn(input="Two.", previous_response_id=first["id"])) == "Said."
        assert [len(asked["input"]) for asked in meant(peer)] == [1, 1, 3]


def test_a_connection_that_was_lost_in_between_is_opened_again_and_told_all() -> None:
    with running_peer(refusing_probes(says("Said."))) as peer, front(peer) as server, server.wire() as wire:
        first = wire.response(input="One.")
        talk = peer.talks[-1]
        peer.call(talk.close())
        second = wire.response(input="Two.", previous_response_id=first["id"])
        assert second["status"] == "completed"
        assert [len(asked["input"]) for asked in meant(peer)] == [1, 3]


def test_a_client_that_goes_takes_its_connection_to_the_upstream_along() -> None:
    closed = threading.Event()

    async def script(talk: Talk, request: dict[str, Any]) -> None:
        await talk.send(created("resp_long"))
        for _ in range(400):
            await talk.send(delta("more "))
            await asyncio.sleep(0.01)

    async def watched(talk: Talk, request: dict[str, Any]) -> None:
        try:
            await refusing_probes(script)(talk, request)
        finally:
            closed.set()

    with running_peer(watched) as peer, front(peer) as server, server.wire() as wire:
        wire.send(input="Go.")
        while wire.receive()["type"] != "response.output_text.delta":
            pass
        closed.clear()
        wire.socket.close()
        assert closed.wait(5)


def test_a_server_that_closes_the_sockets_it_accepts_is_asked_over_http() -> None:
    async def script(talk: Talk, request: dict[str, Any]) -> None:
        if request.get("previous_response_id") == "resp_ws_notebook_probe":
            await talk.send(error("previous_response_not_found"))
        else:
            await talk.close(1011, "http:// is not bridged")

    with (
        running_peer(script) as peer,
        scripted(responses()) as posts,
        running_both(peer.url, posts.base_url) as url,
        running_server("--upstream", url) as server,
        server.wire() as wire,
    ):
        assert [text_of(wire.turn(input="Hello.", model="scripted")) for _ in range(2)] == ["Hello.", "Hello."]
    assert len(posts.asked) == 2


def test_lanes_share_a_connection_where_the_upstream_has_lanes_too() -> None:
    with (
        running_server() as inner,
        running_server("--upstream", inner.base_url, *KEY) as outer,
        outer.wire() as wire,
    ):
        assert TOKEN not in outer.line
        assert "another ws-notebook serve, asked by its WebSocket mode; models: demo" in outer.line
        for lane in ("a", "b"):
            wire.send(input=f'say "words of {lane}"', stream_id=lane)
        texts = {"a": "", "b": ""}
        ends = 0
        while ends < len(texts):
            event = wire.receive()
            if event["type"] == "response.output_text.delta":
                texts[event["stream_id"]] += event["delta"]
            ends += event["type"] == "response.completed"
    assert texts == {"a": "words of a", "b": "words of b"}


def test_an_answer_of_the_upstream_s_own_connection_keeps_its_ids() -> None:
    async def script(talk: Talk, request: dict[str, Any]) -> None:
        await talk.send(answer("resp_theirs", message("Hello.", "msg_theirs")))

    with running_peer(refusing_probes(script)) as peer, front(peer) as server, server.wire() as wire:
        response = wire.response(input="Hello.")
    assert (response["id"], response["output"][0]["id"]) == ("resp_theirs", "msg_theirs")
