"""One address at which a peer takes sockets and a poster takes posts, as a provider with both has it."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from socketserver import BaseRequestHandler, ThreadingTCPServer
from urllib.parse import urlsplit

__all__ = ["running_both"]


@contextlib.contextmanager
def running_both(socket_url: str, post_url: str) -> Iterator[str]:
    """The base URL of a port that passes each connection on by its first word: GET to one server, POST to the other."""

    class Handler(BaseRequestHandler):
        def handle(self) -> None:
            first = self.request.recv(4, socket.MSG_PEEK)
            target = urlsplit(post_url if first == b"POST" else socket_url)
            with socket.create_connection((target.hostname, target.port)) as other:
                back = threading.Thread(target=_carry, args=(other, self.request), daemon=True)
                back.start()
                _carry(self.request, other)
                back.join()

    class Server(ThreadingTCPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/v1"
        finally:
            server.shutdown()
            thread.join()


def _carry(source: socket.socket, target: socket.socket) -> None:
    """One direction, to its end."""
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)
