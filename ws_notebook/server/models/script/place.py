"""Where in its scene an exchange is: read from its items alone, so a continuation and a full replay give the same."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ws_notebook.server.models.history import Made, read_json, text_of
from ws_notebook.server.models.script.judge import complaint
from ws_notebook.server.models.script.story import Calls, Check, End, Said, SceneCall, Steer, Step, Story
from ws_notebook.server.wire import CALLS, OUTPUTS, Item
from ws_notebook.values import replaced

__all__ = ["Turn", "next_turn"]

_MARKS = re.compile(r"\{([A-Za-z0-9_.-]+?)(?:\[(\d+)\])?\}")


@dataclass(frozen=True, slots=True)
class Turn:
    """What one response does: steps, then calls, if any. ``place`` names it among the scene's turns."""

    steps: Sequence[Step]
    calls: Sequence[SceneCall]
    made: Sequence[Made]
    """The calls of the question so far, with what they gave."""
    prompt: str
    place: str
    asked: str
    """The prompt before this one; empty: there was none."""
    before: int
    """Items before its question."""

    def filled(self, text: str) -> str:
        """*text* with the outputs of tools where it has their names in braces, ``{prompt}`` and the like.

        Other braces stay.
        """
        return _filled(text, self.made, {"prompt": self.prompt, "asked": self.asked})

    def value(self, value: Any) -> Any:
        """An argument, in whose texts it is the same; one that is nothing but such a name is the output itself."""

        def text(part: Any) -> Any:
            if not isinstance(part, str):
                return part
            return read_json(self.filled(part)) if _MARKS.fullmatch(part) else self.filled(part)

        return replaced(value, text)


def next_turn(story: Story, items: Sequence[Item]) -> Turn:
    """The turn that the lineage *items* calls for."""
    walk = _Walk(story)
    for item in items:
        walk.take(item)
    return walk.turn()


@dataclass(slots=True)
class _Reach:
    """The steps of one turn: what is done, the calls that end it, what it was read from and up to where."""

    done: list[Step] = field(default_factory=list)
    calls: Sequence[SceneCall] = ()
    steps: Sequence[Step] = ()
    end: int = 0
    """What follows begins at this place of the steps."""
    failed: bool = False
    """Whether a check found something else than it should."""


class _Walk:
    """Follows an exchange through the scene, item by item."""

    def __init__(self, story: Story) -> None:
        self._story = story
        self._index = -1
        self._steps: Sequence[Step] = ()
        self._at = 0
        """Where among the steps of the question the turn begins that comes next."""
        self._made: list[Made] = []
        self._used = 0
        """The calls of earlier turns."""
        self._texts: list[str] = []
        """The model's messages since the last call."""
        self._taken = self._before = 0
        """Items so far, and those before the question."""
        self._prompt = self._earlier = ""
        self._silent = False
        """Whether the model has said nothing since the last prompt."""

    def take(self, item: Item) -> None:
        kind = item.get("type")
        self._taken += 1
        if item.get("role") == "user":
            self._ask(text_of(item.get("content")))
        elif item.get("role") == "assistant":
            self._texts.append(text_of(item.get("content")))
            self._silent = False
        elif kind in CALLS:
            self._made.append(Made(item, None))
            self._texts, self._silent = [], False
        elif kind in OUTPUTS:
            self._answer(item)

    def _answer(self, item: Item) -> None:
        """An output, of the latest call with its id."""
        for at in reversed(range(len(self._made))):
            if self._made[at].call.get("call_id") == item.get("call_id"):
                self._made[at] = Made(self._made[at].call, text_of(item.get("output")))
                return

    def turn(self) -> Turn:
        """What comes next."""
        reach = self._advance()
        already = len(self._made) - self._used
        steps = [] if already else reach.done
        place = f"{self._index}/{len(self._made)}/{len(reach.steps) - reach.end}"
        if self._index >= len(self._story.questions):
            steps = [Said("text", _over(self._story))]
        return Turn(steps, reach.calls[already:], list(self._made), self._prompt, place, self._earlier, self._before)

    def _ask(self, words: str) -> None:
        """The user says something: the next question, the same once more, or words within the answer to this one."""
        if self._silent:
            self._prompt += f"\n{words}"
            return
        if self._index < 0:
            self._begin(0)
        else:
            self._go_on()
        self._earlier, self._prompt, self._silent = self._prompt, words, True

    def _go_on(self) -> None:
        reach = self._advance()
        words = {"prompt": self._prompt, "asked": self._earlier}
        texts = [_filled(text, self._made, words) for text in _messages(reach.done).values()]
        if _is_broken_off(self._texts, texts):
            pass  # the same turn once more
        elif not reach.calls and len(self._texts) >= len(texts):
            self._begin(self._index + (0 if reach.failed else 1))
        else:
            self._steps, self._at = _after(reach, len(self._texts)), 0
        self._texts = []

    def _begin(self, index: int) -> None:
        self._index, self._before = index, self._taken - 1
        questions = self._story.questions
        self._steps, self._at = questions[index].steps if index < len(questions) else (), 0
        self._made, self._used = [], 0

    def _advance(self) -> _Reach:
        """The first turn whose calls are not all made."""
        while True:
            reach = self._read()
            if not reach.calls or len(self._made) - self._used < len(reach.calls):
                return reach
            self._used += len(reach.calls)
            self._steps, self._at = reach.steps, reach.end

    def _read(self) -> _Reach:
        reach, steps, at = _Reach(), self._steps, self._at
        while at < len(steps):
            step = steps[at]
            at += 1
            if isinstance(step, Calls):
                reach.calls = step.calls
                break
            if isinstance(step, Check):
                wrong = complaint(step, self._made[: self._used])
                if wrong is not None:
                    reach.failed = True
                    steps, at = step.otherwise or (Said("text", wrong),), 0
                continue
            reach.done.append(step)
            if isinstance(step, End):
                at = len(steps)
        reach.steps, reach.end = steps, at
        return reach


