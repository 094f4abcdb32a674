"""Frame to event and request to frame: the only place where JSON of the wire is read or written."""

from __future__ import annotations

import json
import typing
from collections.abc import Mapping
from typing import Any

import msgspec

from . import unclear
from .events import ErrorEvent, ErrorInfo, KnownEvent, ResponseEvent, ServerEvent, UnknownEvent
from .reason import failure_info

__all__ = ["decode", "decode_object", "decode_value", "encode", "error_info", "event_type", "response_id"]

_known: msgspec.json.Decoder[KnownEvent] = msgspec.json.Decoder(KnownEvent)
_anything = msgspec.json.Decoder()
_encoder = msgspec.json.Encoder()
_STREAMED = (b"data:", b"event:")
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_by_tag: Mapping[str, type[Any]] = {kind.__struct_config__.tag: kind for kind in typing.get_args(KnownEvent)}


def decode(frame: bytes) -> ServerEvent:
    """Decode one frame. Never raises: what is not understood is an `UnknownEvent` with its bytes.

    A known type with a field of an unexpected form (null where a list is declared, a lone
    surrogate) is read a second time leniently, field by field. What tells of a failure without the type of
    an error, and an end that cannot be read, are errors: somebody waits for them.
    """
    try:
        event = _known.decode(frame)
    except _UNREADABLE:
        return _decode_leniently(frame)
    return _decode_leniently(frame) if type(event) is ErrorEvent else event


def _decode_leniently(frame: bytes) -> ServerEvent:
    value = decode_value(frame)
    if value is unclear.NOT_JSON and frame.lstrip().startswith(_STREAMED):
        inner = _unpacked(frame)
        return unclear.event_of(frame, value) if inner.startswith(_STREAMED) else decode(inner)
    tag = value.get("type") if isinstance(value, dict) else None
    kind = _by_tag.get(tag) if isinstance(tag, str) else None
    if kind is None:
        return unclear.event_of(frame, value)
    kept: dict[str, Any] = {"said": value} if kind is ErrorEvent else {}
    for field in msgspec.structs.fields(kind):
        if field.name in value and field.name != "said":
            given = value[field.name]
            if field.type is msgspec.Raw:
                given = msgspec.Raw(json.dumps(given).encode())
            elif not _fits(given, field.type):
                continue
            kept[field.name] = given
    return typing.cast(KnownEvent, kind(**kept))


def _unpacked(frame: bytes) -> bytes:
    """The data of a server-sent event that came as a frame of its own, as some bridges pass it on."""
    lines = [line.strip() for line in frame.splitlines()]
    return b"\n".join(line[5:].lstrip() for line in lines if line.startswith(b"data:"))


def _fits(value: Any, declared: Any) -> bool:
    if declared is Any:
        return True
    accepted = tuple(each for each in (typing.get_args(declared) or (declared,)) if isinstance(each, type))
    return isinstance(value, accepted)


def decode_value(data: bytes | msgspec.Raw) -> Any:
    """Decode any JSON; `unclear.NOT_JSON` where it is none, or too deep. Lone surrogates survive."""
    try:
        return _anything.decode(data)
    except _UNREADABLE:
        try:
            return json.loads(bytes(data))
        except (ValueError, RecursionError):
            return unclear.NOT_JSON


def decode_object(data: bytes | msgspec.Raw) -> dict[str, Any]:
    """Decode a JSON object; anything else gives an empty one. Lone surrogates survive."""
    value = decode_value(data)
    return value if isinstance(value, dict) else {}


def event_type(event: ServerEvent) -> str:
    """The API's name of the event."""
    return event.type if isinstance(event, UnknownEvent) else str(event.__struct_config__.tag)


class _Identity(msgspec.Struct):
    id: Any = None


_identity = msgspec.json.Decoder(_Identity)


def response_id(event: ServerEvent) -> str | None:
    """The id of the response that the event carries; None where it carries none. Reads no more than that."""
    if isinstance(event, UnknownEvent):
        return _id_of(decode_object(event.frame).get("response")) if b'"response"' in event.frame else None
    if not isinstance(event, ResponseEvent):
        return None
    try:
        return _id_of({"id": _identity.decode(event.response).id})
    except _UNREADABLE:
        return _id_of(decode_object(event.response))


def _id_of(body: Any) -> str | None:
    found = body.get("id") if isinstance(body, dict) else None
    return found if isinstance(found, str) else None


def encode(value: Any) -> bytes:
    """JSON as bytes. Text that is not valid Unicode is escaped instead of refused."""
    try:
        return _encoder.encode(value)
    except UnicodeEncodeError:
        return json.dumps(value).encode()


def error_info(event: ErrorEvent) -> ErrorInfo:
    """Read an error in any of its shapes."""
    return failure_info(event.said)
