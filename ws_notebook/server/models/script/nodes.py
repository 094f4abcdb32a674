"""YAML with its lines: what a scene's file holds, and where."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ws_notebook.render.format import counted

__all__ = ["Node", "Problem", "SceneError", "compose"]

_MOST_NODES = 20_000
_DEEPEST = 40
_INT = re.compile(r"[-+]?\d{1,300}")
_FLOAT = re.compile(r"[-+]?(\d+\.\d*|\.\d+|\d+)([eE][-+]?\d{1,3})?")
_WORDS: dict[str, Any] = {"": None, "~": None, "null": None, "true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, in words, where (from 1), and what to write instead."""

    line: int
    column: int
    message: str
    suggestion: str = ""

    def text(self, name: str) -> str:
        """``lesson.yaml:12:5: message Suggestion.``"""
        return " ".join(filter(None, [f"{name}:{self.line}:{self.column}: {self.message}", self.suggestion]))


class SceneError(ValueError):
    """A scene cannot be played; ``problems`` say where and why, in the order of their lines."""

    def __init__(self, name: str, problems: list[Problem]) -> None:
        self.problems = sorted(problems, key=lambda problem: (problem.line, problem.column))
        super().__init__("\n".join(problem.text(name) for problem in self.problems))


@dataclass(slots=True)
class Node:
    """A value of the file: ``kind`` is "map", "list" or "scalar"."""

    kind: str
    line: int
    column: int
    value: Any = None
    """A scalar's value."""
    text: str = ""
    """A scalar as it is written."""
    entries: list[tuple[Node, Node]] = field(default_factory=list)
    items: list[Node] = field(default_factory=list)

    @property
    def plain(self) -> Any:
        """The value without its lines, as JSON has it."""
        if self.kind == "map":
            return {key.text: value.plain for key, value in self.entries}
        return [item.plain for item in self.items] if self.kind == "list" else self.value


def compose(text: str, name: str) -> Node:
    """The one document of *text*. SceneError, with a line and a suggestion, for what is no YAML, or holds itself."""
    import yaml

    text = text.removeprefix("\ufeff")
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        said = f"The character {chr(error.character)!a} may not stand in YAML."
        raise SceneError(name, [Problem(line, 1, said, "Take it out.")]) from None
    except yaml.MarkedYAMLError as error:
        raise SceneError(name, [_not_yaml(text, error)]) from None
    except RecursionError:
        raise SceneError(name, [Problem(1, 1, "It is nested too deeply.", "Flatten it.")]) from None
    if root is None:
        said = "The file is empty."
        raise SceneError(name, [Problem(1, 1, said, "Begin with 'scene: A title' and 'steps:'.")])
    return _Copy(name).node(root, ())


