"""A small HTTP proxy on loopback: it tunnels (CONNECT) and forwards (absolute addresses) to ports of this machine."""

from __future__ import annotations

import base64
import contextlib
import re
import socket
import threading
from collections.abc import Iterator
from socketserver import BaseRequestHandler, ThreadingTCPServer

__all__ = ["Gateway", "running_gateway"]


class Gateway:
    """A running one. `refusal`: an HTTP status for every answer; `user`: "name:word" that it asks for."""

    def __init__(self) -> None:
        self.port = 0
        self.refusal = 0
        self.user = ""
        self.garbage = b""
        """What it says in place of an answer."""
        self.silent = threading.Event()
        """While it is set nothing is answered, until the client goes."""
        self.asked: list[str] = []
        """The first line of each request."""

    @property
    def url(self) -> str:
        return f"http://{f'{self.user}@' if self.user else ''}127.0.0.1:{self.port}"

    def serve(self, client: socket.socket) -> None:
        head = _head(client)
        if not head:
            return
        first = head.split(b"\r\n", 1)[0].decode()
        self.asked.append(first)
        wanted = b"Proxy-Authorization: Basic " + base64.b64encode(self.user.encode())
        if self.silent.is_set():
            while client.recv(65536):
                pass
        elif self.garbage:
            client.sendall(self.garbage)
        elif self.user and wanted.lower() not in head.lower():
            client.sendall(b"HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n\r\n")
        elif self.refusal:
            client.sendall(b"HTTP/1.1 %d No\r\nContent-Length: 0\r\n\r\n" % self.refusal)
        else:
            self._pass_on(client, first, head)

    def _pass_on(self, client: socket.socket, first: str, head: bytes) -> None:
        method, address, _ = first.split(" ", 2)
        found = re.search(r":(\d+)(/.*)?$", address)
        assert found is not None
        with socket.create_connection(("127.0.0.1", int(found[1]))) as server:
            if method == "CONNECT":
                client.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
            else:
                server.sendall(head.replace(address.encode(), (found[2] or "/").encode(), 1))
            back = threading.Thread(target=_carry, args=(server, client), daemon=True)
            back.start()
            _carry(client, server)
            back.join()


@contextlib.contextmanager
def running_gateway() -> Iterator[Gateway]:
    """A proxy that lets everything through until it is told otherwise."""
    gateway = Gateway()

    class Handler(BaseRequestHandler):
        def handle(self) -> None:
            with contextlib.suppress(ConnectionError):
                gateway.serve(self.request)

    class Server(ThreadingTCPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        gateway.port = int(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield gateway
        finally:
            server.shutdown()
            thread.join()


def _head(client: socket.socket) -> bytes:
    """A request up to its blank line; what follows it may come along."""
    head = b""
    while b"\r\n\r\n" not in head:
        more = client.recv(65536)
        if not more:
            return b""
        head += more
    return head


def _carry(source: socket.socket, target: socket.socket) -> None:
    """One direction, to its end."""
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)
