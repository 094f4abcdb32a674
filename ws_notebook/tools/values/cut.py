"""Text that is too long, cut so that it says so."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

__all__ = ["SHORT_MARKER", "Notes", "cut", "json_length", "shares"]

Notes = list[str]
"""What was left out, a few words each: for people, since the model reads it in the text."""

SHORT_MARKER = "…[cut]"
"""What stands at the end where there is no room for more words."""


def cut(text: str, limit: int, notes: Notes | None = None) -> str:
    """The text, or as much of it as fits into `limit` characters with a marker that says how long it was."""
    if len(text) <= limit:
        return text
    if notes is not None:
        notes.append(f"{limit:,} of {len(text):,} characters")
    marker = f"\n[cut: {len(text):,} characters in all, more than the {limit:,} allowed; ask for a smaller part]"
    if len(marker) >= limit:
        marker = SHORT_MARKER[:limit]
    return text[: limit - len(marker)] + marker


def json_length(data: Any) -> int:
    """Characters that the data take as JSON; what is no data yet takes one."""
    try:
        return len(json.dumps(data, ensure_ascii=False, separators=(",", ":"), default=lambda _: 0))
    except ValueError:  # an integer that Python does not write; who writes the whole says so
        return 0


def shares(lengths: Sequence[int], room: int) -> list[int]:
    """How much of each length fits when all share `room`: the short ones whole, the long ones equally much."""
    given = [0] * len(lengths)
    waiting = sorted(range(len(lengths)), key=lengths.__getitem__)
    left = max(room, 0)
    for done, place in enumerate(waiting):
        given[place] = min(lengths[place], left // (len(waiting) - done))
        left -= given[place]
    return given
