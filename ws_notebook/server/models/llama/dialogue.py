"""A lineage as messages for a model whose template knows no tools: calls and outputs are lines of text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ws_notebook.core.spoken import as_arguments
from ws_notebook.server.models.history import read_json, text_of
from ws_notebook.server.models.llama.shown import NO_CALL, Message, call_text, shown_messages
from ws_notebook.server.wire import CALLS, OUTPUTS, Item, Tool

__all__ = ["Dialogue", "dialogue_of"]


@dataclass(frozen=True, slots=True)
class Dialogue:
    """What the model reads, and what was made of it so far."""

    messages: Sequence[Message]
    question: str
    """What the user said last."""
    called: Sequence[tuple[str, str]]
    """Names and arguments (JSON) of the calls since then."""


def dialogue_of(items: Sequence[Item], tools: Sequence[Tool], instructions: str) -> Dialogue:
    """The dialogue that *items*, a whole lineage, end in."""
    told = shown_messages(tools, instructions)
    names: dict[str, str] = {}
    question, called = "", list[tuple[str, str]]()
    for item in items:
        kind = item.get("type", "message")
        if kind == "message":
            text, role = text_of(item.get("content")), str(item.get("role"))
            if role == "user":
                question, called = text, []
            _add(told, role, NO_CALL + text if role == "assistant" else text)
        elif kind in CALLS:
            text = _arguments(item)
            names[str(item.get("call_id"))] = str(item.get("name"))
            called.append((str(item.get("name")), text))
            _add(told, "assistant", call_text(str(item.get("name")), read_json(text)))
        elif kind in OUTPUTS:
            name = names.get(str(item.get("call_id")), "a tool")
            _add(told, "user", f"Result of {name}: {text_of(item.get('output'))}")
    return Dialogue(told, question, called)


def _add(told: list[Message], role: str, text: str) -> None:
    """Add words, to the message before them where that is of the same role and of calls or outputs."""
    role = "system" if role == "developer" else role
    joins = text.startswith(('{"tool"', "Result of ")) and not text.startswith(NO_CALL)
    if joins and told[-1]["role"] == role:
        told[-1] = {"role": role, "content": f"{told[-1]['content']}\n{text}"}
    else:
        told.append({"role": role, "content": text})


def _arguments(item: Item) -> str:
    if item.get("type") == "custom_tool_call":
        return as_arguments(str(item.get("input") or ""))
    return str(item.get("arguments") or "{}")
