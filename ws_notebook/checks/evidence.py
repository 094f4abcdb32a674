"""What a run did, in lines of text: the second half of the message when a check fails."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from ws_notebook.core.run import RunState
from ws_notebook.core.turn import CallState
from ws_notebook.render.format import json_value, one_line
from ws_notebook.secrets import hidden

__all__ = ["arguments_of", "call_words", "count", "output_text", "report"]

_MAX_LINES = 40
"""Calls listed at most."""

_WIDTH = 160


def arguments_of(call: CallState) -> dict[str, Any]:
    """The arguments by name; the input of a custom tool, or what is no JSON object, under `input`."""
    if call.kind == "function_call":
        found = json_value(call.arguments or "{}")
        if isinstance(found, dict):
            return found
    return {"input": call.arguments}


def call_words(name: str, arguments: Mapping[str, Any]) -> str:
    """A call as Python would write it."""
    inside = ", ".join(f"{key}={_value(value)}" for key, value in arguments.items())
    return f"{name or 'any tool'}({inside})"


def output_text(call: CallState) -> str:
    """What went back to the model, with a word in place of each picture."""
    if call.output is None or isinstance(call.output, str):
        return call.output or ""
    return "\n".join(
        part.get("text") or f"[{str(part.get('type', '')).removeprefix('input_')}]" for part in call.output
    )


def count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def report(run: RunState, marked: Collection[CallState] = ()) -> str:
    """The run's status, every call with what came of it, the answer. Calls that are in question are marked."""
    calls = run.tool_calls
    turns, asked = count(len(run.turns), "turn"), count(len(calls), "tool call")
    lines = [f"What happened: {run.id} {run.status}, {turns}, {asked}."]
    lines += [_line(call, marked=call in marked) for call in calls[:_MAX_LINES]]
    if len(calls) > _MAX_LINES:
        lines.append(f"  … and {len(calls) - _MAX_LINES} more")
    if run.error is not None:
        lines.append(f"  error: {one_line(f'{type(run.error).__name__}: {run.error}', _WIDTH)}")
    lines.append(f"  answer: {one_line(run.text, _WIDTH) if run.text else 'none'}")
    return hidden("\n".join(lines))


def _line(call: CallState, *, marked: bool) -> str:
    what = f"{'>' if marked else ' '} {call.turn.id}  {one_line(call_words(call.name, arguments_of(call)), _WIDTH)}"
    came = call.error if call.error is not None else one_line(output_text(call), _WIDTH)
    if call.status == "completed":
        return f"{what} -> {came}"
    return f"{what} {call.status}{f': {one_line(came, _WIDTH)}' if came else ''}"


def _value(value: Any) -> str:
    if value is ...:
        return "…"
    pattern = getattr(value, "pattern", None)
    if isinstance(pattern, str):
        return f"/{pattern}/"
    name = getattr(value, "__name__", None)
    if isinstance(name, str):
        return name
    try:
        return json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError):
        return repr(value)
