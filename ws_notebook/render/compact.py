"""The saved form of a bundle: each long text once.

A turn's text is left out where it is long and the run's text has it: `text_at` says where, in UTF-16 units, as
browsers count them.
"""

from __future__ import annotations

from typing import Any

__all__ = ["compact", "expand"]

_SHORT = 2000
"""Characters of a turn's text up to which it stands there twice: readers need not put it together."""


def compact(data: dict[str, Any]) -> dict[str, Any]:
    """The bundle as it is saved. `expand` gives it back."""
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
    found = {**data, "turns": turns}
    return found if _texts(found) == [turn["text"] for turn in data["turns"]] else data


def expand(data: dict[str, Any]) -> dict[str, Any]:
    """A saved bundle with the text of every turn; one that has them already as it is."""
    turns = [{**turn, "text": text} for turn, text in zip(data["turns"], _texts(data), strict=True)]
    for turn in turns:
        turn.pop("text_at", None)
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
