"""The saved form of a bundle: each long text once, figures as short strings, and nothing that says nothing.

JSON in a notebook stands on a line of its own for each value, so a list of figures takes ten times what they
say. Readers take both forms. In the saved one

* a turn's long text is left out where the run's text has it: `text_at` says where, in UTF-16 units, as browsers
  count them;
* spans are "connect 0 100 wait 350 text 350.5 -": a kind, its start where that is not the end before, its end; `-`
  while it lasts;
* usage and growth are whole numbers with blanks between;
* frames are rows with semicolons between: the turn's place, 1 sent or 0 received, the type's place, the milliseconds
  since the row before, bytes, and where there are several frames or a duration, their count and the duration;
* fields of turns and calls that are null or empty are left out, but for the calls of a turn and the output of a call,
  and so are start and end where the spans say them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["compact", "expand"]

_SHORT = 2000
"""Characters of a turn's text up to which it stands there twice: readers need not put it together."""
_TURN: dict[str, Any] = {
    "reasoning": "",
    "recovered": "",
    "lane": None,
    "usage": None,
    "tokens_per_second": None,
    "error": None,
    "items": [],
}
_CALL: dict[str, Any] = {"error": None}
"""What stands for a field that is left out."""
_USAGE = ("input_tokens", "cached_tokens", "output_tokens", "reasoning_tokens")
_SPAN = re.compile(r"([a-z_]+) ([\d.]+|-)(?: ([\d.]+|-))?")


def compact(data: dict[str, Any]) -> dict[str, Any]:
    """The bundle as it is saved. `expand` gives it back."""
    found = {**data, "turns": [_short(turn, _TURN | {"text": ""}) for turn in _texts_once(data)]}
    if "frames" in data:
        found["frames"] = {**data["frames"], "rows": _rows(data["frames"]["rows"])}
    return found


def expand(data: dict[str, Any]) -> dict[str, Any]:
    """A saved bundle with all that was left out; one that has it as it is."""
    found = {**data, "turns": [_whole_turn(turn, data["text"]) for turn in data["turns"]]}
    rows = data.get("frames", {}).get("rows")
    if isinstance(rows, str):
        found["frames"] = {**data["frames"], "rows": _rows_in(rows)}
    return found


def _texts_once(data: dict[str, Any]) -> list[dict[str, Any]]:
    turns: list[dict[str, Any]] = []
    reached = 0
    for turn in data["turns"]:
        units = len(_encoded(turn["text"])) // 2
        small = turn
        if len(turn["text"]) > _SHORT:
            small = {**turn, "text_at": [reached, reached + units]}
            del small["text"]
        reached += units + 2 if units else 0
        turns.append(small)
    found = [_text(turn, data["text"]) for turn in turns]
    return turns if found == [turn["text"] for turn in data["turns"]] else data["turns"]


def _whole_turn(turn: dict[str, Any], text: str) -> dict[str, Any]:
    found = _whole(turn, _TURN) | {"text": _text(turn, text)}
    found.pop("text_at", None)
    return found


def _short(part: dict[str, Any], defaults: dict[str, Any]) -> dict[str, Any]:
    """A turn or a call."""
    known = defaults | _extent(part["spans"])
    kept = {name: value for name, value in part.items() if name not in known or value != known[name]}
    return {name: _PACK[name](value) if name in _PACK else value for name, value in kept.items()}


def _whole(part: dict[str, Any], defaults: dict[str, Any]) -> dict[str, Any]:
    found = {name: _UNPACK[name](value) if name in _UNPACK else value for name, value in part.items()}
    known = defaults | _extent(found["spans"])
    return found | {name: value for name, value in known.items() if name not in found}


def _extent(spans: list[list[Any]]) -> dict[str, Any]:
    return {"start_ms": spans[0][1], "end_ms": spans[-1][2]} if spans else {}


def _text(turn: dict[str, Any], whole: str) -> str:
    if "text_at" not in turn:
        return str(turn.get("text", ""))
    begin, end = turn["text_at"]
    return _encoded(whole)[2 * begin : 2 * end].decode("utf-16-le", "surrogatepass")


def _encoded(text: str) -> bytes:
    return text.encode("utf-16-le", "surrogatepass")


def _spans(spans: list[list[Any]]) -> str:
    words: list[str] = []
    before = None
    for kind, start, end in spans:
        words += [kind, *([] if start == before and before is not None else [_number(start)]), _number(end)]
        before = end
    return " ".join(words)


def _spans_in(spans: str | list[list[Any]]) -> list[list[Any]]:
    if not isinstance(spans, str):
        return spans
    found: list[list[Any]] = []
    for kind, first, second in _SPAN.findall(spans):
        start = first if second else None
        found.append([kind, found[-1][2] if start is None else _value(start), _value(second or first)])
    return found


def _number(value: float | None) -> str:
    return "-" if value is None else str(value).removesuffix(".0")


def _value(word: str) -> float | None:
    return None if word == "-" else float(word)


def _rows(rows: list[list[int]]) -> str:
    words: list[str] = []
    before = 0
    for turn, sent, kind, count, at, lasted, size in rows:
        words.append(
            _numbers([turn, sent, kind, at - before, size, *([count, lasted] if (count, lasted) != (1, 0) else [])])
        )
        before = at
    return ";".join(words)


def _rows_in(words: str) -> list[list[int]]:
    rows: list[list[int]] = []
    for row in filter(None, words.split(";")):
        turn, sent, kind, since, size, *more = _numbers_in(row)
        count, lasted = more or (1, 0)
        rows.append([turn, sent, kind, count, since + (rows[-1][4] if rows else 0), lasted, size])
    return rows


def _numbers(values: list[int]) -> str:
    return " ".join(map(str, values))


def _numbers_in(words: str | list[int]) -> list[int]:
    return [int(word) for word in words.split()] if isinstance(words, str) else words


def _usage_in(words: str | dict[str, int] | None) -> dict[str, int] | None:
    return dict(zip(_USAGE, _numbers_in(words), strict=True)) if isinstance(words, str) else words


_PACK: Mapping[str, Callable[[Any], Any]] = {
    "spans": _spans,
    "usage": lambda usage: _numbers([usage[name] for name in _USAGE]),
    "growth": lambda growth: {kind: _numbers(points) for kind, points in growth.items()},
    "calls": lambda calls: [_short(call, _CALL) for call in calls],
}
"""How fields of turns and calls are written, where they are not as they stand; and how they are read."""

_UNPACK: Mapping[str, Callable[[Any], Any]] = {
    "spans": _spans_in,
    "usage": _usage_in,
    "growth": lambda growth: {kind: _numbers_in(points) for kind, points in growth.items()},
    "calls": lambda calls: [_whole(call, _CALL) for call in calls],
}
