"""A single question over plain HTTP: its answer, and what each failure is called."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from ws_notebook.exceptions import AuthenticationFailed, ConnectionFailed, ConnectionLost, ProviderError, RateLimited
from ws_notebook.transports.base import Endpoint
from ws_notebook.transports.post import post

__all__: list[str] = []


@contextmanager
def answering(status: int, body: bytes, **headers: str) -> Iterator[tuple[str, list[tuple[str, bytes, str | None]]]]:
    """A server that answers every POST so; status 0: it hangs up. Gives its base URL and what it was asked."""
    asked: list[tuple[str, bytes, str | None]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            said = self.rfile.read(int(self.headers["Content-Length"]))
            asked.append((self.path, said, self.headers["Authorization"]))
            if not status:
                self.connection.close()
                return
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            return

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/v1", asked
        finally:
            server.shutdown()
            thread.join()


def asked_of(url: str) -> bytes:
    endpoint = Endpoint(base_url=url, headers={"Authorization": "Bearer a-key-for-tests"})
    return asyncio.run(post(endpoint, "/compact", b'{"input":[]}'))


def test_the_answer_comes_back_as_it_is() -> None:
    with answering(200, b'{"output": []}') as (url, asked):
        assert asked_of(f"{url}?version=1") == b'{"output": []}'
        assert asked == [("/v1/responses/compact?version=1", b'{"input":[]}', "Bearer a-key-for-tests")]


@pytest.mark.parametrize(
    ("status", "raised"), [(401, AuthenticationFailed), (429, RateLimited), (400, ProviderError), (502, ProviderError)]
)
def test_an_error_is_the_exception_that_it_means(status: int, raised: type[Exception]) -> None:
    body = json.dumps({"error": {"message": "So it is.", "code": None}}).encode()
    with answering(status, body, Retry_After="7") as (url, _), pytest.raises(raised, match=r"So it is\.") as found:
        asked_of(url)
    assert "a-key-for-tests" not in str(found.value)


def test_a_page_instead_of_json_is_quoted() -> None:
    with answering(404, b"<h1>nothing here</h1>") as (url, _), pytest.raises(ProviderError, match=r"nothing here.*/v1"):
        asked_of(url.removesuffix("/v1"))


def test_no_server_and_no_answer_are_told_apart() -> None:
    with answering(200, b"") as (gone, _):
        pass
    with pytest.raises(ConnectionFailed, match="Is the server running"):
        asked_of(gone)
    with answering(0, b"") as (url, _), pytest.raises(ConnectionLost, match="Nothing has changed"):
        asked_of(url)
