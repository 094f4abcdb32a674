"""Servers of every kind, and what the doctor finds at them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from support.server import TOKEN

from ws_notebook.doctor import Finding, diagnose
from ws_notebook.settings import resolve

__all__: list[str] = []

Found = dict[str, Finding]
Examine = Callable[..., Found]
Page = Callable[[int, str, bytes], str]


@pytest.fixture
def examine() -> Examine:
    """The provider's findings by their subject. None of them holds the key."""

    def found(url: str, *, ask: bool = False, patience: float = 10, **options: Any) -> Found:
        settings = resolve(url, **{"model": "demo", "api_key": TOKEN, **options})
        diagnosis = diagnose(settings, ask=ask, patience=patience)
        assert TOKEN not in repr(diagnosis)
        return {each.subject: each for each in diagnosis.findings if each.part == "provider"}

    return found


@pytest.fixture
def page() -> Iterator[Page]:
    """Serves one answer to whatever is asked; gives its base URL."""
    servers: list[tuple[ThreadingHTTPServer, Thread]] = []

    def serve(status: int, kind: str, body: bytes) -> str:
        class Handler(BaseHTTPRequestHandler):
            def answer(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"] or 0))
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = answer

            def log_message(self, *_: object) -> None:
                return

        made = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = Thread(target=made.serve_forever)
        thread.start()
        servers.append((made, thread))
        return f"http://127.0.0.1:{made.server_port}/v1"

    yield serve
    for made, thread in servers:
        made.shutdown()
        thread.join()
        made.server_close()
