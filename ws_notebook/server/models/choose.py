"""Without a directive: which tools a prompt speaks of, and with what arguments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ws_notebook.server.models.calls import BoundCall, allowed, parameters, to_json
from ws_notebook.server.models.document import Document
from ws_notebook.server.models.fill import Filler
from ws_notebook.server.models.words import stem, stems
from ws_notebook.server.wire import Tool

__all__ = ["Choice", "choose"]

_NAME_WEIGHT = 3
_READ = 20_000
"""Characters of a prompt that are searched for words: a table in it is not a request."""
_SYNONYMS = {
    "plus": "add", "sum": "add", "total": "add", "minus": "subtract", "times": "multiply", "product": "multiply",
    "over": "divide", "quotient": "divide", "forecast": "weather", "inhabitants": "population", "people": "population",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Choice:
    """What to call; *unfilled* names the best tool when the prompt has no values for it."""

    calls: Sequence[BoundCall]
    unfilled: Tool | None = None


def choose(prompt: str, tools: Sequence[Tool], tool_choice: str | dict[str, Any]) -> Choice:
    """The calls *prompt* suggests; none when it speaks of no tool, or *tool_choice* forbids.

    The best tool is the one that shares most with the prompt, its name counting most; the first listed of equals.
    Another is called as well when the prompt also holds a word of its name that the best one's has not.
    """
    prompt = prompt[:_READ]
    usable, forced = allowed([tool for tool in tools if tool.get("type") == "function"], tool_choice)
    words = _prompt_words(prompt)
    ranked = sorted(usable, key=lambda tool: -_score(tool, words))
    ranked = [tool for tool in ranked if forced or _score(tool, words) > 0]
    if not ranked:
        return Choice(())
    for place, best in enumerate(ranked):
        calls = _calls(prompt, best)
        if calls:
            return Choice([*calls, *_also(prompt, words, best, ranked[place + 1 :])])
    if forced:
        schema = {"type": "object", **(ranked[0].get("parameters") or {})}
        return Choice([BoundCall(ranked[0]["name"], to_json(Document(prompt, schema).whole()))])
    return Choice((), unfilled=ranked[0])


def _prompt_words(prompt: str) -> set[str]:
    also = (meaning for word, meaning in _SYNONYMS.items() if stem(word) in stems(prompt))
    signs = (meaning for sign, meaning in (("+", "add"), ("*", "multiply"), ("×", "multiply")) if sign in prompt)
    return stems(prompt) | {stem(word) for word in (*also, *signs)}


def _score(tool: Tool, words: set[str]) -> int:
    name = stems(tool["name"])
    rest = stems(str(tool.get("description") or "")) | {word for key in parameters(tool) for word in stems(key)}
    return _NAME_WEIGHT * len(name & words) + len((rest - name) & words)


def _calls(prompt: str, tool: Tool) -> list[BoundCall]:
    """One call, or, for a tool of one parameter, one for each value the prompt names."""
    schema = tool.get("parameters") or {}
    names = stems(tool["name"])
    declared = parameters(tool)
    required = [name for name in schema.get("required") or [] if name in declared]
    only = required[0] if len(required) == 1 else next(iter(declared)) if len(declared) == 1 else None
    arguments = Filler(prompt, schema, names).arguments()
    if arguments is None:
        return []
    if only is not None and _is_single(declared[only]):
        values = Filler(prompt, schema, names).several(declared[only])
        if len(values) > 1:
            return [BoundCall(tool["name"], to_json({only: value})) for value in values]
    return [BoundCall(tool["name"], to_json(arguments))]


def _is_single(schema: dict[str, Any]) -> bool:
    kinds = {option.get("type") for option in schema.get("anyOf") or [schema]} - {"null"}
    return len(kinds) == 1 and kinds <= {"string", "integer", "number"}


def _also(prompt: str, words: set[str], best: Tool, others: Sequence[Tool]) -> list[BoundCall]:
    taken = stems(best["name"])
    calls: list[BoundCall] = []
    for tool in others:
        own = (stems(tool["name"]) & words) - taken
        if own:
            calls += _calls(prompt, tool)
            taken |= own
    return calls
