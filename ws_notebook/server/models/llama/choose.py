"""Which tool a question is for, or none: how likely the model finds each name, and the words that they share."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence

from ws_notebook.server.models.llama.narrow import numbers_in
from ws_notebook.server.models.llama.shown import NOTHING, schema_of
from ws_notebook.server.models.words import stems
from ws_notebook.server.wire import Tool

__all__ = ["Likely", "chosen", "fit", "likelihoods"]

Likely = Callable[[Sequence[int]], Awaitable[Mapping[int, float]]]
"""How likely each token is after these, as the logarithm of its probability."""
_NEVER = -25.0
_WORD = 2.5
"""What a word is worth that question and tool share. A tiny model hears the question's first words above all."""
_IN_NAME = 1.25
_NUMBER = 1.5
"""What a number is worth that the tool takes; one that it wants and that nobody said counts against it."""
_NUMERIC = ("integer", "number")
_TO_CALL, _EACH_TOOL, _MOST_TO_CALL = -7.0, 1.5, -0.8
"""What a tool must have ahead of none: the fewer there are, the fewer calls are shown, and the less likely are all."""
_TO_CALL_AGAIN = 4.0
"""What it must have more once there are outputs."""


async def likelihoods(names: Mapping[str, Sequence[int]], likely: Likely) -> dict[str, float]:
    """How likely each of *names*, given by its tokens, is: only where names part, the model is asked."""
    found = dict.fromkeys(names, 0.0)

    async def walk(before: list[int], members: list[str]) -> None:
        if len(members) < 2 and before:
            return
        told = await likely(before)
        branches: dict[int, list[str]] = {}
        for name in members:
            if len(before) < len(names[name]):
                branches.setdefault(names[name][len(before)], []).append(name)
        for token, rest in branches.items():
            for name in rest:
                found[name] += told.get(token, _NEVER)
            await walk([*before, token], rest)

    await walk([], list(names))
    return found


def chosen(
    scores: Mapping[str, float], tools: Sequence[Tool], question: str, called: Sequence[str], *, must: bool
) -> str | None:
    """The name of the tool to call; None: answer in words. *called*: those that were called for this question.

    *must*: one of them is called in any case.
    """
    weighed = {}
    for tool in tools:
        name = str(tool["name"])
        bonus = 0.0 if name in called and not must else fit(question, tool)
        weighed[name] = scores[name] + bonus
    best = max(weighed, key=weighed.__getitem__)
    if must:
        return best
    ahead = weighed[best] - scores[NOTHING]
    wanted = min(_TO_CALL + _EACH_TOOL * len(tools), _MOST_TO_CALL) + (_TO_CALL_AGAIN if called else 0.0)
    return best if ahead > wanted else None


def fit(question: str, tool: Tool) -> float:
    """What speaks for a tool beside the model: words that it has in common with the question, and numbers it takes."""
    asked, name = stems(question), stems(str(tool.get("name")))
    schema = schema_of(tool)
    properties = {each: part for each, part in (schema.get("properties") or {}).items() if isinstance(part, dict)}
    choices = [part.get("enum") or () for part in properties.values()]
    said = " ".join([str(tool.get("description") or ""), *properties, json.dumps(choices)])
    words = _WORD * len(asked & (name | stems(said))) + _IN_NAME * len(asked & name)
    wanted = [each for each in schema.get("required") or () if properties.get(each, {}).get("type") in _NUMERIC]
    there = len(numbers_in(question))
    return words + _NUMBER * (min(there, len(wanted)) - max(len(wanted) - there, 0))
