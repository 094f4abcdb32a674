"""Frames that are no events of the API, or cannot be read: whose end they are all the same.

What tells of a failure becomes an `ErrorEvent`, an end that cannot be read one of its own, a whole response without a
type its terminal event. Anything else is an `UnknownEvent`: recorded and shown, never an error, and no sign of life.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from .events import (
    ErrorEvent,
    ResponseBody,
    ResponseCompleted,
    ResponseFailed,
    ResponseIncomplete,
    ServerEvent,
    UnknownEvent,
)
from .reason import UNREADABLE, accuses, words_of_body

__all__ = ["NOT_JSON", "NO_RESPONSE", "event_of", "is_no_response", "lane_of", "response_event"]

NOT_JSON: Final = object()
"""What stands for the value of a frame that is no JSON, or is too deep to be read."""

NO_RESPONSE: Final = "not_a_response"
"""The code of an answer in another form than the Responses API has."""

_ENDS: Mapping[str, type[Any]] = {
    "completed": ResponseCompleted,
    "incomplete": ResponseIncomplete,
    "failed": ResponseFailed,
    "cancelled": ResponseFailed,
}
_ENDING = re.compile(rb'"type"\s*:\s*"(response\.(?:completed|incomplete|failed|cancelled|done|error))"')
_TYPED = re.compile(rb'"type"\s*:\s*"((?:response|conversation|[a-z]\w*)\.[\w.]+)"')
_LANE = re.compile(rb'"stream_id"\s*:\s*"([\w.-]{1,256})"')
_IDLE = re.compile(r"\W*(?:ping|pong|keep-?alive|heartbeat|done|ok)?\W*", re.IGNORECASE)
_SHOWN = 200


def event_of(frame: bytes, value: Any) -> ServerEvent:
    """The event that a frame stands for whose type is unknown or missing; `value`: its JSON, or NOT_JSON."""
    if value is NOT_JSON:
        return _unreadable(frame)
    if isinstance(value, str):
        return _spoken(frame, value)
    if isinstance(value, list):
        accused = any(isinstance(each, Mapping) and accuses(each) for each in value)
        return ErrorEvent(said={"errors": value}) if accused else UnknownEvent(type="", frame=frame)
    return _object_event(frame, value) if isinstance(value, Mapping) else UnknownEvent(type="", frame=frame)


def lane_of(fields: Mapping[str, Any]) -> str | None:
    """The lane that an event names."""
    lane = fields.get("stream_id")
    return lane if isinstance(lane, str) else None


def response_event(body: Mapping[str, Any]) -> ServerEvent | None:
    """The terminal event of a response that came by itself; None where it is none, or has not ended."""
    told = isinstance(body.get("output"), list)
    if not told and (body.get("object") != "response" or not isinstance(body.get("status"), str)):
        return None
    status = body.get("status", "completed")
    if body.get("error") and status == "completed":
        status = "failed"
    kind = _ENDS.get(status) if isinstance(status, str) else None
    return None if kind is None else kind(stream_id=lane_of(body), response=ResponseBody.of(dict(body)))


def is_no_response(body: Any) -> str:
    """What an answer is in place of a response, in words; empty where it has none of the known other forms."""
    if not isinstance(body, Mapping):
        return ""
    if "choices" in body or str(body.get("object")).startswith(("chat.completion", "text_completion")):
        return "a Chat Completion: this address does not speak the Responses API"
    if body.get("object") == "response" and body.get("status") in ("queued", "in_progress"):
        return f"a response that is {body['status']}: it is worked on in the background, and its answer is not in it"
    if body.get("object") == "response" and "status" not in body and not isinstance(body.get("output"), list):
        return "a response without a status and without output"
    return ""


def _object_event(frame: bytes, fields: Mapping[str, Any]) -> ServerEvent:
    kind, lane = fields.get("type"), lane_of(fields)
    named = kind if isinstance(kind, str) else ""
    if _is_failure(named, fields):
        return ErrorEvent(stream_id=lane, sequence_number=_number(fields), said=fields)
    whole = response_event(fields) if not named and fields.get("object") == "response" else None
    if whole is not None:
        return whole
    other = "" if named else is_no_response(fields)
    if other:
        return ErrorEvent(stream_id=lane, said={"message": f"It is {other}.", "code": NO_RESPONSE})
    return UnknownEvent(type=named, frame=frame, stream_id=lane)


def _is_failure(named: str, fields: Mapping[str, Any]) -> bool:
    """Whether an object whose type is none of the API's, or missing, tells of a failure."""
    if named == "response.error":
        return True
    if named:
        return named.lower().endswith("error") and not named.startswith("response.") and accuses(fields)
    return fields.get("object") != "response" and accuses(fields)


def _number(fields: Mapping[str, Any]) -> int | None:
    number = fields.get("sequence_number")
    return number if isinstance(number, int) else None


def _unreadable(frame: bytes) -> ServerEvent:
    """No JSON: words, half an event, or nothing."""
    text = frame.decode(errors="replace").strip()
    if text[:1] not in ("{", "[") or _is_idle(text):
        return _spoken(frame, text)
    found = _LANE.search(frame)
    lane = found[1].decode() if found else None
    ending, typed = _ENDING.search(frame), _TYPED.search(frame)
    if ending is None and typed is not None:
        return UnknownEvent(type=typed[1].decode(), frame=frame, stream_id=lane)
    what = f"The end of the response ({ending[1].decode()})" if ending else "An event"
    words = f"{what} came, but it could not be read: {text[:_SHOWN]!r}{'…' if len(text) > _SHOWN else ''}"
    return ErrorEvent(stream_id=lane, said={"message": words, "code": UNREADABLE})


def _spoken(frame: bytes, text: str) -> ServerEvent:
    """Plain words in an event's place: the reason why there is none, unless they only keep the line alive."""
    return UnknownEvent(type="", frame=frame) if _is_idle(text) else ErrorEvent(said={"message": words_of_body(text)})


def _is_idle(text: str) -> bool:
    """Whether a text says nothing."""
    return bool(_IDLE.fullmatch(text)) or text.startswith(":") or not re.search(r"[^\W\d_]{3,}", text)
