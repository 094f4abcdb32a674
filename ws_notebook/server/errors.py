"""The one error of the server, in the two shapes the API gives it: an HTTP body and a WebSocket frame."""

from __future__ import annotations

from typing import Any

__all__ = [
    "ApiError",
    "connection_limit_reached",
    "invalid_type",
    "missing",
    "queue_full",
    "response_not_found",
    "stream_limit_reached",
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
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.code = code
        self.param = param
        self.kind = kind

    def body(self) -> dict[str, Any]:
        """``{"error": {...}}``, the body of a refused HTTP request."""
        return {"error": {"type": self.kind, "code": self.code, "message": self.message, "param": self.param}}

    def frame(self, stream_id: str | None = None) -> dict[str, Any]:
        """The nested ``error`` event of the WebSocket mode; a named lane's errors echo its name."""
        lane = {} if stream_id is None else {"stream_id": stream_id}
        return {"type": "error", "status": self.status, **lane, **self.body()}


def missing(param: str) -> ApiError:
    """A required parameter is absent."""
    return ApiError(f"Missing required parameter: '{param}'.", code="missing_required_parameter", param=param)


def invalid_type(param: str, expected: str, value: object) -> ApiError:
    """A parameter has another JSON type than the API's."""
    got = _JSON_NAMES.get(type(value), "an object")
    return ApiError(
        f"Invalid type for '{param}': expected {expected}, but got {got} instead.", code="invalid_type", param=param
    )


def response_not_found(response_id: str) -> ApiError:
    """``previous_response_id`` is neither in this connection's memory nor stored."""
    return ApiError(
        f"Previous response with id '{response_id}' not found.",
        code="previous_response_not_found",
        param="previous_response_id",
    )


def stream_limit_reached(limit: int) -> ApiError:
    """The connection has had as many named lanes as it may have; names cannot be given back."""
    return ApiError(
        f"This connection has used its {limit} stream ids: reuse one of them, or open another connection.",
        code="websocket_stream_limit_reached",
        param="stream_id",
    )


def connection_limit_reached(seconds: float) -> ApiError:
    """The connection is too old. What it answers was not begun, so it can be sent again on another connection."""
    age = f"{seconds / 60:g} minutes" if seconds >= 60 else f"{seconds:g} seconds"
    return ApiError(
        f"Responses websocket connection limit reached ({age}). Create a new websocket connection to continue.",
        code="websocket_connection_limit_reached",
    )


def queue_full(limit: int) -> ApiError:
    """More requests wait on one connection than the server keeps. Not documented by any provider; vLLM's is alike."""
    return ApiError(
        f"{limit} requests wait on this connection already; wait for answers before sending more.",
        status=429,
        code="websocket_queue_full",
        kind="rate_limit_error",
    )


_JSON_NAMES: dict[type, str] = {
    type(None): "null",
    bool: "a boolean",
    int: "an integer",
    float: "a number",
    str: "a string",
    list: "an array",
    dict: "an object",
}
