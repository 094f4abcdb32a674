"""permessage-deflate over real sockets: with peers that agree, agree to less or do not, and our server."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.events import delta
from support.peer import Talk, running_peer
from support.server import running_server
from websockets.extensions.base import Extension
from websockets.extensions.permessage_deflate import (
    ClientPerMessageDeflateFactory,
    PerMessageDeflate,
    ServerPerMessageDeflateFactory,
)
from websockets.frames import Frame, Opcode
from websockets.sync.client import connect

from ws_notebook.transports.base import Endpoint
from ws_notebook.transports.compression import LEAST, Compression
from ws_notebook.transports.deflate import Deflate, Offer
from ws_notebook.transports.websocket import WebSocketTransport

__all__: list[str] = []

LONG = json.dumps({"rows": [{"city": "Oslo", "people": number} for number in range(200)]})


class Seen:
    """The data frames that one end took in, before they are inflated: RSV1 and bytes of each."""

    def __init__(self) -> None:
        self.frames: list[tuple[bool, int]] = []

    def watch(self, extension: PerMessageDeflate) -> PerMessageDeflate:
        decode = extension.decode

        def seen(frame: Frame, *, max_size: int | None = None) -> Frame:
            if frame.opcode is Opcode.TEXT:
                self.frames.append((frame.rsv1, len(frame.data)))
            return decode(frame, max_size=max_size)

        extension.decode = seen  # type: ignore[method-assign]
        return extension


class Server(ServerPerMessageDeflateFactory):
    """The library's other end."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.seen = Seen()

    def process_request_params(
        self, params: Sequence[Any], accepted_extensions: Sequence[Extension]
    ) -> tuple[list[Any], PerMessageDeflate]:
        answer, extension = super().process_request_params(params, accepted_extensions)
        return answer, self.seen.watch(extension)


class Client(ClientPerMessageDeflateFactory):
    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.seen = Seen()

    def process_response_params(
        self, params: Sequence[Any], accepted_extensions: Sequence[Extension]
    ) -> PerMessageDeflate:
        return self.seen.watch(super().process_response_params(params, accepted_extensions))


async def echoes(talk: Talk, request: dict[str, Any]) -> None:
    await talk.send(delta(request["text"]))


def exchanged(peer_url: str, *texts: str, compression: str | None = "deflate") -> tuple[Compression, list[str]]:
    """Send each text, wait for its echo; what became of compression, and the echoes."""

    async def told() -> tuple[Compression, list[str]]:
        transport = WebSocketTransport(compression=compression)
        connection = await transport.connect(Endpoint(base_url=peer_url))
        found = []
        try:
            for text in texts:
                await connection.send(json.dumps({"type": "response.create", "text": text}).encode())
                (frame,) = await connection.receive()
                found.append(json.loads(frame)["delta"])
        finally:
            await connection.close()
        return transport.compression, found

    return asyncio.run(told())


def test_long_messages_shrink_and_what_was_said_before_is_remembered() -> None:
    extension = Server()
    with running_peer(echoes, compression=None, extensions=[extension]) as peer:
        compression, found = exchanged(peer.url, LONG, LONG)
    assert found == [LONG, LONG]
    (first, one), (second, two) = extension.seen.frames
    assert first
    assert second
    assert one < len(LONG) / 5
    assert two < one / 5
    assert compression.agreed == "permessage-deflate, with context both ways"
    assert compression.plain == sum(peer.sizes) + sum(len(json.dumps(delta(LONG))) for _ in range(2))
    assert 0 < compression.wire < compression.plain / 5


