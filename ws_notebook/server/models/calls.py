"""Tool calls both ways: from a directive to an item's fields, and from an item back to what people write."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ws_notebook.render.format import shortened
from ws_notebook.server.models.base import Arguments, Call, Piece
from ws_notebook.server.models.directives import Invoke
from ws_notebook.server.models.history import read_json
from ws_notebook.server.tokens import split_json, split_text
from ws_notebook.server.wire import Item, Tool

__all__ = ["BoundCall", "allowed", "bind", "call_pieces", "describe", "find_tool", "parameters", "placed", "to_json"]

_LONGEST = 60


@dataclass(frozen=True, slots=True)
class BoundCall:
    """A call as it will be emitted; *text* is JSON arguments, or a custom tool's input."""

    name: str
    text: str
    custom: bool = False


def find_tool(tools: Sequence[Tool], name: str) -> Tool | None:
    """The function or custom tool called *name*."""
    return next((tool for tool in tools if tool.get("name") == name), None)


def parameters(tool: Tool | None) -> dict[str, Any]:
    """The parameters' schemas by name, in their order; empty for a tool nobody registered."""
    schema = (tool or {}).get("parameters") or {}
    properties = schema.get("properties")
    return properties if isinstance(properties, dict) else {}


def bind(invoke: Invoke, tools: Sequence[Tool]) -> BoundCall | None:
    """*invoke* as its tool wants it; a tool nobody registered is called all the same. None: unreadable arguments."""
    tool = find_tool(tools, invoke.name)
    given = invoke.arguments
    if tool is not None and tool.get("type") == "custom":
        plain = not given.named and len(given.positional) == 1 and isinstance(given.positional[0], str)
        return BoundCall(invoke.name, given.positional[0] if plain else invoke.raw, custom=True)
    if invoke.problem:
        return None
    names = list(parameters(tool))
    if len(given.positional) == 1 and not given.named and _is_arguments(given.positional[0], names, tool):
        return BoundCall(invoke.name, to_json(given.positional[0]))
    values = placed(tool, given.positional, given.named)
    in_order = {name: values[name] for name in names if name in values}
    return BoundCall(invoke.name, to_json({**in_order, **values}))


def placed(tool: Tool | None, given: Sequence[Any], named: Mapping[str, Any]) -> dict[str, Any]:
    """Values by their names; those without one are in the order of the parameters that are free."""
    free = [name for name in parameters(tool) if name not in named]
    # More values than parameters: sent under made-up names, for the tool to refuse.
    free += [f"arg{index}" for index in range(len(free) + 1, len(given) + 1)]
    return {**dict(zip(free, given, strict=False)), **named}


def call_pieces(call: BoundCall) -> Iterator[Piece]:
    """A call as it is written, token by token."""
    yield Call(call.name, call.custom)
    yield from map(Arguments, split_text(call.text) if call.custom else split_json(call.text))


def allowed(tools: Sequence[Tool], choice: str | dict[str, Any]) -> tuple[list[Tool], bool]:
    """The tools that a request's ``tool_choice`` leaves, and whether one must be called."""
    if not isinstance(choice, dict):
        return ([], False) if choice == "none" else (list(tools), choice == "required")
    if choice.get("type") == "allowed_tools":
        listed = {entry.get("name") for entry in choice.get("tools") or [] if isinstance(entry, dict)}
        return [tool for tool in tools if tool["name"] in listed], choice.get("mode") == "required"
    return [tool for tool in tools if tool["name"] == choice.get("name")], True


def describe(item: Item) -> str:
    """``add(a=2, b=3)``, as a directive would write the call."""
    name = str(item.get("name"))
    if item.get("type") == "custom_tool_call":
        return f"{name}({_shorten(json.dumps(item.get('input'), ensure_ascii=False))})"
    arguments = read_json(item.get("arguments") or "{}")
    if not isinstance(arguments, dict):
        return f"{name}({_shorten(str(item.get('arguments')))})"
    shown = [f"{key}={json.dumps(value, ensure_ascii=False)}" for key, value in arguments.items() if value is not None]
    return f"{name}({_shorten(', '.join(shown))})"


def to_json(value: Any) -> str:
    """Compact JSON; the arguments' text. Numbers of any size keep their digits."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _is_arguments(value: Any, names: list[str], tool: Tool | None) -> bool:
    """Whether a lone ``{…}`` is all the arguments rather than the first one."""
    return isinstance(value, dict) and (set(value) <= set(names) if tool is not None and names else True)


def _shorten(text: str) -> str:
    return shortened(" ".join(text.split()).replace("`", "'"), _LONGEST)
