"""Faults on demand: rules that say what goes wrong, and at which event. The table for people is in docs/server.md."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

import msgspec

from .manual import did_you_mean

__all__ = [
    "ACTIONS",
    "CLOSES",
    "EVENTS",
    "POST",
    "STRUCK",
    "STRUCK_BETWEEN",
    "STRUCK_HEADER",
    "TELL_HEADER",
    "UPGRADE",
    "Failure",
    "Fault",
    "FaultError",
    "Faults",
    "parse_action",
    "parse_fault",
    "rules_in",
]

_RULE = re.compile(r"\s*(\S*)\s*(.*?)\s+at\s+(\S+)(?:\s+(every\s+)?(\d+))?\s*")
UPGRADE = "upgrade"
POST = "post"
EVENTS = (
    *("response.create", "response.created", "response.output_item.added", "response.output_text.delta"),
    *("response.function_call_arguments.delta", "response.output_item.done", "response.completed"),
    *("response.*.delta", "response.steer", UPGRADE, POST),
)
"""Where faults are usually wanted; every other type of an event is as good."""
TELL_HEADER = "X-WS-Notebook-Tell-Faults"
"""A client that sends it is told of each fault that strikes its connection."""
STRUCK = "x_ws_notebook.fault"
"""The type of the event that tells it, with `rule` and `event`, before the fault happens."""
STRUCK_HEADER = "X-WS-Notebook-Fault"
"""The header that tells it where no event can: the rules of what struck."""
STRUCK_BETWEEN = " | "
"""What parts them."""


class FaultError(ValueError):
    """A rule cannot be read; the message names what is wrong and what is right."""


class Failure(Exception):
    """The response that was being written is to fail with ``code``. Raised to whoever writes it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def _none(text: str) -> None:
    if text:
        raise ValueError("takes no argument")


def _number(read: Callable[[str], Any], fits: Callable[[Any], bool], wanted: str) -> Callable[[str], Any]:
    def number(text: str) -> Any:
        try:
            value = read(text)
        except ValueError:
            raise ValueError(f"takes {wanted}, not {text!r}") from None
        if not fits(value):
            raise ValueError(f"takes {wanted}")
        return value

    return number


_seconds = _number(float, lambda value: 0 <= value <= 86_400, "seconds, 0 to 86400")
_positive = _number(int, lambda value: value >= 1, "a number above 0")
_status = _number(int, lambda value: 400 <= value < 600, "an HTTP status, 400 to 599")
CLOSES = frozenset({*range(1000, 1004), *range(1007, 1015), *range(3000, 5000)})
"""The close codes that a peer may send."""
_close_code = _number(
    int, CLOSES.__contains__, "a close code that may be sent: 1000 to 1003, 1007 to 1014, 3000 to 4999"
)


def _code(text: str) -> str:
    if not text:
        raise ValueError("takes an error code")
    if len(text) > 200:
        raise ValueError("takes an error code of at most 200 characters")
    return text


ACTIONS: dict[str, tuple[Callable[[str], Any], str]] = {
    "drop": (_none, "the TCP connection is reset before the event"),
    "stall": (_seconds, "nothing is sent for so many seconds, then the event and the rest"),
    "close": (_close_code, "the socket is closed with that code before the event"),
    "error": (_code, "an error frame with that code, or HTTP status, replaces the event and ends the response"),
    "limit": (_seconds, "as `error 429`: rate_limit_exceeded, with a retry-after of so many seconds"),
    "fail": (_code, "after the event the response ends with `response.failed` and that code"),
    "untyped": (_code, "as `error`, but the error frame has no `type`"),
    "explain": (_code, "as `fail`, but `response.failed` has no reason: that comes in an error frame behind it"),
    "garble": (_none, "only the first half of the event's message is sent"),
    "omit": (_none, "the event is not sent"),
    "hollow": (_none, "the event's item has no arguments, input or content: only other events tell of them"),
    "duplicate": (_none, "the event is sent twice"),
    "unknown": (_none, "an event of an unknown type is sent before it"),
    "split": (_positive, "the event's message is sent in fragments of so many bytes"),
    "slow": (_positive, "from here on the connection sends so many bytes a second"),
    "hold": (_none, "the event and what follows on its lane wait until another lane's event was sent"),
    "refuse": (_status, "at `upgrade` or `post`: that HTTP status is the answer"),
}
"""What can go wrong: how the argument is read, and what happens."""


class Fault(msgspec.Struct):
    """One rule, and how often its event was seen and its fault happened."""

    rule: str
    action: str
    argument: Any
    event: str
    nth: int
    every: bool
    seen: int = 0
    happened: int = 0

    def strikes(self, kind: str) -> bool:
        """Count an event; whether the fault happens at it."""
        if not fnmatchcase(kind, self.event):
            return False
        self.seen += 1
        struck = self.seen % self.nth == 0 if self.every else self.seen == self.nth
        self.happened += struck
        return struck


