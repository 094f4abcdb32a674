"""Turns, tool calls and frames as pandas DataFrames: one row each, newest last.

Times are in milliseconds; `started` and `at` are timezone-aware UTC. What is not known, or has not
happened yet, is missing, never zero. An empty table has the same columns and types.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .core.frames import FrameLog
from .core.run import RunState
from .core.turn import CallState, TurnState
from .secrets import Keys, hidden

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["calls_table", "frames_table", "turns_table"]

_TEXT, _MS, _COUNT, _MOMENT = "text", "ms", "count", "moment"

_TURNS = {
    "run": _TEXT,
    "turn": _TEXT,
    "response_id": _TEXT,
    "parent_id": _TEXT,
    "lane": _TEXT,
    "transport": _TEXT,
    "status": _TEXT,
    "model": _TEXT,
    "started": _MOMENT,
    "connect_ms": _MS,
    "send_ms": _MS,
    "first_event_ms": _MS,
    "first_token_ms": _MS,
    "total_ms": _MS,
    "tool_ms": _MS,
    "bytes_sent": _COUNT,
    "bytes_received": _COUNT,
    "bytes_full_context": _COUNT,
    "events": _COUNT,
    "input_tokens": _COUNT,
    "cached_tokens": _COUNT,
    "output_tokens": _COUNT,
    "reasoning_tokens": _COUNT,
    "recovered": _TEXT,
}
_CALLS = {
    "run": _TEXT,
    "turn": _TEXT,
    "call_id": _TEXT,
    "name": _TEXT,
    "arguments": _TEXT,
    "output": _TEXT,
    "status": _TEXT,
    "error": _TEXT,
    "decision": _TEXT,
    "approval_ms": _MS,
    "started": _MOMENT,
    "queued_ms": _MS,
    "run_ms": _MS,
}
_FRAMES = {
    "at": _MOMENT,
    "direction": _TEXT,
    "lane": _TEXT,
    "type": _TEXT,
    "bytes": _COUNT,
    "response_id": _TEXT,
}


def turns_table(runs: Iterable[RunState], *, epoch: float) -> pd.DataFrame:
    """One row for each turn. `epoch`: wall clock minus monotonic clock, in seconds."""
    turns = [turn for run in list(runs) for turn in list(run.turns)]
    return _frame(_TURNS, [_turn_row(turn, epoch) for turn in turns])


def calls_table(runs: Iterable[RunState], *, epoch: float, keys: Keys | None = None) -> pd.DataFrame:
    """One row for each tool call. `started` is the start of the function. What is known as a secret is hidden."""
    turns = [turn for run in list(runs) for turn in list(run.turns)]
    return _frame(_CALLS, [_call_row(call, epoch, keys) for turn in turns for call in list(turn.tool_calls)])


def frames_table(log: FrameLog, *, epoch: float) -> pd.DataFrame:
    """One row for each frame that the log still holds."""
    rows = [
        {
            "at": record.at + epoch,
            "direction": record.direction,
            "lane": record.lane,
            "type": record.type,
            "bytes": record.size,
            "response_id": record.response_id,
        }
        for record in log.records()
    ]
    return _frame(_FRAMES, rows)


def _turn_row(turn: TurnState, epoch: float) -> dict[str, Any]:
    timing = turn.timing
    return {
        "run": turn.run_id,
        "turn": turn.id,
        "response_id": turn.response_id,
        "parent_id": turn.parent_id,
        "lane": turn.lane,
        "transport": turn.transport,
        "status": turn.status,
        "model": turn.model,
        "started": timing.started + epoch,
        "connect_ms": timing.connect_ms,
        "send_ms": timing.send_ms,
        "first_event_ms": timing.first_event_ms,
        "first_token_ms": timing.first_token_ms,
        "total_ms": timing.total_ms,
        "tool_ms": turn.tool_ms,
        "bytes_sent": turn.bytes_sent,
        "bytes_received": turn.bytes_received,
        "bytes_full_context": turn.bytes_full_context,
        "events": turn.events,
        "input_tokens": _tokens(turn, "input_tokens"),
        "cached_tokens": _tokens(turn, "input_tokens_details", "cached_tokens"),
        "output_tokens": _tokens(turn, "output_tokens"),
        "reasoning_tokens": _tokens(turn, "output_tokens_details", "reasoning_tokens"),
        "recovered": turn.recovered,
    }


def _call_row(call: CallState, epoch: float, keys: Keys | None) -> dict[str, Any]:
    output = call.output
    return {
        "run": call.turn.run_id,
        "turn": call.turn.id,
        "call_id": call.call_id,
        "name": call.name,
        "arguments": hidden(call.arguments, keys),
        "output": output if output is None or isinstance(output, str) else json.dumps(output, default=str),
        "status": call.status,
        "error": call.error,
        "decision": call.decision,
        "approval_ms": call.approval_ms,
        "started": None if call.timing.started is None else call.timing.started + epoch,
        "queued_ms": call.queued_ms,
        "run_ms": call.run_ms,
    }


def _tokens(turn: TurnState, *path: str) -> int | None:
    value: Any = turn.usage
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return int(value) if isinstance(value, (int, float)) else None


def _frame(columns: Mapping[str, str], rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame({name: _column([row[name] for row in rows], kind) for name, kind in columns.items()})


def _column(values: list[Any], kind: str) -> Any:
    import pandas as pd

    if kind == _TEXT:
        # Kept by Python, not by Arrow: that one refuses text with a lone surrogate.
        return pd.array([None if value is None else _valid(value) for value in values], dtype=pd.StringDtype("python"))
    if kind == _MOMENT:
        microseconds = [None if value is None else round(value * 1e6) for value in values]
        return pd.to_datetime(pd.array(microseconds, dtype="Int64"), unit="us", utc=True).as_unit("us")
    return pd.array(values, dtype="Float64" if kind == _MS else "Int64")


def _valid(text: str) -> str:
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
