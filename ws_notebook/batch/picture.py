"""A batch as JSON for views; see `render.batch` for what it holds."""

from __future__ import annotations

import time
from typing import Any

from ..render.batch import LETTERS
from ..render.format import valid
from ..secrets import Keys, hidden
from .ledger import Ledger
from .pace import Pace
from .row import Row

__all__ = ["facts_of", "row_facts", "states"]

_FIRST, _KINDS, _SOME, _TEXT = 10, 20, 5, 400
"""Rows at the beginning that are shown, kinds of errors, rows of each, and characters of an answer."""


def states(ledger: Ledger) -> str:
    """Every row's status, one letter each."""
    return "".join([LETTERS[row.status] for row in ledger.rows])


def row_facts(row: Row, keys: Keys | None = None) -> dict[str, Any]:
    """A row as views show it."""
    words = row.error or row.text
    return {
        "position": row.position,
        "index": str(row.index),
        "status": row.status,
        "text": valid(hidden(" ".join(words[: 2 * _TEXT].split())[:_TEXT], keys)),
        "ms": round(row.ms),
        "attempts": row.attempts,
    }


def facts_of(ledger: Ledger, pace: Pace, keys: Keys, more: dict[str, Any]) -> dict[str, Any]:
    """The picture, without every row's state. `more`: id, status, prompt, model, cost, notes, stopped, ended."""
    now = time.monotonic()
    until = more.pop("ended") or now
    kinds = sorted(dict(ledger.errors).items(), key=lambda pair: -len(pair[1]))[:_KINDS]
    history = [[round((at - ledger.began) * 1000), lanes] for at, lanes in list(pace.history)]
    return {
        **more,
        "total": len(ledger.rows),
        "counts": {status: count for status, count in list(ledger.counts.items()) if count},
        "elapsed_ms": round((until - ledger.began) * 1000),
        "rate": round(ledger.rate(until), 3),
        "left_s": ledger.left(until),
        "lanes": {"now": pace.width, "most": pace.most, "history": [[0, pace.most], *history]},
        "tokens": dict(zip(("input", "cached", "output"), ledger.tokens, strict=True)),
        "errors": [
            {"text": valid(hidden(text, keys)), "count": len(rows), "rows": rows[:_SOME]} for text, rows in kinds
        ],
        "first": [row_facts(row, keys) for row in ledger.rows[:_FIRST]],
    }
