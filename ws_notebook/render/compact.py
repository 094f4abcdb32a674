"""The saved form of a bundle: each long text once, figures as short strings, and nothing that says nothing.

JSON in a notebook stands on a line of its own for each value, so a list of figures takes ten times what they
say. Readers take both forms. In the saved one

* a turn's long text is left out where the run's text has it: `text_at` says where, in UTF-16 units, as browsers
  count them;
* spans are "connect 0 100 wait 350 text 350.5 -": a kind, its start where that is not the end before, its end; `-`
  while it lasts;
* usage, growth and frames are whole numbers with blanks between, the rows of frames with semicolons;
* fields of turns and calls that are null or empty are left out, the status where it is "completed", and start and
  end where the spans say them.
"""

from __future__ import annotations

import re
from typing import Any

__all__ = ["compact", "expand"]

_SHORT = 2000
"""Characters of a turn's text up to which it stands there twice: readers need not put it together."""
_TURN: dict[str, Any] = {
    "status": "completed",
    "reasoning": "",
    "recovered": "",
    "lane": None,
    "usage": None,
    "tokens_per_second": None,
    "error": None,
    "calls": [],
    "items": [],
}
_CALL: dict[str, Any] = {"status": "completed", "output": None, "error": None}
"""What stands for a field that is left out."""
_USAGE = ("input_tokens", "cached_tokens", "output_tokens", "reasoning_tokens")
_SPAN = re.compile(r"([a-z_]+) ([\d.]+|-)(?: ([\d.]+|-))?")


def compact(data: dict[str, Any]) -> dict[str, Any]:
    """The bundle as it is saved. `expand` gives it back."""
    found = {**data, "turns": [_short_turn(turn) for turn in _texts_once(data)]}
    if "frames" in data:
        rows = ";".join(map(_numbers, data["frames"]["rows"]))
        found["frames"] = {**data["frames"], "rows": rows}
    return found


def expand(data: dict[str, Any]) -> dict[str, Any]:
    """A saved bundle with all that was left out; one that has it as it is."""
    found = {**data, "turns": [_whole_turn(turn, data["text"]) for turn in data["turns"]]}
    rows = data.get("frames", {}).get("rows")
    if isinstance(rows, str):
        found["frames"] = {**data["frames"], "rows": [_numbers_in(row) for row in rows.split(";") if row]}
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


def _short_turn(turn: dict[str, Any]) -> dict[str, Any]:
    found = _short(turn, _TURN | {"text": ""})
    if turn["calls"]:
        found["calls"] = [_short(call, _CALL) for call in turn["calls"]]
    if turn["usage"] is not None:
        found["usage"] = _numbers([turn["usage"][name] for name in _USAGE])
    if "growth" in turn:
        found["growth"] = {kind: _numbers(points) for kind, points in turn["growth"].items()}
    return found


def _whole_turn(turn: dict[str, Any], text: str) -> dict[str, Any]:
    found = _whole(turn, _TURN) | {"text": _text(turn, text)}
    found["calls"] = [_whole(call, _CALL) for call in found["calls"]]
    if isinstance(found["usage"], str):
        found["usage"] = dict(zip(_USAGE, _numbers_in(found["usage"]), strict=True))
    if "growth" in turn:
        found["growth"] = {kind: _numbers_in(points) for kind, points in turn["growth"].items()}
    found.pop("text_at", None)
    return found


def _short(part: dict[str, Any], defaults: dict[str, Any]) -> dict[str, Any]:
    """A turn or a call: what both have."""
    known = defaults | _extent(part["spans"])
    kept = {name: value for name, value in part.items() if name not in known or value != known[name]}
    return kept | {"spans": _spans(part["spans"])}


def _whole(part: dict[str, Any], defaults: dict[str, Any]) -> dict[str, Any]:
    spans = _spans_in(part["spans"])
    known = defaults | _extent(spans)
    return part | {name: value for name, value in known.items() if name not in part} | {"spans": spans}


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


def _numbers(values: list[int]) -> str:
    return " ".join(map(str, values))


def _numbers_in(words: str | list[int]) -> list[int]:
    return [int(word) for word in words.split()] if isinstance(words, str) else words
