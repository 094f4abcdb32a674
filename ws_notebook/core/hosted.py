"""Calls that the provider carries out itself: when each began and ended, and how far it is meanwhile.

The API announces one as an item, tells of it by `response.web_search_call.searching` and the like, and ends it with
the item's `…done` event.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from .events import UnknownEvent
from .items import TOOL_CALLS, Item, is_owed_elsewhere, kind
from .turn import HostedCall, TurnState

__all__ = ["advance", "begin", "end", "stop"]

_PROGRESS = re.compile(r"response\.(?:\w+_call|mcp_list_tools)\.(\w+)")
_ENDS = frozenset({"completed", "failed"})


class _Place(msgspec.Struct):
    item_id: str | None = None
    output_index: int = -1


def begin(turn: TurnState, item: Mapping[str, Any], output_index: int, now: float) -> bool:
    """An item was announced. False: it is none that the provider carries out."""
    named = kind(item)
    if not (named.endswith("_call") or named == "mcp_list_tools") or named in TOOL_CALLS or is_owed_elsewhere(item):
        return False
    if _of(turn, item.get("id"), output_index) is None:
        stage = str(item.get("status") or "")
        called = HostedCall(item=Item(item), output_index=output_index, started=now, stage=stage)
        turn.hosted = (*turn.hosted, called)
    return True


def advance(turn: TurnState, event: UnknownEvent) -> bool:
    """An event may tell how far one is. False: it does not."""
    found = _PROGRESS.fullmatch(event.type)
    if found is None:
        return False
    try:
        place = msgspec.json.decode(event.frame, type=_Place)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
    call = _of(turn, place.item_id, place.output_index)
    if call is None or call.ended is not None or call.stage == found[1]:
        return False
    call.stage = found[1]
    return True


def end(turn: TurnState, item: Item, output_index: int, now: float) -> None:
    """An item is whole."""
    call = _of(turn, item.get("id"), output_index)
    if call is not None and kind(call.item) == kind(item):
        call.item, call.ended = item, now
        call.stage = str(item.get("status") or "completed")


def stop(turn: TurnState, now: float) -> None:
    """The turn has ended, and whatever it had begun with it."""
    for call in turn.hosted:
        if call.ended is None:
            call.ended = now
            call.stage = call.stage if call.stage in _ENDS else "incomplete"


def _of(turn: TurnState, item_id: object, output_index: int) -> HostedCall | None:
    """By its id; by its place where it has none."""
    for call in turn.hosted:
        own = call.item.get("id")
        if own == item_id if own is not None and item_id is not None else call.output_index == output_index:
            return call
    return None
