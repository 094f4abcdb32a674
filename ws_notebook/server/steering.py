"""Steering on one connection: user input queued for a running response, and what becomes of it.

Accepted input interrupts its target at the next safe boundary. It is committed by the successor's ``response.created``,
or, where the target stopped for the outputs of the client's tools, by the client's next create. What cannot be
committed is given back by ``response.steer.failed``.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ws_notebook.server.create import Create
from ws_notebook.server.generation import Generation
from ws_notebook.server.responses import new_id
from ws_notebook.server.wire import Event, Item

__all__ = ["Steer", "SteerError", "Steering", "Target", "failure", "parse_steer"]

_FIELDS = frozenset({"type", "previous_response_id", "input"})
_MESSAGE_FIELDS = frozenset({"type", "role", "content", "id", "status"})
_PARTS = frozenset({"input_text", "input_image", "input_file"})


class SteerError(Exception):
    """A steer fails with one of the API's codes. ``str(error)`` is the message."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Steer:
    """An accepted submission; ``input`` is as it was sent."""

    id: str
    target: str
    """The id of the response it steers."""
    items: tuple[Item, ...]
    input: Any

    def named(self) -> dict[str, str]:
        """What events say of it."""
        return {"id": self.id, "previous_response_id": self.target}


def parse_steer(fields: Mapping[str, Any]) -> Steer:
    """Check *fields*. SteerError ``invalid_input``: "it accepts only type, previous_response_id and input"."""
    unknown = sorted(set(fields) - _FIELDS)
    if unknown:
        raise _invalid(f"'{unknown[0]}' does not belong into response.steer")
    target = fields.get("previous_response_id")
    if not isinstance(target, str):
        raise _invalid("'previous_response_id' must be the id of the response to steer")
    given = fields.get("input")
    if isinstance(given, str):
        items: tuple[Item, ...] = ({"type": "message", "role": "user", "content": given},)
    elif isinstance(given, list) and given:
        items = tuple(_message(item, index) for index, item in enumerate(given))
    else:
        raise _invalid("'input' must be a string or a list of at least one message")
    return Steer(new_id("steer"), target, items, given)


def failure(fields: Mapping[str, Any], error: SteerError, steer_id: str | None = None) -> Event:
    """``response.steer.failed`` without its number; it gives the input back, so that it can be sent again."""
    target, given = fields.get("previous_response_id"), fields.get("input")
    return {
        "type": "response.steer.failed",
        "steer": {
            **({"id": steer_id} if steer_id else {}),
            "previous_response_id": target if isinstance(target, str) else "",
            "input": given if isinstance(given, str | list) else "",
        },
        "error": {"code": error.code, "message": str(error), "type": "invalid_request_error"},
    }


def _message(item: Any, index: int) -> Item:
    where = f"input[{index}]"
    if not isinstance(item, dict) or item.get("type", "message") != "message" or item.get("role") != "user":
        raise _invalid(f"'{where}' must be a message with the role 'user'")
    unknown = sorted(set(item) - _MESSAGE_FIELDS)
    if unknown:
        raise _invalid(f"'{where}.{unknown[0]}' does not belong into a message")
    content = item.get("content")
    if isinstance(content, list):
        for part in content:
            if not isinstance(part, dict) or part.get("type") not in _PARTS:
                raise _invalid(f"'{where}.content' takes input_text, input_image and input_file parts")
    elif not isinstance(content, str):
        raise _invalid(f"'{where}.content' must be a string or a list of parts")
    return {**item, "type": "message"}


def _invalid(problem: str) -> SteerError:
    return SteerError("invalid_input", f"Invalid steering input: {problem}.")


Post = Callable[[str | None, Event], None]
"""Sends one event on a lane, without waiting."""
_REMEMBERED = 64
"""Ended responses that are told from unknown ones."""


@dataclass(slots=True)
class Target:
    """A response that can be, or was, steered."""

    lane: str | None
    generation: Generation
    steers: list[Steer] = field(default_factory=list)
    status: str = "in_progress"
    """Any other when the terminal event is about to be sent: no steer is accepted any more."""


