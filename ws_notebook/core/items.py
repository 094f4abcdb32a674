"""Items: what a response is made of, kept exactly as they were on the wire.

An item is a JSON object with a `type`. Kinds that this package does not know are items like any
other: nothing is dropped, so a history can be replayed whatever the provider put into it.
"""

from __future__ import annotations

import copy
import sys
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any

from ..exceptions import SettingsError

__all__ = [
    "TOOL_CALLS",
    "Item",
    "WireObject",
    "as_items",
    "assistant_message",
    "at",
    "is_left_open",
    "is_owed_elsewhere",
    "kind",
    "listed",
    "prompt_text",
    "tool_output",
    "user_message",
    "word_of",
]

TOOL_CALLS = {"function_call": "function_call_output", "custom_tool_call": "custom_tool_call_output"}
"""Calls that Python tools answer, with the type of the item that answers each."""

CLIENT_CALLS = frozenset(
    {"computer_call", "apply_patch_call", "local_shell_call", "shell_call", "mcp_approval_request", "tool_search_call"}
)
"""Calls that wait for the client but that no Python tool can answer."""


_COMMON = ("type", "status", "name", "role")


class WireObject(dict[str, Any]):
    """A JSON object whose keys can also be read as attributes. Nested objects read the same way."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        try:
            return _wrapped(self[name])
        except KeyError:
            raise AttributeError(f"{type(self).__name__} has no field {name!r}; it has {', '.join(self)}") from None

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *(key for key in self if key.isidentifier())]


class Item(WireObject):
    """One item of a request's input or a response's output."""

    __slots__ = ()

    @classmethod
    def received(cls, value: Mapping[str, Any]) -> Item:
        """One that a provider sent: words that all of its kind have are held once for all of them."""
        item = cls(value)
        for key in _COMMON:
            if key in item and type(word := item[key]) is str:
                item[key] = sys.intern(word)
        return item


def _wrapped(value: Any) -> Any:
    if isinstance(value, dict) and not isinstance(value, WireObject):
        return WireObject(value)
    if isinstance(value, list):
        return [_wrapped(each) for each in value]
    return value


def kind(item: Mapping[str, Any]) -> str:
    """The item's type; empty where it has none that could be one."""
    found = item.get("type")
    return found if isinstance(found, str) else ""


def word_of(item: Mapping[str, Any], key: str = "id") -> str:
    """The id of an item, or another of its words; empty where it gives none."""
    return str(item.get(key) or "")


def at(value: Any, *path: str) -> Any:
    """What stands in a JSON value at a path of names; None where nothing does."""
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def listed(value: Any) -> list[Any]:
    """A JSON list as it is; an empty one where the value is none."""
    return value if isinstance(value, list) else []


def user_message(text: str) -> Item:
    """The item for a user's words."""
    return Item(type="message", role="user", content=[{"type": "input_text", "text": text}])


def assistant_message(text: str) -> Item:
    """An item that tells a model what it said, without an id: for partial answers in a replay."""
    return Item(type="message", role="assistant", content=[{"type": "output_text", "text": text}])


def tool_output(call_kind: str, call_id: str, output: str | list[Any]) -> Item:
    """The item that answers a call; `call_kind` is the type of the call's item."""
    return Item(type=TOOL_CALLS[call_kind], call_id=call_id, output=output)


def as_items(value: str | Sequence[Mapping[str, Any]] | Mapping[str, Any]) -> list[Item]:
    """Make items of what users pass as input: words, one item, or a list of items.

    Raises SettingsError when it is empty or not of that form.
    """
    if isinstance(value, str):
        if not value.strip():
            raise SettingsError("The prompt is empty. Write a question or an instruction.")
        return [user_message(value)]
    # Callers are not all type-checked: what is no list is told of like a wrong entry of one.
    given: Any = value
    listed = isinstance(given, Iterable) and not isinstance(given, Mapping)
    entries: list[Any] = list(given) if listed else [given]
    if not entries:
        raise SettingsError("The input is an empty list. Pass words or at least one item.")
    for entry in entries:
        if not isinstance(entry, Mapping) or not ("type" in entry or "role" in entry):
            raise SettingsError(
                "Input must be a string or a list of items (dicts with a 'type' or a 'role'), "
                f"not {type(entry).__name__}."
            )
    # A copy: what was sent stays what it was, whatever the caller does to his lists later.
    return [Item(copy.deepcopy(dict(entry))) for entry in entries]


def is_owed_elsewhere(item: Mapping[str, Any]) -> bool:
    """Whether the item waits for an answer that only another program than a Python tool can give."""
    named = kind(item)
    if named == "tool_search_call":
        return item.get("execution") == "client"
    return named in CLIENT_CALLS


def is_left_open(item: Mapping[str, Any], answered: Container[str]) -> bool:
    """Whether the item waits for such an answer, and none of those that were given is for it."""
    return is_owed_elsewhere(item) and not any(str(item.get(name)) in answered for name in ("call_id", "id"))


def prompt_text(items: Sequence[Mapping[str, Any]]) -> str:
    """The words of the user messages among `items`, joined by a blank line; what a view shows as the prompt.

    A picture in a message is the word `[image]`, at its place.

    Of a run that goes on from a tool call with another output, it says that.
    """
    found: list[str] = []
    for item in items:
        if item.get("role") == "user":
            content = item.get("content")
            parts = [{"text": content}] if isinstance(content, str) else content or []
            found += _words([part for part in parts if isinstance(part, Mapping)])
    if not found and any(kind(item) in TOOL_CALLS.values() for item in items):
        return "(other tool outputs)"
    return "\n\n".join(found)


def _words(parts: Sequence[Mapping[str, Any]]) -> list[str]:
    """The texts of a message's parts; one that has a picture beside it goes on in the same string."""
    found: list[str] = []
    before = ""
    for part in parts:
        text = part.get("text")
        if part.get("type") == "input_image":
            joint = "" if not found or found[-1][-1:].isspace() else " " if before == "image" else "\n"
            found[-1:] = [f"{found[-1]}{joint}[image]" if found else "[image]"]
            before = "image"
        elif isinstance(text, str):
            if before == "image":
                found[-1] += f"\n{text}" if text[:1].isalnum() else text
            else:
                found.append(text)
            before = "text"
    return found
