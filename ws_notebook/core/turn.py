"""A turn and its tool calls: data that only `reduce` and `protocol` write.

A turn is one response and its events up to the terminal one. Text grows as a list of pieces and is
joined when it is read. The tables below say which status may follow which.
"""

from __future__ import annotations

import traceback as traceback_module
from array import array
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from ..exceptions import ProtocolViolation, ToolError
from ..secrets import hidden
from . import calltext
from .events import ErrorInfo
from .frames import Tallies
from .handle import CallHandle, RunHandle
from .items import Item, WireObject
from .timing import CallTiming, TurnTiming
from .usage import PackedUsage

__all__ = [
    "CALL_ORDER",
    "TURN_ORDER",
    "ApprovalState",
    "CallState",
    "HostedCall",
    "Progress",
    "Reception",
    "Struck",
    "TextPart",
    "TurnState",
    "not_waiting",
]

_LAST: frozenset[str] = frozenset()
"""What may follow a status that is the last."""

_ENDS = ("completed", "incomplete", "failed", "cancelled")

TURN_ORDER: Mapping[str, frozenset[str]] = {"in_progress": frozenset(_ENDS), **dict.fromkeys(_ENDS, _LAST)}
"""The statuses a turn may take after each status."""

_OVER = frozenset({"completed", "failed", "timed_out", "denied", "cancelled", "unanswered"})

CALL_ORDER: Mapping[str, frozenset[str]] = {
    "streaming": frozenset({"queued", "cancelled"}),
    "queued": frozenset({"awaiting_approval", "running", *_OVER}),
    "awaiting_approval": frozenset({"queued", "running", *_OVER}),
    "running": _OVER,
    **dict.fromkeys(("timed_out", "cancelled"), frozenset({"late"})),
    **dict.fromkeys(("completed", "failed", "denied", "unanswered", "late"), _LAST),
}
"""The statuses a tool call may take after each status. `late`: a result came after it was given up."""


class TextPart(msgspec.Struct, eq=False):
    """One content part that grows: `kind` is "text", "refusal" or "reasoning"."""

    kind: str
    output_index: int
    content_index: int
    chunks: list[str] = msgspec.field(default_factory=list)
    times: array[float] = msgspec.field(default_factory=lambda: array("d"))
    """When each chunk came, in seconds of the monotonic clock."""
    repeats: set[int] = msgspec.field(default_factory=set)
    """Which chunks came by an event that was the same as the one before, number and all."""
    raw: bool = False
    """Whether it is reasoning itself, and not the summary of it."""
    whole: bool = False
    """Whether its item is whole."""
    item_id: str = ""
    """The id of that item."""
    item: Item | None = None
    """The item itself."""

    @property
    def text(self) -> str:
        return "".join(self.chunks)

    @property
    def once(self) -> str:
        """The text without what may have come twice."""
        return "".join(chunk for index, chunk in enumerate(self.chunks) if index not in self.repeats)

    def grow(self, chunk: str, now: float, *, again: bool = False) -> None:
        if again:
            self.repeats.add(len(self.chunks))
        self.times.append(now)
        self.chunks.append(chunk)

    def replace(self, text: str, now: float) -> None:
        """Say something else: the pieces that it begins with stay, the rest comes now. Both lists are new ones."""
        reached = kept = 0
        for chunk in self.chunks:
            if not text.startswith(chunk, reached):
                break
            reached, kept = reached + len(chunk), kept + 1
        self.times, self.chunks = array("d", [*self.times[:kept], now]), [*self.chunks[:kept], text[reached:]]
        self.repeats = set()


class HostedCall(msgspec.Struct, eq=False, kw_only=True):
    """A call that the provider carries out itself, in seconds of the monotonic clock."""

    item: Item
    """As it was announced, and from its end on as it ended."""
    output_index: int
    started: float
    ended: float | None = None
    stage: str = ""
    """The provider's last word about it: in_progress, searching, interpreting, …."""


class ApprovalState(msgspec.Struct, eq=False, kw_only=True):
    """What is known of the approval that a call needs or needed."""

    deadline: float | None = None
    """When the default is taken, in seconds of the monotonic clock."""
    default: str = "deny"
    """What is done then: "deny" or "approve"."""
    prompted: bool = False
    """It is asked for by the kernel's input(), so a view needs no buttons for it."""
    length: int = 0
    """Characters of the arguments that it is asked for."""
    digest: str = ""
    """Names those arguments; empty where nobody was asked."""
    defaults: str = ""
    """JSON of what the function gets that the arguments do not say; empty where they say all."""
    repeated: tuple[str, ...] = ()
    """Keys that the arguments write more than once."""
    reason: str = ""
    arguments: str | None = None
    """The JSON arguments that the call runs with in place of the model's; None: with those."""