class Steering:
    """The steers of one connection; at most *capacity* wait for one response."""

    def __init__(self, post: Post, *, capacity: int) -> None:
        self._post = post
        self._capacity = capacity
        self._targets: OrderedDict[str, Target] = OrderedDict()
        self._held: dict[str | None, Target] = {}
        """Per lane the response whose steers wait for the client's tool outputs."""

    def begin(self, target: Target) -> None:
        """From here on, when its id is settled, the response can be steered."""
        if self._targets.get(target.generation.id) is target:
            return
        self._targets[target.generation.id] = target
        ended = [name for name, old in self._targets.items() if old.status != "in_progress"]
        for name in ended[:-_REMEMBERED]:
            del self._targets[name]

    def submit(self, fields: Mapping[str, Any]) -> None:
        """Take one ``response.steer``; the answer is ``response.steer.accepted`` or ``response.steer.failed``."""
        name = fields.get("previous_response_id")
        target = self._targets.get(name) if isinstance(name, str) else None
        try:
            steer = parse_steer(fields)
            if target is None:
                raise SteerError(
                    "response_not_found", f"Response '{steer.target}' is not available on this connection."
                )
            self._check(target)
        except SteerError as error:
            self._fail(target, failure(fields, error))
            return
        target.steers.append(steer)
        self._tell(target, "response.steer.accepted", steer=steer.named())
        target.generation.interrupt()

    def successor(self, target: Target) -> Create | None:
        """What follows by itself when the terminal event was sent; None when nothing does."""
        if not target.steers:
            return None
        if target.status not in ("completed", "incomplete"):
            self.give_back(target)
            return None
        required = target.generation.required_input()
        if not required:
            create = target.generation.create
            return _continue(replace(create, items=(), previous_response_id=target.generation.id), target.steers)
        self._held[target.lane] = target
        waits = {"reason": "waiting_for_required_input", "required_input": required}
        for steer in target.steers:
            self._tell(target, "response.steer.pending", steer=steer.named(), **waits)
        return None

    def join(self, lane: str | None, create: Create) -> Create:
        """*create* with the steers in front that waited for it, in the order of submission."""
        held = self._held.get(lane)
        if held is None or held.generation.id != create.previous_response_id:
            return create
        return _continue(create, held.steers)

    def settle(self, lane: str | None, response_id: str | None) -> None:
        """A create that continues *response_id* begins on *lane*: what waited there is committed, or never will be."""
        held = self._held.pop(lane, None)
        if held is not None and held.generation.id != response_id:
            self.give_back(held, SteerError("response_not_active", "The lane went on without the steered response."))

    def abandon(self, lane: str | None, response_id: object) -> None:
        """A create that would have continued *response_id* was refused, and what waited for it with it."""
        held = self._held.get(lane)
        if held is not None and held.generation.id == response_id:
            del self._held[lane]
            self.give_back(held)

    def give_back(self, target: Target, error: SteerError | None = None) -> None:
        """Accepted steers of *target* cannot be committed."""
        error = error or SteerError("successor_creation_failed", "The successor response could not be created.")
        for steer in target.steers:
            fields = {"previous_response_id": steer.target, "input": steer.input}
            self._fail(target, failure(fields, error, steer.id))
        target.steers.clear()

    def _check(self, target: Target) -> None:
        if target.status == "completed":
            raise SteerError("response_already_completed", "The response has completed: send a response.create.")
        if target.status != "in_progress":
            raise SteerError("response_not_active", "The response takes no more steering: send a response.create.")
        if target.generation.create.compact_threshold is not None:
            raise SteerError("steering_not_supported", "A response with automatic compaction cannot be steered.")
        if len(target.steers) >= self._capacity:
            raise SteerError("too_many_pending_steers", f"{self._capacity} steers wait for this response already.")

    def _tell(self, target: Target, kind: str, **fields: Any) -> None:
        self._post(target.lane, target.generation.note(kind, **fields))

    def _fail(self, target: Target | None, event: Event) -> None:
        if target is None:
            self._post(None, {**event, "sequence_number": 0})
        else:
            self._tell(target, **{"kind" if key == "type" else key: value for key, value in event.items()})


def _continue(create: Create, steers: Iterable[Steer]) -> Create:
    """*create* with the messages of *steers* before its own input."""
    return replace(create, items=(*(item for steer in steers for item in steer.items), *create.items))
