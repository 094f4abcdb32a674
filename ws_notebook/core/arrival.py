"""The tool calls of a turn as they come: announced, written piece by piece, whole; each of them once.

A call is one output item, known by the item's id, or by its place where there is none: the same item said again is the
same call, and two items with one call id are two calls. What it is called with is taken from whatever told it: the
item, a `…done` event, the deltas. An item that was cut off is answered, and never carried out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import calltext, events, places
from .changes import CallChanged, Change, ToolCallReady
from .items import Item, kind, word_of
from .lineage import CUT_OFF_OUTPUT
from .timing import CallTiming
from .turn import CallState, TurnState

__all__ = ["announce", "complete", "grow", "is_twin", "is_whole", "item_of", "new", "tell", "unsaid"]

_SAME = "call id"
"""Begins the key of the calls that have one call id."""

_CUT = "It was cut off before it was whole, so it was not carried out."


def announce(turn: TurnState, item: Mapping[str, Any], index: int, now: float) -> CallState | None:
    """A call begins; None where it is known already."""
    call = _known(turn, item, index, whole=False)
    if call is not None and (call.announced is not None or call.item is not None):
        return None
    # Pieces may come before their item, and have begun the call without its name.
    call = call or new(turn, kind(item), index, now)
    _name(call, item)
    call.kind, call.announced = kind(item), Item(item)
    return call


def grow(turn: TurnState, event: Any, now: float) -> None:
    """A piece of what a call is called with."""
    call = _written(turn, event, now)
    if call.status == "streaming":
        if call.chunks is None:
            call.chunks = []
        call.chunks.append(event.delta)


def tell(turn: TurnState, event: events.ArgumentsDone | events.CustomInputDone, now: float) -> list[Change]:
    """What a call is called with, said as a whole; where its item was done with nothing in it, that was missing."""
    call = _written(turn, event, now)
    if call.status != "streaming":
        return []
    told = calltext.text_of(event.arguments if isinstance(event, events.ArgumentsDone) else event.input)
    call.told = calltext.best(call.kind, (told, call.told))
    call.name = call.name or event.name or ""
    if call.item is not None and call.arguments:
        return complete(call, call.item, now)
    return [CallChanged(call)] if told else []


def unsaid(turn: TurnState, item: Item, index: int, now: float) -> CallState | None:
    """The call that a whole item is; None where that was said before."""
    call = _known(turn, item, index, whole=True)
    if call is None:
        return new(turn, kind(item), index, now)
    return call if call.item is None else None


def new(turn: TurnState, named: str, index: int, now: float) -> CallState:
    """A call of this kind of which nothing came before."""
    call = CallState(turn=turn, call_id="", name="", kind=named, output_index=index, timing=CallTiming(added=now))
    turn.tool_calls.append(call)
    return call


def complete(call: CallState, item: Item, now: float, *, waits: bool = False, cut: bool = False) -> list[Change]:
    """The item of a call is whole, and holds from now on what was told of it elsewhere.

    `waits`: where nothing was told of its arguments yet, they may still come. `cut`: it is not carried out.
    """
    _name(call, item)
    call.kind, call.item = kind(item), item
    text = calltext.best(call.kind, call.tellings)
    for key, value in ((calltext.FIELDS[call.kind], text), ("call_id", call.call_id), ("name", call.name)):
        if item.get(key) != value and (value or key != "name"):
            item[key] = value
    if cut or item.get("status") == "incomplete":
        return _give_up(call, now)
    if waits and not text:
        return [CallChanged(call)]
    call.timing.ready = now
    call.move("queued")
    # What it is called with is in its item now.
    call.chunks, call.told, call.announced = None, "", None
    return [CallChanged(call), ToolCallReady(call)]


def _give_up(call: CallState, now: float) -> list[Change]:
    """The call was cut off: the model is told so, and no function runs."""
    call.timing.ended = now
    call.move("cancelled")
    call.output, call.error = CUT_OFF_OUTPUT, _CUT
    return [CallChanged(call)]


def item_of(call: CallState) -> Item:
    """An item for a call that none was said to be."""
    named = {"id": call.item_id} if call.item_id else {}
    status = "completed" if is_whole(call) else "incomplete"
    return Item({**(call.announced or {}), **named, "type": call.kind, "call_id": call.call_id, "status": status})


def is_whole(call: CallState) -> bool:
    """Whether what came of a call that no item tells of is all of it."""
    text = call.arguments
    return bool(call.told) or (calltext.readable(text) if call.kind == "function_call" else bool(text))


def is_twin(call: CallState) -> bool:
    """Whether a call that was announced is one that was said to be whole under another id or at another place."""
    for other in call.turn.tool_calls:
        if other is call or other.item is None or not call.given_id or call.given_id != other.given_id:
            continue
        apart = _differ(call.item_id, other.item_id) and call.output_index != other.output_index
        if not apart and (not call.arguments or calltext.same(call.kind, call.arguments, other.arguments)):
            return True
    return False


def _name(call: CallState, item: Mapping[str, Any]) -> None:
    """Take the names that an item gives; an answer needs an id, so where there is none it gets one."""
    call.item_id = word_of(item) or call.item_id
    call.given_id = word_of(item, "call_id") or call.given_id
    _number(call, call.given_id or call.call_id or call.item_id or f"call_{call.output_index}")
    call.name = word_of(item, "name") or call.name
    calls_by = call.turn.receiving.calls_by
    for key in ((call.item_id,), (call.output_index,), (call.output_index, call.given_id)):
        known = calls_by.setdefault(key, [])
        if not known or known[-1] is not call:
            known.append(call)


def _number(call: CallState, call_id: str) -> None:
    """Give it a call id, and its number among the calls that have that id: a view tells them apart by it."""
    if call.call_id == call_id:
        call.call_id = call_id  # One text for all who have it, instead of one for each.
        return
    same = call.turn.receiving.calls_by.setdefault((_SAME, call_id), [])
    call.call_id, call.twins = call_id, len(same)
    same.append(call)


def _known(turn: TurnState, item: Mapping[str, Any], index: int, *, whole: bool) -> CallState | None:
    """The call that an item is, by its id, else by its place; None for one that is new."""
    if not turn.tool_calls:
        return None
    item_id, call_id = word_of(item), word_of(item, "call_id")
    for call in _calls(turn, item_id) if item_id else ():
        if call.item_id == item_id and not _contradicts(call, item, index, whole):
            return call
    # Where every item is numbered 0, those with another call id are many.
    placed = [*_calls(turn, index, call_id), *_calls(turn, index, "")] if call_id else _calls(turn, index)
    return next((call for call in placed if _stands(call, item, index, whole)), None)


def _calls(turn: TurnState, *key: str | int) -> list[CallState]:
    """The calls that have, or had, this item's id, place, or place and call id."""
    return turn.receiving.calls_by.get(key, [])


