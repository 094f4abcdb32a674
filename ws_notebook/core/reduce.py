"""`reduce(turn, event, now)`: the only code that writes what a turn received.

It returns the changes for observers. An event that comes after the terminal one is counted and
changes nothing else.
"""

from __future__ import annotations

import typing
from collections.abc import Callable, Mapping
from typing import Any

from . import codec, events, hosted, parts
from .changes import (
    CallChanged,
    Change,
    ItemDone,
    ToolCallReady,
    TurnChanged,
    TurnEnded,
)
from .events import ErrorInfo, ServerEvent
from .items import TOOL_CALLS, Item, WireObject, kind
from .timing import CallTiming
from .turn import CallState, TurnState

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
    else what began and was never said to be whole, and the messages beyond those that were.
    """
    changes: list[Change] = []
    items = [item if isinstance(item, dict) else {} for item in (output if isinstance(output, list) else [])]
    everything, unsaid = not turn.output, _unsaid_messages(turn, items)
    for index, item in enumerate(items):
        if item and (everything or index in unsaid or _began(turn, item, index)):
            changes += _keep_item(turn, Item(item), index, now)
    return changes


def _began(turn: TurnState, item: Mapping[str, Any], index: int) -> bool:
    """Whether something of the item came, but not that it is whole."""
    if kind(item) in TOOL_CALLS:
        return item.get("call_id") in [call.call_id for call in turn.tool_calls if call.item is None]
    return kind(item) in ("message", "reasoning") and parts.streamed(turn, index)


def _unsaid_messages(turn: TurnState, items: list[dict[str, Any]]) -> set[int]:
    """The places of messages of which nothing came. By number too: some providers give an item another id each time."""
    said = [item.get("id") for item in turn.output if kind(item) == "message"]
    messages = {index: item.get("id") for index, item in enumerate(items) if kind(item) == "message"}
    if len(messages) <= len(said):
        return set()
    return {index for index, item_id in messages.items() if item_id is not None and item_id not in said}


def _text_delta(turn: TurnState, event: events.OutputTextDelta, now: float) -> list[Change]:
    changes = _token(turn, "text", now)
    return changes + parts.grow(turn, "text", (event.output_index, event.content_index), event.delta, now)


def _text_done(turn: TurnState, event: events.OutputTextDone, now: float) -> list[Change]:
    return _say_whole(turn, "text", (event.output_index, event.content_index), event.text, now)


def _part_done(turn: TurnState, event: events.ContentPartDone, now: float) -> list[Change]:
    part = codec.decode_object(event.part)
    return _content(turn, part, (event.output_index, event.content_index), now)


def _content(turn: TurnState, part: Any, place: tuple[int, int], now: float, item_id: str = "") -> list[Change]:
    """A part of a message is whole: text, a refusal, or something else."""
    shown = {"output_text": "text", "refusal": "refusal"}.get(kind(part)) if isinstance(part, Mapping) else None
    words = part.get(shown) if shown is not None else None
    return _say_whole(turn, shown, place, words, now, item_id) if shown and isinstance(words, str) else []


def _say_whole(
    turn: TurnState, shown: str, place: tuple[int, int], words: str, now: float, item_id: str = ""
) -> list[Change]:
    changes = parts.settle(turn, shown, place, words, now, item_id=item_id)
    return [*_token(turn, "text", now), *changes] if changes else []


def _refusal_delta(turn: TurnState, event: events.RefusalDelta, now: float) -> list[Change]:
    changes = parts.grow(turn, "refusal", (event.output_index, event.content_index), event.delta, now)
    return _token(turn, "text", now) or changes


def _refusal_done(turn: TurnState, event: events.RefusalDone, now: float) -> list[Change]:
    return _say_whole(turn, "refusal", (event.output_index, event.content_index), event.refusal, now)


def _summary_delta(turn: TurnState, event: events.ReasoningSummaryDelta, now: float) -> list[Change]:
    changes = _token(turn, "reasoning", now)
    return changes + parts.grow(turn, "reasoning", (event.output_index, event.summary_index), event.delta, now)


def _reasoning_delta(turn: TurnState, event: events.ReasoningTextDelta, now: float) -> list[Change]:
    changes, place = _token(turn, "reasoning", now), (event.output_index, event.content_index)
    return changes + parts.grow(turn, "reasoning", place, event.delta, now, raw=True)


def _summary_done(turn: TurnState, event: events.ReasoningSummaryDone, now: float) -> list[Change]:
    return parts.settle(turn, "reasoning", (event.output_index, event.summary_index), event.text, now)


def _reasoning_done(turn: TurnState, event: events.ReasoningTextDone, now: float) -> list[Change]:
    return parts.settle(turn, "reasoning", (event.output_index, event.content_index), event.text, now, raw=True)


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
    parts.close(turn, item, index)
    hosted.end(turn, item, index, now)
    turn.output.append(item)
    return [ItemDone(turn, item), *changes]


def _late_text(turn: TurnState, item: Item, index: int, now: float) -> list[Change]:
    """Take of a message what neither a delta nor a done event brought."""
    changes: list[Change] = []
    content, item_id = item.get("content"), str(item.get("id") or "")
    for position, part in enumerate(content if isinstance(content, list) else []):
        changes += _content(turn, part, (index, position), now, item_id)
    return changes


def _late_reasoning(turn: TurnState, item: Item, index: int, now: float) -> list[Change]:
    """Likewise of reasoning: the summary, or the reasoning itself where that was streamed or there is no summary."""
    raw = any(part.raw and part.output_index == index and not part.whole for part in turn.parts)
    raw = raw or not item.get("summary")
    told = item.get("content" if raw else "summary")
    changes: list[Change] = []
    for position, part in enumerate(told if isinstance(told, list) else []):
        text = part.get("text") if isinstance(part, dict) else None
        if isinstance(text, str):
            item_id = str(item.get("id") or "")
            changes += parts.settle(turn, "reasoning", (index, position), text, now, raw=raw, item_id=item_id)
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
    events.ContentPartDone: _part_done,
    events.RefusalDelta: _refusal_delta,
    events.RefusalDone: _refusal_done,
    events.ReasoningTextDelta: _reasoning_delta,
    events.ReasoningTextDone: _reasoning_done,
    events.ReasoningSummaryDelta: _summary_delta,
    events.ReasoningSummaryDone: _summary_done,
    events.ArgumentsDelta: _arguments_delta,
    events.ArgumentsDone: _arguments_done,
    events.CustomInputDelta: _arguments_delta,
    events.CustomInputDone: _arguments_done,
    events.ErrorEvent: _error,
    events.UnknownEvent: _unknown,
}
