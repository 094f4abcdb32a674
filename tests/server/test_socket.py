from __future__ import annotations

import asyncio
import json
import logging
import socket
import struct
import threading
from urllib.parse import urlsplit

import httpx2
import psutil
import pytest
from support.endless import EndlessModel, serve_endless
from support.server import TOKEN, RunningServer, Wire, outputs_for, running_server, text_of
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from ws_notebook.server.limits import Limits


def test_text_comes_in_one_delta_for_each_word(wire: Wire) -> None:
    events = wire.turn(input='say "three short words"')
    deltas = [event["delta"] for event in events if event["type"] == "response.output_text.delta"]
    assert deltas == ["three ", "short ", "words"]
    assert [event["sequence_number"] for event in events] == list(range(len(events)))


def test_parallel_calls_and_their_answer(wire: Wire) -> None:
    first = wire.response(input="call add(a=2, b=3) and add(a=4, b=5)")
    assert [json.loads(call["arguments"]) for call in first["output"]] == [{"a": 2, "b": 3}, {"a": 4, "b": 5}]
    outputs = outputs_for(first, add=lambda a, b: a + b)
    answer = text_of(wire.turn(input=outputs, previous_response_id=first["id"]))
    assert "**5**" in answer
    assert "**9**" in answer


def test_twenty_five_calls_are_twenty_six_turns(wire: Wire) -> None:
    response = wire.response(input="25 times: call step(i=…)")
    indices = []
    while response["output"][0]["type"] == "function_call":
        indices.append(json.loads(response["output"][0]["arguments"])["i"])
        response = wire.response(input=outputs_for(response), previous_response_id=response["id"])
    assert indices == list(range(1, 26))


def test_missing_outputs_are_refused_and_the_socket_stays_open(wire: Wire) -> None:
    first = wire.response(input="call f()")
    event = wire.error(input="never mind", previous_response_id=first["id"])
    assert event["status"] == 400
    assert event["error"]["param"] == "input"
    assert first["output"][0]["call_id"] in event["error"]["message"]
    assert wire.response(input='say "still here"')["status"] == "completed"


def test_background_is_refused(wire: Wire) -> None:
    assert wire.error(input="hello", background=True)["error"]["param"] == "background"


def test_a_frame_that_is_no_json_is_a_400_and_the_socket_stays_open(wire: Wire) -> None:
    wire.socket.send("{")
    event = wire.receive()
    assert (event["type"], event["status"]) == ("error", 400)
    assert wire.response(input='say "still here"')["status"] == "completed"


def test_a_large_message_passes(wire: Wire) -> None:
    text = "word " * 1_600_000
    response = wire.response(input=text, generate=False)
    assert response["usage"]["input_tokens"] > 1_600_000


def test_a_message_over_the_limit_closes_with_1009() -> None:
    with running_server("--max-message-mib", "0.01") as server, server.wire() as wire:
        wire.send(input="x" * 20_000)
        assert closed_with(wire) == 1009


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}])
def test_an_upgrade_without_the_token_is_a_401_in_json(server: RunningServer, headers: dict[str, str]) -> None:
    with pytest.raises(InvalidStatus) as caught, server.wire(additional_headers=headers):
        pass
    answer = caught.value.response
    assert answer.status_code == 401
    assert answer.body is not None
    assert json.loads(answer.body)["error"]["code"] == "invalid_api_key"


def test_an_upgrade_from_another_page_is_a_403(server: RunningServer) -> None:
    with pytest.raises(InvalidStatus) as caught, server.wire(origin="https://example.com"):
        pass
    assert caught.value.response.status_code == 403


def test_an_upgrade_from_its_own_page_passes(server: RunningServer) -> None:
    with server.wire(origin=server.base_url.removesuffix("/v1")) as wire:
        assert wire.response(input='say "x"')["status"] == "completed"


def test_a_get_without_an_upgrade_is_a_426(server: RunningServer) -> None:
    answer = httpx2.get(f"{server.base_url}/responses", headers=server.headers)
    assert answer.status_code == 426
    assert answer.json()["error"]["code"] == "upgrade_required"


