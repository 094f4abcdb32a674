"""Server events, named as the API names them: `OutputTextDelta` is `response.output_text.delta`.

Only the fields that something here reads are declared, and each has a default, because providers
leave fields out. What is nested stays `Raw` and is decoded where it is needed. An event of another
type is an `UnknownEvent` that keeps its bytes.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from ..faults import STRUCK

__all__ = [
    "COUNTED",
    "ArgumentsDelta",
    "ArgumentsDone",
    "ContentPartDone",
    "CustomInputDelta",
    "CustomInputDone",
    "ErrorEvent",
    "ErrorInfo",
    "FaultStruck",
    "KnownEvent",
    "OutputItemAdded",
    "OutputItemDone",
    "OutputTextDelta",
    "OutputTextDone",
    "ReasoningSummaryDelta",
    "ReasoningSummaryDone",
    "ReasoningTextDelta",
    "ReasoningTextDone",
    "RefusalDelta",
    "RefusalDone",
    "ResponseBody",
    "ResponseCompleted",
    "ResponseCreated",
    "ResponseEvent",
    "ResponseFailed",
    "ResponseIncomplete",
    "ResponseInProgress",
    "ServerEvent",
    "SteerAccepted",
    "SteerFailed",
    "SteerPending",
    "TextBurst",
    "UnknownEvent",
    "is_understood",
]


class _Event(msgspec.Struct, frozen=True, tag_field="type", kw_only=True):
    stream_id: str | None = None
    sequence_number: int | None = None


class ResponseBody(msgspec.Struct, frozen=True):
    """What is read of a response. It also repeats the request, instructions and tools, which are passed over."""

    id: Any = None
    model: Any = None
    status: Any = None
    output: Any = None
    usage: Any = None
    error: Any = None
    incomplete_details: Any = None
    status_details: Any = None

    @classmethod
    def of(cls, value: Any) -> ResponseBody:
        """That of a response as Python objects; an empty one where it is none."""
        return msgspec.convert(value, cls) if isinstance(value, dict) else _NOTHING


_NOTHING: Final = ResponseBody()


class ResponseEvent(_Event, frozen=True):
    """An event that carries the response as far as it has come."""

    response: ResponseBody = _NOTHING
    error: Any = None
    """What some say beside the response instead of within it."""


class ResponseCreated(ResponseEvent, frozen=True, tag="response.created"):
    """The response exists; its id is known from here on."""


class ResponseInProgress(ResponseEvent, frozen=True, tag="response.in_progress"):
    """The provider works on it."""


class ResponseCompleted(ResponseEvent, frozen=True, tag="response.completed"):
    """Terminal: everything was produced. Tool calls may still be owed by the client."""


class ResponseIncomplete(ResponseEvent, frozen=True, tag="response.incomplete"):
    """Terminal: cut short (token limit, content filter, steered); what exists can be continued."""


class ResponseFailed(ResponseEvent, frozen=True, tag="response.failed"):
    """Terminal: the provider gave up; `response.error` says why."""


class _ItemEvent(_Event, frozen=True):
    output_index: int = -1
    item: msgspec.Raw = msgspec.Raw(b"{}")


class OutputItemAdded(_ItemEvent, frozen=True, tag="response.output_item.added"):
    """An item begins."""


class OutputItemDone(_ItemEvent, frozen=True, tag="response.output_item.done"):
    """An item is whole."""


class _PlacedEvent(_Event, frozen=True):
    item_id: str = ""
    output_index: int = -1
    """The item's place in the output; -1 where the event does not say it."""


class _PartEvent(_PlacedEvent, frozen=True):
    content_index: int = 0


class _Delta(_PartEvent, frozen=True):
    delta: str = ""


class OutputTextDelta(_Delta, frozen=True, tag="response.output_text.delta", gc=False):
    """A piece of the answer."""


class TextBurst(OutputTextDelta, frozen=True, tag="response.output_text.delta", kw_only=True):
    """Pieces of one part that came in one read behind another piece of it, as one event.

    `delta` is all of them, `sequence_number` that of the last; where there are numbers, each is larger than the one
    before it.
    """

    last: OutputTextDelta
    """The last of them, as it came."""
    count: int


class OutputTextDone(_PartEvent, frozen=True, tag="response.output_text.done"):
    """The whole text of a part."""

    text: str = ""


class ContentPartDone(_PartEvent, frozen=True, tag="response.content_part.done"):
    """A part as it is at last: text or a refusal."""

    part: msgspec.Raw = msgspec.Raw(b"{}")


class RefusalDelta(_Delta, frozen=True, tag="response.refusal.delta"):
    """A piece of a refusal."""


class RefusalDone(_PartEvent, frozen=True, tag="response.refusal.done"):
    """The whole of a refusal."""

    refusal: str = ""


class ReasoningTextDelta(_Delta, frozen=True, tag="response.reasoning_text.delta"):
    """A piece of raw reasoning (open models)."""


