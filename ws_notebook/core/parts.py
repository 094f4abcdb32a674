"""The texts of a turn's items: where a piece goes, and what becomes of them once the provider says them as a whole.

A text is said by deltas and then as a whole: by `response.output_text.done`, `…content_part.done`, `…output_item.done`,
and in the output of the terminal event. The whole is what the model is held to afterwards, so the turn's text ends as
the whole has it: what no delta brought is added. What was shown is never taken away: where the whole says something
else, it is added as a further paragraph, and where it says less, what was shown stays.
"""

from __future__ import annotations

from .changes import Change, ReasoningAppended, TextAppended, TurnChanged
from .items import Item, word_of
from .turn import TextPart, TurnState

__all__ = ["close", "grow", "holds", "settle"]


def grow(
    turn: TurnState, kind: str, place: tuple[int, int], text: str, now: float, *, raw: bool = False
) -> list[Change]:
    """A piece of the text at `place`: output index, and index within the item. `kind` and `raw`: see TextPart."""
    part = _open(turn, kind, place, raw)
    if part is not None:
        return [_grown(turn, part, text, now)]
    further = kind == "reasoning" and any(each.kind == kind for each in turn.parts)
    part = TextPart(kind, *place, raw=raw)
    turn.parts = (*turn.parts, part)
    change = _grown(turn, part, text, now)
    # A further paragraph begins behind a blank line.
    return [ReasoningAppended(turn, "\n\n" + text) if further else change]


def settle(
    turn: TurnState,
    kind: str,
    place: tuple[int, int],
    whole: str,
    now: float,
    *,
    raw: bool = False,
    item_id: str = "",
) -> list[Change]:
    """The text at `place` is said as a whole. No change where every piece of it came."""
    part = _open(turn, kind, place, raw) or _closed(turn, kind, place, item_id)
    shown = "" if part is None else part.text
    if not whole or whole == shown:
        return []
    if part is None:
        return grow(turn, kind, place, whole, now, raw=raw)
    missing = _missing(shown, whole)
    if missing is not None:
        return [_grown(turn, part, missing, now)] if missing else []
    twice = bool(part.repeats) and part.once == whole
    if not twice and holds(shown, whole):
        return []
    if twice or holds(whole, shown):
        part.replace(whole, now)
        return [TurnChanged(turn)]
    return [_grown(turn, part, f"\n\n{whole}", now)]


def close(turn: TurnState, item: Item, output_index: int) -> None:
    """An item is whole: what comes for its place from now on belongs to another one, since some number every item 0."""
    for part in turn.parts:
        if part.output_index == output_index and not part.whole:
            part.whole, part.item, part.item_id = True, item, word_of(item)


def holds(text: str, other: str) -> bool:
    """Whether every character of `other` but white space is in `text`, in the same order."""
    characters = iter(_paired(text))
    return all(each in characters for each in _paired(other) if not each.isspace())


def _open(turn: TurnState, kind: str, place: tuple[int, int], raw: bool) -> TextPart | None:
    for part in reversed(turn.parts):
        if part.kind == kind and (part.output_index, part.content_index) == place and part.raw == raw:
            return None if part.whole else part
    return None


def _closed(turn: TurnState, kind: str, place: tuple[int, int], item_id: str) -> TextPart | None:
    """The text of an item that is said to be whole once more."""
    found = (
        part
        for part in turn.parts
        if item_id and part.item_id == item_id and part.kind == kind and part.content_index == place[1]
    )
    return next(found, None)


def _grown(turn: TurnState, part: TextPart, text: str, now: float) -> Change:
    part.grow(text, now, again=turn.receiving.again)
    if part.kind == "refusal":
        return TurnChanged(turn)
    return TextAppended(turn, text) if part.kind == "text" else ReasoningAppended(turn, text)


def _missing(shown: str, whole: str) -> str | None:
    """What `whole` has behind `shown`; None where it does not begin with it. A character may be in two pieces."""
    if whole.startswith(shown):
        return whole[len(shown) :]
    if shown.isascii():
        return None
    units, all_units = (text.encode("utf-16-le", "surrogatepass") for text in (shown, whole))
    return all_units[len(units) :].decode("utf-16-le", "surrogatepass") if all_units.startswith(units) else None


def _paired(text: str) -> str:
    """`text` with the halves of characters joined."""
    return text if text.isascii() else text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