def _filled(text: str, made: Sequence[Made], words: Mapping[str, str]) -> str:
    outputs = [(str(each.call.get("name")), each.output or "") for each in made]

    def fill(found: re.Match[str]) -> str:
        name, number = found[1], found[2]
        if name in words and not number:
            return words[name]
        given = [output for tool, output in outputs if name in (tool, "output")]
        at = int(number) - 1 if number else len(given) - 1
        return given[at] if 0 <= at < len(given) else found[0]

    return _MARKS.sub(fill, text)


def _is_broken_off(came: Sequence[str], whole: Sequence[str]) -> bool:
    """Whether the last message that came is only the beginning of what was to be written."""
    if not came or len(came) > len(whole) or not came[-1]:
        return False
    wanted = whole[len(came) - 1]
    return wanted != came[-1] and wanted.startswith(came[-1])


def _messages(steps: Sequence[Step]) -> dict[int, str]:
    """The messages that they become, by the place of the step that each begins with.

    Words of one kind behind one another are one.
    """
    found: dict[int, str] = {}
    open_kind, begun = "", 0
    for place, step in enumerate(steps):
        if isinstance(step, Steer):
            open_kind = ""
        elif isinstance(step, Said) and step.text:
            begun = begun if step.kind == open_kind else place
            if step.kind in ("text", "refusal"):
                found[begun] = found.get(begun, "") + step.text
            open_kind = step.kind
    return found


def _after(reach: _Reach, messages: int) -> Sequence[Step]:
    """What is left of a turn that was steered when so many of its messages were written."""
    places = [*_messages(reach.done), len(reach.done)]
    begins = places[min(messages, len(places) - 1)]
    last = places[messages - 1] if 0 < messages <= len(places) else -1
    steer = next((place for place in range(last + 1, begins) if isinstance(reach.done[place], Steer)), None)
    step = None if steer is None else reach.done[steer]
    if isinstance(step, Steer) and step.steps is not None:
        return step.steps
    calls = [Calls(reach.calls)] if reach.calls else []
    return [*reach.done[begins if steer is None else steer + 1 :], *calls, *reach.steps[reach.end :]]


def _over(story: Story) -> str:
    count = len(story.questions)
    asked = "one question" if count == 1 else f"{count} questions"
    return f"The scene “{story.title}” is over: it has {asked}. Begin it anew with `%%responses --new`."
