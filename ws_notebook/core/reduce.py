"""`reduce(turn, event, now)`: the only code that writes what a turn received.

It returns the changes for observers. An event that comes after the terminal one is counted and
changes nothing else.
"""

from __future__ import annotations

import typing
from collections.abc import Callable, Mapping
from typing import Any

from . import codec, events, hosted
from .changes import (
    CallChanged,
    Change,
    ItemDone,
    ReasoningAppended,
    TextAppended,
    ToolCallReady,
    TurnChanged,
    TurnEnded,
)
from .events import ErrorInfo, ServerEvent
from .items import TOOL_CALLS, Item, WireObject, kind
from .timing import CallTiming
from .turn import CallState, TextPart, TurnState

__all__ = ["cut_off", "is_terminal", "reduce"]


def reduce(turn: TurnState, event: ServerEvent, now: float) -> list[Change]:
    """Apply one event to the turn. Never raises for what a provider sends."""
    turn.events += 1
    if turn.timing.first_event is None:
        turn.timing.first_event = now
    handler = _HANDLERS.get(type(event))
    if handler is None or turn.done or _came_before(turn, event):
        return []
    return handler(turn, event, now)


def _came_before(turn: TurnState, event: Any) -> bool:
    """Whether it is the last event once more, as an intermediary that sends again may cause."""
    if isinstance(event, events.UnknownEvent) or event.sequence_number is None:
        return False
    last, turn.last_event = turn.last_event, event
    turn.counts = turn.counts or (last is not None and last.sequence_number < event.sequence_number)
    return turn.counts and event == last


def is_terminal(event: ServerEvent) -> bool:
    """Whether nothing more comes of its response."""
    return isinstance(
        event, (events.ResponseCompleted, events.ResponseIncomplete, events.ResponseFailed, events.ErrorEvent)
    )


def cut_off(turn: TurnState, status: str, error: ErrorInfo | None, now: float) -> list[Change]:
    """End the turn without a terminal event: the connection was lost, or the user stopped it."""
    turn.move(status)
    turn.error = error
    turn.timing.finish(now)
    hosted.stop(turn, now)
    changes: list[Change] = []
    for call in turn.tool_calls:
        if call.status == "streaming":
            call.move("cancelled")
            changes.append(CallChanged(call))
    return [*changes, TurnEnded(turn)]


def _token(turn: TurnState, kind: str, now: float) -> list[Change]:
    timing = turn.timing
    if timing.first_token is None:
        timing.first_token = now
    if timing.spans and timing.spans[-1].kind == kind and timing.spans[-1].end is None:
        return []
    timing.enter(kind, now)
    return [TurnChanged(turn)]


def _part(turn: TurnState, kind: str, output_index: int, content_index: int) -> TextPart:
    for part in reversed(turn.parts):
        if part.kind == kind and part.output_index == output_index and part.content_index == content_index:
            return part
    part = TextPart(kind, output_index, content_index)
    turn.parts.append(part)
    return part


def _response(turn: TurnState, event: Any, now: float) -> list[Change]:
    body = codec.decode_object(event.response)
    if turn.response_id is None and isinstance(body.get("id"), str):
        turn.response_id = body["id"]
    if isinstance(body.get("model"), str):
        turn.model = body["model"]
    return [TurnChanged(turn)]


def _terminal(status: str) -> Callable[[TurnState, Any, float], list[Change]]:
    def end(turn: TurnState, event: Any, now: float) -> list[Change]:
        _response(turn, event, now)
        return _end(turn, status, codec.decode_object(event.response), now)

    return end


def _end(turn: TurnState, status: str, body: Mapping[str, Any], now: float) -> list[Change]:
    """End the turn with the response as it is at last."""
    if isinstance(body.get("usage"), dict):
        turn.usage = WireObject(body["usage"])
    details = body.get("incomplete_details")
    if isinstance(details, Mapping) and details.get("reason") is not None:
        turn.reason = str(details["reason"])
    error = body.get("error")
    info = codec.failure_info(error if isinstance(error, Mapping) else {"message": error})
    changes = _adopt_missing(turn, body.get("output"), now)
    return [*changes, *cut_off(turn, status, info if status == "failed" else None, now)]


