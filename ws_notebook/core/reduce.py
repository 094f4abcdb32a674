"""`reduce(turn, event, now)`: the only code that writes what a turn received.

It returns the changes for observers. An event that comes after the terminal one is counted and
changes nothing else.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from . import adoption, arrival, codec, events, hosted, output, parts, places
from .changes import CallChanged, Change, TurnChanged, TurnEnded
from .events import ErrorInfo, ResponseBody, ServerEvent
from .items import TOOL_CALLS, Item, at, kind
from .reason import UNREADABLE, failure_info
from .turn import Reception, Struck, TurnState
from .usage import pack

__all__ = ["cut_off", "is_terminal", "reduce"]

Handler = Callable[[TurnState, Any, float], list[Change]]

_EMPTY = "The end of the response came without the response, and nothing of it had come before."


def reduce(turn: TurnState, event: ServerEvent, now: float) -> list[Change]:
    """Apply one event to the turn. Never raises for what a provider sends."""
    kind, timing = type(event), turn.timing
    if isinstance(event, events.FaultStruck):
        return _note_fault(turn, event, now)
    turn.events += event.count if isinstance(event, events.TextBurst) else 1
    if timing.first_event is None:
        timing.first_event = now
    if turn.done:
        return []
    if kind is not events.UnknownEvent or _is_life(event):
        timing.heard = now
    handler = _HANDLERS.get(kind)
    receiving = turn.receiving
    receiving.again = _came_before(receiving, event)
    if handler is None or (receiving.again and not isinstance(event, _PIECES)):
        return []
    return handler(turn, event, now)


def _note_fault(turn: TurnState, event: events.FaultStruck, now: float) -> list[Change]:
    """A fault is no event of the response: it may come before the first one, and as the last of an ended turn."""
    if len(turn.struck) < _MOST_FAULTS:
        turn.struck = (*turn.struck, Struck(event.rule, event.event, now))
    return [TurnChanged(turn)]


_MOST_FAULTS = 100
"""Of one turn; a fault may happen at each of its events."""
_PIECES = (events.OutputTextDelta, events.RefusalDelta, events.ReasoningSummaryDelta, events.ReasoningTextDelta)
"""Two that are the same may be two all the same: some servers give several one number. The whole says which."""


def _is_life(event: ServerEvent) -> bool:
    """Whether it is an event of the API: anything else may go on for ever while nothing is worked on."""
    return not isinstance(event, events.UnknownEvent) or event.type.startswith("response.")


def _came_before(receiving: Reception, event: Any) -> bool:
    """Whether it is the last event once more, as an intermediary that sends again may cause."""
    if type(event) is events.UnknownEvent or event.sequence_number is None:
        return False
    burst = type(event) is events.TextBurst
    last, receiving.last_event = receiving.last_event, event.last if burst else event
    if last is not None and last.sequence_number < event.sequence_number:
        receiving.counts = True
        return False  # as it is nearly always
    return not burst and receiving.counts and bool(event == last)


def is_terminal(event: ServerEvent) -> bool:
    """Whether nothing more comes of its response."""
    if isinstance(event, events.UnknownEvent):
        return _ending_of(event) is not None
    return isinstance(
        event, (events.ResponseCompleted, events.ResponseIncomplete, events.ResponseFailed, events.ErrorEvent)
    )


def _ending_of(event: events.UnknownEvent) -> tuple[str, ResponseBody] | None:
    """The status and the response of an ending under another name: `response.cancelled`, `response.done`."""
    if not event.type.startswith("response.") or b'"response"' not in event.frame:
        return None
    body = ResponseBody.of(codec.decode_object(event.frame).get("response"))
    status = "failed" if body.status == "cancelled" else body.status
    return (status, body) if status in ("completed", "incomplete", "failed") else None


def cut_off(turn: TurnState, status: str, error: ErrorInfo | None, now: float) -> list[Change]:
    """End the turn without a terminal event: the connection was lost, or the user stopped it."""
    turn.move(status)
    turn.error = error
    turn.timing.finish(now)
    hosted.stop(turn, now)
    # Nothing is looked up in an ended turn, and there may be many.
    turn.reception = None
    turn.frames.pack()
    # Nothing is added to them any more: lists without room for that.
    turn.output, turn.tool_calls = turn.output[:], turn.tool_calls[:]
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
    if timing.is_in(kind):
        return []
    timing.enter(kind, now)
    return [TurnChanged(turn)]


def _response(turn: TurnState, event: events.ResponseEvent, now: float) -> list[Change]:
    return [TurnChanged(turn)] if _name(turn, event.response) else []


def _name(turn: TurnState, body: ResponseBody) -> bool:
    """Note which response of which model it is; whether that was not known."""
    news = False
    if turn.response_id is None and isinstance(body.id, str):
        turn.response_id, news = body.id, True
    model = body.model
    if isinstance(model, str) and turn.model is not (model := sys.intern(model)):
        news = news or turn.model != model
        turn.model = model
    return news


def _terminal(status: str) -> Handler:
    def end(turn: TurnState, event: events.ResponseEvent, now: float) -> list[Change]:
        body = event.response
        _name(turn, body)
        if status == "completed" and not (turn.parts or turn.output or turn.tool_calls) and body == ResponseBody():
            return cut_off(turn, "failed", ErrorInfo(message=_EMPTY, code=UNREADABLE), now)
        stated = body.status if status == "completed" else None
        # Some send every end as completed, and say only inside how it was.
        if stated in ("cancelled", "canceled"):
            stated, body = "failed", _failed(body, "The response was cancelled.")
        return _end(turn, stated if stated in ("incomplete", "failed") else status, body, now, said=event.error)

    return end


def _failed(body: ResponseBody, reason: str) -> ResponseBody:
    """The response with a reason, where it has none."""
    return msgspec.structs.replace(body, error=body.error or reason)


def _end(turn: TurnState, status: str, body: ResponseBody, now: float, said: Any = None) -> list[Change]:
    """End the turn with the response as it is at last; `said`: an error that stands beside it."""
    turn.packed_usage = pack(body.usage)
    if (reason := at(body.incomplete_details, "reason")) is not None:
        turn.reason = str(reason)
    changes = [*adoption.adopt(turn, body.output, status, now), *output.finish(turn, status, now)]
    changes += adoption.in_order(turn) if changes else []
    error: ErrorInfo | None = None
    if status == "failed":
        error = failure_info({"error": body.error or said, "status_details": body.status_details})
    return [*changes, *cut_off(turn, status, error, now)]


def _place(turn: TurnState, event: Any) -> tuple[int, int]:
    return places.of(turn, event), event.content_index


def _piece(shown: str, *, raw: bool = False) -> Handler:
    def grow(turn: TurnState, event: Any, now: float) -> list[Change]:
        changes = _token(turn, shown, now)
        return changes + parts.grow(turn, shown, _place(turn, event), event.delta, now, raw=raw)

    return grow


def _reasoning_done(*, raw: bool = False) -> Handler:
    def settle(turn: TurnState, event: Any, now: float) -> list[Change]:
        return parts.settle(turn, "reasoning", _place(turn, event), event.text, now, raw=raw)

    return settle


def _whole(shown: str) -> Handler:
    """The whole of a text or of a refusal, in the event's field of that name."""

    def settle(turn: TurnState, event: Any, now: float) -> list[Change]:
        return _said(turn, parts.settle(turn, shown, _place(turn, event), getattr(event, shown), now), now)

    return settle


