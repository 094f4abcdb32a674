"""The tools of a session, in the order they were added."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import ModuleType
from typing import Any

from ws_notebook.exceptions import ToolError
from ws_notebook.render.format import markdown_table, shortened
from ws_notebook.tools.function import AnyTool, Tool, tool
from ws_notebook.tools.hosted import HostedTool
from ws_notebook.tools.options import nearest
from ws_notebook.tools.schema.pretty import markdown_cell, type_words

__all__ = ["Offered", "Toolable", "ToolRegistry"]

Offered = AnyTool | HostedTool
"""What a registry holds."""

_SHOWN = 60
"""Characters of a wrong value that a message repeats."""

Toolable = Offered | Callable[..., Any] | Mapping[str, Any] | str
"""What it takes: also plain functions, and hosted tools by their type or as the dict that is sent."""


class ToolRegistry:
    """What `session.tools` is: tools by name. Safe from any thread; iteration goes over the tools of its start."""

    def __init__(self, tools: Iterable[Toolable] = ()) -> None:
        self._lock = threading.Lock()
        # Replaced whole by every change, so that readers need no lock.
        self._tools: dict[str, Offered] = {}
        self.add(*_as_list(tools))

    def add(self, *tools: Toolable) -> None:
        """Add tools; plain functions become tools. One of the same name takes the old one's place.

        Hosted tools are added by their type, `add("web_search")`, or as the dict that is sent; a module's or an
        object's functions with `add(*wsn.tools_from(module))`. Raises `ToolError` for what cannot be a tool and for
        tools of two MCP servers with the same name, and adds none then.
        """
        made = list(map(_as_tool, tools))
        with self._lock:
            found = dict(self._tools)
            for one in made:
                _check_apart(found.get(one.name), one)
                found[one.name] = one
            self._tools = found

    def remove(self, *tools: Toolable) -> None:
        """Take tools away, by name, by the tool or by its function.

        Raises `ToolError` when one is not here, and takes none away then.
        """
        with self._lock:
            gone = set()
            for wanted in tools:
                key = self._key(wanted)
                if key is None:
                    name = wanted if isinstance(wanted, str) else getattr(wanted, "__name__", repr(wanted))
                    raise ToolError(self._missing(str(name)))
                gone.add(key)
            self._tools = {name: kept for name, kept in self._tools.items() if name not in gone}

    def clear(self) -> None:
        """Take all tools away."""
        with self._lock:
            self._tools = {}

    def get(self, name: str) -> AnyTool | None:
        """The Python tool of this name, or None."""
        found = self._tools.get(name)
        return found if isinstance(found, Tool) else None

    def names(self) -> list[str]:
        """The names of the Python tools, in order."""
        return [name for name, one in self._tools.items() if isinstance(one, Tool)]

    @property
    def hosted(self) -> list[HostedTool]:
        """The tools among them that the provider runs itself."""
        return [one for one in self if isinstance(one, HostedTool)]

    def definitions(self) -> list[dict[str, Any]]:
        """The tools as they go into a request."""
        return [one.definition for one in self]

    def select(self, names: Iterable[str]) -> ToolRegistry:
        """A registry of only these tools, in the order asked for. Raises `ToolError` for an unknown name."""
        chosen = []
        for name in names:
            if name not in self._tools:
                raise ToolError(self._missing(name))
            chosen.append(self._tools[name])
        return ToolRegistry(chosen)

    def __getitem__(self, name: str) -> Offered:
        found = self._tools.get(name)
        if found is None:
            raise KeyError(self._missing(name))
        return found

    def __contains__(self, name: object) -> bool:
        return self._key(name) is not None

    def __iter__(self) -> Iterator[Offered]:
        return iter(list(self._tools.values()))

    def __len__(self) -> int:
        return len(self._tools)

    def __repr__(self) -> str:
        return f"<ToolRegistry: {', '.join(self._tools) or 'no tools'}>"

    def _repr_markdown_(self) -> str:
        if not self._tools:
            return "No tools. Add one with `session.tools.add(function)`."
        return markdown_table(["tool", "description", "parameters", "strict"], map(_row, self))

    def _ipython_key_completions_(self) -> list[str]:
        return list(self._tools)

    def _key(self, wanted: object) -> str | None:
        if isinstance(wanted, str):
            return wanted if wanted in self._tools else None
        for name, one in self._tools.items():
            if one is wanted or (isinstance(one, Tool) and _is_of(one, wanted)):
                return name
        return None

    def _missing(self, name: str) -> str:
        if not self._tools:
            return f"There is no tool {name!r}: none has been added yet."
        return f"There is no tool {name!r}.{nearest(name, self._tools)}"


def _as_list(tools: Any) -> list[Any]:
    """What `tools=` was given. Raises `ToolError` for what is no list."""
    if isinstance(tools, ToolRegistry):
        return list(tools)
    if getattr(tools, "tools", None) is not None and not isinstance(tools, Tool):
        raise ToolError(f"tools is a list of tools. Those of a {type(tools).__name__} are its .tools: tools=….tools")
    if isinstance(tools, ModuleType):
        raise ToolError(f"tools is a list of tools. Those of a module are tools=wsn.tools_from({tools.__name__}).")
    if isinstance(tools, Mapping) and tools and "type" not in tools:
        raise ToolError("tools is a list of tools, not a dict of them: tools=list(….values()).")
    # A string or a dict can be one tool; neither is a list of them.
    if isinstance(tools, str | bytes | Mapping | Tool | type) or not isinstance(tools, Iterable):
        shown = shortened(getattr(tools, "__name__", None) or repr(tools), _SHOWN)
        if not callable(tools) and not isinstance(tools, str | Mapping):
            raise ToolError(f"tools is a list of tools, not {type(tools).__name__} {shown}: tools=[function, …].")
        raise ToolError(f"tools is a list of tools, even of one: tools=[{shown}].")
    return list(tools)


def _check_apart(there: Offered | None, new: Offered) -> None:
    """Tools of two MCP servers are two tools; a function of the same name is the old one, edited."""
    origins = getattr(there, "origin", ""), getattr(new, "origin", "")
    if all(origins) and origins[0] != origins[1]:
        raise ToolError(
            f"Two MCP servers have a tool named {new.name!r}: {origins[0]} and {origins[1]}. "
            'Tell them apart by a prefix: McpServer(…, prefix="other_").'
        )


def _as_tool(given: Any) -> Offered:
    if isinstance(given, HostedTool):
        return given
    if isinstance(given, str | Mapping):
        return HostedTool(given)
    if isinstance(given, list | tuple | set | ToolRegistry):
        raise ToolError("Tools are added one by one: add(first, second), or add(*tools) for a list of them.")
    if isinstance(given, ModuleType):
        raise ToolError(f"Add a module's functions with add(*wsn.tools_from({given.__name__})).")
    if isinstance(getattr(given, "tools", None), list):
        raise ToolError(f"A {type(given).__name__} has several tools. Add them with add(*….tools).")
    if not callable(given):
        raise ToolError(
            f"Tools are functions or tools, not {type(given).__name__} {given!r:.60}. Decorate a function; for an "
            "object's methods use add(*wsn.tools_from(object))."
        )
    made: AnyTool = tool(given)
    return made


def _is_of(one: AnyTool, wanted: object) -> bool:
    """Whether a tool was made of this function. Bound methods are made anew at every access, so values count."""
    return bool(one.function == wanted or (isinstance(wanted, Tool) and one.function == wanted.function))


def _row(one: Offered) -> list[str]:
    parameters, strict = "", ""
    if isinstance(one, Tool):
        # Not the schema that is sent: strict mode gives every optional parameter a null.
        definitions = one.schema.loose.get("$defs", {})
        types = one.schema.loose.get("properties", {})
        parameters = ", ".join(f"`{name}`: {type_words(each, definitions)}" for name, each in types.items())
        strict = "yes" if one.strict else f"no: {one.strict_reason}"
    cells = (f"`{one.name}`", one.description.partition("\n")[0], parameters, strict)
    return [markdown_cell(text) for text in cells]
