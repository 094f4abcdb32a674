"""From a scene's file to its story: all that is wrong is found at once, with its line and what would be right."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ws_notebook.faults import Fault, FaultError, parse_action
from ws_notebook.server.models.script.keys import CALL, MOST_STEPS, MOST_TIMES, QUESTION, SCENE, STEPS, Key
from ws_notebook.server.models.script.nodes import Node, Problem, SceneError, compose
from ws_notebook.server.models.script.spelling import (
    counted,
    counted_value,
    form,
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
_HERE = "here"


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
        self._tools: dict[str, str] = {}
        self._listed = False
        self._steps = 0
        self._called: list[str] = []
        """The tools that are called so far in the question that is read."""

    # The whole.

    def scene(self, node: Node) -> Story:
        found = self._mapping(node, SCENE, "a scene")
        if "tools" in found:
            self._listed, self._tools = True, self._tolerant(self._read_tools, found["tools"], {})
        if "steps" in found and "questions" in found:
            said = "A scene has either 'steps' or 'questions'."
            self._note(found["questions"], said, "Put the steps into the first question.")
        elif "steps" not in found and "questions" not in found:
            self._note(node, "The scene does nothing: it has no 'steps'.", "Add 'steps:' with '- say: Hello'.")
        questions = self._questions(found)
        return Story(
            title=self._get(found, "scene", self._text, ""),
            about=self._get(found, "about", self._text, ""),
            speed=self._get(found, "speed", self._speed, 40.0),
            first_token=self._get(found, "first_token", self._time, 0.2),
            tools=self._tools,
            questions=questions,
        )

    def _questions(self, found: Mapping[str, Node]) -> list[Question]:
        if "questions" in found:
            listed = self._list(found["questions"], "questions", "{ask: …, steps: …}")
            return [asked for each in listed if (asked := self._tolerant(self._question, each, None))]
        self._called.clear()
        return [Question("", self._whole(found["steps"]))] if "steps" in found else []

    def _question(self, node: Node) -> Question:
        found = self._mapping(node, QUESTION, "a question")
        self._called.clear()
        steps = self._whole(found["steps"]) if "steps" in found else []
        return Question(self._get(found, "ask", self._text, ""), steps)

    def _whole(self, node: Node) -> list[Step]:
        """The steps of a question."""
        steps = self._read_steps(node, ())
        if steps and isinstance(steps[-1], Steer):
            said = "Nothing follows this steering point, so there is nothing to be steered."
            self._note(node.items[-1], said, "Put a '- say: …' behind it, for whoever adds no words.")
        return steps

    # Steps.

    def _read_steps(self, node: Node, counts: Sequence[int]) -> list[Step]:
        return [step for each in self._list(node, "steps", "- say: Hello") for step in self._read_step(each, counts)]

    def _read_step(self, node: Node, counts: Sequence[int]) -> list[Step]:
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
            return list(getattr(self, f"_{key.text}")(value, key, counts))
        except _Wrong:
            return []

    def _wrong_step(self, node: Node) -> None:
        """More keys than one, or one that is no step's."""
        known = [key for key, _ in node.entries if key.text in STEPS]
        first = known[0] if known else None
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

    def _fields(self, name: str, node: Node) -> dict[str, Node]:
        """The keys of a step's value; a value that is no mapping is its short form."""
        step = STEPS[name]
        if step.short and (node.kind != "map"):
            return {step.short: node}
        found = self._mapping(node, step.keys, f"'{name}'")
        if any(key.required and each not in found for each, key in step.keys.items()):
            raise _Wrong
        return found

    def _say(self, node: Node, key: Node, counts: Sequence[int]) -> Iterator[Step]:
        yield self._said("say", "text", node, counts)

    def _refuse(self, node: Node, key: Node, counts: Sequence[int]) -> Iterator[Step]:
        yield self._said("refuse", "refusal", node, counts)

    def _think(self, node: Node, key: Node, counts: Sequence[int]) -> Iterator[Step]:
        raw = node.kind == "map" and self._get(self._fields("think", node), "raw", self._flag, False)
        yield self._said("think", "reasoning" if raw else "summary", node, counts)

    def _said(self, name: str, kind: str, node: Node, counts: Sequence[int]) -> Said:
        found = self._fields(name, node)
        return Said(kind, counted(self._text(found["text"]), counts), self._get(found, "speed", self._speed, None))

    def _call(self, node: Node, key: Node, counts: Sequence[int]) -> Iterator[Step]:
        yield Calls((self._one_call(node, counts),))

    def _calls(self, node: Node, key: Node, counts: Sequence[int]) -> Iterator[Step]:
        found = self._fields("calls", node)
        calls = [self._one_call(each, counts) for each in self._list(found["calls"], "calls", '- name(city="Oslo")')]
        if calls:
            yield Calls(tuple(calls))

    def _one_call(self, node: Node, counts: Sequence[int]) -> SceneCall:
        call = self._called_by_words(node, counts) if node.kind != "map" else self._called_by_keys(node, counts)
        if call.needed and call.tool not in self._tools:
            said = f"The scene calls '{call.tool}', which its 'tools' do not list."
            fix = (
                near(call.tool, self._tools) or f"Add it at the top: 'tools: [{', '.join([*self._tools, call.tool])}]'."
            )
            self._note(node, said, fix)
        self._called.append(call.tool)
        return call

    def _called_by_words(self, node: Node, counts: Sequence[int]) -> SceneCall:
        text = counted(node.text, counts).strip() if node.kind == "scalar" else ""
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
            self._note(node, f"A call is written as in Python, not {shown(node)}.", fix)
            raise _Wrong from None

    def _called_by_keys(self, node: Node, counts: Sequence[int]) -> SceneCall:
        found = self._mapping(node, CALL, "a call")
        if "tool" not in found:
            raise _Wrong
        given = found.get("arguments")
        if given is not None and given.kind != "map":
            self._note(given, "'arguments' are a mapping of names to values.", "Write 'arguments: {city: Oslo}'.")
            raise _Wrong
        return SceneCall(
            self._name_of(found["tool"]),
            {} if given is None else counted_value(given.plain, counts),
            input=counted(self._text(found["input"]), counts) if "input" in found else None,
            needed=not self._get(found, "unregistered", self._flag, False),
            line=node.line,
        )

    def _wait(self, node: Node, key: Node, counts: Sequence[int]) -> Iterator[Step]:
        yield Pause(self._time(self._fields("wait", node)["time"]))

    def _error(self, node: Node, key: Node, counts: Sequence[int]) -> Iterator[Step]:
        found = self._fields("error", node)
        yield Fail(
            code=self._text(found["code"]),
            message=self._get(found, "message", self._text, ""),
            retry_after=self._get(found, "retry_after", self._time, None),
            times=self._get(found, "times", self._count, 1),
            line=key.line,
        )

    def _fault(self, node: Node, key: Node, counts: Sequence[int]) -> Iterator[Step]:
        found = self._fields("fault", node)
        text = self._text(found["do"]).strip()
        if " at " in f" {text} ":
            said = "A fault of a scene happens where it stands."
            self._note(found["do"], said, f"Leave out 'at …': write '{text.partition(' at ')[0]}'.")
            raise _Wrong
        try:
            argument = parse_action(text)
            if text.split()[0] == "refuse":
                raise FaultError("'refuse' is for a request, and a scene begins when that was taken.")
        except FaultError as error:
            self._note(found["do"], str(error), "")
            raise _Wrong from None
        rule = f"{text} at line {key.line} of the scene"
        fault = Fault(rule, text.split()[0], argument, _HERE, 1, every=False)
        yield Strike(fault, self._get(found, "times", self._count, 1), key.line)

    def _steer(self, node: Node, key: Node, counts: Sequence[int]) -> Iterator[Step]:
        found = self._fields("steer", node)
        steps = self._read_steps(found["steps"], counts) if "steps" in found else None
        yield Steer(self._time(found["wait"]), None if steps is None else tuple(steps))

    def _check(self, node: Node, key: Node, counts: Sequence[int]) -> Iterator[Step]:
        found = self._fields("check", node)
        tool = self._name_of(found["tool"])
        if tool not in self._called:
            said = f"No call of '{tool}' stands before this check in its question."
            self._note(found["tool"], said, near(tool, self._called) or f"Call it first: '- call: {tool}(…)'.")
        number = self._get(found, "number", self._count, None)
        if number is not None and number > self._called.count(tool) > 0:
            said = f"'{tool}' is called {self._called.count(tool)} times before this check."
            self._note(found["number"], said, "Take a smaller number, or leave it out for the latest call.")
        tests = [(name, value) for name, value in self._tests(found)]
        if not tests:
            self._note(node, "The check compares with nothing.", "Add one of 'gave', 'contains', 'matches', 'failed'.")
        yield Check(tool, number, tests, self._otherwise(found, counts), key.line)

    def _tests(self, found: Mapping[str, Node]) -> Iterator[tuple[str, Any]]:
        readers: Mapping[str, Callable[[Node], Any]] = {
            "gave": lambda node: node.plain,
            "contains": self._text,
            "matches": self._pattern,
            "at_least": self._number,
            "at_most": self._number,
            "failed": self._flag,
        }
        for name, read in readers.items():
            if name in found:
                yield name, read(found[name])

    def _otherwise(self, found: Mapping[str, Node], counts: Sequence[int]) -> tuple[Step, ...]:
        if "otherwise" not in found:
            return ()
        node = found["otherwise"]
        if node.kind == "list":
            return tuple(self._read_steps(node, counts))
        return (Said("text", counted(self._text(node), counts)),)

    def _cut(self, node: Node, key: Node, counts: Sequence[int]) -> Iterator[Step]:
        reason = self._fields("cut", node)["reason"]
        if reason.text not in _REASONS:
            self._note(reason, f"'{reason.text}' is no reason.", f"Write {' or '.join(_REASONS)}.")
            raise _Wrong
        yield End(reason.text)

    def _repeat(self, node: Node, key: Node, counts: Sequence[int]) -> Iterator[Step]:
        if node.kind != "map" or not any(each.text == "times" for each, _ in node.entries):
            said = "'repeat' does not say how many times, so it would repeat without an end."
            self._note(key, said, "Write 'times: 3' below it, with the 'steps:' that are repeated.")
            raise _Wrong
        found = self._fields("repeat", node)
        times = found["times"]
        if not isinstance(times.value, int) or isinstance(times.value, bool) or not 1 <= times.value <= MOST_TIMES:
            said = f"'times' is a number from 1 to {MOST_TIMES}, not {shown(times)}: a scene comes to an end."
            self._note(times, said, f"Write 'times: {nearest_times(times.value)}'.")
            raise _Wrong
        for n in range(1, times.value + 1):
            before = len(self.problems)
            yield from self._read_steps(found["steps"], (*counts, n))
            if len(self.problems) > before:
                return  # the same once more would tell nothing new

    # Values.

    def _mapping(self, node: Node, keys: Mapping[str, Key], what: str) -> dict[str, Node]:
        """The entries of a mapping, those that may stand there."""
        if node.kind != "map":
            self._note(node, f"{what.capitalize()} is a mapping of keys to values, not {shown(node)}.", form(keys))
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

    def _read_tools(self, node: Node) -> dict[str, str]:
        if node.kind == "map":
            return {self._name_of(key): str(value.value or "") for key, value in node.entries}
        if node.kind != "list":
            self._note(node, f"'tools' is a list of names, not {shown(node)}.", f"Write 'tools: [{node.text}]'.")
            raise _Wrong
        return {self._name_of(each): "" for each in node.items}

    def _get(self, found: Mapping[str, Node], name: str, read: Callable[[Node], Any], usual: Any) -> Any:
        return self._tolerant(read, found[name], usual) if name in found else usual

    @staticmethod
    def _tolerant(read: Callable[[Node], Any], node: Node, usual: Any) -> Any:
        try:
            return read(node)
        except _Wrong:
            return usual

    def _text(self, node: Node) -> str:
        if node.kind != "scalar" or node.value is None:
            self._bad(node, "a text", "Quote it, where it holds colons, braces or brackets.")
        return node.text

    def _name_of(self, node: Node) -> str:
        if node.kind != "scalar" or not _NAME.fullmatch(node.text):
            self._bad(node, "a tool's name", "Use letters, digits and '_'.")
        return node.text

    def _time(self, node: Node) -> float:
        """Seconds."""
        found = seconds(node)
        if isinstance(found, bool) or not isinstance(found, int | float):
            self._bad(node, "a time", like_time(node.text))
        if not 0 <= found <= _LONGEST:
            self._bad(node, f"a time from 0 to {_LONGEST / 60:g} min", like_time(node.text))
        return float(found)

    def _speed(self, node: Node) -> float:
        value = self._number(node)
        if not 0 <= value <= 100_000:
            self._bad(node, "a speed in tokens per second, 0 to 100000", "Write 'speed: 40'; 0 is all at once.")
        return value

    def _number(self, node: Node) -> float:
        value = node.value
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            self._bad(node, "a number", "Write it without a unit, and without quotes.")
        return float(node.value)

    def _count(self, node: Node) -> int:
        if isinstance(node.value, bool) or not isinstance(node.value, int) or not 1 <= node.value <= MOST_TIMES:
            self._bad(node, f"a whole number from 1 to {MOST_TIMES}", "Write it without quotes.")
        return int(node.value)

    def _flag(self, node: Node) -> bool:
        if not isinstance(node.value, bool):
            meant = "true" if node.text.lower() in ("yes", "on", "1") else "false"
            self._bad(node, "true or false", f"Write '{meant}'.")
        return bool(node.value)

    def _pattern(self, node: Node) -> str:
        try:
            re.compile(self._text(node))
        except re.error as error:
            self._note(node, f"This is no regular expression: {error}.", "To find a text as it is, use 'contains'.")
            raise _Wrong from None
        return node.text

    def _bad(self, node: Node, wanted: str, fix: str) -> None:
        self._note(node, f"Here stands {wanted}, not {shown(node)}.", fix)
        raise _Wrong

    def _note(self, node: Node, said: str, fix: str) -> None:
        problem = Problem(node.line, node.column, said, fix)
        if problem not in self.problems:
            self.problems.append(problem)
