"""The one error of the server, in the two shapes the API gives it: an HTTP body and a WebSocket frame."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ws_notebook.faults import STRUCK_BETWEEN, STRUCK_HEADER

__all__ = [
    "ApiError",
    "connection_limit_reached",
    "injected",
    "invalid_type",
    "invalid_value",
    "missing",
    "model_not_found",
    "no_model",
    "of_type",
    "queue_full",
    "queue_too_long",
    "rate_limited",
    "refused",
    "response_not_found",
    "second_in_flight",
    "stream_limit_reached",
    "told",
]


class ApiError(Exception):
    """A request is answered with an error; raised before or instead of a response.

    ``kind`` is the API's ``error.type``. ``str(error)`` is the message.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        code: str | None = None,
        param: str | None = None,
        kind: str = "invalid_request_error",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.code = code
        self.param = param
        self.kind = kind
        self.headers = dict(headers or {})
        """What an HTTP answer says beside its body, and a frame within its error."""

    def body(self) -> dict[str, Any]:
        """``{"error": {...}}``, the body of a refused HTTP request."""
        return {"error": {"type": self.kind, "code": self.code, "message": self.message, "param": self.param}}

    def frame(self, stream_id: str | None = None) -> dict[str, Any]:
        """The nested ``error`` event of the WebSocket mode; a named lane's errors echo its name."""
        lane = {} if stream_id is None else {"stream_id": stream_id}
        error = {**self.body()["error"], **({"headers": self.headers} if self.headers else {})}
        return {"type": "error", "status": self.status, **lane, "error": error}


def missing(param: str) -> ApiError:
    """A required parameter is absent."""
    return ApiError(f"Missing required parameter: '{param}'.", code="missing_required_parameter", param=param)


def of_type(value: Any, kinds: tuple[type, ...], param: str) -> Any:
    """*value*, where it is of one of these types; ApiError where it is not."""
    # A JSON boolean is a Python int as well, but no number to the API.
    if isinstance(value, kinds) and (not isinstance(value, bool) or bool in kinds):
        return value
    expected = (_JSON_NAMES[kind] for kind in kinds if kind is not int or float not in kinds)
    raise invalid_type(param, " or ".join(expected), value)


def invalid_type(param: str, expected: str, value: object) -> ApiError:
    """A parameter has another JSON type than the API's."""
    got = _JSON_NAMES.get(type(value), "an object")
    return ApiError(
        f"Invalid type for '{param}': expected {expected}, but got {got} instead.", code="invalid_type", param=param
    )


def invalid_value(place: str, expected: str, param: str | None = None) -> ApiError:
    """A value is none of those that may stand at *place*, which is *param* itself as a rule."""
    message = f"Invalid value for '{place}': use {expected}."
    return ApiError(message, code="invalid_value", param=place if param is None else param)


def model_not_found(name: str, known: Iterable[str]) -> ApiError:
    """Nobody here is called that."""
    return no_model(f"The requested model '{name}' does not exist. This server has: {', '.join(sorted(known))}.")


def no_model(said: str) -> ApiError:
    """The model cannot be had; *said* says why."""
    return ApiError(said, code="model_not_found", param="model")


def response_not_found(response_id: str) -> ApiError:
    """``previous_response_id`` is neither in this connection's memory nor stored."""
    return _documented("previous_response_not_found", f"Previous response with id '{response_id}' not found.")


def stream_limit_reached(limit: int) -> ApiError:
    """The connection has had as many named lanes as it may have; names cannot be given back."""
    said = f"This connection has used its {limit} stream ids: reuse one of them, or open another connection."
    return _documented("websocket_stream_limit_reached", said)


def connection_limit_reached(seconds: float) -> ApiError:
    """The connection is too old. What it answers was not begun, so it can be sent again on another connection."""
    age = f"{seconds / 60:g} minutes" if seconds >= 60 else f"{seconds:g} seconds"
    said = f"Responses websocket connection limit reached ({age}). Create a new websocket connection to continue."
    return _documented("websocket_connection_limit_reached", said)


