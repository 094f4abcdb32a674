"""The saved form of a bundle: each text once, and nothing that a reader knows without being told.

Left out are a turn's text where the run's text has it (`text_at` says where, in UTF-16 units, as browsers
count them), and fields that have the value that stands for nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["compact", "expand"]

_TURN: Mapping[str, Any] = {
    "reasoning": "",
    "recovered": "",
    "lane": None,
    "usage": None,
    "tokens_per_second": None,
    "error": None,
    "calls": [],
    "items": [],
}
_CALL: Mapping[str, Any] = {"output": None, "error": None}


def compact(data: dict[str, Any]) -> dict[str, Any]:
    """The bundle as it is saved. `expand` gives it back."""
    turns: list[dict[str, Any]] = []
    reached = 0
    for turn in data["turns"]:
        small = _without(turn, _TURN)
        if "calls" in small:
            small["calls"] = [_without(call, _CALL) for call in turn["calls"]]
        text = small.pop("text")
        if text:
            units = _encoded(text)
            small["text_at"] = [reached, reached + len(units) // 2]
            reached += len(units) // 2 + 2
        turns.append(small)
    found = {**data, "turns": turns}
    return found if _texts(found) == [turn["text"] for turn in data["turns"]] else data


def expand(data: dict[str, Any]) -> dict[str, Any]:
    """A saved bundle with every field of every turn; one that has them already as it is."""
    texts = _texts(data)
    turns = []
    for turn, text in zip(data["turns"], texts, strict=True):
        whole = {**{key: _fresh(value) for key, value in _TURN.items()}, **turn, "text": text}
        whole.pop("text_at", None)
        whole["calls"] = [{**_CALL, **call} for call in whole["calls"]]
        turns.append(whole)
    return {**data, "turns": turns}


def _texts(data: dict[str, Any]) -> list[str]:
    units = _encoded(data["text"])

    def text_of(turn: dict[str, Any]) -> str:
        begin, end = turn.get("text_at") or (0, 0)
        cut = units[2 * begin : 2 * end].decode("utf-16-le", "surrogatepass")
        return str(turn.get("text", cut))

    return [text_of(turn) for turn in data["turns"]]


def _encoded(text: str) -> bytes:
    return text.encode("utf-16-le", "surrogatepass")


def _without(fields: dict[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: value
        for key, value in fields.items()
        if not (key in known and value == known[key] and type(value) is type(known[key]))
    }


def _fresh(value: Any) -> Any:
    return [] if value == [] else value