class _SummaryEvent(_PlacedEvent, frozen=True):
    content_index: int = msgspec.field(default=0, name="summary_index")


class ReasoningSummaryDelta(_SummaryEvent, frozen=True, tag="response.reasoning_summary_text.delta"):
    """A piece of a reasoning summary."""

    delta: str = ""


class ReasoningTextDone(_PartEvent, frozen=True, tag="response.reasoning_text.done"):
    """The whole of raw reasoning."""

    text: str = ""


class ReasoningSummaryDone(_SummaryEvent, frozen=True, tag="response.reasoning_summary_text.done"):
    """The whole of a summary's paragraph."""

    text: str = ""


class ReasoningSummaryPartAdded(_Event, frozen=True, tag="response.reasoning_summary_part.added"):
    """A further paragraph of the summary begins."""


class ArgumentsDelta(_Delta, frozen=True, tag="response.function_call_arguments.delta"):
    """A piece of a function call's arguments."""


class ArgumentsDone(_PartEvent, frozen=True, tag="response.function_call_arguments.done"):
    """The whole arguments of a function call."""

    arguments: Any = ""
    name: str | None = None


class CustomInputDelta(_Delta, frozen=True, tag="response.custom_tool_call_input.delta"):
    """A piece of a custom tool call's input."""


class CustomInputDone(_PartEvent, frozen=True, tag="response.custom_tool_call_input.done"):
    """The whole input of a custom tool call."""

    input: Any = ""
    name: str | None = None


class ErrorEvent(_Event, frozen=True, tag="error"):
    """A failure, in any of the shapes in which providers tell of one; also what says so without a type."""

    said: Any = None
    """The whole frame's object, or what stands for it."""


class _SteerEvent(_Event, frozen=True):
    steer: Any = None
    error: Any = None


class SteerAccepted(_SteerEvent, frozen=True, tag="response.steer.accepted"):
    """The provider has the words; they are not applied yet."""


class SteerPending(_SteerEvent, frozen=True, tag="response.steer.pending"):
    """The response ended and waits for tool outputs; the words go ahead of them in the next request."""


class SteerFailed(_SteerEvent, frozen=True, tag="response.steer.failed"):
    """The words were not taken; `error.code` says why."""


class FaultStruck(_Event, frozen=True, tag=STRUCK):
    """The embedded server says that a fault, which somebody set there, happens now."""

    rule: str = ""
    event: str = ""
    """The type of the event that it happens at; "upgrade" and "post" are the requests themselves."""


class UnknownEvent(msgspec.Struct, frozen=True):
    """An event of a type that is not known here: recorded and shown, never an error."""

    type: str
    frame: bytes
    stream_id: str | None = None


KnownEvent = (
    ResponseCreated
    | ResponseInProgress
    | ResponseCompleted
    | ResponseIncomplete
    | ResponseFailed
    | OutputItemAdded
    | OutputItemDone
    | OutputTextDelta
    | OutputTextDone
    | ContentPartDone
    | RefusalDelta
    | RefusalDone
    | ReasoningTextDelta
    | ReasoningTextDone
    | ReasoningSummaryDelta
    | ReasoningSummaryDone
    | ReasoningSummaryPartAdded
    | ArgumentsDelta
    | ArgumentsDone
    | CustomInputDelta
    | CustomInputDone
    | ErrorEvent
    | SteerAccepted
    | SteerPending
    | SteerFailed
    | FaultStruck
)
ServerEvent = KnownEvent | TextBurst | UnknownEvent

COUNTED: Final = frozenset(
    {
        "response.apply_patch_call_operation_diff.delta",
        "response.apply_patch_call_operation_diff.done",
        "response.audio.delta",
        "response.audio.done",
        "response.audio.transcript.delta",
        "response.audio.transcript.done",
        "response.code_interpreter_call_code.delta",
        "response.code_interpreter_call_code.done",
        "response.compaction.compacting",
        "response.content_part.added",
        "response.image_generation_call.partial_image",
        "response.mcp_call_arguments.delta",
        "response.mcp_call_arguments.done",
        "response.output_text.annotation.added",
        "response.queued",
        "response.reasoning_summary_part.done",
        "response.shell_call_command.added",
        "response.shell_call_command.delta",
        "response.shell_call_command.done",
        "response.shell_call_output_content.delta",
        "response.shell_call_output_content.done",
    }
)
"""Types of the API that tell nothing which their items do not tell: counted, recorded, and a sign of life."""


def is_understood(event: ServerEvent) -> bool:
    """Whether the event's type is one of the API's: all others may come for ever while nothing is worked on."""
    return not isinstance(event, UnknownEvent) or event.type in COUNTED


class ErrorInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What an error frame, a failed response or an HTTP answer says, in one form."""

    message: str
    code: str | None = None
    type: str | None = None
    param: str | None = None
    status: int | None = None
    retry_after: float | None = None
