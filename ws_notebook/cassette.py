"""Cassettes: the frames of a session in a file, scrubbed of secrets, to be replayed, read and compared.

A text file of one JSON object a line. The first line says what was recorded; each other line is a frame, or the end of
a connection: `{"ms": 12.3, "on": 1, "sent": {…}}`, `"received"`, or `"closed": {"code": 1006, "reason": ""}`. `ms` is
the time since the recording began, `on` the number of the connection. Frames stand as they were on the wire, byte for
byte, but for secrets.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from .core.codec import decode
from .core.reduce import is_terminal
from .exceptions import SettingsError
from .secrets import Frames, Keys

__all__ = ["VERSION", "Cassette", "Entry", "Exchange", "Scrubber", "head_line", "line", "question_of", "scrubbed"]

VERSION: Final = 1


class Entry(msgspec.Struct, frozen=True):
    """One frame, or the end of a connection."""

    ms: float
    """Milliseconds since the recording began."""
    connection: int
    kind: str
    """"sent", "received" or "closed"."""
    data: bytes
    """The frame; of an end a JSON object with `code` and `reason`."""


class Exchange(msgspec.Struct, frozen=True):
    """One request and everything that came for it."""

    request: Mapping[str, Any]
    frames: tuple[tuple[float, bytes], ...]
    """Each with the milliseconds since the request."""
    closed: Mapping[str, Any] | None = None
    """How the connection ended in the middle of it, or None."""
    whole: bool = True
    """Whether its end was recorded: the response's, or that of the connection."""


class Cassette:
    """A recording. `provider`, `model` and `transport` say of what; `recorded` is the moment, in UTC.

    Raises `SettingsError` for what is no series of entries.
    """

    def __init__(
        self,
        entries: Sequence[Entry] = (),
        *,
        provider: str = "",
        model: str = "",
        transport: str = "websocket",
        recorded: str = "",
    ) -> None:
        if isinstance(entries, str | os.PathLike) or not isinstance(entries, Iterable):
            raise SettingsError(
                f"A Cassette is made of entries, not of {entries!r:.60}. To read a file: Cassette.load(path)."
            )
        self.entries = list(entries)
        self.provider = provider
        self.model = model
        self.transport = transport
        self.recorded = recorded

    def __repr__(self) -> str:
        seconds = self.entries[-1].ms / 1000 if self.entries else 0.0
        requests = sum(entry.kind == "sent" for entry in self.entries)
        what = " ".join(filter(None, [self.provider, self.model]))
        when = f", recorded {self.recorded[:16].replace('T', ' ')}" if self.recorded else ""
        return f"<Cassette {what} {requests} requests, {len(self.entries)} frames, {seconds:.1f} s{when}>"

    def __len__(self) -> int:
        return len(self.entries)

    @classmethod
    def load(cls, path: str | Path) -> Cassette:
        """Read a file. Raises SettingsError where there is none, or where it is no cassette."""
        if not isinstance(path, (str, os.PathLike)):
            raise SettingsError(f"A cassette is a file: pass its path, not {path!r}.")
        where = Path(path).expanduser()
        try:
            return cls.loads(where.read_bytes())
        except OSError as error:
            raise SettingsError(f"The cassette {str(path)!r} cannot be read: {error.strerror or error}.") from None
        except SettingsError as error:
            raise SettingsError(f"{path}: {error}") from None

    def save(self, path: str | Path) -> None:
        """Write a file. Raises SettingsError where that cannot be done."""
        try:
            Path(path).expanduser().write_bytes(self.dumps())
        except OSError as error:
            raise SettingsError(f"The cassette {str(path)!r} cannot be written: {error.strerror or error}.") from None

    @classmethod
    def loads(cls, data: bytes) -> Cassette:
        """Read the content of a file. A last line that was cut off is left out. Raises SettingsError."""
        lines = data.splitlines()
        head = _object(lines[0]) if lines else {}
        if "cassette" not in head:
            raise SettingsError(
                "This is no cassette: its first line does not say so. Record one with session.record(path)."
            )
        if head["cassette"] != VERSION:
            raise SettingsError(f"It is a cassette of version {head['cassette']}; this package reads {VERSION}.")
        entries = [
            _entry(text, number, number == len(lines)) for number, text in enumerate(lines[1:], 2) if text.strip()
        ]
        known = {name: str(head.get(name) or "") for name in ("provider", "model", "transport", "recorded")}
        return cls([entry for entry in entries if entry is not None], **known)

    def dumps(self) -> bytes:
        """The content of a file, scrubbed."""
        head = head_line(provider=self.provider, model=self.model, transport=self.transport, recorded=self.recorded)
        return b"".join([head, *map(line, scrubbed(self.entries))])

    def exchanges(self) -> list[Exchange]:
        """Each request with what came for it: by its lane, first come first served, up to the terminal event."""
        return [open_one.done() for open_one in _opened(self.entries)]


def head_line(**facts: str) -> bytes:
    """The first line of a file."""
    return json.dumps({"cassette": VERSION, **facts}, ensure_ascii=False).encode() + b"\n"


