"""Frame to event and request to frame: the only place where JSON of the wire is read or written."""

from __future__ import annotations

import itertools
import json
import typing
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from . import unclear
from .events import (
    ErrorEvent,
    ErrorInfo,
    KnownEvent,
    OutputTextDelta,
    ResponseBody,
    ResponseEvent,
    ServerEvent,
    TextBurst,
    UnknownEvent,
)
from .items import at
from .reason import failure_info

__all__ = [
    "arrivals",
    "decode",
    "decode_object",
    "decode_value",
    "encode",
    "error_info",
    "event_type",
    "response_id",
]

_known: msgspec.json.Decoder[KnownEvent] = msgspec.json.Decoder(KnownEvent)
_delta = msgspec.json.Decoder(OutputTextDelta)
_anything = msgspec.json.Decoder()
_encoder = msgspec.json.Encoder()
_STREAMED = (b"data:", b"event:")
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_by_tag: Mapping[str, type[Any]] = {kind.__struct_config__.tag: kind for kind in typing.get_args(KnownEvent)}
_tags: Mapping[type[Any], str] = {kind: tag for tag, kind in _by_tag.items()} | {
    TextBurst: str(TextBurst.__struct_config__.tag)
}


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


def arrivals(frames: Sequence[bytes]) -> Iterator[tuple[ServerEvent, Sequence[bytes]]]:
    """The events of the frames of one read, in order, each with its frames: those of a `TextBurst` are several."""
    at, count = 0, len(frames)
    while at < count:
        event = decode(frames[at])
        yield event, frames[at : at + 1]
        at += 1
        if type(event) is OutputTextDelta and at < count:
            burst = _burst(event, frames, at)
            if burst is not None:
                yield burst, frames[at : at + burst.count]
                at += burst.count


def _burst(first: OutputTextDelta, frames: Sequence[bytes], at: int) -> TextBurst | None:
    """The further pieces of the same part that stand at `at`; None where something else stands there."""
    read, texts, last, number = _delta.decode, list[str](), first, first.sequence_number
    lane, item, output, content = first.stream_id, first.item_id, first.output_index, first.content_index
    for frame in itertools.islice(frames, at, None):
        try:
            event = read(frame)
        except _UNREADABLE:
            break
        after = event.sequence_number
        if event.item_id != item or event.output_index != output or event.content_index != content:
            break
        if event.stream_id != lane or not (after is None if number is None else after is not None and after > number):
            break  # of another lane, or one that may have come before
        texts.append(event.delta)
        last, number = event, after
    if not texts:
        return None
    return TextBurst(
        stream_id=lane,
        sequence_number=number,
        item_id=item,
        output_index=output,
        content_index=content,
        delta="".join(texts),
        last=last,
        count=len(texts),
    )


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
        if field.encode_name in value and field.name != "said":
            given = value[field.encode_name]
            if field.type is msgspec.Raw:
                given = msgspec.Raw(json.dumps(given).encode())
            elif field.type is ResponseBody:
                given = ResponseBody.of(given)
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
    return event.type if isinstance(event, UnknownEvent) else _tags[type(event)]


def response_id(event: ServerEvent) -> str | None:
    """The id of the response that the event carries; None where it carries none."""
    if isinstance(event, ResponseEvent):
        found = event.response.id
    elif isinstance(event, UnknownEvent) and b'"response"' in event.frame:
        found = at(decode_object(event.frame), "response", "id")
    else:
        return None
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
