"""Who may talk to the server: every request shows the token, and none comes from somebody else's web page."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from tornado.web import RequestHandler

from ws_notebook.server.errors import ApiError
from ws_notebook.server.wire import encode

__all__ = ["Access", "Guarded", "NotFound", "token_problem"]

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_LONGEST_TOKEN = 4096
"""Bytes; a header that is much longer is not read."""


def token_problem(token: str) -> str | None:
    """What is wrong with *token* as a secret that clients send in a header; None when nothing is."""
    if not token.strip():
        return "is empty, and an empty token would let everybody in"
    if token != token.strip():
        return "begins or ends with a blank, which no header carries"
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in token):
        return "has a control character in it, such as a line break, which no header carries"
    if len(token.encode("utf-8", "surrogateescape")) > _LONGEST_TOKEN:
        return f"is longer than {_LONGEST_TOKEN} bytes, which no header carries"
    return None


class Access:
    """The tokens, and the names under which the server is its own origin. ValueError for one that is none."""

    def __init__(self, tokens: Sequence[str], host: str) -> None:
        for token in tokens:
            if problem := token_problem(token):
                raise ValueError(f"A token {problem}.")
        self._tokens = tuple(tokens)
        self._hosts = LOOPBACK | {host.lower()}

    def __repr__(self) -> str:
        return "Access(…)"

    def check(self, headers: Mapping[str, str]) -> str:
        """Who asks, by the headers of a request: a name made from the token, the same after a restart.

        ApiError 403 for a foreign Origin, 401 for a missing or wrong token.

        Any web page can reach a loopback socket, so an Origin must be this very server. Its name must also be a known
        one: a name that a page's owner resolved to this machine would equal the Host header.
        """
        origin = headers.get("Origin")
        if origin is not None and not self._is_own(origin, headers.get("Host")):
            raise ApiError("Requests from web pages of another origin are refused.", status=403, code="origin_refused")
        scheme, _, token = headers.get("Authorization", "").partition(" ")
        # Headers are read as Latin-1, whatever their bytes are.
        given = token.strip().encode("latin-1", "replace")
        # Every token is compared, so that the time taken tells nothing.
        known = [hmac.compare_digest(given, token.encode("utf-8", "surrogateescape")) for token in self._tokens]
        if scheme.lower() != "bearer" or not any(known):
            raise ApiError(
                "Missing or wrong token: send 'Authorization: Bearer TOKEN', the token this server was started with.",
                status=401,
                code="invalid_api_key",
                headers={"WWW-Authenticate": "Bearer"},
            )
        return hashlib.sha256(given).hexdigest()[:32]

    def _is_own(self, origin: str, host: str | None) -> bool:
        try:
            parts = urlsplit(origin)
            return parts.netloc == host and (parts.hostname or "").lower() in self._hosts
        except ValueError:
            return False


class _Answering(RequestHandler):
    """A handler of which ApiErrors that its methods raise, and all others, are the API's JSON."""

    def answer(self, body: object) -> None:
        """Answer with JSON."""
        self.set_header("Content-Type", "application/json")
        self.finish(encode(body))

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        _, error, _ = kwargs.get("exc_info", (None, None, None))
        if not isinstance(error, ApiError):
            error = _explain(status_code, self.request.method, self.request.path)
        self.set_status(error.status)
        for name, value in error.headers.items():
            self.set_header(name, value)
        self.answer(error.body())

    def log_exception(self, typ: Any, value: Any, tb: Any) -> None:
        if not isinstance(value, ApiError):
            super().log_exception(typ, value, tb)


class Guarded(_Answering):
    """A handler behind *access*."""

    def initialize(self, *, access: Access, **kwargs: Any) -> None:
        self._access = access
        self.owner = ""
        """Who asks, once that is checked."""

    def prepare(self) -> None:
        self.owner = self._access.check(self.request.headers)


class NotFound(_Answering):
    """Every path the API does not have."""

    def prepare(self) -> None:
        raise _explain(404, self.request.method, self.request.path)


def _explain(status: int, method: str | None, path: str) -> ApiError:
    if status == 404:
        return ApiError(f"Unknown path: {path}.", status=404, code="unknown_url")
    if status == 405:
        return ApiError(f"{method} is not allowed on {path}.", status=405, code="method_not_allowed")
    kind = "server_error" if status >= 500 else "invalid_request_error"
    message = "The server failed; its log has the cause." if status >= 500 else f"Bad request (HTTP {status})."
    return ApiError(message, status=status, kind=kind)