class Progress(msgspec.Struct, frozen=True, eq=False):
    """How far a call is: `fraction` from 0 to 1 or None, a few words, a generator's last value, how many so far."""

    fraction: float | None = None
    text: str = ""
    partial: str | list[Any] | None = None
    count: int = 0


class Struck(msgspec.Struct, frozen=True):
    """A fault on demand that happened in a turn, at a moment of the monotonic clock."""

    rule: str
    event: str
    at: float


class Reception(msgspec.Struct, eq=False):
    """What is to be known of a turn while its events come, and no longer."""

    output_places: list[int] = msgspec.field(default_factory=list)
    """The place of each of them in the provider's output."""
    places: dict[str, int | None] = msgspec.field(default_factory=dict)
    """The place of each item by its id; None where several have it."""
    open_places: dict[int, bool] = msgspec.field(default_factory=dict)
    """The places of the items that began and are not whole, each with whether it was announced."""
    latest_place: int = -1
    kept: dict[str, list[Item]] = msgspec.field(default_factory=dict)
    """The items received that have an id, by it."""
    calls_by: dict[tuple[str | int, ...], list[CallState]] = msgspec.field(default_factory=dict)
    """The calls by each item's id that they had, by their place, and by place and call id: there may be thousands."""
    last_event: Any = None
    """The event that came last, where the provider numbers its events."""
    again: bool = False
    """The event that is read is the one before once more, number and all."""
    counts: bool = False
    """Whether the provider's numbers have grown; some always send the same one."""


class TurnState(msgspec.Struct, eq=False, weakref=True, kw_only=True):
    """One response: what was asked, what came, when, and how it ended."""

    id: str
    """Its name within the session: "r7.2" is the second turn of run r7."""
    run_id: str
    lane: str | None = None
    beside: bool = False
    """Whether another run was under way when it began: then views name its lane."""
    transport: str = ""
    model: str = ""
    parent: TurnState | None = None
    """The turn that it continues."""
    parent_id: str | None = None
    """The `previous_response_id` that was sent, or None where the history was sent in full."""
    foreign_parent: str | None = None
    """A response id given by the user that no turn of this session has."""
    input: list[Item] = msgspec.field(default_factory=list)
    """The items that are new in this turn."""
    prepended: Sequence[Item] = ()
    """Items that the provider put ahead of these by itself: the words of a steer."""
    stored: bool = False
    status: str = "in_progress"
    response_id: str | None = None
    output: list[Item] = msgspec.field(default_factory=list)
    """The items received, as they came; what an item lacks and other events told is filled in."""
    tool_calls: list[CallState] = msgspec.field(default_factory=list)
    hosted: tuple[HostedCall, ...] = ()
    """The calls that the provider carries out itself, in the order in which they began."""
    parts: tuple[TextPart, ...] = ()
    reception: Reception | None = msgspec.field(default_factory=Reception)
    """None once it has ended."""
    packed_usage: PackedUsage | None = None
    """`usage`, in the least room."""
    error: ErrorInfo | None = None
    reason: str | None = None
    """Why it is incomplete, in the provider's word."""
    disowned: bool = False
    """Whether it was answered without its history, and asked for once more."""
    recovered: str = ""
    """The fault that was repaired without the user noticing, or empty."""
    timing: TurnTiming
    sent: bool = False
    """The request was handed to the transport: it may have reached the provider."""
    unasked: bool = False
    """The provider began it by itself: no request of ours caused it."""
    compacted: bool = False
    """What it received stands for all that was before it, and is sent again exactly as it came."""
    unreadable: bool = False
    """The provider cannot take its reasoning back."""
    forgotten: bool = False
    """The provider said that it no longer knows this response."""
    connection: int = 0
    """The number of the connection that its request was sent over."""
    explained_by: float | None = None
    """It failed without a reason: until when the frame behind it, which may have one, is awaited."""
    behind: bool = False
    """It ended as failed, and an error frame behind that may still be its own."""
    not_before: float | None = None
    """The provider asked to wait: its request may be sent again from this moment on."""
    struck: tuple[Struck, ...] = ()
    """The faults that somebody had set and that happened in it, oldest first."""
    repeated: tuple[str, ...] = ()
    """The errors after which its request was sent once more."""
    events: int = 0
    frames: Tallies = msgspec.field(default_factory=Tallies)
    """Its frames in order, those of one kind behind one another as one."""
    bytes_sent: int = 0
    bytes_received: int = 0
    bytes_full_context: int = 0
    """What one HTTP request with the full input would have sent."""
    history_bytes: int = 0
    """The JSON length of every item up to this turn's input, as a request with the full input has them."""

    def __repr__(self) -> str:
        return f"<Turn {self.id} {self.status} {self.response_id or ''}>"

    @property
    def usage(self) -> WireObject | None:
        """The usage of the terminal event, as the provider sent it, without numbers that no count can be."""
        return None if self.packed_usage is None else self.packed_usage.unpacked()

    @property
    def receiving(self) -> Reception:
        """What is known of it while its events come. Raises ProtocolViolation once it has ended."""
        if self.reception is None:
            raise ProtocolViolation(f"Turn {self.id} is {self.status}: nothing more comes of it.")
        return self.reception

    @property
    def text(self) -> str:
        """The answer's text in this turn: every text delta, joined."""
        return "".join(chunk for part in self.parts if part.kind == "text" for chunk in part.chunks)

    @property
    def reasoning(self) -> str:
        """The reasoning that was shown: raw, or its summary; paragraphs parted by a blank line."""
        return "\n\n".join(part.text for part in self.parts if part.kind == "reasoning")

    @property
    def refusal(self) -> str:
        """The words of a refusal, or empty."""
        return "".join(part.text for part in self.parts if part.kind == "refusal")

    @property
    def done(self) -> bool:
        """Whether it has ended; `status` tells how."""
        return self.status != "in_progress"

    @property
    def tool_ms(self) -> float:
        """The time in which at least one tool of this turn ran, in milliseconds."""
        calls = self.tool_calls
        if len(calls) < 2:
            return (calls[0].timing.run_ms or 0.0) if calls else 0.0
        total, reached = 0.0, float("-inf")
        for call in sorted(calls, key=lambda call: call.timing.started or 0.0):
            start, end = call.timing.started, call.timing.ended
            if start is not None and end is not None and end > reached:
                total += end - max(start, reached)
                reached = end
        return total * 1000

    def move(self, status: str) -> None:
        """Take the next status. Raises ProtocolViolation, and changes nothing, where it may not follow."""
        if status not in TURN_ORDER[self.status]:
            raise ProtocolViolation(f"Turn {self.id} is {self.status}; it cannot become {status}.")
        self.status = status


