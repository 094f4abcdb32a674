"""The tools that a bare cell offers, with what became of their calls: what `%responses tools` shows."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence

from ..core.turn import CallState, HostedCall
from ..render.format import duration
from ..session.run import Run
from ..tools import HostedTool, Offered
from ..tools.bench.pretty import markdown_cell

__all__ = ["ToolTable"]

_COLUMNS = ("tool", "calls", "errors", "median", "what it does")
_ERRORS = frozenset({"failed", "timed_out", "late"})


class ToolTable:
    """A row for each tool: its calls so far, those that failed, the median time of its function; Markdown and text.

    Tools that were called and are no longer offered come last. `rows` has the cells as text.
    """

    def __init__(self, offered: Mapping[str, Offered], runs: Sequence[Run]) -> None:
        calls = [call for run in runs for call in run.tool_calls]
        hosted = [each for run in runs for turn in run.turns for each in turn.hosted]
        gone = dict.fromkeys(call.name for call in calls if call.name not in offered)
        self.rows = [
            _hosted_row(one, hosted)
            if isinstance(one, HostedTool)
            else _row(name, one.description, [call for call in calls if call.name == name])
            for name, one in offered.items()
        ]
        self.rows += [_row(name, "(no longer offered)", [call for call in calls if call.name == name]) for name in gone]

    def __repr__(self) -> str:
        if not self.rows:
            return "No tools. Define a function with @wsn.tool above it."
        lines = [_COLUMNS, *self.rows]
        widths = [max(len(line[index]) for line in lines) for index in range(len(_COLUMNS) - 1)]
        return "\n".join(_text_line(line, widths) for line in lines)

    def _repr_markdown_(self) -> str:
        if not self.rows:
            return "No tools. Define a function with `@wsn.tool` above it."
        lines = [_COLUMNS, ("---", "---:", "---:", "---:", "---")]
        cells = [(f"`{name}`", *rest) for name, *rest in self.rows]
        return "\n".join("| " + " | ".join(markdown_cell(cell) for cell in line) + " |" for line in [*lines, *cells])


def _row(name: str, description: str, calls: Sequence[CallState]) -> tuple[str, ...]:
    errors = sum(call.status in _ERRORS for call in calls)
    times = [call.run_ms for call in calls if call.status == "completed" and call.run_ms is not None]
    median = _short(statistics.median(times)) if times else ""
    return name, str(len(calls)), str(errors), median, description.partition("\n")[0]


def _short(ms: float) -> str:
    """Most plain functions take less than a tenth of a millisecond."""
    return f"{ms:.2g} ms" if ms < 0.1 else duration(ms)


def _hosted_row(tool: HostedTool, hosted: Sequence[HostedCall]) -> tuple[str, ...]:
    """The provider runs these: the time is from the announcement to the end."""
    label = tool.definition.get("server_label")
    kind = f"{tool.type.removesuffix('_preview')}_call"
    mine = [each for each in hosted if each.item.get("type") == kind and each.item.get("server_label") == label]
    errors = sum(each.stage == "failed" or each.item.get("error") is not None for each in mine)
    times = [(each.ended - each.started) * 1000 for each in mine if each.ended is not None]
    median = _short(statistics.median(times)) if times else ""
    return tool.name, str(len(mine)), str(errors), median, tool.description


def _text_line(line: Sequence[str], widths: Sequence[int]) -> str:
    name, *numbers, last = line
    return "  ".join([f"{name:<{widths[0]}}", *map(str.rjust, numbers, widths[1:]), last])
