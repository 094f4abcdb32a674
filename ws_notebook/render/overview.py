"""A run as one line of the session panel: what a tree of many runs needs of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..core.items import prompt_text
from ..core.run import RunState
from ..core.turn import TurnState
from ..secrets import Keys, hidden
from .bundle import parent_name
from .format import number, one_line, valid

__all__ = ["PROMPT_LIMIT", "run_row", "totals"]

PROMPT_LIMIT = 120
"""Characters of a prompt that are shown."""


def run_row(run: RunState, keys: Keys | None = None) -> dict[str, Any]:
    """What the panel shows of a run, as JSON. `doing` is the kind of time it spends now; `started` is in epoch ms.

    `parent`: the run that it continues, or the id of a response that no run of the session made.
    """
    turns = list(run.turns)
    calls = [call for turn in turns for call in list(turn.tool_calls)]
    usage = run.usage
    return {
        "id": run.id,
        "parent": parent_name(run),
        "prompt": valid(one_line(hidden(prompt_text(run.input), keys), PROMPT_LIMIT)),
        "status": run.status,
        "doing": "" if run.done else _doing(turns),
        "tool": "" if run.done else next((call.name for call in calls if call.status == "running"), ""),
        "lane": next((turn.lane for turn in turns if turn.lane is not None and turn.beside), None),
        "turns": len(turns),
        "calls": len(calls),
        "tokens": int(number(usage.get("input_tokens")) + number(usage.get("output_tokens"))),
        "started": round(run.asked_at * 1000),
        "duration_ms": None if run.ended is None else round((run.ended - run.asked) * 1000, 1),
    }


def totals(runs: Sequence[RunState]) -> dict[str, int]:
    """What the runs of a session add up to. `full_context`: what HTTP with full input would have sent."""
    turns = [turn for run in runs for turn in list(run.turns)]
    usages: list[Mapping[str, Any]] = [turn.usage or {} for turn in turns]
    return {
        "runs": len(runs),
        "turns": len(turns),
        "calls": sum(len(turn.tool_calls) for turn in turns),
        "input_tokens": sum(int(number(usage.get("input_tokens"))) for usage in usages),
        "output_tokens": sum(int(number(usage.get("output_tokens"))) for usage in usages),
        "sent": sum(turn.bytes_sent for turn in turns),
        "full_context": sum(turn.bytes_full_context for turn in turns),
    }


def _doing(turns: Sequence[TurnState]) -> str:
    """The kind of time of a run in progress: what its tools do comes before what its turn waits for."""
    if not turns:
        return "queued"
    last = turns[-1]
    open_calls = [call for call in list(last.tool_calls) if not call.done and call.status != "streaming"]
    if any(call.status == "awaiting_approval" for call in open_calls):
        return "approval"
    if any(call.status == "running" for call in open_calls):
        return "tool"
    spans = last.timing.spans
    if spans and spans[-1].end is None:
        return spans[-1].kind
    return "tool" if open_calls else "wait"