class CallState(msgspec.Struct, eq=False, weakref=True, kw_only=True):
    """One tool call of a turn."""

    turn: TurnState
    call_id: str
    name: str
    kind: str
    """"function_call" or "custom_tool_call"."""
    output_index: int
    timing: CallTiming
    status: str = "streaming"
    chunks: list[str] | None = None
    """The pieces of what it is called with, until its item is whole."""
    told: str = ""
    """What an event of its own said it is called with."""
    announced: Item | None = None
    """Its item as it was announced."""
    item: Item | None = None
    """Its item, once that is whole."""
    item_id: str = ""
    """The id that its item has, or had last."""
    given_id: str = ""
    """The call id that the provider gave; `call_id` is another one where it gave none."""
    twins: int = 0
    """How many earlier calls of the turn have its `call_id`."""
    output: str | list[Any] | None = None
    """What went, or will go, back to the model."""
    pictures: tuple[Mapping[str, Any], ...] = ()
    """The output's pictures in order, for views: `url`, a small copy as a data URL or None, and `caption`."""
    exhibits: tuple[Mapping[str, Any], ...] = ()
    """Tables and figures in the result, for views: the beginning of a table, a plotly figure as data."""
    error: str | None = None
    """One line about what went wrong, or None."""
    note: str = ""
    """What its reader must know of the output, such as that a secret was taken out; or empty."""
    exception: BaseException | None = None
    decision: str = ""
    """approved, edited, denied, timeout, unattended or allowed; empty where no approval was needed, or none came."""
    approval_ms: float | None = None
    """The time it waited for approval, in milliseconds."""
    approval: ApprovalState | None = None
    progress: Progress | None = None
    """How far it is, by its own words and by what its generator gave."""
    handles: Callable[[CallState], CallHandle] | None = None
    """Makes what its users act by, once its arguments are whole; one for all calls of the run."""

    def __repr__(self) -> str:
        return f"<ToolCall {self.name} {self.status} {self.call_id}>"

    @property
    def handle(self) -> CallHandle | None:
        """What its users act by, once its arguments are whole. Made when somebody asks: there are many calls."""
        return None if self.handles is None else self.handles(self)

    @property
    def shown_id(self) -> str:
        """Its id in views, where no other call of its turn has it: `call_id`, from the second one on with a number."""
        return f"{self.call_id} ({self.twins + 1})" if self.twins else self.call_id

    @property
    def arguments(self) -> str:
        """The arguments as the model wrote them: JSON text, or the input of a custom tool."""
        if self.item is not None and self.status != "streaming":
            return calltext.text_of(self.item.get(calltext.FIELDS[self.kind]))
        if self.item is None and not self.told:
            return "".join(self.chunks or ()) or next((each for each in self.tellings if each), "")
        return calltext.best(self.kind, self.tellings)

    @property
    def tellings(self) -> tuple[str, ...]:
        """What was told of its arguments, the most authoritative first."""
        field = calltext.FIELDS[self.kind]
        return (
            "" if self.item is None else calltext.text_of(self.item.get(field)),
            self.told,
            "".join(self.chunks or ()),
            "" if self.announced is None else calltext.text_of(self.announced.get(field)),
        )

    @property
    def done(self) -> bool:
        """Whether nothing more comes of it; `status` tells how it ended."""
        return self.status in _OVER or self.status == "late"

    @property
    def edited(self) -> str | None:
        """The JSON arguments that somebody put in place of the model's before he allowed it, or None."""
        return None if self.approval is None else self.approval.arguments

    @property
    def queued_ms(self) -> float | None:
        """From the arguments being whole to the function's start, without the wait for approval, in milliseconds."""
        waited = self.timing.queued_ms
        return None if waited is None else max(0.0, waited - (self.approval_ms or 0.0))

    @property
    def run_ms(self) -> float | None:
        """The function's time in milliseconds."""
        return self.timing.run_ms

    @property
    def traceback(self) -> str:
        """The Python traceback of a tool that raised, or empty."""
        if self.exception is None:
            return ""
        text = "".join(traceback_module.format_exception(self.exception))
        handle = self.handle
        return hidden(text, None if handle is None else handle.keys)

    @property
    def run(self) -> RunHandle | None:
        """The `Run` that it belongs to, once its arguments are whole."""
        handle = self.handle
        return None if handle is None else handle.run

    def approve(self, arguments: Mapping[str, Any] | str | None = None) -> None:
        """Let it run; `arguments`, values by name or JSON, take the place of the model's, which is told so.

        Callable from any thread while it waits for approval. Raises ToolError for arguments that do not fit, and where
        it does not wait (any more).
        """
        self._handle_or(not_waiting).approve(arguments)

    def edit(self, arguments: Mapping[str, Any] | str) -> None:
        """Let it run with these arguments, values by name or JSON: `approve(arguments)`."""
        self.approve(arguments)

    def deny(self, reason: str = "") -> None:
        """Do not let it run; the model is told so, with the reason. Raises ToolError where it does not wait."""
        self._handle_or(not_waiting).deny(reason)

    @property
    def code(self) -> str:
        """The call as Python code for this notebook: `population(city="Oslo")`."""
        return self._handle_or(_cut_off).code

    def cell(self) -> None:
        """Put that code into a new cell below this one; in a terminal, into the next prompt.

        Raises SettingsError, with the code, where there is neither.
        """
        self._handle_or(_cut_off).cell()

    def answer_with(self, output: Any, **settings: Any) -> RunHandle:
        """Go on from here with this output instead: the same as `run.branch(call, output)`."""
        return self._handle_or(_cut_off).answer_with(output, **settings)

    def _handle_or(self, problem: Callable[[CallState], ToolError]) -> CallHandle:
        handle = self.handle
        if handle is None:
            raise problem(self)
        return handle

    def move(self, status: str) -> None:
        """Take the next status. Raises ProtocolViolation, and changes nothing, where it may not follow."""
        if status not in CALL_ORDER[self.status]:
            raise ProtocolViolation(f"Call {self.call_id} is {self.status}; it cannot become {status}.")
        self.status = status


def _cut_off(call: CallState) -> ToolError:
    return ToolError(f"Call {call.call_id} of {call.name} was cut off before its arguments were whole.")


def not_waiting(call: CallState) -> ToolError:
    """The error of a decision about a call that does not wait for one, or does no more."""
    return ToolError(f"Call {call.call_id} of {call.name} does not wait for approval: it is {call.status}.")
