"""The first difference between what was recorded and what is there now, named and shown."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from typing import Any, Final

import msgspec

from ..core.codec import decode_object
from .exchanges import Exchange, asked_in, items_of

__all__ = ["Difference", "difference_of", "first_difference", "shown"]

_FIRST = ("model", "instructions", "input", "tools", "text", "reasoning", "tool_choice")
"""In this order; then all other fields."""
_NOT_COMPARED = frozenset({"type", "stream", "stream_id", "previous_response_id", "store"})
"""What says how, where and after what it is asked, and not what."""
_NEW_EACH_TIME = frozenset(
    "id item_id call_id response_id previous_response_id sequence_number created_at completed_at obfuscation stream_id "
    "encrypted_content usage".split()
)
_AROUND = 30
"""Characters shown before the first that differs."""
_SHOWN = 80
_NOTHING: Final = msgspec.UNSET


class Difference(msgspec.Struct, frozen=True):
    """Where two values differ first, as in `input[0].content`, and how."""

    path: str
    recorded: Any
    now: Any

    def __str__(self) -> str:
        at = _character(self.recorded, self.now)
        where = f", at character {at + 1}" if at is not None else ""
        recorded, now = shown(self.recorded, at), shown(self.now, at)
        return f"First difference, in {self.path}{where}:\n  recorded: {recorded}\n  now:      {now}"


def first_difference(recorded: Mapping[str, Any], now: Mapping[str, Any], *, whole: bool = True) -> str:
    """The first difference of two requests, in words; empty where there is none. `whole`: not only of what they ask."""
    if not whole:
        recorded, now = {"input": asked_in(recorded)}, {"input": asked_in(now)}
    left, right = _plain(recorded), _plain(now)
    for name in [*_FIRST, *sorted({*left, *right} - {*_FIRST})]:
        found = next(_differences(left.get(name, _NOTHING), right.get(name, _NOTHING), name), None)
        if found is not None:
            return str(found)
    return ""


def difference_of(recorded: Sequence[Exchange], now: Sequence[Exchange]) -> str:
    """The first difference of two recordings."""
    for number, (left, right) in enumerate(zip_longest(recorded, now), 1):
        if left is None or right is None:
            which = "first" if right is None else "second"
            return f"Only the {which} of them has a request {number}."
        if found := first_difference(_lasting(left.request), _lasting(right.request)):
            return f"Request {number}. {found}"
        one, other = _answer(left), _answer(right)
        if (told := next(_differences(one, other, "answer"), None)) is not None:
            return f"What came for request {number}. {told}"
    return ""


def shown(value: Any, at: int | None = None) -> str:
    """A value in a line, with what is around that character."""
    if value is _NOTHING:
        return "nothing"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    begin = max(0, (at or 0) - _AROUND)
    part = text[begin : begin + _SHOWN]
    escaped = part.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
    return f"{'…' if begin else ''}{escaped}{'…' if begin + _SHOWN < len(text) else ''}" or "(empty)"


def _plain(request: Mapping[str, Any]) -> dict[str, Any]:
    """A request's fields as they are compared: its input as items, each with its type, and words as parts."""
    fields = {name: value for name, value in request.items() if name not in _NOT_COMPARED and value is not None}
    return {**fields, "input": [_item(item) for item in items_of(request)]}


def _item(item: Any) -> Any:
    if not isinstance(item, Mapping):
        return item
    plain = {name: value for name, value in item.items() if name not in ("id", "status")}
    if "role" in plain:
        plain.setdefault("type", "message")
        if isinstance(plain.get("content"), str):
            kind = "output_text" if plain["role"] == "assistant" else "input_text"
            plain["content"] = [{"type": kind, "text": plain["content"]}]
    return plain


def _answer(exchange: Exchange) -> list[Any]:
    """What came, without what is new each time: the items that were finished, and the end."""
    told: list[Any] = []
    for _, frame in exchange.frames:
        event = decode_object(frame)
        kind = str(event.get("type"))
        if kind == "response.output_item.done":
            told.append(_lasting(event.get("item")))
        elif kind in ("response.completed", "response.incomplete", "response.failed"):
            response = event.get("response") or {}
            told.append({"type": kind, **{name: response.get(name) for name in ("error", "incomplete_details")}})
        elif kind == "error":
            told.append(_lasting(event))
    return told if exchange.closed is None else [*told, {"type": "closed", **exchange.closed}]


def _lasting(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _lasting(each) for name, each in value.items() if name not in _NEW_EACH_TIME}
    return [_lasting(each) for each in value] if isinstance(value, list) else value


def _differences(left: Any, right: Any, path: str) -> Iterator[Difference]:
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        for name in [*left, *(name for name in right if name not in left)]:
            yield from _differences(left.get(name, _NOTHING), right.get(name, _NOTHING), f"{path}.{name}")
    elif isinstance(left, list) and isinstance(right, list):
        for place, (one, other) in enumerate(zip_longest(left, right, fillvalue=_NOTHING)):
            yield from _differences(one, other, f"{path}[{place}]")
    elif left != right or isinstance(left, bool) is not isinstance(right, bool):
        yield Difference(path, left, right)


def _character(left: Any, right: Any) -> int | None:
    """The place of the first character that differs in two texts."""
    if not (isinstance(left, str) and isinstance(right, str)):
        return None
    same = (place for place, (one, other) in enumerate(zip(left, right, strict=False)) if one != other)
    return next(same, min(len(left), len(right)))
