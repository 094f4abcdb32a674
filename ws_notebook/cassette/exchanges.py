"""The requests of a recording, each with everything that came for it, and what it asks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from ..core.codec import decode, decode_object
from ..core.reduce import is_terminal
from .lines import Entry

__all__ = ["Exchange", "asked_in", "exchanges_of", "items_of", "outputs_of", "question_of"]


class Exchange(msgspec.Struct, frozen=True):
    """One request and everything that came for it."""

    request: Mapping[str, Any]
    frames: tuple[tuple[float, bytes], ...]
    """Each with the milliseconds since the request."""
    closed: Mapping[str, Any] | None = None
    """How the connection ended in the middle of it, or None."""
    whole: bool = True
    """Whether its end was recorded: the response's, or that of the connection."""


def exchanges_of(entries: Sequence[Entry]) -> list[Exchange]:
    """Each request with what came for it: by its lane, first come first served, up to the terminal event."""
    found: list[_Open] = []
    for entry in entries:
        event = decode_object(entry.data)
        mine = [one for one in found if one.sent.connection == entry.connection]
        if entry.kind == "sent":
            if event.get("type", "response.create") == "response.create":
                found.append(_Open(entry, event))
        elif entry.kind == "closed":
            for one in mine:
                if not one.over:
                    one.over, one.closed = True, event
        elif mine:
            lane = [one for one in mine if one.request.get("stream_id") == event.get("stream_id")]
            waiting = [one for one in lane or mine if not one.over]
            # What comes behind the end belongs to what ended last.
            (waiting[0] if waiting else (lane or mine)[-1]).add(entry, event)
    return [Exchange(one.request, tuple(one.frames), one.closed, one.over) for one in found]


def items_of(request: Mapping[str, Any]) -> list[Any]:
    """What a request brings, as items."""
    given = request.get("input")
    return [{"role": "user", "content": given}] if isinstance(given, str) else list(given or [])


def asked_in(request: Mapping[str, Any]) -> list[Any]:
    """The items with which a request asks, whether it carries the history or not: those behind the model's last one."""
    asked: list[Any] = []
    for item in items_of(request):
        kind = item.get("type", "message") if isinstance(item, Mapping) else ""
        asks = kind == "message" and item.get("role") in ("user", "developer", "system")
        if asks or str(kind).endswith("_output"):
            asked.append(item)
        else:
            asked.clear()
    return asked


def question_of(request: Mapping[str, Any]) -> tuple[Any, ...]:
    """What a request asks: its words, and the calls that it answers."""
    asked = [
        (item["role"], *_parts(item.get("content"))) if "role" in item else ("output", item.get("call_id"))
        for item in asked_in(request)
    ]
    return (request.get("generate") is not False, *asked)


def outputs_of(exchanges: Sequence[Exchange]) -> dict[str, list[Any]]:
    """What the tools gave back then: the outputs sent for each call id, in order. History sent again counts once."""
    found: dict[str, list[Any]] = {}
    for exchange in exchanges:
        sent: dict[str, list[Any]] = {}
        for item in items_of(exchange.request):
            if isinstance(item, Mapping) and str(item.get("type")).endswith("_call_output"):
                sent.setdefault(str(item.get("call_id")), []).append(item.get("output"))
        for name, outputs in sent.items():
            found[name] = outputs if len(outputs) >= len(found.get(name, ())) else found[name]
    return found


def _parts(content: Any) -> Iterator[str]:
    for part in [{"text": content}] if isinstance(content, str) else content or []:
        yield " ".join(part["text"].split()) if isinstance(part.get("text"), str) else str(part.get("type"))


class _Open(msgspec.Struct):
    """A request whose answer is being read."""

    sent: Entry
    request: Mapping[str, Any]
    frames: list[tuple[float, bytes]] = []
    closed: Mapping[str, Any] | None = None
    over: bool = False

    def add(self, entry: Entry, event: Mapping[str, Any]) -> None:
        self.frames.append((max(0.0, entry.ms - self.sent.ms), entry.data))
        # What comes behind an end changes nothing, unless the provider begins another response by itself.
        self.over = event.get("type") != "response.created" and (self.over or is_terminal(decode(entry.data)))
