"""Where an item stands in a response's output: by its id, by the index that an event gives, or by what came last.

Some servers leave indices out, give each item the index 0, or give an item another id with each event.
"""

from __future__ import annotations

from typing import Any

from .turn import Reception, TurnState

__all__ = ["begin", "end", "of"]


def begin(turn: TurnState, item_id: Any, index: int, *, announced: bool = True) -> int:
    """An item begins: its place."""
    receiving = turn.receiving
    place = index if index >= 0 else receiving.latest_place + 1
    _note(receiving, item_id, place)
    receiving.open_places[place] = announced
    return place


def end(turn: TurnState, item_id: Any, index: int) -> int:
    """An item is whole: its place, which is that of its beginning where there was one."""
    receiving = turn.receiving
    known = receiving.places.get(item_id) if isinstance(item_id, str) else None
    if known is not None and (known in receiving.open_places or index < 0):
        place = known
    elif index >= 0:
        place = index
    else:
        opened = _opened(receiving, item_id)
        place = receiving.latest_place + 1 if opened is None else opened
    receiving.open_places.pop(place, None)
    _note(receiving, item_id, place)
    return place


def of(turn: TurnState, event: Any) -> int:
    """The place of the item that an event is about; one that nothing announced begins with it."""
    known = turn.receiving.places.get(event.item_id) if event.item_id else None
    if known is not None:
        return known
    if event.output_index >= 0:
        return int(event.output_index)
    opened = _opened(turn.receiving, event.item_id)
    return begin(turn, event.item_id, -1, announced=False) if opened is None else opened


def _opened(receiving: Reception, item_id: Any) -> int | None:
    """The item that began last and is not whole: one that was announced may have changed its id since."""
    named = receiving.places.values() if item_id else ()
    return next((at for at, announced in reversed(receiving.open_places.items()) if announced or at not in named), None)


def _note(receiving: Reception, item_id: Any, place: int) -> None:
    receiving.latest_place = max(receiving.latest_place, place)
    if isinstance(item_id, str) and item_id:
        # An id that two open items have tells neither.
        before = receiving.places.get(item_id, place)
        receiving.places[item_id] = None if before != place and before in receiving.open_places else place
