"""The output of a terminal event against what came before it: which items are the same, and which are new.

Ids and places may differ between a stream and its end, and either may leave items out. What is new is kept where the
end has it; an item that was said with nothing in it gets what the end says of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from . import arrival, calltext, output, parts
from .changes import Change, TurnChanged
from .items import TOOL_CALLS, Item, at, kind, listed, word_of
from .turn import CallState, TextPart, TurnState

__all__ = ["adopt", "in_order"]

_Part = TypeVar("_Part", TextPart, CallState)
_Sign = Callable[["_Known", Item, int], bool]


class _Known(msgspec.Struct, eq=False):
    """An item that is kept, or of which something came."""

    kind: str
    id: str
    place: int
    item: Item | None = None
    call: CallState | None = None
    text: str = ""


def adopt(turn: TurnState, told: Any, status: str, now: float) -> list[Change]:
    """Take from the output of a terminal event what nothing before it had told."""
    if told == turn.output and not _is_more_known(turn):
        return []  # as it is nearly always
    items = [Item(item) for item in listed(told) if isinstance(item, dict) and item]
    if items == turn.output and not _is_more_known(turn):
        return []
    known = _all_known(turn)
    pairs = _paired(items, known)
    numbers = {id(mine.item): index for index, mine in pairs.items() if mine.item is not None}
    changes: list[Change] = []
    for index, item in enumerate(items):
        mine = pairs.get(index)
        if mine is not None and mine.item is not None:
            changes += _more(turn, mine, item, now)
            continue
        place = mine.place if mine is not None else _place(turn, index, known)
        position = _position(turn, place, numbers, index) if known else len(turn.output)
        changes += output.put(turn, item, place, now, position)
        numbers[id(item)] = index
        if kind(item) in TOOL_CALLS:
            call = None if mine is None else mine.call
            call = call or arrival.new(turn, kind(item), place, now)
            changes += arrival.complete(call, item, now, cut=_is_cut(item, status))
    return changes


def _is_more_known(turn: TurnState) -> bool:
    """Whether something came of items that are not kept, or a call still waits for what it is called with."""
    return any(call.item is None or call.status == "streaming" for call in turn.tool_calls) or any(
        not part.whole for part in turn.parts
    )


def _all_known(turn: TurnState) -> list[_Known]:
    calls = {id(call.item): call for call in turn.tool_calls if call.item is not None}
    found = [
        _Known(kind(item), word_of(item), place, item, calls.get(id(item)), _text(item))
        for item, place in zip(turn.output, turn.receiving.output_places, strict=True)
    ]
    for call in turn.tool_calls:
        if call.item is None:
            found.append(_Known(call.kind, call.item_id, call.output_index, None, call, call.arguments))
    names = {place: item_id for item_id, place in turn.receiving.places.items() if place is not None}
    streamed: dict[tuple[str, int], str] = {}
    for part in turn.parts:
        if not part.whole:
            key = ("reasoning" if part.kind == "reasoning" else "message", part.output_index)
            streamed[key] = streamed.get(key, "") + part.text
    found += [_Known(named, names.get(place, ""), place, text=text) for (named, place), text in streamed.items()]
    return found


def _paired(items: list[Item], known: list[_Known]) -> dict[int, _Known]:
    """Each item of the end with what is known of it, the surest signs first."""
    found: dict[int, _Known] = {}
    for key, asked, sign in _SIGNS:
        taken = {id(each) for each in found.values()}
        shelves: dict[tuple[str, object], list[_Known]] = {}
        for each in known:
            if id(each) not in taken:
                shelves.setdefault((each.kind, key(each)), []).append(each)
        for index, item in enumerate(items):
            shelf = [] if index in found else shelves.get((kind(item), asked(item, index)), [])
            mine = next((each for each in shelf if sign(each, item, index)), None)
            if mine is not None:
                found[index] = mine
                shelf.remove(mine)
    return found


def _by_id(mine: _Known, item: Item, index: int) -> bool:
    return bool(mine.id) and not (mine.call is not None and _other_call(mine.call, item))


def _by_call(mine: _Known, item: Item, index: int) -> bool:
    same = mine.call is not None and bool(mine.call.given_id) and mine.call.given_id == item.get("call_id")
    # One that says nothing agrees with every call of that id.
    return same and bool(mine.text) and bool(_text(item)) and _agree(mine, item)


def _by_call_id(mine: _Known, item: Item, index: int) -> bool:
    same = mine.call is not None and bool(mine.call.given_id) and mine.call.given_id == item.get("call_id")
    return same and (_agree(mine, item) or not (mine.id and word_of(item)))


def _by_place(mine: _Known, item: Item, index: int) -> bool:
    if mine.call is not None and _other_call(mine.call, item) and not (mine.text and _agree(mine, item)):
        return False
    return mine.place == index and _agree(mine, item)


def _by_text(mine: _Known, item: Item, index: int) -> bool:
    """The remaining ones in order: some providers give an item another id and number at each event."""
    return _agree(mine, item) and (bool(mine.text) or (kind(item) not in TOOL_CALLS and kind(item) != "message"))


def _call_id(item: Mapping[str, Any], index: int = 0) -> str | None:
    found = item.get("call_id")
    return found if isinstance(found, str) else None


_CALLED = (lambda mine: None if mine.call is None else mine.call.given_id, _call_id)
_SIGNS: tuple[tuple[Callable[[_Known], object], Callable[[Item, int], object], _Sign], ...] = (
    (lambda mine: mine.id, lambda item, _: word_of(item), _by_id),
    (*_CALLED, _by_call),
    (lambda mine: mine.place, lambda _, index: index, _by_place),
    (*_CALLED, _by_call_id),
    (lambda _: None, lambda *_: None, _by_text),
)
"""What must be the same of what is known and of an item, which need not be looked for among thousands, and the sign."""


def _other_call(call: CallState, item: Mapping[str, Any]) -> bool:
    return bool(call.given_id and item.get("call_id") and call.given_id != item.get("call_id"))


def _agree(mine: _Known, item: Item) -> bool:
    """Whether both say the same, or one says less."""
    text = _text(item)
    if not text or not mine.text:
        return True
    if mine.call is not None:
        named = not mine.call.name or not item.get("name") or mine.call.name == item.get("name")
        same = calltext.same(mine.kind, calltext.repaired(text), calltext.repaired(mine.text))
        return named and (same or (mine.item is None and text.startswith(mine.text)))
    return parts.holds(text, mine.text) or parts.holds(mine.text, text)


def _more(turn: TurnState, mine: _Known, item: Item, now: float) -> list[Change]:
    """An item that is kept is said once more: what it lacked is taken."""
    assert mine.item is not None
    text = _text(item)
    if mine.call is not None:
        if mine.call.status != "streaming":
            return []
        mine.call.told = calltext.best(mine.kind, (text, mine.call.told))
        return arrival.complete(mine.call, mine.item, now)
    if mine.text or not text or kind(item) not in ("message", "reasoning"):
        return []
    field = "content" if item.get("content") else "summary"
    mine.item[field] = item[field]
    return output.retold(turn, mine.item, mine.place, now)


def _is_cut(item: Item, status: str) -> bool:
    """Whether a call that only the end tells of is not to be carried out."""
    if status == "completed" or kind(item) not in TOOL_CALLS:
        return False
    whole = kind(item) != "function_call" or calltext.readable(_text(item))
    return status == "failed" or item.get("status") != "completed" or not whole


def _place(turn: TurnState, index: int, known: list[_Known]) -> int:
    """The place of a new item: its own in the end's order, or behind that what the end leaves out took."""
    if not known:
        return index  # all of it is new
    taken = {each.place for each in known} | set(turn.receiving.output_places)
    return next(place for place in range(index, index + len(taken) + 1) if place not in taken)