def parse_fault(rule: str) -> Fault:
    """``ACTION [ARGUMENT] at EVENT [N | every N]``: at the first event of that type, the Nth, or each Nth.

    EVENT is a type of the client's or the server's events, perhaps with ``*``; or ``upgrade`` or ``post``.
    FaultError otherwise.
    """
    found = _RULE.fullmatch(rule)
    if found is None:
        raise FaultError(
            f"Cannot read the fault '{rule}': write ACTION [ARGUMENT] at EVENT [N | every N].{_hint(rule)}"
        )
    name, argument, event, every, times = found.groups()
    value = parse_action(f"{name} {argument}", rule)
    try:
        nth = _positive(times or "1")
    except ValueError as error:
        raise FaultError(f"Cannot read the fault '{rule}': how often {error}.") from None
    _check_event(event, rule)
    if (name == "refuse") != (event in (UPGRADE, POST)):
        raise FaultError(f"Cannot read the fault '{rule}': 'refuse', and it alone, is for '{UPGRADE}' and '{POST}'.")
    return Fault(rule, name, value, event, nth, bool(every))


def parse_action(text: str, rule: str = "") -> Any:
    """The argument of ``ACTION [ARGUMENT]``, as the action takes it. FaultError, about *rule*, otherwise."""
    name, _, argument = text.strip().partition(" ")
    rule = rule or text
    if name not in ACTIONS:
        near = did_you_mean(name, ACTIONS)
        raise FaultError(f"Unknown fault '{name}' in '{rule}'.{near} Use one of {', '.join(ACTIONS)}.")
    try:
        return ACTIONS[name][0](argument.strip())
    except ValueError as error:
        raise FaultError(f"Cannot read the fault '{rule}': '{name}' {error}.") from None


def _hint(rule: str) -> str:
    """What is missing of a rule that is none."""
    name, _, argument = rule.strip().partition(" ")
    if name not in ACTIONS:
        return did_you_mean(name, ACTIONS)
    words = [word for word in argument.split() if word != "at"]
    event = next((word for word in words if word in _TYPES), "response.output_text.delta")
    meant = " ".join([name, *(word for word in words if word != event), "at", event])
    return f" Did you mean '{meant}'?"


def _is_nearly_known(event: str) -> bool:
    # Only rules that cannot be read need it, and most sessions read none.
    import difflib

    return bool(difflib.get_close_matches(event, _TYPES, 1, 0.9))


def _check_event(event: str, rule: str) -> None:
    """Refuse what is no type of an event, and what is nearly one: such a rule would wait for ever."""
    if event in _TYPES or "*" in event:
        return
    near = did_you_mean(event, [*EVENTS, *_TYPES])
    if event.startswith("response.") and not (near and _is_nearly_known(event)):
        return  # an upstream's own
    near = near or did_you_mean(f"response.{event}", EVENTS)
    raise FaultError(
        f"Cannot read the fault '{rule}': there is no event '{event}'.{near} Usual are {', '.join(EVENTS)}."
    )


_TYPES = (
    *(UPGRADE, POST, "error", "response.create", "response.steer"),
    *(f"response.{name}" for name in "created in_progress completed incomplete failed queued".split()),
    *(f"response.steer.{name}" for name in "accepted pending failed".split()),
    *(f"response.{part}.{step}" for part in ("output_item", "content_part") for step in ("added", "done")),
    *("response.reasoning_summary_part.added", "response.reasoning_summary_part.done", "response.compaction"),
    *(
        f"response.{part}.{step}"
        for part in (
            *("output_text", "refusal", "reasoning_summary_text", "reasoning_text"),
            *("function_call_arguments", "custom_tool_call_input"),
        )
        for step in ("delta", "done")
    ),
)
"""What the server itself writes, or waits for."""


def rules_in(headers: Mapping[str, str]) -> tuple[str, ...]:
    """What struck, as the headers of an answer tell it."""
    told = headers.get(STRUCK_HEADER)
    return tuple(told.split(STRUCK_BETWEEN)) if told else ()


class Faults:
    """The rules of one server; counted over all its connections, from when they were set."""

    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        self.rules = list(faults)

    def replace(self, faults: Iterable[Fault]) -> None:
        """Set other rules; their counts begin at 0."""
        self.rules = list(faults)

    def at(self, kind: str) -> list[Fault]:
        """Count an event; what goes wrong at it, in the order of the rules."""
        # Every rule counts, whether or not one before it struck.
        return [fault for fault in self.rules if fault.strikes(kind)]
