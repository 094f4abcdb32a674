"""What may stand in a scene: one table, which the reader reads by and scripts/scenes.py makes the JSON Schema of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["CALL", "MOST_STEPS", "MOST_TIMES", "QUESTION", "SCENE", "STEPS", "Key", "Step"]

MOST_TIMES = 1000
MOST_STEPS = 10_000
"""Steps of a scene with all its repetitions."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a mapping: what its value is, and what it is for."""

    kind: str
    help: str
    required: bool = False
    usual: Any = None
    """What holds where it does not stand there."""


@dataclass(frozen=True, slots=True)
class Step:
    """One kind of step. ``short``: the key that a value stands for which is no mapping; empty: it must be one."""

    help: str
    keys: Mapping[str, Key]
    short: str = ""


_SPEED = Key("speed", "tokens per second, in place of the scene's; 0: all at once")
_TIMES = Key("count", "how often it happens, when the question is asked again, before it no longer does (1)", usual=1)

SCENE: Mapping[str, Key] = {
    "scene": Key("text", "the title", required=True, usual=""),
    "about": Key("text", "what it shows, in a line", usual=""),
    "speed": Key("speed", "tokens per second (40); 0: all at once", usual=40.0),
    "first_token": Key("time", "the wait before each turn's first token (200ms)", usual=0.2),
    "tools": Key(
        "tools", "the tools that a cell must offer: a list of names, or a mapping of names to hints", usual={}
    ),
    "steps": Key("steps", "what the model does for the one question of the scene"),
    "questions": Key("questions", "in place of steps: the questions of the scene, in their order"),
}
QUESTION: Mapping[str, Key] = {
    "ask": Key("text", "what to ask here: a hint for whoever plays the scene", usual=""),
    "steps": Key("steps", "what the model does", required=True),
}
CALL: Mapping[str, Key] = {
    "tool": Key("name", "the tool's name", required=True),
    "arguments": Key("arguments", "its arguments by name", usual={}),
    "input": Key("text", "the free-form input of a custom tool, in place of arguments"),
    "unregistered": Key("flag", "whether it may be called although no cell offers it (false)", usual=False),
}
STEPS: Mapping[str, Step] = {
    "say": Step(
        "text of the answer, streamed",
        {"text": Key("text", "the text, in Markdown", required=True), "speed": _SPEED},
        short="text",
    ),
    "think": Step(
        "reasoning, streamed",
        {
            "text": Key("text", "the words", required=True),
            "speed": _SPEED,
            "raw": Key("flag", "whether it is the reasoning itself and no summary of it (false)", usual=False),
        },
        short="text",
    ),
    "refuse": Step(
        "a refusal, streamed", {"text": Key("text", "its words", required=True), "speed": _SPEED}, short="text"
    ),
    "call": Step('one call of a tool: name(argument="value"); its turn ends there', CALL, short="tool"),
    "calls": Step(
        "several calls at once; their turn ends there",
        {"calls": Key("calls", "the calls", required=True)},
        short="calls",
    ),
    "wait": Step("nothing, for so long", {"time": Key("time", "how long", required=True)}, short="time"),
    "error": Step(
        "an error ends the response: as an error frame where nothing was written yet, as response.failed later",
        {
            "code": Key("text", "the error's code, or an HTTP status", required=True),
            "message": Key("text", "its words, in place of the usual ones", usual=""),
            "retry_after": Key("time", "when to try again, for rate_limit_exceeded"),
            "times": _TIMES,
        },
        short="code",
    ),
    "fault": Step(
        "something goes wrong at the next event: ACTION [ARGUMENT], as for serve --fault, without 'at …'",
        {"do": Key("fault", "what goes wrong", required=True), "times": _TIMES},
        short="do",
    ),
    "steer": Step(
        "waits so long for whoever adds words to the answer",
        {
            "wait": Key("time", "how long", required=True),
            "steps": Key("steps", "what is done then, in place of the rest of the question"),
        },
        short="wait",
    ),
    "check": Step(
        "looks at what a tool gave back; where that is wrong, the question ends otherwise and is the next one again",
        {
            "tool": Key("name", "whose output", required=True),
            "number": Key("count", "of which of its calls in this question (the latest)"),
            "gave": Key("any", "exactly this value: a number is compared as a number, JSON as JSON"),
            "contains": Key("text", "a text within it, in any case"),
            "matches": Key("pattern", "a regular expression that is found in it"),
            "at_least": Key("number", "a number in it, at least this one"),
            "at_most": Key("number", "a number in it, at most this one"),
            "failed": Key("flag", "whether it is an error"),
            "otherwise": Key("words", "what is said, or done, where it is wrong"),
        },
    ),
    "cut": Step(
        "the answer ends before its end, with this reason",
        {"reason": Key("reason", "max_output_tokens or content_filter", required=True)},
        short="reason",
    ),
    "repeat": Step(
        "steps so many times over; {n} in their texts and arguments counts 1, 2, 3",
        {
            "times": Key("times", f"how often, at most {MOST_TIMES}", required=True),
            "steps": Key("steps", "what is repeated", required=True),
        },
    ),
}
