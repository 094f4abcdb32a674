"""An HTTP answer that is no stream, as the frame that takes the same road as those of a stream."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import msgspec

from ..core import codec
from ..core.events import ErrorInfo, ResponseEvent
from ..core.reason import NO_REASON, failure_info, words_of_body
from ..core.unclear import NO_RESPONSE, NOT_JSON, is_no_response, response_event

__all__ = ["answer_frame", "error_frame"]

_WAITS = ("retry-after", "retry-after-ms")
"""The headers of an answer that say how long to wait."""
_SHOWN = 300


def answer_frame(body: bytes, headers: Mapping[str, str]) -> bytes:
    """The one frame of a successful answer that is no stream: a response's terminal event, else an error.

    A response that has not ended, an error, a Chat Completion, a page, nothing: with the words that stand in it.
    """
    value = codec.decode_value(body)
    event = response_event(value) if isinstance(value, dict) and "choices" not in value else None
    if isinstance(event, ResponseEvent):
        return msgspec.json.encode({"type": codec.event_type(event), "response": value})
    if isinstance(value, dict) and str(value.get("type")).startswith("response."):
        return body
    info = failure_info(value if value is not NOT_JSON else words_of_body(_text(body)))
    told = not is_no_response(value) and info.message != NO_REASON
    message = f"It sent {_form(value, body)} and no response{f': {info.message}' if told else '.'}"
    return _frame(msgspec.structs.replace(info, message=message, code=info.code or NO_RESPONSE), headers)


def error_frame(status: int, body: bytes, headers: Mapping[str, str], hint: str = "") -> bytes:
    """An HTTP error in the form of an error frame; `hint`: what to try besides."""
    value = codec.decode_value(body)
    told = value if value is not NOT_JSON and not isinstance(value, (int, float)) else words_of_body(_text(body))
    info = failure_info(told, status=status)
    message = info.message
    if message == NO_REASON:
        message = words_of_body(_text(body)) or f"HTTP {status}"
    return _frame(msgspec.structs.replace(info, message=f"{message} {hint}".strip()), headers)


def _frame(info: ErrorInfo, headers: Mapping[str, str]) -> bytes:
    kept = {name: value for name, value in headers.items() if name.lower() in _WAITS}
    error: dict[str, Any] = {"message": info.message, "code": info.code, "type": info.type, "param": info.param}
    return json.dumps({"type": "error", "status": info.status, "error": error, "headers": kept}).encode()


def _form(value: Any, body: bytes) -> str:
    """What an answer is, in words."""
    other = is_no_response(value)
    if other:
        return other.partition(":")[0]
    if value is NOT_JSON:
        text = _text(body).strip()
        if not text:
            return "an empty body"
        if text[:1] in ("{", "["):
            return f"JSON that cannot be read ({text[:_SHOWN]!r})"
        return "a web page" if text[:1] == "<" else "words"
    if isinstance(value, dict):
        return "an error" if "error" in value or "detail" in value or "errors" in value else "another object"
    return "a list" if isinstance(value, list) else f"JSON ({json.dumps(value)[:_SHOWN]})"


def _text(body: bytes) -> str:
    return body.decode(errors="replace")
