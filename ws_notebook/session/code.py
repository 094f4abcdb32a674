"""A call of a tool as the Python code that a person would write for it."""

from __future__ import annotations

import dataclasses
import datetime
import decimal
import enum
import inspect
import keyword
import math
import pathlib
import re
import uuid
from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

from ws_notebook.exceptions import ToolError
from ws_notebook.tools.function import AnyTool, Tool
from ws_notebook.tools.mcp.server import McpServer
from ws_notebook.tools.registry import ToolRegistry
from ws_notebook.tools.schema.signature import home

__all__ = ["call_source", "tool_source"]

Names = Mapping[str, Any]

_DATETIME = re.compile(r"\bdatetime\.(?=(date|datetime|time|timedelta|timezone)\b)")


def call_source(tool: AnyTool | None, name: str, arguments: str, names: Names) -> str:
    """The code that makes this call in a notebook with these `names`, its imports above it.

    Values that no code can be written for, or arguments that do not fit, are passed as JSON to `try_`. Without a
    `tool`, its name is all that is known.
    """
    held = name if tool is None else tool_source(tool, names)
    if tool is None:
        return f"{held}.try_({_quoted(arguments)})"
    try:
        bound = tool.bind(arguments)
        writer = _Writer(names)
        words = [writer.written(value) for value in bound.args]
        words += [_keyword(key, writer.written(value)) for key, value in bound.kwargs.items()]
    except (ToolError, _Unwritable):
        return f"{held}.try_({_quoted(arguments)})"
    return "\n".join([*sorted(writer.imports), _awaited(tool, f"{held}({', '.join(words)})")])


def tool_source(tool: AnyTool, names: Names) -> str:
    """How code names the tool: its variable, the object of a method, a session that has it, or its own name."""
    if isinstance(names.get(tool.name), Tool) and names[tool.name].name == tool.name:
        return tool.name
    owner = getattr(tool.function, "__self__", None)
    of_owner = f".{getattr(tool.function, '__name__', tool.name)}"
    ways: tuple[Callable[[Any], str | None], ...] = (
        lambda value: "" if isinstance(value, Tool) and value.name == tool.name else None,
        lambda value: of_owner if owner is not None and value is owner else None,
        lambda value: _place_in(value, tool) or None,
    )
    visible = [(name, value) for name, value in list(names.items()) if not name.startswith("_")]
    found = (f"{name}{place}" for way in ways for name, value in visible if (place := way(value)) is not None)
    return next(found, tool.name)


def _place_in(value: Any, tool: AnyTool) -> str:
    """Where the tool is in something that holds several: a session, an MCP server, a list."""
    tools = getattr(value, "tools", None)
    if isinstance(tools, ToolRegistry) and tools.get(tool.name) is not None:
        return f".tools[{_quoted(tool.name)}]"
    if isinstance(value, McpServer) and tool.name in value._ipython_key_completions_():
        return f"[{_quoted(tool.name)}]"
    if isinstance(value, list | tuple):
        return next((f"[{at}]" for at, each in enumerate(value) if each is tool), "")
    return ""


class _Unwritable(Exception):
    """There is no code for the value."""