def test_short_messages_go_as_they_are_between_long_ones() -> None:
    extension = Server()
    with running_peer(echoes, compression=None, extensions=[extension]) as peer:
        _, found = exchanged(peer.url, "a", LONG, "b", LONG, "x" * (LEAST - 100))
    assert found == ["a", LONG, "b", LONG, "x" * (LEAST - 100)]
    assert [rsv1 for rsv1, _ in extension.seen.frames] == [False, True, False, True, False]
    assert extension.seen.frames[0][1] == peer.sizes[0]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"server_no_context_takeover": True}, "permessage-deflate, with context on the way up"),
        ({"client_no_context_takeover": True}, "permessage-deflate, with context on the way down"),
        ({"server_no_context_takeover": True, "client_no_context_takeover": True}, "permessage-deflate"),
        ({"server_max_window_bits": 9, "client_max_window_bits": 9}, "permessage-deflate, with context both ways"),
    ],
)
def test_a_server_that_agrees_to_less_is_understood(options: dict[str, Any], words: str) -> None:
    with running_peer(echoes, compression=None, extensions=[Server(**options)]) as peer:
        compression, found = exchanged(peer.url, LONG, "short", LONG)
    assert found == [LONG, "short", LONG]
    assert compression.agreed == words


def test_a_server_that_does_not_agree_is_spoken_to_without() -> None:
    with running_peer(echoes, compression=None) as peer:
        compression, found = exchanged(peer.url, LONG)
        assert "permessage-deflate" in peer.headers[0]["Sec-WebSocket-Extensions"]
    assert found == [LONG]
    assert (compression.agreed, compression.plain, compression.wire) == ("", 0, 0)


@pytest.mark.parametrize("asked", ["auto", None])
def test_nothing_is_offered_to_this_machine_unless_asked(asked: str | None) -> None:
    with running_peer(echoes) as peer:
        compression, found = exchanged(peer.url, LONG, compression=asked)
        assert "Sec-WebSocket-Extensions" not in peer.headers[0]
    assert found == [LONG]
    assert compression.agreed == ""


def test_the_embedded_server_deflates_long_messages_with_context_and_leaves_short_ones() -> None:
    client = Client()
    with (
        running_server() as server,
        connect(
            server.socket_url, proxy=None, additional_headers=server.headers, compression=None, extensions=[client]
        ) as socket,
    ):
        for _ in range(2):
            socket.send(json.dumps({"type": "response.create", "model": "demo", "input": f"say {json.dumps(LONG)}"}))
            while json.loads(socket.recv(timeout=20))["type"] != "response.completed":
                pass
    short = [size for rsv1, size in client.seen.frames if not rsv1]
    long = [size for rsv1, size in client.seen.frames if rsv1]
    assert short
    assert max(short) < LEAST
    assert long
    assert max(long) < len(LONG) / 5
    assert min(long) < 200


def test_the_embedded_server_goes_on_without_where_zlib_cannot() -> None:
    client = Client(server_max_window_bits=8)
    with (
        running_server() as server,
        connect(
            server.socket_url, proxy=None, additional_headers=server.headers, compression=None, extensions=[client]
        ) as socket,
    ):
        assert socket.protocol.extensions == []
        socket.send(json.dumps({"type": "response.create", "model": "demo", "input": 'say "a"'}))
        assert json.loads(socket.recv(timeout=20))["type"] == "response.created"


def ends(**options: Any) -> tuple[Deflate, PerMessageDeflate]:
    """The two ends of a connection, ours and the library's."""
    offer = Offer(Compression())
    answer, server = ServerPerMessageDeflateFactory(**options).process_request_params(offer.get_request_params(), [])
    return offer.process_response_params(answer, []), server


MESSAGES = st.lists(st.lists(st.binary(max_size=3000), min_size=1, max_size=3), max_size=8)


@given(messages=MESSAGES, kept=st.booleans())
def test_messages_of_any_size_and_in_any_number_of_frames_arrive_as_they_were(
    messages: list[list[bytes]], kept: bool
) -> None:
    here, there = ends(client_no_context_takeover=kept)
    for parts in messages:
        frames = [
            Frame(Opcode.CONT if place else Opcode.TEXT, part, fin=place == len(parts) - 1)
            for place, part in enumerate(parts)
        ]
        assert b"".join(bytes(there.decode(here.encode(frame)).data) for frame in frames) == b"".join(parts)
        assert b"".join(bytes(here.decode(there.encode(frame)).data) for frame in frames) == b"".join(parts)
