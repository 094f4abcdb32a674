"""Shown calls: what a model that knows no tools reads before the conversation, made of the user's own tools."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ws_notebook.core.spoken import INPUT
from ws_notebook.server.models.document import Document
from ws_notebook.server.wire import Tool

__all__ = ["NOTHING", "NO_CALL", "Message", "call_text", "schema_of", "shown_messages"]

Message = dict[str, Any]
NOTHING = "none"
"""What stands for "no tool" where a tool's name would stand."""
NO_CALL = json.dumps({"tool": NOTHING}) + "\n"
"""How an answer in words begins."""
_MOST_TWICE = 10
_MOST_SHOWN = 20
_STRINGS = ("Lima", "blue lamp", "Nora Hill", "lemon cake", "garden")
_NUMBERS = (8, 31, 12, 3, 45, 7)
_LONGEST = 400

_SAID = (
    ("Hi there!", "Hello! How can I help you?"),
    ("What is the capital of Italy?", "The capital of Italy is Rome."),
    ("Tell me something about trees.", "Trees are tall plants with a trunk. They give us wood, fruit and shade."),
    ("Why is ice cold?", "Ice is frozen water, so it takes heat from your hand."),
)
"""Questions that need no tool."""


def call_text(name: str, arguments: Any) -> str:
    """A call as it stands in the prompt."""
    return json.dumps({"tool": name, "arguments": arguments}, ensure_ascii=False)


def schema_of(tool: Tool) -> Mapping[str, Any]:
    """The schema of a tool's arguments; of a free-form tool: of the object that its input is put in."""
    if tool.get("type") == "custom":
        text = {"type": "string"}
        return {"type": "object", "properties": {INPUT: text}, "required": [INPUT], "additionalProperties": False}
    schema = tool.get("parameters")
    return schema if isinstance(schema, dict) and schema else {"type": "object", "properties": {}}


def shown_messages(tools: Sequence[Tool], instructions: str) -> list[Message]:
    """What stands before every conversation with these tools: always the same, so that it is read once."""
    lines = "\n".join(_signature(tool) for tool in tools)
    system = f"Tools:\n{lines}\nCall a tool where the question asks for it. Else answer in words."
    told: list[Message] = [{"role": "system", "content": f"{instructions}\n\n{system}" if instructions else system}]
    for asked, *answers in _mixed(list(_calls(tools))):
        told.append({"role": "user", "content": asked})
        for place, said in enumerate(answers):
            told.append({"role": "user" if place % 2 else "assistant", "content": said})
    return told


