"""The HTTP transport alone: server-sent events however they are cut, errors in every form."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.events import completed, created, delta, encoded

from ws_notebook.exceptions import ConnectionFailed, ConnectionLost, WsNotebookError
from ws_notebook.transports import http
from ws_notebook.transports.base import Endpoint
from ws_notebook.transports.http import HttpTransport

__all__: list[str] = []

HEAD = "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nConnection: close\r\n{more}\r\n"


def ask(
    *chunks: bytes, status: str = "200 OK", kind: str = "text/event-stream", more: str = ""
) -> tuple[list[dict[str, Any]], WsNotebookError | None, bytes]:
    """Post a request to a server that answers with these pieces: the events, how it ended, what was posted."""

    async def told() -> tuple[list[dict[str, Any]], WsNotebookError | None, bytes]:
        posted: list[bytes] = []

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length"))
            posted.append(await reader.readexactly(length))
            writer.write(HEAD.format(status=status, kind=kind, more=more).encode())
            for chunk in chunks:
                writer.write(chunk)
                await writer.drain()
                await asyncio.sleep(0)
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            connection = await HttpTransport().connect(Endpoint(base_url=f"http://127.0.0.1:{port}/v1"))
            assert connection.usable
            await connection.send(b'{"stream":true}')
            frames: list[dict[str, Any]] = []
            error: WsNotebookError | None = None
            while not frames or frames[-1]["type"] not in ("response.completed", "error"):
                try:
                    frames += [json.loads(frame) for frame in await connection.receive()]
                except WsNotebookError as raised:
                    error = raised
                    break
            await connection.close()
            return frames, error, posted[0]

    return asyncio.run(told())


def event(data: bytes) -> bytes:
    return b"event: x\ndata: " + data + b"\n\n"


WHOLE = [created("r"), delta("é\u2028\x85 \\n"), completed("r")]


def test_events_come_as_they_would_over_a_socket() -> None:
    frames, error, posted = ask(*(event(encoded(each)) for each in WHOLE), event(b"[DONE]"))
    assert (frames, error, posted) == (WHOLE, None, b'{"stream":true}')


def test_line_ends_that_stand_in_a_text_do_not_end_a_line() -> None:
    raw = json.dumps(WHOLE[1], ensure_ascii=False).encode()
    assert "\u2028".encode() in raw
    frames, error, _ = ask(event(encoded(WHOLE[0])), event(raw), event(encoded(WHOLE[2])))
    assert (frames, error) == (WHOLE, None)


async def lines_of(*chunks: bytes) -> list[bytes]:
    async def flow() -> AsyncIterator[bytes]:
        for chunk in chunks:
            yield chunk

    return [line async for line in http._lines(flow())]


@given(
    st.lists(st.sampled_from([b"a", b"", b"\n", b"\r", b"\r\n", b"\xe2\x80\xa8", b"b\n\nc"]), max_size=12), st.data()
)
def test_lines_are_the_same_wherever_the_flow_is_cut(parts: list[bytes], data: st.DataObject) -> None:
    flow = b"".join(parts)
    chunks: list[bytes] = []
    rest = flow
    while rest:
        size = data.draw(st.integers(0, len(rest)))
        chunks.append(rest[:size])
        rest = rest[size:] if size else rest
        if len(chunks) > 40:
            chunks.append(rest)
            break
    plain = flow.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    expected = plain if plain[-1] else plain[:-1]
    assert asyncio.run(lines_of(*chunks)) == expected


def test_data_over_several_lines_is_one_event() -> None:
    spread = json.dumps(WHOLE[2], indent=1).encode().replace(b"\n", b"\ndata: ")
    frames, _, _ = ask(b": a comment\n\n", event(spread))
    assert frames == [WHOLE[2]]


def test_an_answer_that_is_no_stream_is_one_terminal_event() -> None:
    body = completed("r")["response"]
    frames, error, _ = ask(json.dumps(body).encode(), kind="application/json")
    assert (frames, error) == ([{"type": "response.completed", "response": body}], None)


def test_an_answer_that_breaks_off_is_a_lost_connection() -> None:
    frames, error, _ = ask(event(encoded(WHOLE[0])), event(encoded(WHOLE[1])))
    assert frames == WHOLE[:2]
    assert isinstance(error, ConnectionLost)
    _, error, _ = ask(event(encoded(WHOLE[0])), more="Content-Length: 100000\r\n")
    assert isinstance(error, ConnectionLost)
    assert "What had arrived is kept" in str(error)


def test_an_answer_that_cannot_be_read_is_a_lost_connection() -> None:
    _, error, _ = ask(b"not gzip at all", more="Content-Encoding: gzip\r\n")
    assert isinstance(error, ConnectionLost)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b'{"error": {"message": "Bad.", "code": "x"}}', "Bad."),
        (b"<html>Bad gateway</html>", "Bad gateway"),
        (b"", "HTTP 429"),
        (b"[]", "[]"),
        (b"\xff\xfe", "\ufffd\ufffd"),
    ],
)
def test_an_error_takes_the_road_of_an_error_frame(body: bytes, message: str) -> None:
    (frame,), error, _ = ask(body, status="429 Slow", kind="text/html", more="Retry-After: 3\r\nX-Other: 1\r\n")
    assert error is None
    assert (frame["type"], frame["status"], frame["error"]["message"]) == ("error", 429, message)
    assert {name.lower(): value for name, value in frame["headers"].items()} == {"retry-after": "3"}


def test_a_redirect_is_an_error_and_not_followed() -> None:
    (frame,), _, _ = ask(status="302 Found", more="Location: http://elsewhere.invalid/\r\n")
    assert (frame["type"], frame["status"]) == ("error", 302)


def test_nothing_listening_is_a_failed_connection() -> None:
    async def told() -> None:
        connection = await HttpTransport().connect(Endpoint(base_url="http://127.0.0.1:1/v1?key=hidden"))
        await connection.send(b"{}")
        with pytest.raises(
            ConnectionFailed, match=r"http://127\.0\.0\.1:1/v1/responses:.*Is the server running"
        ) as raised:
            await connection.receive()
        assert "hidden" not in str(raised.value)
        await connection.close()

    asyncio.run(told())


def test_closing_ends_a_receiver_that_waits() -> None:
    async def told() -> None:
        connection = await HttpTransport().connect(Endpoint(base_url="http://127.0.0.1:1/v1"))
        receiving = asyncio.create_task(connection.receive())
        await asyncio.sleep(0)
        await connection.close()
        with pytest.raises(ConnectionLost):
            await receiving

    asyncio.run(told())


def asked_twice(tail: bytes) -> list[list[dict[str, Any]]]:
    """Two requests over one connection; behind the end of the first answer's response comes `tail`, later."""

    async def told() -> list[list[dict[str, Any]]]:
        asked = 0
        second = asyncio.Event()

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal asked
            await reader.readuntil(b"\r\n\r\n")
            asked += 1
            number = asked
            writer.write(HEAD.format(status="200 OK", kind="text/event-stream", more="").encode())
            writer.write(event(encoded(created(f"r{number}"))) + event(encoded(completed(f"r{number}"))))
            await writer.drain()
            if number == 1:
                await second.wait()
                writer.write(tail)
            else:
                second.set()
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            connection = await HttpTransport().connect(Endpoint(base_url=f"http://127.0.0.1:{port}/v1"))
            found: list[list[dict[str, Any]]] = []
            for _ in range(2):
                await connection.send(b"{}")
                frames: list[dict[str, Any]] = []
                while not frames or frames[-1]["type"] != "response.completed":
                    frames += [json.loads(frame) for frame in await connection.receive()]
                found.append(frames)
            await connection.close()
            return found

    return asyncio.run(told())


