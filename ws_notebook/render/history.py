"""What a replay needs beyond the result: when text came, and which frames; as short lists of whole numbers.

Growth is `[ms, characters, ms, characters, …]`: the milliseconds since the entry before (the first: since
the run's start) and the UTF-16 units that came, as browsers count them. Frames are rows
`[turn, 1 sent or 0 received, type, count, ms, duration_ms, bytes]`, frames of one kind behind one
another in one row; the type is a place in the list of types.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..core.frames import FrameRecord
from ..core.run import RunState
from ..core.turn import TurnState
from ..secrets import Keys, Stream, hidden, hidden_frame
from .format import cut, valid

__all__ = ["frame_list", "frame_rows", "frame_text", "growth"]

_STEP_MS = 40.0
_POINTS = 250
"""The most points of one text; a longer growth is kept in longer steps."""
_LISTED = 5000
"""The most frames of a list, the newest ones, and the most characters of one frame that are shown."""
_SHOWN = 200_000
_ROWS = 600
"""The most rows of frames; a longer run keeps, for each turn, one for each kind."""


def growth(turn: TurnState, kind: str, clock: Callable[[float], float], keys: Keys | None = None) -> list[int]:
    """When the turn's text of this kind ("text" or "reasoning") came, as far as it is shown."""
    pieces = [
        (clock(moment), _units(chunk))
        for part in list(turn.parts)
        if part.kind == kind
        for moment, chunk in zip(list(part.times), _without_secrets(list(part.chunks), keys), strict=False)
    ]
    if not pieces:
        return []
    step = max(_STEP_MS, (pieces[-1][0] - pieces[0][0]) / _POINTS)
    packed: list[int] = []
    reached, begun, count = 0, pieces[0][0], 0
    for moment, units in pieces:
        if count and moment - begun >= step:
            reached = _pack(packed, reached, begun, count)
            begun, count = moment, 0
        count += units
    _pack(packed, reached, begun, count)
    return packed


def _pack(packed: list[int], reached: int, moment: float, count: int) -> int:
    at = max(reached, round(moment))
    packed += [at - reached, count]
    return at


def _units(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def frame_rows(run: RunState, clock: Callable[[float], float]) -> dict[str, Any]:
    """`{"types": […], "rows": […]}`: the run's frames."""
    types: dict[str, int] = {}
    rows: list[list[int]] = []
    for index, turn in enumerate(list(run.turns)):
        for tally in list(turn.frames):
            place = types.setdefault(tally.type, len(types))
            start = round(clock(tally.first))
            lasted = round(clock(tally.last)) - start
            rows.append([index, int(tally.direction == "sent"), place, tally.count, start, lasted, tally.size])
    return {"types": list(types), "rows": rows if len(rows) <= _ROWS else _merged(rows)}


def _merged(rows: list[list[int]]) -> list[list[int]]:
    merged: dict[tuple[int, ...], list[int]] = {}
    for row in rows:
        known = merged.setdefault(tuple(row[:3]), [*row[:3], 0, row[4], 0, 0])
        known[3] += row[3]
        known[5] = row[4] + row[5] - known[4]
        known[6] += row[6]
    return list(merged.values())


def frame_list(frames: list[FrameRecord], run: RunState) -> dict[str, Any]:
    """The message that lists single frames: rows `[index, turn, 1 sent or 0 received, type, ms, bytes]`."""
    places = {turn.id: index for index, turn in enumerate(list(run.turns))}
    types: dict[str, int] = {}
    rows = [
        [
            index,
            places.get(frame.turn or "", 0),
            int(frame.direction == "sent"),
            types.setdefault(frame.type, len(types)),
            round((frame.at - run.asked) * 1000, 1),
            frame.size,
        ]
        for index, frame in enumerate(frames)
    ]
    return {"kind": "frames", "types": list(types), "rows": rows[-_LISTED:], "left_out": max(0, len(rows) - _LISTED)}


def frame_text(frames: list[FrameRecord], index: Any) -> dict[str, Any]:
    """The message with one of these frames, as a cassette would have it; an empty one where it is no longer held."""
    held = isinstance(index, int) and 0 <= index < len(frames)
    text = hidden_frame(frames[index].data).decode("utf-8", "replace") if held else ""
    return {"kind": "frame", "index": index, "text": valid(cut(text, _SHOWN))}


def _without_secrets(chunks: list[str], keys: Keys | None) -> list[str]:
    """The pieces of a text as they are shown: where there is a secret, its place moves to the piece that ends it."""
    text = "".join(chunks)
    if hidden(text, keys) is text:
        return chunks
    stream = Stream(keys)
    found = [stream.feed(chunk) for chunk in chunks]
    return [*found[:-1], found[-1] + stream.end()]