def _mixed(calls: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Calls, among them words, and two exchanges that show what comes of an output and how two calls are made."""
    words: list[tuple[str, ...]] = [(asked, f"{NO_CALL}{said}") for asked, said in _SAID]
    words[2:2] = [*_exchanges()]
    step = max(1, len(calls) // len(words))
    found: list[tuple[str, ...]] = []
    for place, call in enumerate(calls):
        found.append(call)
        if place % step == step - 1 and words:
            found.append(words.pop(0))
    return [*found, *words]


def _exchanges() -> Iterator[tuple[str, ...]]:
    """Fixed ones, of tools that nobody has."""
    yield (
        "Which phase has the moon on May 4?",
        call_text("moon_phase", {"date": "May 4"}),
        "Result of moon_phase: full",
        f"{NO_CALL}On May 4 the moon is full.",
    )
    rhymes = [call_text("rhyme_with", {"sound": sound}) for sound in ("light", "day")]
    yield (
        "What rhymes with light, and what with day?",
        "\n".join(rhymes),
        "Result of rhyme_with: night\nResult of rhyme_with: play",
        f"{NO_CALL}Night rhymes with light, and play with day.",
    )


def _calls(tools: Sequence[Tool]) -> Iterator[tuple[str, str]]:
    """A question and a call of each tool, or two where they are few."""
    for again in range(2 if len(tools) <= _MOST_TWICE else 1):
        for place, tool in enumerate(tools[:_MOST_SHOWN]):
            found = _examples(tool)
            arguments = found[again] if again < len(found) else _sampled(tool, place + again)
            yield _question(tool, arguments, again), call_text(str(tool.get("name")), arguments)


def _signature(tool: Tool) -> str:
    properties = schema_of(tool).get("properties") or {}
    told = ", ".join(f"{name}: {_kind(schema)}" for name, schema in properties.items())
    return f"{tool.get('name')}({told}): {_description(tool)}"


def _description(tool: Tool) -> str:
    """The first paragraph of what a tool says of itself, or its name in words."""
    said = str(tool.get("description") or "").strip().partition("\n\n")[0]
    return " ".join(said.split())[:_LONGEST] or f"{_spaced(str(tool.get('name')))}."


def _kind(schema: Any) -> str:
    if not isinstance(schema, dict):
        return "any"
    if isinstance(schema.get("enum"), list):
        return "|".join(str(each) for each in schema["enum"][:12])
    kinds = schema.get("type")
    found = kinds if isinstance(kinds, list) else [kinds] if kinds else []
    options = [_kind(each) for each in schema.get("anyOf") or schema.get("oneOf") or ()]
    return "|".join(str(each) for each in (*found, *options)) or "any"


def _examples(tool: Tool) -> list[dict[str, Any]]:
    """Arguments of the calls that a tool's own description shows: ``name("Lima", day=2)``."""
    name, names = str(tool.get("name")), list(schema_of(tool).get("properties") or {})
    found = []
    for start in re.finditer(rf"\b{re.escape(name)}\(", str(tool.get("description") or "")):
        text = str(tool["description"])[start.start() :].partition("\n")[0]
        for end in (place + 1 for place, mark in enumerate(text) if mark == ")"):
            if (arguments := _read_call(text[:end], names)) is not None:
                found.append(arguments)
                break
    return found


def _read_call(text: str, names: Sequence[str]) -> dict[str, Any] | None:
    try:
        call = ast.parse(text, mode="eval").body
        if not isinstance(call, ast.Call) or len(call.args) > len(names):
            return None
        values = {name: ast.literal_eval(value) for name, value in zip(names, call.args, strict=False)}
        values |= {str(each.arg): ast.literal_eval(each.value) for each in call.keywords}
        json.dumps(values)
    except (SyntaxError, ValueError, TypeError, RecursionError, MemoryError):
        return None
    return values if set(values) <= set(names) else None


def _sampled(tool: Tool, turn: int) -> Any:
    """Arguments that conform to the schema; plain ones differ from call to call."""
    schema = schema_of(tool)
    whole = Document("", dict(schema)).whole()
    if not isinstance(whole, dict):
        return whole
    strings = numbers = turn
    for place, (name, declared) in enumerate((schema.get("properties") or {}).items()):
        part = declared if isinstance(declared, dict) else {}
        if isinstance(part.get("examples"), list) and part["examples"]:
            whole[name] = part["examples"][turn % len(part["examples"])]
        elif isinstance(part.get("enum"), list) and part["enum"]:
            whole[name] = part["enum"][(turn + place) % len(part["enum"])]
        elif _only(part, "string"):
            whole[name], strings = _STRINGS[strings % len(_STRINGS)], strings + 1
        elif _only(part, "integer") or _only(part, "number"):
            whole[name], numbers = _NUMBERS[numbers % len(_NUMBERS)], numbers + 1
    return whole


def _only(part: Mapping[str, Any], kind: str) -> bool:
    """Whether every value of a kind will do."""
    return part.get("type") == kind and set(part) <= {"type", "title", "description", "default"}


def _question(tool: Tool, arguments: Any, again: int) -> str:
    """A question that such a call would answer."""
    said = _description(tool).rstrip(".")
    given = arguments.items() if isinstance(arguments, dict) else ()
    values = " and ".join(f"{_spaced(name)} {_plain(value)}" for name, value in given)
    if not values:
        return f"{said}, please."
    asks = re.match(r"(the|a|an|how|which|what|whether)\b", said, re.IGNORECASE) is not None
    lower = said[0].lower() + said[1:]
    if asks:
        return f"Tell me {lower}: {values}." if again else f"What is {lower} for {values}?"
    return f"Please {lower}: {values}." if again else f"{said}, with {values}."


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _spaced(name: str) -> str:
    return name.replace("_", " ")