@pytest.mark.parametrize(
    "tail",
    [b"", event(b'{"type":"response.done"}'), event(b'{"error":"late"}'), event(encoded(delta("late"))), b"half"],
)
def test_what_comes_behind_the_end_of_an_answer_is_not_part_of_the_next(tail: bytes) -> None:
    assert asked_twice(tail) == [[created(f"r{number}"), completed(f"r{number}")] for number in (1, 2)]


def test_an_error_frame_behind_a_failure_is_passed_on() -> None:
    failure = {"type": "response.failed", "response": {"id": "r", "status": "failed", "error": None}}
    frames, _, _ = ask(event(encoded(failure)), event(b'{"type":"error","error":{"message":"Filtered."}}'))
    assert [frame["type"] for frame in frames] == ["response.failed", "error"]


@pytest.mark.parametrize("kind", ["application/json", "text/event-stream", "text/plain", "text/html"])
def test_the_form_of_an_answer_is_seen_in_it_whatever_its_type_says(kind: str) -> None:
    frames, error, _ = ask(*(event(encoded(each)) for each in WHOLE), kind=kind)
    assert (frames, error) == (WHOLE, None)
    body = json.dumps(completed("r")["response"], indent=1).encode()
    frames, error, _ = ask(body, kind=kind)
    assert (frames, error) == ([completed("r")], None)
    frames, error, _ = ask(b'{"error": {"message": "No."}}', kind=kind)
    assert (frames[0]["type"], error) == ("error", None)


def test_an_event_may_have_its_type_beside_it() -> None:
    body = json.dumps({"response": completed("r")["response"]}).encode()
    frames, _, _ = ask(b"event: response.completed\ndata: " + body + b"\n\n")
    assert frames == [completed("r")]


@pytest.mark.parametrize("tail", [b"data: [DONE]\n\n", b""])
def test_a_connection_is_kept_for_the_next_request_also_where_the_body_ends_behind_the_response(
    tail: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A busy machine may need longer than is waited for elsewhere.
    monkeypatch.setattr(http, "_FREE", 10.0)
    opened: list[int] = []
    ended = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        opened.append(1)
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
                assert length is not None
                await reader.readexactly(int(length[1]))
                writer.write(
                    b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
                )
                for part in (b"data: " + encoded(completed("resp_1")) + b"\n\n", tail):
                    writer.write(b"%x\r\n%b\r\n" % (len(part), part) if part else b"")
                    await writer.drain()
                    await asyncio.sleep(0.01)
                writer.write(b"0\r\n\r\n")
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
        ended.set()

    async def ask_twice() -> None:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        async with server:
            port = server.sockets[0].getsockname()[1]
            connection = await HttpTransport().connect(Endpoint(base_url=f"http://127.0.0.1:{port}/v1"))
            for _ in range(3):
                await connection.send(b'{"stream":true}')
                assert json.loads((await connection.receive())[0])["type"] == "response.completed"
            await connection.close()
            await asyncio.wait_for(ended.wait(), 20)

    asyncio.run(ask_twice())
    assert opened == [1]
