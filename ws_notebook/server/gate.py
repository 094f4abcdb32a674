"""Before a body is read: a request without the token is answered, and what else it sends is thrown away."""

from __future__ import annotations

import sys
from http.client import responses
from typing import Any

from tornado.httputil import (
    HTTPHeaders,
    HTTPMessageDelegate,
    HTTPServerConnectionDelegate,
    RequestStartLine,
    ResponseStartLine,
)

from ws_notebook.server.access import Access
from ws_notebook.server.errors import ApiError
from ws_notebook.server.wire import encode

__all__ = ["Gate"]

_DRAINED = 64 * 1024 * 1024
"""Bytes of a refused body that are read and thrown away: many clients read no answer before they have sent all."""
_DRAINING = 10.0
"""Seconds in which they must come."""


class Gate(HTTPServerConnectionDelegate):
    """Lets to *inside* what *access* lets pass, whatever its path and method are."""

    def __init__(self, inside: HTTPServerConnectionDelegate, access: Access) -> None:
        self._inside = inside
        self._access = access

    def start_request(self, server_conn: object, request_conn: Any) -> HTTPMessageDelegate:
        return _Request(self._inside.start_request(server_conn, request_conn), self._access, request_conn)

    def on_close(self, server_conn: object) -> None:
        self._inside.on_close(server_conn)


class _Request(HTTPMessageDelegate):
    """One request: passed on as it comes, or refused when its headers are there."""

    def __init__(self, inside: HTTPMessageDelegate, access: Access, connection: Any) -> None:
        self._inside = inside
        self._access = access
        self._connection = connection
        self._refused = False
        self._drained = 0

    def headers_received(self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders) -> Any:
        try:
            self._access.check(headers)
        except ApiError as error:
            assert isinstance(start_line, RequestStartLine)
            self._refuse(error, start_line.method, waits="Expect" in headers)
            return None
        return self._inside.headers_received(start_line, headers)

    def data_received(self, chunk: bytes) -> Any:
        if not self._refused:
            return self._inside.data_received(chunk)
        self._drained += len(chunk)
        if self._drained > _DRAINED:
            self._connection.finish()  # which closes, for the body is not read
        return None

    def finish(self) -> None:
        if self._refused:
            self._connection.finish()
        else:
            self._inside.finish()

    def on_connection_close(self) -> None:
        if not self._refused:
            self._inside.on_connection_close()

    def _refuse(self, error: ApiError, method: str, *, waits: bool) -> None:
        """Answer now. *waits*: the client sends its body when it is told to, so there is none to be read."""
        self._refused = True
        body = encode(error.body())
        told = HTTPHeaders({**error.headers, "Content-Type": "application/json", "Content-Length": str(len(body))})
        status = ResponseStartLine("HTTP/1.1", error.status, responses[error.status])
        self._connection.set_max_body_size(sys.maxsize)
        self._connection.set_body_timeout(_DRAINING)
        self._connection.write_headers(status, told, b"" if method == "HEAD" else body)
        if waits:
            self._connection.finish()
