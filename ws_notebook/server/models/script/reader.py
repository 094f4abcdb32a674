"""From a scene's file to its story: all that is wrong is found at once, with its line and what would be right."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, NoReturn

from ws_notebook.faults import Fault, FaultError, parse_action
from ws_notebook.server.models.script.keys import CALL, MOST_STEPS, MOST_TIMES, QUESTION, SCENE, STEPS, Key
from ws_notebook.server.models.script.nodes import Node, Problem, SceneError, compose
from ws_notebook.server.models.script.spelling import (
    counted,
    counted_value,
    like_time,
    literal,
    near,
    nearest_times,
    seconds,
    shown,
)
from ws_notebook.server.models.script.story import (
    Calls,
    Check,
    End,
    Fail,
    Pause,
    Question,
    Said,
    SceneCall,
    Steer,
    Step,
    Story,
    Strike,
)

__all__ = ["read_scene"]

_LONGEST = 3600.0
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_REASONS = ("max_output_tokens", "content_filter")
_PARTS = frozenset({"steps", "calls", "questions", "words"})
"""Kinds of values that are read by whoever has the mapping."""


class _Wrong(Exception):
    """A value is wrong, and was noted."""


def read_scene(text: str, name: str) -> Story:
    """The scene that *text* is; *name* is what errors call its file. SceneError with all that is wrong."""
    reader = _Reader(name)
    story = reader.scene(compose(text, name))
    if reader.problems:
        raise SceneError(name, reader.problems)
    return story


class _Reader:
    """Reads nodes by the table of keys. What is wrong is noted, and reading goes on beside it."""

    def __init__(self, name: str) -> None:
        self.problems: list[Problem] = []
        self._name = name
        self._tools: Mapping[str, str] = {}
        self._steps = 0
        self._counts: list[int] = []
        """At which time those repetitions are whose steps are read, the innermost last."""
        self._called: list[str] = []
        """The tools that are called so far in the question that is read."""

    # The whole.

    def scene(self, node: Node) -> Story:
        fields = self._values(SCENE, node, "a scene")
        steps, questions = fields.pop("steps"), fields.pop("questions")
        self._tools = fields["tools"]
        if steps and questions:
            said = "A scene has either 'steps' or 'questions'."
            self._note(questions, said, "Put the steps into the first question.")
        elif not (steps or questions):
            self._note(node, "The scene does nothing: it has no 'steps'.", "Add 'steps:' with '- say: Hello'.")
        asked: list[Question] = []
        if questions:
            asked += self._questions(questions)
        elif steps:
            asked.append(Question("", self._whole(steps)))
        return Story(title=fields.pop("scene"), **fields, questions=asked)

    def _questions(self, node: Node) -> Iterator[Question]:
        for each in self._list(node, "questions", "{ask: …, steps: …}"):
            with suppress(_Wrong):
                fields = self._values(QUESTION, each, "a question")
                yield Question(fields["ask"], self._whole(fields["steps"]))

    def _whole(self, node: Node) -> list[Step]:
        """The steps of a question."""
        self._called.clear()
        steps = self._read_steps(node)
        if steps and isinstance(steps[-1], Steer):
            said = "Nothing follows this steering point, so there is nothing to be steered."
            self._note(node.items[-1], said, "Put a '- say: …' behind it, for whoever adds no words.")
        return steps

    # Steps.

    def _read_steps(self, node: Node) -> list[Step]:
        return [step for each in self._list(node, "steps", "- say: Hello") for step in self._read_step(each)]

    def _read_step(self, node: Node) -> list[Step]:
        if node.kind != "map" or not node.entries:
            said = f"A step is 'key: value', not {shown(node)}."
            self._note(node, said, "To have it said, write '- say: …'.")
            return []
        key, value = node.entries[0]
        if key.text not in STEPS or len(node.entries) > 1:
            self._wrong_step(node)
            return []
        self._steps += 1
        if self._steps > MOST_STEPS:
            said = f"With its repetitions the scene has more than {MOST_STEPS:,} steps."
            raise SceneError(self._name, [Problem(key.line, key.column, said, "Repeat less often.")])
        try:
            return list(getattr(self, f"_{key.text}")(value, key))
        except _Wrong:
            return []

    def _wrong_step(self, node: Node) -> None:
        """More keys than one, or one that is no step's."""
        first = next((key for key, _ in node.entries if key.text in STEPS), None)
        for key, _ in node.entries:
            if key is first:
                continue
            if first is not None and key.text in STEPS:
                said = f"A step is one thing, and this one is '{first.text}' and '{key.text}'."
                self._note(key, said, f"Begin a step of its own: '- {key.text}: …'.")
            elif first is not None and key.text in STEPS[first.text].keys:
                short = STEPS[first.text].short or "…"
                said = f"'{key.text}' belongs into '{first.text}'."
                fix = f"Write '{first.text}: {{{short}: …, {key.text}: …}}', or indent it below '{first.text}:'."
                self._note(key, said, fix)
            else:
                self._unknown(key, list(STEPS), "a step")

    def _fields(self, name: str, node: Node) -> dict[str, Any]:
        """The values of a step's keys; what is no mapping is its short form."""
        step = STEPS[name]
        if step.short and node.kind != "map":
            short = Node("scalar", node.line, node.column, step.short, step.short)
            node = Node("map", node.line, node.column, entries=[(short, node)])
        return self._values(step.keys, node, f"'{name}'")

    def _say(self, node: Node, key: Node) -> Iterator[Step]:
        yield self._said("text", **self._fields("say", node))

    def _refuse(self, node: Node, key: Node) -> Iterator[Step]:
        yield self._said("refusal", **self._fields("refuse", node))

    def _think(self, node: Node, key: Node) -> Iterator[Step]:
        fields = self._fields("think", node)
        yield self._said("reasoning" if fields.pop("raw") else "summary", **fields)

    def _said(self, kind: str, text: str, speed: float | None = None) -> Said:
        return Said(kind, counted(text, self._counts), speed)

    def _call(self, node: Node, key: Node) -> Iterator[Step]:
        yield Calls((self._one_call(node),))

    def _calls(self, node: Node, key: Node) -> Iterator[Step]:
        listed = self._list(self._fields("calls", node)["calls"], "calls", '- name(city="Oslo")')
        if listed:
            yield Calls(tuple([self._one_call(each) for each in listed]))

    def _one_call(self, node: Node) -> SceneCall:
        call = self._called_by_words(node) if node.kind != "map" else self._called_by_keys(node)
        if call.needed and call.tool not in self._tools:
            said = f"The scene calls '{call.tool}', which its 'tools' do not list."
            fix = (
                near(call.tool, self._tools) or f"Add it at the top: 'tools: [{', '.join([*self._tools, call.tool])}]'."
            )
            self._note(node, said, fix)
        self._called.append(call.tool)
        return call

    def _called_by_words(self, node: Node) -> SceneCall:
        text = counted(node.text, self._counts).strip() if node.kind == "scalar" else ""
        if _NAME.fullmatch(text):
            return SceneCall(text, line=node.line)
        name = text.partition("(")[0].strip()
        example = f'{name if _NAME.fullmatch(name) else "population"}(city="Oslo")'
        try:
            call = ast.parse(text, mode="eval").body
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
                raise ValueError
            named = {word.arg: literal(word.value) for word in call.keywords if word.arg}
            if len(named) < len(call.keywords):
                raise ValueError
            return SceneCall(call.func.id, named, [literal(each) for each in call.args], line=node.line)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            fix = f"Write '{example}'."
            if text.count("(") != text.count(")"):
                fix = f"Quote it, as '{example}', or give it a line of its own: commas part a list in brackets."
            self._reject(node, f"A call is written as in Python, not {shown(node)}.", fix)

    def _called_by_keys(self, node: Node) -> SceneCall:
        fields = self._values(CALL, node, "a call")
        text = fields["input"]
        return SceneCall(
            fields["tool"],
            counted_value(fields["arguments"], self._counts),
            input=None if text is None else counted(text, self._counts),
            needed=not fields["unregistered"],
            line=node.line,
        )

    def _wait(self, node: Node, key: Node) -> Iterator[Step]:
        yield Pause(self._fields("wait", node)["time"])

    def _error(self, node: Node, key: Node) -> Iterator[Step]:
        yield Fail(**self._fields("error", node), line=key.line)

    def _fault(self, node: Node, key: Node) -> Iterator[Step]:
        fields = self._fields("fault", node)
        text, argument = fields["do"]
        rule = f"{text} at line {key.line} of the scene"
        fault = Fault(rule, text.split()[0], argument, "here", 1, every=False)
        yield Strike(fault, fields["times"], key.line)

    def _steer(self, node: Node, key: Node) -> Iterator[Step]:
        fields = self._fields("steer", node)
        steps = fields["steps"]
        yield Steer(fields["wait"], None if steps is None else tuple(self._read_steps(steps)))

    def _check(self, node: Node, key: Node) -> Iterator[Step]:
        fields = self._fields("check", node)
        nodes = {each.text: value for each, value in node.entries}
        tool, number, otherwise = (fields.pop(name) for name in ("tool", "number", "otherwise"))
        if tool not in self._called:
            said = f"No call of '{tool}' stands before this check in its question."
            self._note(nodes["tool"], said, near(tool, self._called) or f"Call it first: '- call: {tool}(…)'.")
        if number is not None and number > self._called.count(tool) > 0:
            said = f"'{tool}' is called {self._called.count(tool)} times before this check."
            self._note(nodes["number"], said, "Take a smaller number, or leave it out for the latest call.")
        tests = [(name, value) for name, value in fields.items() if name in nodes]
        if not tests:
            self._note(node, "The check compares with nothing.", "Add one of 'gave', 'contains', 'matches', 'failed'.")
        yield Check(tool, number, tests, self._otherwise(otherwise), key.line)

    def _otherwise(self, node: Node | None) -> tuple[Step, ...]:
        if node is None:
            return ()
        if node.kind == "list":
            return tuple(self._read_steps(node))
        return (self._said("text", self._as_text(node)),)

    def _cut(self, node: Node, key: Node) -> Iterator[Step]:
        yield End(self._fields("cut", node)["reason"])

    def _repeat(self, node: Node, key: Node) -> Iterator[Step]:
        if node.kind != "map" or not any(each.text == "times" for each, _ in node.entries):
            said = "'repeat' does not say how many times, so it would repeat without an end."
            self._reject(key, said, "Write 'times: 3' below it, with the 'steps:' that are repeated.")
        fields = self._fields("repeat", node)
        for n in range(1, fields["times"] + 1):
            before = len(self.problems)
            self._counts.append(n)
            yield from self._read_steps(fields["steps"])
            self._counts.pop()
            if len(self.problems) > before:
                return  # the same once more would tell nothing new

    # Values.

    def _values(self, keys: Mapping[str, Key], node: Node, what: str) -> dict[str, Any]:
        """What stands in a mapping, by all keys that may stand there: as usual where it is not there, or is wrong.

        _Wrong where nothing is usual for a key that is required.
        """
        found = self._mapping(node, keys, what)
        values = {name: self._value(found[name], key) if name in found else key.usual for name, key in keys.items()}
        if any(key.required and values[name] is None for name, key in keys.items()):
            raise _Wrong
        return values

    def _value(self, node: Node, key: Key) -> Any:
        """A value by its kind; a node where that is read by whoever has the mapping."""
        try:
            return node if key.kind in _PARTS else getattr(self, f"_as_{key.kind}")(node)
        except _Wrong:
            return key.usual

    def _mapping(self, node: Node, keys: Mapping[str, Key], what: str) -> dict[str, Node]:
        """The entries of a mapping, those that may stand there."""
        if node.kind != "map":
            said = f"{what.capitalize()} is a mapping of keys to values, not {shown(node)}."
            self._note(node, said, f"Write '{next(iter(keys))}: …' below it, indented.")
            raise _Wrong if keys is not SCENE else SceneError(self._name, self.problems)
        found: dict[str, Node] = {}
        for key, value in node.entries:
            if key.text in keys:
                found[key.text] = value
            else:
                self._unknown(key, list(keys), what)
        for name, each in keys.items():
            if each.required and name not in found:
                self._note(node, f"{what.capitalize()} lacks '{name}': {each.help}.", f"Add '{name}: …'.")
        return found

    def _unknown(self, key: Node, known: Sequence[str], what: str) -> None:
        fix = near(key.text, known) or f"Known are {', '.join(known)}."
        self._note(key, f"{what.capitalize()} has no key '{key.text}'.", fix)

    def _list(self, node: Node, what: str, example: str) -> list[Node]:
        if node.kind == "list" and node.items:
            return node.items
        said = f"'{what}' is a list that is not empty, not {shown(node)}."
        self._note(node, said, f"Begin each with '- ', as in '{example}'.")
        return []

    def _as_tools(self, node: Node) -> dict[str, str]:
        if node.kind == "map":
            return {self._as_name(key): str(value.value or "") for key, value in node.entries}
        if node.kind != "list":
            self._reject(node, f"'tools' is a list of names, not {shown(node)}.", f"Write 'tools: [{node.text}]'.")
        return {self._as_name(each): "" for each in node.items}

    def _as_text(self, node: Node) -> str:
        if node.kind != "scalar" or node.value is None:
            self._bad(node, "a text", "Quote it, where it holds colons, braces or brackets.")
        return node.text

    def _as_name(self, node: Node) -> str:
        if node.kind != "scalar" or not _NAME.fullmatch(node.text):
            self._bad(node, "a tool's name", "Use letters, digits and '_'.")
        return node.text

    def _as_time(self, node: Node) -> float:
        """Seconds."""
        found = seconds(node)
        if isinstance(found, bool) or not isinstance(found, int | float):
            self._bad(node, "a time", like_time(node.text))
        if not 0 <= found <= _LONGEST:
            self._bad(node, f"a time from 0 to {_LONGEST / 60:g} min", like_time(node.text))
        return float(found)

    def _as_speed(self, node: Node) -> float:
        value = self._as_number(node)
        if not 0 <= value <= 100_000:
            self._bad(node, "a speed in tokens per second, 0 to 100000", "Write 'speed: 40'; 0 is all at once.")
        return value

    def _as_number(self, node: Node) -> float:
        value = node.value
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            self._bad(node, "a number", "Write it without a unit, and without quotes.")
        return float(node.value)

    def _as_count(self, node: Node) -> int:
        if isinstance(node.value, bool) or not isinstance(node.value, int) or not 1 <= node.value <= MOST_TIMES:
            self._bad(node, f"a whole number from 1 to {MOST_TIMES}", "Write it without quotes.")
        return int(node.value)

    def _as_flag(self, node: Node) -> bool:
        if not isinstance(node.value, bool):
            meant = "true" if node.text.lower() in ("yes", "on", "1") else "false"
            self._bad(node, "true or false", f"Write '{meant}'.")
        return bool(node.value)

    def _as_pattern(self, node: Node) -> str:
        try:
            re.compile(self._as_text(node))
        except re.error as error:
            self._reject(node, f"This is no regular expression: {error}.", "To find a text as it is, use 'contains'.")
        return node.text

    def _as_any(self, node: Node) -> Any:
        return node.plain

    def _as_arguments(self, node: Node) -> Any:
        if node.kind != "map":
            self._reject(node, "'arguments' are a mapping of names to values.", "Write 'arguments: {city: Oslo}'.")
        return node.plain

    def _as_reason(self, node: Node) -> str:
        if node.text not in _REASONS:
            self._reject(node, f"'{node.text}' is no reason.", f"Write {' or '.join(_REASONS)}.")
        return node.text

    def _as_fault(self, node: Node) -> tuple[str, Any]:
        """An action as it is written, and its argument."""
        text = self._as_text(node).strip()
        if " at " in f" {text} ":
            said = "A fault of a scene happens where it stands."
            self._reject(node, said, f"Leave out 'at …': write '{text.partition(' at ')[0]}'.")
        try:
            argument = parse_action(text)
            if text.split()[0] == "refuse":
                raise FaultError("'refuse' is for a request, and a scene begins when that was taken.")
        except FaultError as error:
            self._reject(node, str(error), "")
        return text, argument

    def _as_times(self, node: Node) -> int:
        if not isinstance(node.value, int) or isinstance(node.value, bool) or not 1 <= node.value <= MOST_TIMES:
            said = f"'times' is a number from 1 to {MOST_TIMES}, not {shown(node)}: a scene comes to an end."
            self._reject(node, said, f"Write 'times: {nearest_times(node.value)}'.")
        return node.value

    def _bad(self, node: Node, wanted: str, fix: str) -> NoReturn:
        self._reject(node, f"Here stands {wanted}, not {shown(node)}.", fix)

    def _reject(self, node: Node, said: str, fix: str) -> NoReturn:
        """Note what is wrong with a value that cannot be used."""
        self._note(node, said, fix)
        raise _Wrong from None

    def _note(self, node: Node, said: str, fix: str) -> None:
        problem = Problem(node.line, node.column, said, fix)
        if problem not in self.problems:
            self.problems.append(problem)