class _Copy:
    """Copies the library's nodes; what an alias names is copied each time, within bounds."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._count = 0

    def node(self, found: Any, above: tuple[int, ...]) -> Node:
        line, column = found.start_mark.line + 1, found.start_mark.column + 1
        self._count += 1
        if id(found) in above:
            said = "This part holds itself, so it would repeat without an end."
            self._refuse(line, column, said, "Write 'repeat: {times: …, steps: …}' with a number of times.")
        if self._count > _MOST_NODES or len(above) > _DEEPEST:
            said = f"The scene has more than {_MOST_NODES:,} values, or is nested deeper than {_DEEPEST}."
            self._refuse(line, column, said, "Use 'repeat:' instead of aliases that name aliases.")
        inside = (*above, id(found))
        if isinstance(found.value, str):
            return Node("scalar", line, column, _scalar(found), found.value)
        if found.id == "sequence":
            return Node("list", line, column, items=[self.node(each, inside) for each in found.value])
        entries = list(self._entries(found.value, inside))
        return Node("map", line, column, entries=entries)

    def _entries(self, pairs: Any, above: tuple[int, ...]) -> Iterator[tuple[Node, Node]]:
        seen: dict[str, int] = {}
        for key, value in pairs:
            copied = self.node(key, above)
            if copied.kind != "scalar":
                said = "A key is a word, not a list or a mapping."
                self._refuse(copied.line, copied.column, said, "Quote text that holds braces or brackets.")
            if copied.text in seen:
                said = f"The key '{copied.text}' stands twice; first in line {seen[copied.text]}."
                self._refuse(copied.line, copied.column, said, "Begin the second step with '- '.")
            seen[copied.text] = copied.line
            yield copied, self.node(value, above)

    def _refuse(self, line: int, column: int, said: str, suggestion: str) -> None:
        raise SceneError(self._name, [Problem(line, column, said, suggestion)])


def _scalar(found: Any) -> Any:
    """A plain scalar as JSON would have it: `no`, `on` and `12:30` are texts, which YAML 1.1 would not leave."""
    text: str = found.value
    if found.style is not None:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text


def _not_yaml(text: str, error: Any) -> Problem:
    """What is wrong with text that is no YAML, in words for people who write it by hand."""
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    lines = text.splitlines()
    there = lines[line - 1] if line <= len(lines) else ""
    if "\t" in there[: len(there) - len(there.lstrip())] or "'\\t'" in str(error.problem):
        return Problem(line, column, "The line is indented with a tab.", "Indent with spaces.")
    problem = str(error.problem or error.context or "this is no YAML")
    if "mapping values are not allowed" in problem:
        return _colon(lines, line, column)
    if "scanning a quoted scalar" in str(error.context):
        at = error.context_mark.line + 1
        return Problem(at, error.context_mark.column + 1, "The quote that opens here is never closed.", "Close it.")
    if "another document" in problem:
        return Problem(line, column, "A second document begins here.", "Keep one scene in a file: take the '---' out.")
    if "undefined alias" in problem:
        return Problem(line, column, f"{problem.capitalize()}.", "Name it with '&' where it stands first.")
    if any(
        said in problem for said in ("expected <block end>", "could not find expected ':'", "did not find expected")
    ):
        return Problem(line, column, *_indented(lines, line))
    if "cannot start any token" in problem:
        return Problem(line, column, f"{problem.capitalize()}.", "Quote the text that begins with it.")
    return Problem(line, column, f"This cannot be read: {problem}.", "Quote texts, and indent lists by two spaces.")


def _colon(lines: list[str], line: int, column: int) -> Problem:
    """A colon where none may be: text that holds one, or a line that is indented too far."""
    before = next((at for at in range(line - 2, -1, -1) if lines[at].strip()), None)
    here = len(lines[line - 1]) - len(lines[line - 1].lstrip())
    if before is not None and lines[line - 1].lstrip().split(":")[0].replace("_", "").isalpha():
        there = lines[before]
        begins = len(there) - len(there.lstrip(" -"))
        if here > begins and not there.rstrip().endswith((":", "|", ">")):
            said = f"The line is indented deeper than line {before + 1}, which already has its value."
            fix = f"Indent it by {counted(begins, 'space')}, or write the value of line {before + 1} as a mapping."
            return Problem(line, here + 1, said, fix)
    return Problem(line, column, "A colon stands within a text.", "Quote the text: '…: …'.")


def _indented(lines: list[str], line: int) -> tuple[str, str]:
    """The words for a line whose indent fits none above it."""
    there = lines[line - 1] if line <= len(lines) else ""
    here = len(there) - len(there.lstrip(" "))
    above = [len(each) - len(each.lstrip(" ")) for each in lines[: line - 1] if each.strip()]
    if here in above[-1:]:
        said = "The line does not go on as the lines above it do."
        return said, "Write 'key: value', or '- key: value' in a list, and close what is open above."
    if re.search(r":\s+[{\[].*[}\]]\s*\S", there):
        return "A text that begins with a brace or a bracket goes on behind it.", "Quote the whole text."
    # Of two that are as near the one that a line of its kind stands at last.
    near = min(reversed(above), key=lambda each: abs(each - here), default=0)
    said = f"The line is indented by {counted(here, 'space')}, which fits no line above it."
    return said, f"Indent it by {counted(near, 'space')}, as the lines that it belongs to."
