"""The items of a turn's output: each kept once, whole, with all that was told of it.

An item is told as a whole by its `…done` event or by the output of the terminal event, and in pieces by deltas and
their `…done` events. Any of them may be missing; what the others told stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import arrival, hosted, parts
from .changes import Change, ItemDone, TurnChanged
from .items import TOOL_CALLS, Item, kind, listed, word_of
from .turn import CallState, TextPart, TurnState

__all__ = ["content", "finish", "keep", "put", "retold"]

_LOST = "The response ended before it was whole, so it was not carried out."
_NAMELESS = "The provider never said which tool it calls, so it was not carried out."
_SHOWN = {"output_text": "text", "text": "text", "refusal": "refusal"}
"""How the parts of a message are called, and what of them is shown."""


def keep(turn: TurnState, item: Item, place: int, now: float) -> list[Change]:
    """An item is said to be whole by its own event. Where it was said before, nothing changes."""
    call: CallState | None = None
    if (kept := turn.receiving.kept) and item.get("id") is not None and item in kept.get(str(item["id"]), ()):
        return []
    if kind(item) in TOOL_CALLS:
        call = arrival.unsaid(turn, item, place, now)
        if call is None:
            return []
    changes = put(turn, item, place, now, len(turn.output))
    # A call that seems to have no arguments is made when nothing more can tell of them.
    return [*changes, *(arrival.complete(call, item, now, waits=True) if call is not None else [])]


def put(turn: TurnState, item: Item, place: int, now: float, position: int) -> list[Change]:
    """Put an item at a position among those that are kept, and take the words that it has."""
    changes = retold(turn, item, place, now)
    hosted.end(turn, item, place, now)
    _keep_at(turn, item, place, position)
    return [ItemDone(turn, item), *changes]


def retold(turn: TurnState, item: Item, place: int, now: float) -> list[Change]:
    """An item's words, which may be more than were told before."""
    changes = _late(turn, item, place, now)
    parts.close(turn, item, place)
    return changes


def content(turn: TurnState, part: Any, place: tuple[int, int], now: float, item_id: str = "") -> list[Change]:
    """A part of a message is whole: text, a refusal, or something else."""
    shown = _SHOWN.get(kind(part)) if isinstance(part, Mapping) else None
    words = part.get(shown) if shown is not None else None
    return parts.settle(turn, shown, place, words, now, item_id=item_id) if shown and isinstance(words, str) else []


def finish(turn: TurnState, status: str, now: float) -> list[Change]:
    """The response has ended: what was told of items that nothing said to be whole becomes items of their own."""
    changes: list[Change] = []
    # A list: twins are taken out of it.
    for call in [each for each in turn.tool_calls if each.status == "streaming"]:
        if call.item is not None:
            changes += arrival.complete(call, call.item, now) if status != "failed" else []  # it has no arguments
        elif arrival.is_twin(call):
            turn.tool_calls.remove(call)
            changes.append(TurnChanged(turn))
        elif status == "completed" and call.name and call.arguments.strip():
            changes += _kept_call(turn, call, now)
        else:
            call.error = _LOST if call.name else _NAMELESS
    if turn.parts and status in ("completed", "incomplete"):
        for place in sorted({part.output_index for part in turn.parts if not part.whole and part.chunks}):
            changes += _kept_text(turn, place, status, now)
    return changes


def _kept_call(turn: TurnState, call: CallState, now: float) -> list[Change]:
    item = arrival.item_of(call)
    _insert(turn, item, call.output_index)
    return [ItemDone(turn, item), *arrival.complete(call, item, now, cut=not arrival.is_whole(call))]


