"""One ``response.steer``, checked: the user's messages for a response that is running."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ws_notebook.server.responses import new_id
from ws_notebook.server.wire import Event, Item

__all__ = ["Steer", "SteerError", "failure", "parse_steer"]

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
