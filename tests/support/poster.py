"""A server without WebSocket mode: it refuses upgrades and answers each POST with how many items it heard."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from support.events import answer, message

__all__ = ["Poster", "running_poster"]


class Poster:
    """What the server was asked."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.bodies: list[dict[str, Any]] = []
        self.upgrades = 0


@contextlib.contextmanager
def running_poster(refusal: int, before: Callable[[], object] = bool) -> Iterator[Poster]:
    """A server on a loopback port that answers an upgrade with this status; `before` is called ahead of each answer."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            poster.upgrades += "upgrade" in self.headers
            self.send_response(refusal)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            poster.bodies.append(body)
            before()
            events = answer(f"resp_{len(poster.bodies)}", message(f"Heard {len(body['input'])}."))
            data = "".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        poster = Poster(f"http://127.0.0.1:{server.server_port}/v1")
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield poster
        finally:
            server.shutdown()
            thread.join()