def _contradicts(call: CallState, item: Mapping[str, Any], index: int, whole: bool) -> bool:
    """Whether it is another item all the same: some providers give several of them one id."""
    if _differ(call.given_id, word_of(item, "call_id")):
        return True
    return whole and call.item is not None and call.output_index != index and not _says(call, item)


def _stands(call: CallState, item: Mapping[str, Any], index: int, whole: bool) -> bool:
    """Whether it is the call at this place. Ids may change from one event to the next."""
    if call.output_index != index or _differ(call.given_id, word_of(item, "call_id")):
        return False
    other = _differ(call.item_id, word_of(item))
    if call.item is None:
        return whole or not other
    return not other and (not whole or _says(call, item))


def _differ(one: str, other: str) -> bool:
    return bool(one and other and one != other)


def _says(call: CallState, item: Mapping[str, Any]) -> bool:
    """Whether the item says of the call what is known, or less."""
    told = calltext.text_of(item.get(calltext.FIELDS.get(kind(item), "arguments")))
    return not told or not call.arguments or calltext.same(call.kind, calltext.repaired(told), call.arguments)


def _written(turn: TurnState, event: Any, now: float) -> CallState:
    """The call that an event without its item is about; one that nothing announced begins now."""
    calls, index, item_id = turn.tool_calls, event.output_index, event.item_id
    placed = [call for call in _calls(turn, item_id) if call.item_id == item_id] if item_id else []
    if not placed and index >= 0:
        placed = _calls(turn, index)
    if not placed and index < 0 and not item_id:
        placed = calls[-1:]
    for call in placed:
        if call.status == "streaming":
            return call
    if placed:
        return placed[-1]
    custom = isinstance(event, (events.CustomInputDelta, events.CustomInputDone))
    place = index if index >= 0 else places.begin(turn, event.item_id, index, announced=False)
    call = new(turn, "custom_tool_call" if custom else "function_call", place, now)
    _name(call, {"id": event.item_id})
    return call
