"""Did the provider remember what it was to continue? Its own count of tokens tells, where it does not say so itself."""

from __future__ import annotations

from .items import at
from .lineage import chain
from .run import RequestSettings
from .turn import TurnState

__all__ = ["LOST", "is_lost"]

LOST = "history_lost"
"""What `recovered` says of a turn that was asked for once more, since the one before knew nothing of its history."""

_LETTERS = 16
"""Letters of a token, at the most: what was said is at least so many tokens."""


def is_lost(turn: TurnState, settings: RequestSettings) -> bool:
    """Whether a continuation by id was answered without its history: its input was smaller than that of its parent.

    Nothing can be told of a request that lets the provider shorten the context, nor behind hosted calls, which count
    what only they have read. Reasoning that is dropped between two questions makes an input smaller as well.
    """
    parent = turn.parent
    if parent is None or turn.parent_id is None or turn.parent_id != parent.response_id:
        return False
    if turn.status not in ("completed", "incomplete") or settings.options.get("context_management"):
        return False
    if settings.options.get("truncation") or parent.hosted or parent.compacted:
        return False
    before, now = _input_tokens(parent), _input_tokens(turn)
    if not before or not now:
        return False
    said = len(parent.text) + sum(len(call.arguments) for call in parent.tool_calls)
    if now >= before + said // _LETTERS:
        return False
    # Only now: a chain may be long.
    return now < before // 2 or not any(_thought(each) for each in chain(parent))


def _input_tokens(turn: TurnState) -> int:
    found = at(turn.usage, "input_tokens")
    return found if isinstance(found, int) else 0


def _thought(turn: TurnState) -> bool:
    counted = at(turn.usage, "output_tokens_details", "reasoning_tokens")
    return bool(counted) or any(item.get("type") == "reasoning" for item in turn.output)
