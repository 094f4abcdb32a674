"""Frame to event and request to frame: the only place where JSON of the wire is read or written."""

from __future__ import annotations

import json
import math
import re
import typing
from collections.abc import Mapping
from typing import Any

import msgspec

from .events import ErrorEvent, ErrorInfo, KnownEvent, ResponseEvent, ServerEvent, UnknownEvent

__all__ = ["decode", "decode_object", "encode", "error_info", "event_type", "failure_info", "response_id"]

_known: msgspec.json.Decoder[KnownEvent] = msgspec.json.Decoder(KnownEvent)
_anything = msgspec.json.Decoder()
_encoder = msgspec.json.Encoder()
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_by_tag: Mapping[str, type[Any]] = {kind.__struct_config__.tag: kind for kind in typing.get_args(KnownEvent)}
_RETRY = re.compile(r"try again in\s+([\d.]+)\s*(ms|s|m)\b", re.IGNORECASE)
_UNIT = {"ms": 0.001, "s": 1.0, "m": 60.0}


def decode(frame: bytes) -> ServerEvent:
    """Decode one frame. Never raises: what is not understood is an `UnknownEvent` with its bytes.

    A known type with a field of an unexpected form (null where a list is declared, a lone
    surrogate) is read a second time leniently, field by field.
    """
    try:
        return _known.decode(frame)
    except _UNREADABLE:
        return _decode_leniently(frame)


def _decode_leniently(frame: bytes) -> ServerEvent:
    fields = decode_object(frame)
    tag = fields.get("type")
    kind = _by_tag.get(tag) if isinstance(tag, str) else None
    lane = fields.get("stream_id")
    lane = lane if isinstance(lane, str) else None
    if kind is None:
        return UnknownEvent(type=tag if isinstance(tag, str) else "", frame=frame, stream_id=lane)
    kept: dict[str, Any] = {}
    for field in msgspec.structs.fields(kind):
        if field.name in fields:
            value = fields[field.name]
            if field.type is msgspec.Raw:
                value = msgspec.Raw(json.dumps(value).encode())
            elif not _fits(value, field.type):
                continue
            kept[field.name] = value
    return typing.cast(KnownEvent, kind(**kept))


def _fits(value: Any, declared: Any) -> bool:
    if declared is Any:
        return True
    accepted = tuple(each for each in (typing.get_args(declared) or (declared,)) if isinstance(each, type))
    return isinstance(value, accepted)


def decode_object(data: bytes | msgspec.Raw) -> dict[str, Any]:
    """Decode a JSON object; anything else gives an empty one. Lone surrogates survive."""
    try:
        value = _anything.decode(data)
    except _UNREADABLE:
        try:
            value = json.loads(bytes(data))
        except (ValueError, RecursionError):
            return {}
    return value if isinstance(value, dict) else {}


def event_type(event: ServerEvent) -> str:
    """The API's name of the event."""
    return event.type if isinstance(event, UnknownEvent) else str(event.__struct_config__.tag)


class _Identity(msgspec.Struct):
    id: Any = None


_identity = msgspec.json.Decoder(_Identity)


def response_id(event: ServerEvent) -> str | None:
    """The id of the response that the event carries; None where it carries none. Reads no more than that."""
    if not isinstance(event, ResponseEvent):
        return None
    try:
        found = _identity.decode(event.response).id
    except _UNREADABLE:
        found = decode_object(event.response).get("id")
    return found if isinstance(found, str) else None


def encode(value: Any) -> bytes:
    """JSON as bytes. Text that is not valid Unicode is escaped instead of refused."""
    try:
        return _encoder.encode(value)
    except UnicodeEncodeError:
        return json.dumps(value).encode()


def error_info(event: ErrorEvent) -> ErrorInfo:
    """Read an error frame in any of its shapes (nested, flat, bare string)."""
    body = event.error
    nested = body if isinstance(body, Mapping) else {}
    flat = {"code": event.code, "message": event.message, "param": event.param}
    if isinstance(body, str):
        flat["message"] = flat["message"] or body
    merged = {**flat, **{key: value for key, value in nested.items() if value is not None}}
    status = event.status if event.status is not None else event.status_code
    return failure_info(merged, status=status, headers=merged.get("headers") or event.headers)


def failure_info(fields: Mapping[str, Any], *, status: Any = None, headers: Any = None) -> ErrorInfo:
    """Make one `ErrorInfo` of an error object; `status` is the HTTP status where one is known."""
    code = _text(fields.get("code"))
    message = _text(fields.get("message")) or code or "The provider gave no reason."
    number = _number(status)
    if number is None and code is not None and re.fullmatch("[1-5][0-9][0-9]", code):
        number = float(code)
    return ErrorInfo(
        message=message,
        code=code,
        type=_text(fields.get("type")),
        param=_text(fields.get("param")),
        status=int(number) if number is not None else None,
        retry_after=_retry_after(message, headers),
    )


def _retry_after(message: str, headers: Any) -> float | None:
    if isinstance(headers, Mapping):
        named = {str(name).lower(): _number(value) for name, value in headers.items()}
        if (exact := named.get("retry-after-ms")) is not None:
            return exact / 1000
        if "retry-after" in named:
            return named["retry-after"]
    found = _RETRY.search(message)
    wait = _number(found[1]) if found else None
    return wait * _UNIT[found[2].lower()] if found and wait is not None else None


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None