class _Writer:
    """Writes values as code, and notes what that code has to import first."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self.imports: set[str] = set()

    def written(self, value: Any) -> str:
        """The code of a value. Raises `_Unwritable`."""
        for kinds, write in _WRITERS:
            if isinstance(value, kinds):
                return write(self, value)
        if dataclasses.is_dataclass(value) and not isinstance(value, type):
            given = {each.name: getattr(value, each.name) for each in dataclasses.fields(value) if each.init}
            return self._made(type(value), given)
        if hasattr(type(value), "model_fields"):
            fields = type(value).model_fields
            given = {
                fields[name].alias or name: getattr(value, name) for name in fields if name in value.model_fields_set
            }
            return self._made(type(value), given)
        raise _Unwritable

    def _made(self, cls: type, fields: Mapping[str, Any]) -> str:
        return f"{self.name(cls)}({', '.join(_keyword(name, self.written(value)) for name, value in fields.items())})"

    def name(self, cls: type) -> str:
        """The class's name, imported where the notebook does not have it."""
        root = cls.__qualname__.partition(".")[0]
        if "<locals>" in cls.__qualname__:
            raise _Unwritable
        if (
            cls.__module__ not in ("__main__", "builtins")
            and getattr(self._names.get(root), "__module__", None) != cls.__module__
        ):
            self.imports.add(f"from {cls.__module__} import {root}")
        return cls.__qualname__

    def number(self, value: float) -> str:
        return repr(value) if math.isfinite(value) else f'float("{value}")'

    def sequence(self, value: Any) -> str:
        words = ", ".join(self.written(each) for each in value)
        if isinstance(value, list):
            return f"[{words}]"
        if isinstance(value, tuple):
            if hasattr(value, "_fields"):
                return self._made(type(value), dict(zip(value._fields, value, strict=True)))
            return f"({words},)" if len(value) == 1 else f"({words})"
        if isinstance(value, frozenset):
            return f"frozenset([{words}])"
        return f"{{{words}}}" if value else "set()"

    def mapping(self, value: Mapping[Any, Any]) -> str:
        return f"{{{', '.join(f'{self.written(key)}: {self.written(each)}' for key, each in value.items())}}}"

    def member(self, value: enum.Enum) -> str:
        cls = self.name(type(value))
        name = value.name
        return f"{cls}.{name}" if name and name.isidentifier() else f"{cls}({self.written(value.value)})"

    def moment(self, value: Any) -> str:
        zone = getattr(value, "tzinfo", None)
        if zone is not None and value.utcoffset() is not None:
            value = value.replace(tzinfo=datetime.timezone(value.utcoffset()))
        text = repr(value)
        if isinstance(self._names.get("datetime"), ModuleType):
            return text
        # A notebook that says `from datetime import datetime` must keep that name as it is.
        for name in _DATETIME.findall(text):
            self.name(getattr(datetime, name))
        return _DATETIME.sub("", text)

    def path(self, value: pathlib.PurePath) -> str:
        if self._names.get("Path") is not pathlib.Path:
            self.imports.add("from pathlib import Path")
        return f"Path({_quoted(str(value))})"

    def plain(self, value: Any) -> str:
        """A class whose repr is its call."""
        self.name(type(value))
        return repr(value)


_MOMENTS = (datetime.date, datetime.time, datetime.timedelta)
_WRITERS: tuple[tuple[Any, Callable[[_Writer, Any], str]], ...] = (
    (enum.Enum, _Writer.member),
    (str, lambda _, value: _quoted(value)),
    ((type(None), bool, int, bytes), lambda _, value: repr(value)),
    (float, _Writer.number),
    (_MOMENTS, _Writer.moment),
    ((list, tuple, set, frozenset), _Writer.sequence),
    (dict, _Writer.mapping),
    (pathlib.PurePath, _Writer.path),
    ((uuid.UUID, decimal.Decimal), _Writer.plain),
)


def _quoted(text: str) -> str:
    """In double quotes, as formatters write it, where those need no backslash."""
    code = repr(text)
    return f'"{code[1:-1]}"' if code[0] == "'" and '"' not in text else code


def _keyword(name: str, value: str) -> str:
    if not name.isidentifier() or keyword.iskeyword(name):
        raise _Unwritable
    return f"{name}={value}"


def _awaited(tool: AnyTool, call: str) -> str:
    """The call so that its value is what the model's call gives, or shows."""
    written = home(tool.function)
    if inspect.isasyncgenfunction(written):
        return f"[value async for value in {call}]"
    if inspect.isgeneratorfunction(written):
        return f"list({call})"
    return f"await {call}" if tool.is_async else call