def _part_done(turn: TurnState, event: events.ContentPartDone, now: float) -> list[Change]:
    return _said(turn, output.content(turn, codec.decode_object(event.part), _place(turn, event), now), now)


def _said(turn: TurnState, changes: list[Change], now: float) -> list[Change]:
    """What was said as a whole; it may be the first that was said."""
    return [*_token(turn, "text", now), *changes] if changes else []


def _refusal_delta(turn: TurnState, event: events.RefusalDelta, now: float) -> list[Change]:
    changes = parts.grow(turn, "refusal", _place(turn, event), event.delta, now)
    return _token(turn, "text", now) or changes


def _item_added(turn: TurnState, event: events.OutputItemAdded, now: float) -> list[Change]:
    item = codec.decode_object(event.item)
    place, named = places.begin(turn, item.get("id"), event.output_index), kind(item)
    if named in TOOL_CALLS:
        call = arrival.announce(turn, item, place, now)
        return [*_token(turn, "text", now), CallChanged(call)] if call is not None else []
    if named == "reasoning":
        return _token(turn, "reasoning", now)
    return [TurnChanged(turn)] if hosted.begin(turn, item, place, now) else []


def _arguments_delta(turn: TurnState, event: Any, now: float) -> list[Change]:
    arrival.grow(turn, event, now)
    return _token(turn, "text", now)


def _item_done(turn: TurnState, event: events.OutputItemDone, now: float) -> list[Change]:
    item = Item.received(codec.decode_object(event.item))
    place = places.end(turn, item.get("id"), event.output_index)
    changes = output.keep(turn, item, place, now)
    spoken = kind(item) == "message" and len(changes) > 1
    return [*_token(turn, "text", now), *changes] if spoken else changes


def _unknown(turn: TurnState, event: events.UnknownEvent, now: float) -> list[Change]:
    if hosted.advance(turn, event):
        return [TurnChanged(turn)]
    found = _ending_of(event)
    if found is None or turn.response_id is None or found[1].id != turn.response_id:
        return []
    # Where nothing else would come.
    status, body = found
    return _end(turn, status, _failed(body, f"The response was {body.status}."), now)


def _error(turn: TurnState, event: events.ErrorEvent, now: float) -> list[Change]:
    return cut_off(turn, "failed", codec.error_info(event), now)


_HANDLERS: Mapping[type[Any], Handler] = {
    events.ResponseCreated: _response,
    events.ResponseInProgress: _response,
    events.ResponseCompleted: _terminal("completed"),
    events.ResponseIncomplete: _terminal("incomplete"),
    events.ResponseFailed: _terminal("failed"),
    events.OutputItemAdded: _item_added,
    events.OutputItemDone: _item_done,
    events.OutputTextDelta: _piece("text"),
    events.TextBurst: _piece("text"),
    events.OutputTextDone: _whole("text"),
    events.ContentPartDone: _part_done,
    events.RefusalDelta: _refusal_delta,
    events.RefusalDone: _whole("refusal"),
    events.ReasoningTextDelta: _piece("reasoning", raw=True),
    events.ReasoningTextDone: _reasoning_done(raw=True),
    events.ReasoningSummaryDelta: _piece("reasoning"),
    events.ReasoningSummaryDone: _reasoning_done(),
    events.ArgumentsDelta: _arguments_delta,
    events.ArgumentsDone: arrival.tell,
    events.CustomInputDelta: _arguments_delta,
    events.CustomInputDone: arrival.tell,
    events.ErrorEvent: _error,
    events.UnknownEvent: _unknown,
}
