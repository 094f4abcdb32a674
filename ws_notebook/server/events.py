"""The events of one response, in the exact order of the API: pieces go in, events come out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ws_notebook.server.items import CallItem, CompactionItem, MessageItem, OpenItem, ReasoningItem
from ws_notebook.server.models.base import Arguments, Break, Call, Cut, Passed, Piece, Read, Refusal, Text, Thought
from ws_notebook.server.relay import Relay
from ws_notebook.server.wire import CALLS, ENDS, Event, Item, ResponseObject

__all__ = ["ResponseWriter"]


class ResponseWriter:
    """Writes *response* (in progress, output empty) piece by piece.

    Call ``begin`` once (an upstream's own ``response.created`` does it as well), ``write`` for every piece, perhaps
    ``cut_short`` or ``break_off``, then ``end``. Each gives the events to send, numbered from 0. Items never overlap: a
    piece of another kind closes the open item.
    """

    def __init__(self, response: ResponseObject) -> None:
        self.response = response
        self.tokens = 0
        """Deltas written."""
        self.reasoning_tokens = 0
        """Those of them that were reasoning."""
        self.read: Read | None = None
        """What the model counted."""
        self.begun = False
        """Whether ``response.created`` was given; from then on the response keeps its id."""
        self._output: list[Item] = []
        self._relay: Relay | None = None
        self._fixed = {name: response[name] for name in _OURS if name in response}
        self._told: Event | None = None
        """The upstream's own end."""
        self._open: OpenItem | None = None
        self._kind: type[Piece] | None = None
        self._sequence = 0
        self._ending: dict[str, Any] = {"status": "completed"}

    @property
    def output(self) -> list[Item]:
        """The finished items."""
        return self._output if self._relay is None else [*self._output, *self._relay.items]

    def begin(self, **more: Any) -> Iterator[Event]:
        self.begun = True
        self._fixed["id"] = self.response["id"]
        yield self.note("response.created", **{**more, "response": dict(self.response)})
        yield self.note("response.in_progress", response=dict(self.response))

    def write(self, piece: Piece) -> Iterator[Event]:
        if isinstance(piece, Passed):
            yield from self._pass(piece.event)
        elif isinstance(piece, Call):
            yield from self._start(CallItem(piece.name, custom=piece.custom, call_id=piece.call_id), Arguments)
        elif isinstance(piece, Read):
            self.read = piece
        elif isinstance(piece, Cut):
            self.cut_short(piece.reason)
        elif isinstance(piece, Break):
            yield from self._close("completed")
        else:
            if self._kind is not type(piece):
                yield from self._start(_item_for(piece), type(piece))
            assert self._open is not None
            self.tokens += 1
            self.reasoning_tokens += isinstance(piece, Thought)
            yield self._item_event(*self._open.extend(piece.delta))

    def safe_before(self, piece: Piece) -> bool:
        """Whether the response may end before *piece*: no item is left half written, and no tool was called."""
        if isinstance(piece, Read | Cut):
            return False
        if isinstance(piece, Passed):
            begins = piece.event["type"] == "response.output_item.added"
            return begins and (self._relay is None or self._relay.idle) and not self.calls()
        begins = isinstance(piece, Call | Break) or self._kind is not type(piece)
        return begins and self._kind is not Arguments and not self.calls()

    def calls(self) -> list[Item]:
        """The finished calls of the client's tools."""
        return [item for item in self.output if item.get("type") in CALLS]

    def note(self, kind: str, **fields: Any) -> Event:
        """An event of the response, or about it, with its number."""
        return self._numbered({"type": kind, "sequence_number": 0, **fields})

    def compact(self, encrypted_content: str) -> Iterator[Event]:
        """An item that stands for everything before it."""
        yield from self._start(CompactionItem(encrypted_content), None)
        yield from self._close("completed")

    def cut_short(self, reason: str) -> None:
        """The response will end incomplete: *reason* is ``max_output_tokens`` and the like."""
        self._told = None
        self._ending = {"status": "incomplete", "incomplete_details": {"reason": reason}}

    def break_off(self, code: str, message: str) -> None:
        """The response will end failed."""
        self._told = None
        self._ending = {"status": "failed", "error": {"code": code, "message": message}}

    def end(self, completed_at: int, usage: dict[str, Any]) -> Iterator[Event]:
        """Close what is open, then the one terminal event; nothing may follow it."""
        completed = self._ending["status"] == "completed"
        yield from self._close("completed" if completed else "incomplete")
        times = {"completed_at": completed_at} if completed else {}
        ours = {**self.response, **self._ending, **times, "output": self.output, "usage": usage}
        told = self._told or {}
        theirs = told.get("response") or {}
        listed = {} if isinstance(theirs.get("output"), list) else {"output": self.output}
        self.response = {**ours, **theirs, **listed, **self._fixed}
        yield self.note(f"response.{self._ending['status']}", **_more(told), response=self.response)

    def _pass(self, event: Event) -> Iterator[Event]:
        kind, response = event["type"], event.get("response")
        if kind in _BEGINNINGS:
            if not self.begun:
                theirs = response if isinstance(response, dict) else {}
                self.response = {**self.response, **theirs, **self._fixed, "status": "in_progress"}
                yield from self.begin(**_more(event))
            return
        if not self.begun:
            yield from self.begin()
        if kind in ENDS:
            self._told = event
            self._ending = {"status": kind.removeprefix("response.")}
            return
        if self._relay is None:
            yield from self._close("completed")
            self._relay = Relay(len(self._output))
        for each in self._relay.events(event):
            yield self._numbered(each)

    def _start(self, item: OpenItem, kind: type[Piece] | None) -> Iterator[Event]:
        yield from self._close("completed")
        self._open, self._kind = item, kind
        yield self.note("response.output_item.added", output_index=len(self._output), item=item.added())
        for step in item.open():
            yield self._item_event(*step)

    def _close(self, status: str) -> Iterator[Event]:
        item = self._open
        if item is None:
            return
        for step in item.close():
            yield self._item_event(*step)
        done = item.done(status)
        yield self.note("response.output_item.done", output_index=len(self._output), item=done)
        self._output.append(done)
        self._open = self._kind = None

    def _item_event(self, kind: str, fields: dict[str, Any]) -> Event:
        assert self._open is not None
        return self.note(kind, item_id=self._open.id, output_index=len(self._output), **fields)

    def _numbered(self, event: Event) -> Event:
        event["sequence_number"] = self._sequence
        self._sequence += 1
        return event


_OURS = ("previous_response_id", "store")
"""What of a response only this server knows, whatever its upstream says."""
_BEGINNINGS = frozenset({"response.created", "response.in_progress", "response.queued"})


def _more(event: Event) -> Event:
    """What an event of a response says that none of the API's does."""
    return {name: value for name, value in event.items() if name not in ("type", "sequence_number", "response")}


def _item_for(piece: Text | Refusal | Thought | Arguments) -> OpenItem:
    if isinstance(piece, Thought):
        return ReasoningItem(raw=piece.raw)
    if isinstance(piece, Arguments):
        raise TypeError("arguments belong to a call: a Call must come first")
    return MessageItem(refusal=isinstance(piece, Refusal))
