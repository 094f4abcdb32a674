"""One call of a tool to look at: what went in, what the model reads of it, how long it took."""

from __future__ import annotations

import json
import traceback as traceback_module
from collections.abc import Callable, Mapping
from html import escape
from typing import Any, Protocol, Self

import msgspec

from ws_notebook.exceptions import ToolError
from ws_notebook.render.format import counted, duration, json_value, printable
from ws_notebook.render.items import output_text
from ws_notebook.secrets import hidden
from ws_notebook.tools.bench.record import Bench, Record
from ws_notebook.tools.contract import ToolLike

__all__ = ["Trial", "Tried"]

_SHOWN = 4_000
"""Characters of an output that are shown; `output` holds all of it."""

_NONE = object()
_PICTURE = "max-width:480px;display:block;margin:4px 0"
_PRE = "margin:2px 0;padding:0;white-space:pre-wrap;overflow-wrap:anywhere;background:none"


class Tried(ToolLike, Protocol):
    """A tool on its bench."""

    _bench: Bench

    @property
    def try_(self) -> Callable[[Mapping[str, Any] | str], Trial]:
        """Call it by hand, with a dict or JSON."""


class Trial(Record, frozen=True, kw_only=True, eq=False):
    """A call of a tool, by hand (`Tool.try_`) or by the model (`Tool.last`). Shows itself, errors included.

    `replay()` makes the same call again, with the tool as it is now.
    """

    tool: Tried
    before: Record | None = None
    """The call that this one repeats, or None."""

    @classmethod
    def of(cls, tool: Tried, record: Record) -> Self:
        """What is kept of a call of this tool."""
        return cls(tool=tool, **msgspec.structs.asdict(record))

    @property
    def ok(self) -> bool:
        """Whether it completed."""
        return self.status == "completed"

    @property
    def item(self) -> dict[str, Any]:
        """The output as the item that is sent."""
        kind = "custom_tool_call_output" if self.tool.definition["type"] == "custom" else "function_call_output"
        return {"type": kind, "call_id": self.call_id, "output": self.output}

    @property
    def traceback(self) -> str:
        """Where the function raised; empty where it did not, or where its arguments did not fit."""
        if self.exception is None or isinstance(self.exception, ToolError):
            return ""
        return "".join(traceback_module.format_exception(self.exception))

    def replay(self) -> Trial:
        """Make the call again by hand, with the tool as it is now. The new trial says whether its output differs."""
        return msgspec.structs.replace(self.tool.try_(self.arguments), before=self)

    def __repr__(self) -> str:
        lines = [self._headline(), f"  in   {self.arguments}", f"  out  {_indented(self._shown(), 7)}"]
        if self.before is not None:
            lines.append(f"       {_indented(self._compared(), 7)}")
        return printable(hidden("\n".join([*lines, *self.traceback.rstrip().splitlines()])))

    def _repr_html_(self) -> str:
        parts = [
            f"<b>{escape(self._headline())}</b>",
            f'<pre style="{_PRE};opacity:.75">{escape(_pretty(self.arguments))}</pre>',
            *self._parts(),
        ]
        if self.before is not None:
            parts.append(f'<pre style="{_PRE};opacity:.75">{escape(self._compared())}</pre>')
        if self.traceback:
            parts.append(
                f'<details><summary>Traceback</summary><pre style="{_PRE}">{escape(self.traceback)}</pre></details>'
            )
        return f"<div>{hidden(''.join(parts))}</div>"

    def _headline(self) -> str:
        took = "" if self.ms is None else f" in {duration(self.ms)}"
        made = f" (called by the model in {self.run})" if self.run else ""
        why = f": {self.error}" if self.error else ""
        return f"{self.tool.name} {self.status.replace('_', ' ')}{took}{made}{why}"

    def _compared(self) -> str:
        assert self.before is not None
        if self.before.output == self.output:
            return "The same output as before."
        return f"Before: {_cut(output_text(self.before.output))}"

    def _shown(self) -> str:
        return _cut(output_text(self.output))

    def _parts(self) -> list[str]:
        if isinstance(self.output, str):
            return [f'<pre style="{_PRE}">→ {escape(self._shown())}</pre>']
        return [_part(part) for part in self.output]


def _part(part: Mapping[str, Any]) -> str:
    url = part.get("image_url")
    if isinstance(url, str) and url.startswith("data:image/"):
        return f'<img src="{escape(url)}" alt="image" style="{_PICTURE}">'
    return f'<pre style="{_PRE}">→ {escape(_cut(output_text([part])))}</pre>'


def _cut(text: str) -> str:
    if len(text) <= _SHOWN:
        return text
    return f"{text[:_SHOWN]}… ({counted(len(text), 'character')} in all)"


def _pretty(arguments: str) -> str:
    """One line while that is short, else indented."""
    value = json_value(arguments, _NONE)
    if value is _NONE:
        return arguments
    short = json.dumps(value, ensure_ascii=False)
    return short if len(short) <= 100 else json.dumps(value, ensure_ascii=False, indent=2)


def _indented(text: str, width: int) -> str:
    return text.replace("\n", "\n" + " " * width)
