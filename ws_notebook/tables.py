"""Turns, tool calls and frames as pandas DataFrames: one row each, newest last.

Times are in milliseconds; `started` and `at` are timezone-aware UTC. What is not known, or has not
happened yet, is missing, never zero. An empty table has the same columns and types.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .core.frames import FrameLog, FrameRecord
from .core.run import RunState
from .core.turn import CallState, TurnState
from .secrets import Keys, hidden

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["calls_table", "frames_table", "turns_table"]

_TEXT, _MS, _COUNT, _MOMENT = "text", "ms", "count", "moment"

_TURNS: Mapping[str, tuple[str, Callable[[TurnState], Any]]] = {
    "run": (_TEXT, lambda turn: turn.run_id),
    "turn": (_TEXT, lambda turn: turn.id),
    "response_id": (_TEXT, lambda turn: turn.response_id),
    "parent_id": (_TEXT, lambda turn: turn.parent_id),
    "lane": (_TEXT, lambda turn: turn.lane),
    "transport": (_TEXT, lambda turn: turn.transport),
    "status": (_TEXT, lambda turn: turn.status),
    "model": (_TEXT, lambda turn: turn.model),
    "started": (_MOMENT, lambda turn: turn.timing.started),
    "connect_ms": (_MS, lambda turn: turn.timing.connect_ms),
    "send_ms": (_MS, lambda turn: turn.timing.send_ms),
    "first_event_ms": (_MS, lambda turn: turn.timing.first_event_ms),
    "first_token_ms": (_MS, lambda turn: turn.timing.first_token_ms),
    "total_ms": (_MS, lambda turn: turn.timing.total_ms),
    "tool_ms": (_MS, lambda turn: turn.tool_ms),
    "bytes_sent": (_COUNT, lambda turn: turn.bytes_sent),
    "bytes_received": (_COUNT, lambda turn: turn.bytes_received),
    "bytes_full_context": (_COUNT, lambda turn: turn.bytes_full_context),
    "events": (_COUNT, lambda turn: turn.events),
    "input_tokens": (_COUNT, lambda turn: _tokens(turn, "input_tokens")),
    "cached_tokens": (_COUNT, lambda turn: _tokens(turn, "input_tokens_details", "cached_tokens")),
    "output_tokens": (_COUNT, lambda turn: _tokens(turn, "output_tokens")),
    "reasoning_tokens": (_COUNT, lambda turn: _tokens(turn, "output_tokens_details", "reasoning_tokens")),
    "recovered": (_TEXT, lambda turn: turn.recovered),
}
_CALLS: Mapping[str, tuple[str, Callable[[CallState], Any]]] = {
    "run": (_TEXT, lambda call: call.turn.run_id),
    "turn": (_TEXT, lambda call: call.turn.id),
    "call_id": (_TEXT, lambda call: call.call_id),
    "name": (_TEXT, lambda call: call.name),
    "arguments": (_TEXT, lambda call: call.arguments),
    "output": (_TEXT, lambda call: _written(call.output)),
    "status": (_TEXT, lambda call: call.status),
    "error": (_TEXT, lambda call: call.error),
    "decision": (_TEXT, lambda call: call.decision),
    "approval_ms": (_MS, lambda call: call.approval_ms),
    "started": (_MOMENT, lambda call: call.timing.started),
    "queued_ms": (_MS, lambda call: call.queued_ms),
    "run_ms": (_MS, lambda call: call.run_ms),
}
_FRAMES: Mapping[str, tuple[str, Callable[[FrameRecord], Any]]] = {
    "at": (_MOMENT, lambda frame: frame.at),
    "direction": (_TEXT, lambda frame: frame.direction),
    "lane": (_TEXT, lambda frame: frame.lane),
    "type": (_TEXT, lambda frame: frame.type),
    "bytes": (_COUNT, lambda frame: frame.size),
    "response_id": (_TEXT, lambda frame: frame.response_id),
}


def turns_table(runs: Iterable[RunState], *, epoch: float) -> pd.DataFrame:
    """One row for each turn. `epoch`: wall clock minus monotonic clock, in seconds."""
    return _table(_TURNS, [turn for run in list(runs) for turn in list(run.turns)], epoch)


def calls_table(runs: Iterable[RunState], *, epoch: float, keys: Keys | None = None) -> pd.DataFrame:
    """One row for each tool call. `started` is the start of the function. What is known as a secret is hidden."""
    calls = [call for run in list(runs) for turn in list(run.turns) for call in list(turn.tool_calls)]
    return _table({**_CALLS, "arguments": (_TEXT, lambda call: hidden(call.arguments, keys))}, calls, epoch)


def frames_table(log: FrameLog, *, epoch: float) -> pd.DataFrame:
    """One row for each frame that the log still holds."""
    return _table(_FRAMES, log.records(), epoch)


def _written(output: Any) -> str | None:
    return output if output is None or isinstance(output, str) else json.dumps(output, default=str)


def _tokens(turn: TurnState, *path: str) -> int | None:
    value: Any = turn.usage
    for key in path:
        value = value.get(key) if isinstance(value, Mapping) else None
    return int(value) if isinstance(value, (int, float)) else None


def _table(columns: Mapping[str, tuple[str, Callable[[Any], Any]]], rows: Sequence[Any], epoch: float) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame({name: _column(map(of, rows), kind, epoch) for name, (kind, of) in columns.items()})


def _column(values: Iterable[Any], kind: str, epoch: float) -> Any:
    import pandas as pd

    if kind == _TEXT:
        # Kept by Python, not by Arrow: that one refuses text with a lone surrogate.
        return pd.array([None if value is None else _valid(value) for value in values], dtype=pd.StringDtype("python"))
    if kind == _MOMENT:
        microseconds = [None if value is None else round((value + epoch) * 1e6) for value in values]
        return pd.to_datetime(pd.array(microseconds, dtype="Int64"), unit="us", utc=True).as_unit("us")
    return pd.array(list(values), dtype="Float64" if kind == _MS else "Int64")


def _valid(text: str) -> str:
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