def test_pings_are_sent_while_nothing_else_is() -> None:
    pings = threading.Semaphore(0)

    class Watch(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.getMessage().startswith("< PING"):
                pings.release()

    logger = logging.Logger("frames", logging.DEBUG)
    logger.addHandler(Watch())
    with running_server("--ping-seconds", "0.05") as server, server.wire(ping_interval=None, logger=logger) as wire:
        for _ in range(4):
            assert pings.acquire(timeout=20)
        assert wire.response(input='say "still open"')["status"] == "completed"


def test_two_connections_do_not_wait_for_each_other() -> None:
    with running_server() as server, server.wire() as slow, server.wire() as quick:
        slow.send(input="think 600 seconds")
        assert slow.receive()["type"] == "response.created"
        assert quick.response(input='say "quick"')["status"] == "completed"


def test_lanes_stream_beside_one_another_at_the_pace_of_a_model() -> None:
    with (
        running_server("--tokens-per-second", "400", "--first-token", "0", fast=False) as server,
        server.wire() as wire,
    ):
        for name in ("left", "right"):
            wire.send(input="write 120 words", stream_id=name)
        counts = {"left": 0, "right": 0}
        ended = 0
        while ended < 2:
            event = wire.receive()
            if event["type"] == "response.output_text.delta":
                counts[event["stream_id"]] += 1
                if not ended:
                    assert abs(counts["left"] - counts["right"]) < 40
            ended += event["type"] == "response.completed"
    assert counts == {"left": 120, "right": 120}


def test_a_lost_socket_stops_its_answer() -> None:
    async def story(model: EndlessModel, base_url: str) -> None:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        url = base_url.replace("http", "ws", 1) + "/responses"
        async with connect(url, additional_headers=headers, proxy=None) as socket:
            await socket.send('{"type": "response.create", "model": "endless", "input": "x"}')
            await model.started.wait()
        await model.stopped.wait()

    serve_endless(story)


def test_an_old_connection_says_so_and_closes_with_1000() -> None:
    with running_server("--connection-seconds", "0.2") as server, server.wire() as wire:
        event = wire.receive()
        assert (event["type"], event["error"]["code"]) == ("error", "websocket_connection_limit_reached")
        assert closed_with(wire) == 1000


def test_a_response_outlives_the_limit_and_the_next_one_is_refused() -> None:
    with running_server("--connection-seconds", "0.3") as server, server.wire() as wire:
        wire.send(input='think 600 ms then say "still answered"')
        wire.send(input='say "too late"')
        assert text_of(wire.rest_of_turn()) == "still answered"
        (refused,) = wire.rest_of_turn()
        assert refused["error"]["code"] == "websocket_connection_limit_reached"
        assert closed_with(wire) == 1000


def test_an_idle_connection_closes_with_1001_and_an_answer_is_not_idle() -> None:
    with running_server("--idle-seconds", "0.3") as server, server.wire() as wire:
        assert text_of(wire.turn(input='think 900 ms then say "awake"')) == "awake"
        assert closed_with(wire) == 1001


def flooded(server: RunningServer, message: bytes) -> int:
    """Send *message* again and again and read nothing, until the server cuts the connection; the bytes sent."""
    port = urlsplit(server.base_url).port or 0
    with socket.socket() as raw:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        raw.settimeout(60)
        raw.connect(("127.0.0.1", port))
        lines = ["GET /v1/responses HTTP/1.1", "Host: 127.0.0.1", "Upgrade: websocket", "Connection: Upgrade"]
        lines += ["Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="]
        lines += [f"Authorization: Bearer {server.token}", "", ""]
        raw.sendall("\r\n".join(lines).encode())
        many, sent = masked(message) * 100, 0
        try:
            while True:
                sent += raw.send(many)
        except ConnectionError:
            return sent


def masked(message: bytes) -> bytes:
    """A text frame of the client's; the mask is nothing."""
    return bytes([0x81, 0x80 | 126, *struct.pack("!H", len(message)), 0, 0, 0, 0]) + message


@pytest.mark.parametrize(
    "message",
    [
        b'{"type": "' + b"x" * 9000 + b'"}',
        b'{"type": "response.steer", "previous_response_id": "resp_nobody", "input": "' + b"x" * 9000 + b'"}',
        b'{"type": "response.create", "model": "demo", "store": false, "input": "x", "instructions": "'
        + b"x" * 9000
        + b'"}',
    ],
    ids=["unknown", "steer", "create"],
)
def test_a_client_that_reads_nothing_is_cut_off_and_grows_nothing(message: bytes) -> None:
    flags = ("--unread-seconds", "2", "--unread-mib", "1")
    with running_server(*flags) as server:
        process = psutil.Process(server.process.pid)
        before = process.memory_info().rss
        assert flooded(server, message) < 64_000_000
        assert process.memory_info().rss - before < 64_000_000
        with server.wire() as wire:
            assert wire.response(input='say "still here"')["status"] == "completed"


def test_a_client_that_reads_slowly_is_told_everything() -> None:
    with running_server("--unread-seconds", "2", "--unread-mib", "0.01") as server, server.wire() as wire:
        for _ in range(500):
            wire.socket.send("{")
        wire.send(input='say "at last"')
        events = [wire.receive() for _ in range(500)]
        assert {event["type"] for event in events} == {"error"}
        assert text_of(wire.rest_of_turn()) == "at last"


def test_a_stream_over_http_that_nobody_reads_is_cut_off() -> None:
    async def story(model: EndlessModel, base_url: str) -> None:
        body = b'{"model": "endless", "input": "x", "stream": true}'
        _, writer = await asyncio.open_connection("127.0.0.1", urlsplit(base_url).port, limit=1000)
        head = f"POST /v1/responses HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\nContent-Length: {len(body)}"
        writer.write(head.encode() + b"\r\n\r\n" + body)
        await model.stopped.wait()
        writer.close()

    serve_endless(story, words="more " * 100_000, limits=Limits(unread_seconds=0.5))


def closed_with(wire: Wire) -> int | None:
    """The code with which the server closes now."""
    with pytest.raises(ConnectionClosed) as caught:
        wire.receive()
    return caught.value.rcvd.code if caught.value.rcvd else None