def _adopt_missing(turn: TurnState, output: Any, now: float) -> list[Change]:
    """Take the items of a terminal event that no `…done` event announced: all of a server that streams none,
    else the calls that began and were never said to be whole.
    """
    changes: list[Change] = []
    begun = [call.call_id for call in turn.tool_calls if call.item is None]
    everything = not turn.output
    for index, item in enumerate(output if isinstance(output, list) else []):
        if isinstance(item, dict) and (everything or (kind(item) in TOOL_CALLS and item.get("call_id") in begun)):
            changes += _keep_item(turn, Item(item), index, now)
    return changes


def _text_delta(turn: TurnState, event: events.OutputTextDelta, now: float) -> list[Change]:
    changes = _token(turn, "text", now)
    _part(turn, "text", event.output_index, event.content_index).grow(event.delta, now)
    changes.append(TextAppended(turn, event.delta))
    return changes


def _text_done(turn: TurnState, event: events.OutputTextDone, now: float) -> list[Change]:
    if not event.text:
        return []
    part = _part(turn, "text", event.output_index, event.content_index)
    if part.chunks:
        return []
    part.grow(event.text, now)
    return [*_token(turn, "text", now), TextAppended(turn, event.text)]


def _refusal_delta(turn: TurnState, event: events.RefusalDelta, now: float) -> list[Change]:
    _part(turn, "refusal", event.output_index, event.content_index).grow(event.delta, now)
    return _token(turn, "text", now) or [TurnChanged(turn)]


def _reasoning_delta(turn: TurnState, event: Any, now: float) -> list[Change]:
    index = event.summary_index if isinstance(event, events.ReasoningSummaryDelta) else event.content_index
    return [*_token(turn, "reasoning", now), *_reason(turn, event.output_index, index, event.delta, now)]


def _reason(turn: TurnState, output_index: int, index: int, text: str, now: float) -> list[Change]:
    """Reasoning that grew; a further paragraph begins behind a blank line."""
    before = len(turn.parts)
    _part(turn, "reasoning", output_index, index).grow(text, now)
    another = len(turn.parts) > before and any(each.kind == "reasoning" for each in turn.parts[:before])
    return [ReasoningAppended(turn, "\n\n" + text if another else text)]


def _item_added(turn: TurnState, event: events.OutputItemAdded, now: float) -> list[Change]:
    item = codec.decode_object(event.item)
    if kind(item) == "reasoning":
        return _token(turn, "reasoning", now)
    if hosted.begin(turn, item, event.output_index, now):
        return [TurnChanged(turn)]
    if kind(item) not in TOOL_CALLS or _call_for(turn, item, event.output_index) is not None:
        return []
    changes = _token(turn, "text", now)
    return [*changes, CallChanged(_new_call(turn, item, event.output_index, now))]


def _new_call(turn: TurnState, item: Mapping[str, Any], output_index: int, now: float) -> CallState:
    call = CallState(
        turn=turn,
        call_id=str(item.get("call_id") or item.get("id") or ""),
        name=str(item.get("name") or ""),
        kind=str(item["type"]),
        output_index=output_index,
        timing=CallTiming(added=now),
    )
    turn.tool_calls.append(call)
    return call


def _call_for(turn: TurnState, item: Mapping[str, Any], output_index: int) -> CallState | None:
    """The call that this item is; by its id, since some providers number every item 0."""
    wanted = item.get("call_id")
    return next((call for call in turn.tool_calls if call.call_id == wanted), None) or _call_at(turn, output_index)


def _call_at(turn: TurnState, output_index: int) -> CallState | None:
    """The call that still streams at this place."""
    return next((call for call in turn.tool_calls if call.output_index == output_index and call.item is None), None)


def _arguments_delta(turn: TurnState, event: Any, now: float) -> list[Change]:
    call = _call_at(turn, event.output_index)
    if call is not None and call.item is None:
        call.chunks.append(event.delta)
    return _token(turn, "text", now)


def _arguments_done(turn: TurnState, event: Any, now: float) -> list[Change]:
    call = _call_at(turn, event.output_index)
    whole = event.arguments if isinstance(event, events.ArgumentsDone) else event.input
    if call is None or call.item is not None or not whole:
        return []
    call.chunks[:] = [whole]
    return [CallChanged(call)]


