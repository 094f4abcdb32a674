"""Where an item stands in a response's output: by its id, by the index that an event gives, or by what came last.

Some servers leave indices out, give each item the index 0, or give an item another id with each event.
"""

from __future__ import annotations

from typing import Any

from .turn import TurnState

__all__ = ["begin", "end", "of"]


def begin(turn: TurnState, item_id: Any, index: int) -> int:
    """An item is announced: its place."""
    place = index if index >= 0 else turn.latest_place + 1
    _note(turn, item_id, place)
    turn.open_places.append(place)
    return place


def end(turn: TurnState, item_id: Any, index: int) -> int:
    """An item is whole: its place, which is that of its announcement where there was one."""
    known = turn.places.get(item_id) if isinstance(item_id, str) else None
    if known is not None and (known in turn.open_places or index < 0):
        place = known
    elif index >= 0:
        place = index
    else:
        place = turn.open_places[-1] if turn.open_places else turn.latest_place + 1
    if place in turn.open_places:
        turn.open_places.remove(place)
    _note(turn, item_id, place)
    return place


def of(turn: TurnState, event: Any) -> int:
    """The place of the item that an event is about."""
    known = turn.places.get(event.item_id) if event.item_id else None
    if known is not None:
        return known
    if event.output_index >= 0:
        return int(event.output_index)
    return turn.open_places[-1] if turn.open_places else max(turn.latest_place, 0)


def _note(turn: TurnState, item_id: Any, place: int) -> None:
    turn.latest_place = max(turn.latest_place, place)
    if isinstance(item_id, str) and item_id:
        # An id that two open items have tells neither.
        open_elsewhere = turn.places.get(item_id, place) != place and turn.places[item_id] in turn.open_places
        turn.places[item_id] = None if open_elsewhere else place
