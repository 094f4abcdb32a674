"""Who has no token is answered before anything of the body is kept, on every path."""

from __future__ import annotations

import contextlib
import json
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx2
import psutil
import pytest
from support.server import RunningServer


@contextlib.contextmanager
def opened(server: RunningServer, request: str) -> Iterator[socket.socket]:
    """A plain socket on which *request*'s lines were sent."""
    with socket.create_connection(("127.0.0.1", urlsplit(server.base_url).port or 0), timeout=20) as raw:
        lines = [request, "Host: 127.0.0.1", "", ""]
        raw.sendall("\r\n".join(lines).encode())
        yield raw


def answered(raw: socket.socket) -> tuple[bytes, bytes]:
    """The head and the body of the answer that comes now."""
    file = raw.makefile("rb")
    head = b"".join(iter(file.readline, b"\r\n"))
    length = next(int(line.split(b": ")[1]) for line in head.splitlines() if line.startswith(b"Content-Length"))
    return head, file.read(length)


@pytest.mark.parametrize("path", ["/v1/responses", "/v1/responses/compact", "/v1/nothing", "/control/faults"])
@pytest.mark.parametrize("how", ["Content-Length: 60000000", "Transfer-Encoding: chunked"])
def test_the_refusal_comes_before_the_body(server: RunningServer, path: str, how: str) -> None:
    with opened(server, f"POST {path} HTTP/1.1\r\n{how}") as raw:
        head, body = answered(raw)
    assert head.startswith(b"HTTP/1.1 401 ")
    assert json.loads(body)["error"]["code"] == "invalid_api_key"


def test_a_refused_body_is_read_to_its_end_and_kept_nowhere(server: RunningServer) -> None:
    before = psutil.Process(server.process.pid).memory_info().rss
    answer = httpx2.post(f"{server.base_url}/responses", content=b"x" * 50_000_000, timeout=60)
    assert answer.status_code == 401
    assert psutil.Process(server.process.pid).memory_info().rss - before < 25_000_000


def test_the_connection_goes_on_after_a_refused_body(server: RunningServer) -> None:
    with httpx2.Client(base_url=server.base_url) as client:
        assert client.post("/responses", content=b"x" * 100_000).status_code == 401
        assert client.get("/models", headers=server.headers).status_code == 200


def test_a_client_that_asks_first_is_not_told_to_go_on(server: RunningServer) -> None:
    with opened(server, "POST /v1/responses HTTP/1.1\r\nContent-Length: 9000000000\r\nExpect: 100-continue") as raw:
        head, body = answered(raw)
        assert head.startswith(b"HTTP/1.1 401 ")
        assert json.loads(body)["error"]["code"] == "invalid_api_key"
        assert raw.recv(1) == b""


def test_a_head_request_is_refused_without_a_body(server: RunningServer) -> None:
    assert httpx2.head(f"{server.base_url}/models").status_code == 401


def test_another_origin_is_refused_before_the_body_whatever_the_token(server: RunningServer) -> None:
    lines = f"Authorization: Bearer {server.token}\r\nOrigin: https://example.com\r\nContent-Length: 60000000"
    with opened(server, f"POST /v1/responses HTTP/1.1\r\n{lines}") as raw:
        assert answered(raw)[0].startswith(b"HTTP/1.1 403 ")
