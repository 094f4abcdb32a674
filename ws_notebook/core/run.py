"""A run as data: one question, from the user's input to the final answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from .items import Item, WireObject
from .steer import Steer
from .turn import CallState, TurnState

__all__ = ["LATEST", "Latest", "RequestSettings", "RunState"]


class Latest(msgspec.Struct, frozen=True):
    """The default parent: the latest run that can be continued when this one begins."""

    def __repr__(self) -> str:
        return "LATEST"


LATEST: Final = Latest()


class RequestSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What every request of a run carries besides its input."""

    model: str = ""
    instructions: str | None = None
    tools: tuple[Mapping[str, Any], ...] = ()
    store: bool = False
    max_turns: int = 50
    options: Mapping[str, Any] = msgspec.field(default_factory=dict)
    """Any other field of a Responses create."""

    def body(self) -> dict[str, Any]:
        """The request without its type, input and parent."""
        fields: dict[str, Any] = {"model": self.model} if self.model else {}
        if self.instructions is not None:
            fields["instructions"] = self.instructions
        if self.tools:
            fields["tools"] = list(self.tools)
        return {**fields, "store": self.store, **self.options}


class RunState(msgspec.Struct, eq=False, weakref=True, kw_only=True):
    """One question and everything that came of it."""

    id: str
    input: list[Item]
    settings: RequestSettings
    wants: Latest | RunState | str | None = LATEST
    """The parent that was asked for: a run, a response id, None for a fresh start, or the latest."""
    parent: RunState | None = None
    """The run that it continues; known once it begins."""
    pictures: tuple[Mapping[str, Any], ...] = ()
    """The input's pictures in order, for views: `url`, a small copy as a data URL or None, and `caption`."""
    notes: tuple[str, ...] = ()
    """What a reader must know of how the question was made, in sentences: what of it was left as typed."""
    source: str = ""
    """A stamp of what the question was made of, where that can be edited later; empty elsewhere."""
    lane: str | None = None
    turns: list[TurnState] = msgspec.field(default_factory=list)
    steers: list[Steer] = msgspec.field(default_factory=list)
    """What was said to it while it worked."""
    status: str = "in_progress"
    error: Exception | None = None
    row_of: RunState | None = None
    """The line of the batch of which it is a row; nothing is continued after it by default."""
    batch: bool = False
    """Whether it is the line of a batch: it stands for all of its rows, and asks nothing itself."""
    stopped: str = ""
    """How it was stopped and what that means for the next turn; empty when it was not."""
    asked: float
    """When it was asked for, in seconds of the monotonic clock."""
    asked_at: float
    """The same moment in seconds since the epoch."""
    ended: float | None = None

    def __repr__(self) -> str:
        return f"<RunState {self.id} {self.status}>"

    @property
    def done(self) -> bool:
        """Whether it has ended; `status` tells how."""
        return self.status != "in_progress"

    @property
    def text(self) -> str:
        """The turns' texts, joined by a blank line; none of a turn that was answered without its history."""
        return "\n\n".join(turn.text for turn in self.turns if turn.text and not turn.disowned)

    @property
    def items(self) -> list[Item]:
        """Everything sent and received, in order."""
        return [item for turn in self.turns for item in (*turn.prepended, *turn.input, *turn.output)]

    @property
    def tool_calls(self) -> list[CallState]:
        """The tool calls of all its turns, in order."""
        return [call for turn in self.turns for call in turn.tool_calls]

    @property
    def held_up(self) -> list[CallState]:
        """The calls that wait for somebody, or for a function of the user's."""
        waiting = ("queued", "awaiting_approval", "running")
        return [] if self.done else [call for call in self.tool_calls if call.status in waiting]

    @property
    def response_id(self) -> str | None:
        """The id of the last response that can be continued."""
        return next((turn.response_id for turn in reversed(self.turns) if turn.response_id), None)

    @property
    def usage(self) -> WireObject:
        """The turns' usage, added up; nested details too."""
        total = WireObject(input_tokens=0, output_tokens=0, total_tokens=0)
        for turn in self.turns:
            _add(total, turn.usage or {})
        return total


def _add(total: dict[str, Any], more: Mapping[str, Any]) -> None:
    for key, value in more.items():
        if isinstance(value, Mapping):
            inner = total.get(key)
            total[key] = dict(inner) if isinstance(inner, dict) else {}
            _add(total[key], value)
        elif isinstance(value, (int, float)) and not isinstance(value, bool):
            before = total.get(key)
            total[key] = value + before if isinstance(before, (int, float)) else value