def second_in_flight() -> ApiError:
    """A provider without lanes and without a queue was asked for two responses at once."""
    return ApiError("a response is already in progress on this connection")


def queue_full(limit: int) -> ApiError:
    """More requests wait on one connection than the server keeps. Not documented by any provider; vLLM's is alike."""
    said = f"{limit} requests wait on this connection already; wait for answers before sending more."
    return _documented("websocket_queue_full", said)


def queue_too_long(limit: int) -> ApiError:
    """What waits on one connection is larger than the server keeps."""
    said = f"More than {limit:,} bytes of requests would wait on this connection; wait for answers before sending more."
    return _documented("websocket_queue_full", said)


def rate_limited(seconds: float, message: str = "") -> ApiError:
    """Too many requests; the message, if it is the usual one, and a header say when to try again."""
    error = _documented("rate_limit_exceeded", message or f"Rate limit reached. Please try again in {seconds:g}s.")
    error.headers["retry-after"] = f"{seconds:g}"
    return error


def injected(code: str, message: str = "") -> ApiError:
    """An error by its code, or by its HTTP status, for a fault; of the shape that code has where it is documented."""
    if code in _DOCUMENTED:
        return _documented(code, message)
    if code.isascii() and code.isdigit():
        status = int(code)
        found = next((name for name, documented in _DOCUMENTED.items() if documented[0] == status), None)
        if found is not None and status != 400:
            return _documented(found, message)
        kind = "server_error" if status >= 500 else "invalid_request_error"
        return ApiError(message or f"An error with status {status}, on demand.", status=status, kind=kind)
    return ApiError(message or f"An error with code {code}, on demand.", code=code)


def refused(status: int) -> ApiError:
    """An HTTP answer instead of an upgrade or a response, for a fault."""
    error = injected(str(status))
    if status in (429, 503):
        error.headers.setdefault("retry-after", "1")
    return error


def told(error: ApiError, rules: Iterable[str]) -> ApiError:
    """*error*, whose answer says by which rules it is a fault."""
    error.headers[STRUCK_HEADER] = STRUCK_BETWEEN.join(rules)
    return error


def _documented(code: str, message: str = "") -> ApiError:
    """An error of a code of the protocol, with other words than the usual ones where they are given."""
    status, kind, param, usual = _DOCUMENTED[code]
    return ApiError(message or usual, status=status, code=code, kind=kind, param=param)


_INVALID = "invalid_request_error"
_DOCUMENTED: dict[str, tuple[int, str, str | None, str]] = {
    "previous_response_not_found": (400, _INVALID, "previous_response_id", "Previous response not found."),
    "invalid_stream_id": (400, _INVALID, "stream_id", "Invalid 'stream_id'."),
    "websocket_stream_limit_reached": (400, _INVALID, "stream_id", "This connection has used its stream ids."),
    "websocket_connection_limit_reached": (400, _INVALID, None, "Responses websocket connection limit reached."),
    "invalid_api_key": (401, _INVALID, None, "Incorrect API key provided."),
    "insufficient_permissions": (403, _INVALID, None, "This key may not do that."),
    "rate_limit_exceeded": (429, "rate_limit_error", None, "Rate limit reached. Please try again in 1s."),
    "websocket_queue_full": (429, "rate_limit_error", None, "Too many requests wait on this connection."),
    "insufficient_quota": (429, "insufficient_quota", None, "You exceeded your current quota."),
    "server_error": (500, "server_error", None, "The server had an error while processing your request."),
    "server_is_overloaded": (503, "server_error", None, "Our servers are currently overloaded. Try again later."),
}
"""Codes of the protocol: status, type, param, message."""

_JSON_NAMES: dict[type, str] = {
    type(None): "null",
    bool: "a boolean",
    int: "an integer",
    float: "a number",
    str: "a string",
    list: "an array",
    dict: "an object",
}
