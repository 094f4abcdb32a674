"""Calls that the provider carries out itself, on the run's clock: items of a bundle with times, and those under way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..core.items import word_of
from ..core.turn import HostedCall, TurnState

__all__ = ["hosted_name", "timed_items"]

_WORDS = {"in_progress": "begun"}
"""The provider's words that say too little of what it does; the others stand as they are."""


def timed_items(
    items: Sequence[Mapping[str, Any]], turn: TurnState, clock: Callable[[float], float]
) -> list[dict[str, Any]]:
    """The items, those of hosted calls with `start_ms` and `end_ms`; behind them the calls that still run.

    Of such a one `end_ms` is null and the summary says how far it is.
    """
    calls = {word_of(call.item): call for call in list(turn.hosted)}
    found = [_timed(item, calls.get(item["id"]), clock) for item in items]
    return found + [_running(call, clock) for call in list(turn.hosted) if call.ended is None]


def hosted_name(kind: str) -> str:
    """What a timeline calls a hosted call: "web search"."""
    return kind.removesuffix("_call").replace("_", " ")


def _timed(item: Mapping[str, Any], call: HostedCall | None, clock: Callable[[float], float]) -> dict[str, Any]:
    if call is None or call.ended is None or call.item.get("type") != item["type"]:
        return dict(item)
    return {**item, "start_ms": clock(call.started), "end_ms": clock(call.ended)}


def _running(call: HostedCall, clock: Callable[[float], float]) -> dict[str, Any]:
    return {
        "type": str(call.item.get("type")),
        "id": word_of(call.item),
        "status": "in_progress",
        "summary": f"{_WORDS.get(call.stage, call.stage).replace('_', ' ')}…",
        "start_ms": clock(call.started),
        "end_ms": None,
    }
