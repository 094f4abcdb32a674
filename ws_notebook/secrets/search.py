"""The one search for secrets, and what is left without them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final, TypeVar

import msgspec

from .around import places
from .keys import Keys
from .kinds import tokens
from .named import bare_name, is_named_secret, named

__all__ = [
    "MARK",
    "counted",
    "hidden",
    "hidden_frame",
    "hidden_value",
    "note",
    "restored",
    "spans",
    "to_frame",
    "without",
]

MARK: Final = "[secret]"
"""What stands in a secret's place."""

_MARK: Final = MARK.encode()

T = TypeVar("T")


def spans(data: bytes, keys: Keys) -> list[tuple[int, int]]:
    """Where the secrets are, in order, apart from each other."""
    found = [*keys.places(data), *tokens(data), *places(data, keys)]
    if b":" in data or b"=" in data:
        found += [(value.start, value.end) for value in named(data, keys) if value.secret]
    return _merged(found) if found else found


def _merged(found: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(found):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def without(data: bytes, found: Iterable[tuple[int, int]], start: int, end: int) -> str:
    """The part of `data` from `start` to `end`, with the mark in the place of each span."""
    return _marked(data, found, start, end).decode("utf-8", "surrogatepass")


def _marked(data: bytes, found: Iterable[tuple[int, int]], start: int, end: int) -> bytes:
    parts, reached = [], start
    for begin, stop in found:
        parts += [data[reached:begin], _MARK]
        reached = stop
    return b"".join([*parts, data[reached:end]])


def hidden(text: str, keys: Keys | None = None) -> str:
    """The text without secrets; the same object where it holds none. `keys`: those that are known besides."""
    return counted(text, keys)[0]


def counted(text: str, keys: Keys | None = None) -> tuple[str, int]:
    """The same, and how many were taken out."""
    data = text.encode("utf-8", "surrogatepass")
    found = spans(data, keys or Keys())
    return (without(data, found, 0, len(data)), len(found)) if found else (text, 0)


def restored(text: str, original: str, keys: Keys | None = None) -> str | None:
    """`text`, which somebody made of `hidden(original)`, with the secrets in their places again.

    None where it is not certain which place is whose.
    """
    data = original.encode("utf-8", "surrogatepass")
    taken = [data[start:end].decode("utf-8", "surrogatepass") for start, end in spans(data, keys or Keys())]
    parts = text.split(MARK)
    if len(parts) == 1 or (not taken and MARK in original):
        return text
    if len(parts) != len(taken) + 1 or MARK in original:
        return None
    return "".join(piece for pair in zip(parts, [*taken, ""], strict=True) for piece in pair)


def note(count: int) -> str:
    """What is said of an output that was altered; nothing where it was not."""
    were = "secret was" if count == 1 else "secrets were"
    return f"{count} {were} taken out of this output" if count else ""


def hidden_value(value: T, keys: Keys | None = None) -> T:
    """JSON as Python objects, without secrets in its strings; the same object where it holds none."""
    try:
        data = msgspec.json.encode(value)
    except (UnicodeEncodeError, TypeError, ValueError, OverflowError):
        data = b"\\u00"
    return _walked(value, keys or Keys()) if _may_hold(data, keys or Keys()) else value


def hidden_frame(frame: bytes, keys: Keys | None = None) -> bytes:
    """A frame without secrets, JSON where it was JSON; the same object where it holds none."""
    known = keys or Keys()
    if not _may_hold(frame, known):
        return frame
    try:
        value = json.loads(frame)
        clean = _walked(value, known)
    except (ValueError, RecursionError):
        return _marked(frame, spans(frame, known), 0, len(frame))
    return frame if clean == value else _as_written(frame, clean, known)


def _as_written(frame: bytes, clean: Any, keys: Keys) -> bytes:
    """The frame with nothing altered but the secrets, where that is possible."""
    written = _marked(frame, spans(frame, keys), 0, len(frame))
    try:
        return written if json.loads(written) == clean else to_frame(clean)
    except (ValueError, RecursionError):
        return to_frame(clean)


def to_frame(value: Any) -> bytes:
    """JSON as it goes over the wire, lone surrogates too."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":")).encode()


def _may_hold(data: bytes, keys: Keys) -> bool:
    """Whether to look at each string of this JSON. Letters behind `\\u` are read only then."""
    return (b"\\" in data and b"\\u00" in data) or bool(spans(data, keys))


def _walked(value: Any, keys: Keys) -> Any:
    if isinstance(value, str):
        return hidden(value, keys)
    if isinstance(value, list | tuple):
        return [_walked(each, keys) for each in value]
    if isinstance(value, dict):
        found = {_walked(name, keys): _field(name, each, keys) for name, each in value.items()}
        # What was said piece by piece in them is the text beside them.
        return type(value)({**found, "logprobs": []} if found.get("logprobs") and found != value else found)
    return value


def _field(name: Any, value: Any, keys: Keys) -> Any:
    if isinstance(name, str) and isinstance(value, str) and value:
        bare = bare_name(name.encode("utf-8", "surrogatepass"))
        if is_named_secret(bare, value.encode("utf-8", "surrogatepass"), keys, whole=True):
            return MARK
    return _walked(value, keys)