def _kept_text(turn: TurnState, place: int, status: str, now: float) -> list[Change]:
    """The texts at a place as a message, or as reasoning."""
    told = [part for part in turn.parts if part.output_index == place and not part.whole]
    named = next((item_id for item_id, known in turn.receiving.places.items() if known == place), None)
    known = {"id": named} if named else {}
    spoken = [part for part in told if part.kind != "reasoning"]
    if spoken:
        item = Item(type="message", **known, role="assistant", status=status, content=[])
    else:
        item = Item(type="reasoning", **known, summary=[])
    _fill(item, spoken or told)
    for part in spoken or told:
        part.whole, part.item, part.item_id = True, item, named or ""
    _insert(turn, item, place)
    return [ItemDone(turn, item), *(_kept_text(turn, place, status, now) if spoken and len(spoken) < len(told) else [])]


def _insert(turn: TurnState, item: Item, place: int) -> None:
    position = next((i for i, other in enumerate(turn.receiving.output_places) if other > place), len(turn.output))
    _keep_at(turn, item, place, position)


def _keep_at(turn: TurnState, item: Item, place: int, position: int) -> None:
    receiving, item_id = turn.receiving, item.get("id")
    turn.output.insert(position, item)
    receiving.output_places.insert(position, place)
    if item_id is not None:
        receiving.kept.setdefault(str(item_id), []).append(item)


def _late(turn: TurnState, item: Item, place: int, now: float) -> list[Change]:
    """Take of an item what neither a delta nor a done event brought, and give it what only these did."""
    if kind(item) not in ("message", "reasoning"):
        return []
    take = _late_text if kind(item) == "message" else _late_reasoning
    changes = take(turn, item, place, now)
    of_kind = {"message": ("text", "refusal"), "reasoning": ("reasoning",)}[kind(item)]
    _fill(item, [p for p in turn.parts if p.output_index == place and not p.whole and p.kind in of_kind])
    return changes


def _late_text(turn: TurnState, item: Item, place: int, now: float) -> list[Change]:
    told, item_id = _contents(item), word_of(item)
    shown = [part for part in turn.parts if part.output_index == place and not part.whole and part.kind == "text"]
    whole = "".join(part["text"] for part in told if isinstance(part, dict) and isinstance(part.get("text"), str))
    if shown and "".join(part.text for part in shown) == whole:
        return []  # its parts may have come under other numbers
    changes: list[Change] = []
    for position, part in enumerate(told):
        changes += content(turn, part, (place, position), now, item_id)
    return changes


def _late_reasoning(turn: TurnState, item: Item, place: int, now: float) -> list[Change]:
    """The summary, or the reasoning itself where that was streamed or there is no summary."""
    raw = any(part.raw and part.output_index == place and not part.whole for part in turn.parts)
    raw = raw or not item.get("summary")
    changes: list[Change] = []
    for position, part in enumerate(listed(item.get("content" if raw else "summary"))):
        text = part.get("text") if isinstance(part, dict) else None
        if isinstance(text, str):
            changes += parts.settle(turn, "reasoning", (place, position), text, now, raw=raw, item_id=word_of(item))
    return changes


def _fill(item: Item, told: list[TextPart]) -> None:
    """Give an item the texts that came in pieces and that it lacks: it is sent back to the model as it stands here."""
    raw = any(part.raw for part in told)
    field = "content" if kind(item) == "message" or raw else "summary"
    lacking = sorted((part for part in told if part.chunks), key=lambda part: part.content_index)
    if not lacking or any(_has_words(each) for each in listed(item.get(field))):
        return
    item[field] = [_as_content(part) for part in lacking]


def _has_words(part: Any) -> bool:
    return isinstance(part, Mapping) and bool(part.get("text") or part.get("refusal") or kind(part) not in _TEXTS)


_TEXTS = frozenset({"output_text", "text", "refusal", "summary_text", "reasoning_text", ""})


def _as_content(part: TextPart) -> dict[str, Any]:
    if part.kind == "text":
        return {"type": "output_text", "text": part.text, "annotations": []}
    if part.kind == "refusal":
        return {"type": "refusal", "refusal": part.text}
    return {"type": "reasoning_text" if part.raw else "summary_text", "text": part.text}


def _contents(item: Item) -> list[Any]:
    """The parts of a message; some servers write its words in their place, as in a request."""
    content = item.get("content")
    return [{"type": "output_text", "text": content}] if isinstance(content, str) else listed(content)