def _item_done(turn: TurnState, event: events.OutputItemDone, now: float) -> list[Change]:
    return _keep_item(turn, Item(codec.decode_object(event.item)), event.output_index, now)


def _keep_item(turn: TurnState, item: Item, index: int, now: float) -> list[Change]:
    changes: list[Change] = []
    if item.get("id") is not None and item in turn.output:
        return []  # said twice
    if kind(item) in TOOL_CALLS:
        call = _call_for(turn, item, index) or _new_call(turn, item, index, now)
        if call.item is not None:
            return []
        call.call_id = str(item.get("call_id") or call.call_id)
        call.name, call.kind = str(item.get("name") or call.name), kind(item)
        call.item = item
        call.timing.ready = now
        call.move("queued")
        changes = [CallChanged(call), ToolCallReady(call)]
    elif kind(item) == "message":
        changes = _late_text(turn, item, index, now)
    elif kind(item) == "reasoning":
        changes = _late_reasoning(turn, item, index, now)
    hosted.end(turn, item, index, now)
    turn.output.append(item)
    return [ItemDone(turn, item), *changes]


def _late_text(turn: TurnState, item: Item, index: int, now: float) -> list[Change]:
    """Take the text, or the refusal, of a message for which neither a delta nor a done event came."""
    changes: list[Change] = []
    content = item.get("content")
    for position, part in enumerate(content if isinstance(content, list) else []):
        refusal = part.get("refusal") if isinstance(part, dict) and part.get("type") == "refusal" else None
        if isinstance(refusal, str) and not _part(turn, "refusal", index, position).chunks:
            delta = events.RefusalDelta(output_index=index, content_index=position, delta=refusal)
            changes += _refusal_delta(turn, delta, now)
        text = part.get("text") if isinstance(part, dict) and part.get("type") == "output_text" else None
        if isinstance(text, str):
            done = events.OutputTextDone(output_index=index, content_index=position, text=text)
            changes += _text_done(turn, done, now)
    return changes


def _late_reasoning(turn: TurnState, item: Item, index: int, now: float) -> list[Change]:
    """Take the summary of reasoning of which nothing was streamed."""
    if any(each.kind == "reasoning" and each.output_index == index for each in turn.parts):
        return []
    changes: list[Change] = []
    summary = item.get("summary")
    for position, part in enumerate(summary if isinstance(summary, list) else []):
        text = part.get("text") if isinstance(part, dict) else None
        if isinstance(text, str) and text:
            changes += _reason(turn, index, position, text, now)
    return changes


def _unknown(turn: TurnState, event: events.UnknownEvent, now: float) -> list[Change]:
    if hosted.advance(turn, event):
        return [TurnChanged(turn)]
    body = codec.decode_object(event.frame).get("response")
    if not isinstance(body, Mapping) or turn.response_id is None or body.get("id") != turn.response_id:
        return []
    # An ending under another name (`response.cancelled`, `response.done`), where nothing else would come.
    status = {"cancelled": "failed"}.get(str(body.get("status")), str(body.get("status")))
    if status not in ("completed", "incomplete", "failed"):
        return []
    return _end(turn, status, {**body, "error": body.get("error") or f"The response was {body['status']}."}, now)


def _error(turn: TurnState, event: events.ErrorEvent, now: float) -> list[Change]:
    return cut_off(turn, "failed", codec.error_info(event), now)


_HANDLERS: Mapping[type[Any], Callable[[TurnState, typing.Any, float], list[Change]]] = {
    events.ResponseCreated: _response,
    events.ResponseInProgress: _response,
    events.ResponseCompleted: _terminal("completed"),
    events.ResponseIncomplete: _terminal("incomplete"),
    events.ResponseFailed: _terminal("failed"),
    events.OutputItemAdded: _item_added,
    events.OutputItemDone: _item_done,
    events.OutputTextDelta: _text_delta,
    events.OutputTextDone: _text_done,
    events.RefusalDelta: _refusal_delta,
    events.ReasoningTextDelta: _reasoning_delta,
    events.ReasoningSummaryDelta: _reasoning_delta,
    events.ArgumentsDelta: _arguments_delta,
    events.ArgumentsDone: _arguments_done,
    events.CustomInputDelta: _arguments_delta,
    events.CustomInputDone: _arguments_done,
    events.ErrorEvent: _error,
    events.UnknownEvent: _unknown,
}
