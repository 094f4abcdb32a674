"""Scenes that are wrong in one way each: the text, the line, and words of what is said about it."""

from __future__ import annotations

__all__ = ["WRONG"]


def _steps(*lines: str, tools: str = "") -> str:
    return "\n".join(["scene: x", f"tools: {tools or '[]'}", "steps:", *(f"  {line}" for line in lines)]) + "\n"


WRONG: dict[str, tuple[str, int, str]] = {
    "unknown key": ("scene: x\nspeeed: 4\nsteps: [{say: a}]\n", 2, "Did you mean 'speed'?"),
    "unknown step": (_steps("- sya: a"), 4, "Did you mean 'say'?"),
    "two steps in one": (_steps("- say: a", "  wait: 3"), 5, "Begin a step of its own: '- wait: …'."),
    "option beside its step": (_steps("- say: a", "  speed: 3"), 5, "Write 'say: {text: …, speed: …}'"),
    "a text for a step": (_steps("- Hello"), 4, "write '- say: …'"),
    "nothing said": (_steps("- say:"), 4, "not nothing"),
    "no steps": ("scene: x\n", 1, "it has no 'steps'"),
    "no title": ("steps: [{say: a}]\n", 1, "lacks 'scene'"),
    "steps and questions": ("scene: x\nsteps: [{say: a}]\nquestions: [{steps: [{say: a}]}]\n", 3, "either"),
    "question as text": ("scene: x\nquestions: [Hello]\n", 2, "A question is a mapping of keys to values"),
    "bad time": (_steps("- wait: 2 seconds"), 4, "Did you mean '2s'?"),
    "time in hours": (_steps("- wait: 2h"), 4, "Did you mean '120min'?"),
    "no time at all": (_steps("- wait: soon"), 4, "Write 300ms, 2s or 1min."),
    "negative time": (_steps("- wait: -3"), 4, "from 0 to 60 min"),
    "bad speed": ("scene: x\nspeed: fast\nsteps: [{say: a}]\n", 2, "Here stands a number"),
    "missing tool": (_steps("- call: popluation(city=1)", tools="[population]"), 4, "Did you mean 'population'?"),
    "call without a tool": (_steps("- call: {arguments: {a: 1}}"), 4, "lacks 'tool'"),
    "call as text": (_steps("- call: please add"), 4, "A call is written as in Python"),
    "bad call": (_steps("- call: add(b=c)", tools="[add]"), 4, "Write 'add(city=\"Oslo\")'"),
    "call cut by a comma": (_steps("- calls: [add(1, 2)]", tools="[add]"), 4, "commas part a list in brackets"),
    "arguments in a list": (_steps("- call: {tool: add, arguments: [1]}", tools="[add]"), 4, "a mapping of names"),
    "tools as text": ("scene: x\ntools: add\nsteps: [{say: a}]\n", 2, "Write 'tools: [add]'"),
    "endless repeat": (_steps("- repeat: {steps: [{say: a}]}"), 4, "repeat without an end"),
    "repeat for ever": (_steps("- repeat: {times: forever, steps: [{say: a}]}"), 4, "Write 'times: 3'."),
    "repeat too often": (_steps("- repeat: {times: 5000, steps: [{say: a}]}"), 4, "Write 'times: 1000'."),
    "endless in all": (
        _steps("- repeat: {times: 1000, steps: [{repeat: {times: 1000, steps: [{say: a}]}}]}"),
        4,
        "more than 10,000 steps",
    ),
    "unknown fault": (_steps("- fault: drp", "- say: a"), 4, "Did you mean 'drop'?"),
    "fault with a place": (_steps("- fault: drop at response.created", "- say: a"), 4, "write 'drop'"),
    "check before its call": (_steps("- check: {tool: add, gave: 3}", tools="[add]"), 4, "Call it first"),
    "check of nothing": (_steps("- call: add(1)", "- check: {gave: 1}", tools="[add]"), 5, "lacks 'tool'"),
    "number too high": (
        _steps("- call: add(1)", "- check: {tool: add, number: 2, gave: 1}", tools="[add]"),
        5,
        "called 1 times",
    ),
    "pattern": (
        _steps("- call: add(1)", "- check: {tool: add, matches: '('}", tools="[add]"),
        5,
        "no regular expression",
    ),
    "flag in words": (_steps("- call: {tool: a, unregistered: yes}"), 4, "Write 'true'."),
    "unknown reason": (_steps("- say: a", "- cut: length"), 5, "max_output_tokens or content_filter"),
    "steering at the end": (_steps("- say: a", "- steer: 2s"), 5, "Put a '- say: …' behind it"),
}