class Scrubber:
    """Takes the secrets out of entries as they come, also those that are spread over the pieces of a text.

    An entry whose text may end in the beginning of a secret waits for what comes next. `keys`: known secrets besides.
    """

    def __init__(self, keys: Keys | None = None) -> None:
        self._frames: Frames[Entry] = Frames(keys)

    def add(self, entry: Entry) -> list[Entry]:
        """Take an entry; those that can be written now, in order."""
        if entry.kind == "closed":
            return [*self.close(), *self._written(self._frames.add(entry, entry.data))]
        return self._written(self._frames.add(entry, entry.data, (entry.connection, entry.kind)))

    def close(self) -> list[Entry]:
        """Nothing more comes: the rest."""
        return self._written(self._frames.close())

    @staticmethod
    def _written(found: Iterable[tuple[Entry, bytes]]) -> list[Entry]:
        return [each if each.data is data else msgspec.structs.replace(each, data=data) for each, data in found]


def scrubbed(entries: Iterable[Entry]) -> list[Entry]:
    """The entries without what looks like a secret."""
    scrubber = Scrubber()
    return [*(each for entry in entries for each in scrubber.add(entry)), *scrubber.close()]


def line(entry: Entry) -> bytes:
    """The line of an entry. A frame that is no JSON, or JSON over several lines, stands as a string."""
    data, key = entry.data, entry.kind
    if b"\n" in data or b"\r" in data or not _is_json(data):
        data, key = json.dumps(data.decode(errors="replace")).encode(), f"{entry.kind}_text"
    return f'{{"ms":{round(entry.ms, 3)},"on":{entry.connection},"{key}":'.encode() + data + b"}\n"


def question_of(request: Mapping[str, Any]) -> tuple[Any, ...]:
    """What a request asks, whether it carries the history or not: what it holds behind the model's last item."""
    given = request.get("input")
    items = [{"role": "user", "content": given}] if isinstance(given, str) else given or []
    asked: list[Any] = []
    for item in items:
        kind = item.get("type", "message") if isinstance(item, Mapping) else ""
        if kind == "message" and item.get("role") in ("user", "developer", "system"):
            asked.append((item["role"], *_parts(item.get("content"))))
        elif str(kind).endswith("_output"):
            asked.append(("output", item.get("call_id")))
        else:
            asked.clear()
    return (request.get("generate") is not False, *asked)


def _parts(content: Any) -> Iterator[str]:
    for part in [{"text": content}] if isinstance(content, str) else content or []:
        yield " ".join(part["text"].split()) if isinstance(part.get("text"), str) else str(part.get("type"))


class _Open:
    """A request whose answer is being read."""

    def __init__(self, sent: Entry, request: Mapping[str, Any]) -> None:
        self.lane = request.get("stream_id")
        self.connection = sent.connection
        self.over = False
        self._began = sent.ms
        self._request = request
        self._frames: list[tuple[float, bytes]] = []
        self._closed: Mapping[str, Any] | None = None

    def add(self, entry: Entry, event: Mapping[str, Any]) -> None:
        self._frames.append((max(0.0, entry.ms - self._began), entry.data))
        # What comes behind an end changes nothing, unless the provider begins another response by itself.
        self.over = event.get("type") != "response.created" and (self.over or is_terminal(decode(entry.data)))

    def close(self, entry: Entry) -> None:
        self.over, self._closed = True, _object(entry.data)

    def done(self) -> Exchange:
        return Exchange(self._request, tuple(self._frames), self._closed, self.over)


def _opened(entries: Sequence[Entry]) -> list[_Open]:
    found: list[_Open] = []
    for entry in entries:
        event = _object(entry.data)
        mine = [one for one in found if one.connection == entry.connection]
        if entry.kind == "sent":
            if event.get("type", "response.create") == "response.create":
                found.append(_Open(entry, event))
        elif entry.kind == "closed":
            for one in mine:
                if not one.over:
                    one.close(entry)
        elif mine:
            lane = [one for one in mine if one.lane == event.get("stream_id")]
            waiting = [one for one in lane or mine if not one.over]
            # What comes behind the end belongs to what ended last.
            (waiting[0] if waiting else (lane or mine)[-1]).add(entry, event)
    return found


def _entry(text: bytes, number: int, last: bool) -> Entry | None:
    found = _object(text, raw=True)
    for kind in ("sent", "received", "closed"):
        if kind in found:
            return Entry(_number(found.get("ms")), int(_number(found.get("on"))), kind, bytes(found[kind]))
        if f"{kind}_text" in found:
            whole = json.loads(bytes(found[f"{kind}_text"])).encode()
            return Entry(_number(found.get("ms")), int(_number(found.get("on"))), kind, whole)
    if last:
        return None
    raise SettingsError(f"Line {number} is no frame. Restore the file, or record it again.")


def _object(data: bytes, *, raw: bool = False) -> dict[str, Any]:
    """The JSON object, or an empty one. `raw`: its values as they are written."""
    try:
        kind: Any = dict[str, msgspec.Raw] if raw else dict[str, Any]
        found: dict[str, Any] = msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}
    return found


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
