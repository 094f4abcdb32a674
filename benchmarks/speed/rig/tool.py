"""What every client has: the tool, which takes no time and notes the clock, and how it says that it cannot."""

from __future__ import annotations

import json
import time

__all__ = ["KINDS", "Lookup", "Unavailable"]

KINDS = ("rows", "same", "words")
"""What it returns: rows of a table as JSON, the same text each time, or random words."""
SAME = "0123456789 abcdefghij "


class Unavailable(Exception):
    """This client cannot do what is asked, in words."""


class Lookup:
    """`lookup(n)` returns so many bytes of a kind. What it returns is made at the first call for each number.

    `copies`: each call returns a string of its own, as a function does that finds something out.
    """

    def __init__(self, size: int = 200, kind: str = "same", *, copies: bool = False) -> None:
        self.size, self.kind, self._copies = size, kind, copies
        self.marks: list[float] = []
        """CPU seconds of the process at each call of this question."""
        self._made: dict[int, str] = {}

    def begin(self, size: int | None = None) -> None:
        """Before a question."""
        self.marks = []
        if size is not None and size != self.size:
            self.size, self._made = size, {}

    def __call__(self, n: int) -> str:
        self.marks.append(time.process_time())
        if self.kind == "same":
            n = 0
        if n not in self._made:
            self._made[n] = made(self.kind, n, self.size)
        found = self._made[n]
        return found[:-1] + found[-1] if self._copies else found


def made(kind: str, n: int, size: int) -> str:
    """The output for a number: always the same one."""
    if kind == "same":
        return (SAME * (size // len(SAME) + 1))[:size]
    import random

    dice = random.Random(n)
    if kind == "words":
        return " ".join(dice.choices(vocabulary(), k=size // 3 + 1))[:size]
    names = vocabulary()
    rows = [
        {
            "city": dice.choice(names),
            "day": f"2026-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}",
            "temperature": round(dice.uniform(-9, 30), 1),
            "visitors": dice.randint(0, 99_999),
        }
        for _ in range(size // 60 + 1)
    ]
    return json.dumps(rows)[:size]


def vocabulary() -> list[str]:
    """Four thousand words of no language."""
    import random

    dice = random.Random(0)
    return ["".join(dice.choices("etaoinshrdlcumwfgypbvk", k=dice.randint(2, 9))) for _ in range(4000)]
