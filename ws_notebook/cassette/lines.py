"""The format: a text file of one JSON object a line.

The first line says what was recorded; each other line is a frame, or the end of a connection:
`{"ms": 12.3, "on": 1, "sent": {…}}`, `"received"`, or `"closed": {"code": 1006, "reason": ""}`. `ms` is the time since
the recording began, `on` the number of the connection. Frames stand as they were on the wire, byte for byte, but for
secrets. The last line, `{"end": {"frames": 12}}`, says that somebody ended the recording: version 1 had none.
"""

from __future__ import annotations

import json
from typing import Any, Final

import msgspec

from ..core.codec import decode_object
from ..exceptions import SettingsError

__all__ = ["VERSION", "Entry", "Read", "end_line", "head_line", "line", "read"]

VERSION: Final = 2

_CUT = "it breaks off within a line, which is left out"
_NOT_ENDED = "its recording was not ended, so that frames may be missing behind the last one"


class Entry(msgspec.Struct, frozen=True):
    """One frame, or the end of a connection."""

    ms: float
    """Milliseconds since the recording began."""
    connection: int
    kind: str
    """"sent", "received" or "closed"."""
    data: bytes
    """The frame; of an end a JSON object with `code` and `reason`."""


class Read(msgspec.Struct, frozen=True):
    """What a file holds."""

    head: dict[str, Any]
    entries: list[Entry]
    broken_off: str
    """How it ends where that is not its end, in words; empty where it is whole, or nobody knows (version 1)."""


def head_line(**facts: str) -> bytes:
    """The first line of a file."""
    return json.dumps({"cassette": VERSION, **facts}, ensure_ascii=False).encode() + b"\n"


def end_line(frames: int) -> bytes:
    """The last line of a file of so many frames."""
    return f'{{"end":{{"frames":{frames}}}}}\n'.encode()


def line(entry: Entry) -> bytes:
    """The line of an entry. A frame that is no JSON, or JSON over several lines, stands as a string."""
    data, key = entry.data, entry.kind
    if b"\n" in data or b"\r" in data or not _is_json(data):
        data, key = json.dumps(data.decode(errors="replace")).encode(), f"{entry.kind}_text"
    return f'{{"ms":{round(entry.ms, 3)},"on":{entry.connection},"{key}":'.encode() + data + b"}\n"


def read(data: bytes) -> Read:
    """The content of a file. A last line that was cut off is left out. Raises SettingsError."""
    # Not splitlines(): some of what that takes for an end of a line may stand in a frame.
    lines = data.removesuffix(b"\n").split(b"\n")
    head = decode_object(lines[0])
    version = head.get("cassette")
    if "cassette" not in head:
        raise SettingsError(
            "This is no cassette: its first line does not say so. Record one with session.record(path)."
        )
    if type(version) is not int or not 1 <= version <= VERSION:
        raise SettingsError(
            f"It is a cassette of version {version}; this package reads versions 1 to {VERSION}. A newer one may read "
            "it: pip install --upgrade ws-notebook."
        )
    return _body(head, lines, version)


def _body(head: dict[str, Any], lines: list[bytes], version: int) -> Read:
    entries: list[Entry] = []
    broken = _NOT_ENDED if version > 1 else ""
    for number, text in enumerate(lines[1:], 2):
        if not text.strip():
            continue
        found = _values(text)
        entry = _entry(found)
        if entry is not None:
            entries.append(entry)
        elif "end" in found:
            broken = ""
        elif number == len(lines):
            broken = _CUT
        else:
            raise SettingsError(f"Line {number} is no frame. Restore the file, or record it again.")
    return Read(head, entries, broken)


def _entry(found: dict[str, msgspec.Raw]) -> Entry | None:
    for kind in ("sent", "received", "closed"):
        if kind in found:
            return Entry(_number(found.get("ms")), int(_number(found.get("on"))), kind, bytes(found[kind]))
        if f"{kind}_text" in found:
            whole = str(json.loads(bytes(found[f"{kind}_text"]))).encode()
            return Entry(_number(found.get("ms")), int(_number(found.get("on"))), kind, whole)
    return None


def _values(text: bytes) -> dict[str, msgspec.Raw]:
    """The values of a line's object as they are written; of what is none, no values."""
    try:
        return msgspec.json.decode(text, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}


def _number(raw: Any) -> float:
    try:
        return float(msgspec.json.decode(bytes(raw)))
    except (msgspec.DecodeError, TypeError, ValueError):
        return 0.0


def _is_json(data: bytes) -> bool:
    try:
        msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
    return True