def _position(turn: TurnState, place: int, told: Mapping[int, int], index: int) -> int:
    """Where a new item goes among those that are kept: before what follows it in the end's order, or by its place.

    `told`: the numbers that kept items have in the end's order, by identity.
    """
    for position, (item, other) in enumerate(zip(turn.output, turn.receiving.output_places, strict=True)):
        if told[id(item)] > index if id(item) in told else other > place:
            return position
    return len(turn.output)


def in_order(turn: TurnState) -> list[Change]:
    """Have texts and calls follow the order of the output, where an item was added between others."""
    positions = {id(item): position for position, item in enumerate(turn.output)}
    texts = _sorted(turn.parts, positions)
    calls = _sorted(turn.tool_calls, positions)
    if texts == list(turn.parts) and calls == turn.tool_calls:
        return []
    turn.parts, turn.tool_calls[:] = tuple(texts), calls
    return [TurnChanged(turn)]


def _sorted(things: Sequence[_Part], positions: Mapping[int, int]) -> list[_Part]:
    """By the positions of their items; what has none stays behind what it is behind."""
    keys, last = list[int](), -1
    for thing in things:
        last = positions.get(id(thing.item), last)
        keys.append(last)
    return [things[number] for number in sorted(range(len(things)), key=keys.__getitem__)]


def _text(item: Item) -> str:
    """What an item says: the arguments of a call, the words of a message or of reasoning."""
    if kind(item) in TOOL_CALLS:
        return calltext.text_of(item.get(calltext.FIELDS[kind(item)]))
    found = [item.get("summary"), item.get("content")] if kind(item) == "reasoning" else [item.get("content")]
    if isinstance(found[-1], str):
        return found[-1]
    told = [part for each in found for part in listed(each)]
    return "".join(str(at(part, "text") or at(part, "refusal") or "") for part in told)
