"""The tools of a session, in the order they were added."""

from __future__ import annotations

import difflib
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from ws_notebook.exceptions import ToolError
from ws_notebook.tools.function import AnyTool, Tool, tool

__all__ = ["ToolRegistry"]


class ToolRegistry:
    """What `session.tools` is: tools by name. Safe from any thread; iteration goes over the tools of its start."""

    def __init__(self, tools: Iterable[AnyTool | Callable[..., Any]] = ()) -> None:
        self._lock = threading.Lock()
        # Replaced whole by every change, so that readers need no lock.
        self._tools: dict[str, AnyTool] = {}
        self.add(*tools)

    def add(self, *tools: AnyTool | Callable[..., Any]) -> None:
        """Add tools; plain functions become tools. One of the same name takes the old one's place.

        Raises `ToolError` for what cannot be a tool, and adds none then.
        """
        added = {made.name: made for made in map(_as_tool, tools)}
        with self._lock:
            self._tools = {**self._tools, **added}

    def remove(self, name: str | AnyTool | Callable[..., Any]) -> None:
        """Take a tool away, by name, by the tool or by its function. Raises `ToolError` when it is not here."""
        with self._lock:
            key = self._key(name)
            if key is None:
                wanted = name if isinstance(name, str) else getattr(name, "__name__", repr(name))
                raise ToolError(self._missing(str(wanted)))
            self._tools = {other: kept for other, kept in self._tools.items() if other != key}

    def clear(self) -> None:
        """Take all tools away."""
        with self._lock:
            self._tools = {}

    def get(self, name: str) -> AnyTool | None:
        """The tool of this name, or None."""
        return self._tools.get(name)

    def names(self) -> list[str]:
        """The names, in order."""
        return list(self._tools)

    def definitions(self) -> list[dict[str, Any]]:
        """The tools as they go into a request."""
        return [one.definition for one in self]

    def select(self, names: Iterable[str]) -> ToolRegistry:
        """A registry of only these tools, in the order asked for. Raises `ToolError` for an unknown name."""
        chosen = []
        for name in names:
            found = self.get(name)
            if found is None:
                raise ToolError(self._missing(name))
            chosen.append(found)
        return ToolRegistry(chosen)

    def __getitem__(self, name: str) -> AnyTool:
        found = self.get(name)
        if found is None:
            raise KeyError(self._missing(name))
        return found

    def __contains__(self, name: object) -> bool:
        return self._key(name) is not None

    def __iter__(self) -> Iterator[AnyTool]:
        return iter(list(self._tools.values()))

    def __len__(self) -> int:
        return len(self._tools)

    def __repr__(self) -> str:
        return f"<ToolRegistry: {', '.join(self._tools) or 'no tools'}>"

    def _repr_markdown_(self) -> str:
        if not self._tools:
            return "No tools. Add one with `session.tools.add(function)`."
        lines = ["| tool | description | parameters | strict |", "| --- | --- | --- | --- |"]
        lines.extend(_row(one) for one in self)
        return "\n".join(lines)

    def _ipython_key_completions_(self) -> list[str]:
        return self.names()

    def _key(self, wanted: object) -> str | None:
        if isinstance(wanted, str):
            return wanted if wanted in self._tools else None
        for name, one in self._tools.items():
            # Bound methods are made anew at every access, so they are compared by value.
            if (
                one is wanted
                or one.function == wanted
                or (isinstance(wanted, Tool) and one.function == wanted.function)
            ):
                return name
        return None

    def _missing(self, name: str) -> str:
        names = self.names()
        if not names:
            return f"There is no tool {name!r}: none has been added yet."
        near = difflib.get_close_matches(name, names, n=1)
        return f"There is no tool {name!r}. " + (
            f"Did you mean {near[0]!r}?" if near else f"There are: {', '.join(names)}."
        )


def _as_tool(given: Any) -> AnyTool:
    if isinstance(given, list | tuple | set | ToolRegistry):
        raise ToolError("Tools are added one by one: add(first, second), or add(*tools) for a list of them.")
    if not callable(given):
        raise ToolError(f"Tools are functions or tools, not {type(given).__name__} {given!r:.60}. Decorate a function.")
    made: AnyTool = tool(given)
    return made


def _row(one: AnyTool) -> str:
    first = one.description.partition("\n")[0]
    parameters = ", ".join(f"`{name}`" for name in one.schema.get("properties", {}))
    strict = "yes" if one.strict else f"no: {one.strict_reason}"
    return "| " + " | ".join(_cell(text) for text in (f"`{one.name}`", first, parameters, strict)) + " |"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
