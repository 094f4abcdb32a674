"""Which tools a cell offers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..exceptions import SettingsError, ToolError
from ..tools import AnyTool, HostedTool, Offered, Tool
from ..tools.hosted import HOSTED
from ..tools.mcp.server import McpServer
from .options import nearest

__all__ = ["chosen_tools", "offered_tools"]


def offered_tools(session_tools: Iterable[Offered], names: Mapping[str, Any]) -> dict[str, Offered]:
    """Every tool that a bare cell offers, by its name: the session's and those of the notebook.

    Those of the notebook are the variables that hold a tool, a list of tools, or an MCP server. Of two with one name
    the notebook's comes before the session's, and the variable of that name before others.
    """
    found: dict[str, Offered] = {tool.name: tool for tool in session_tools}
    visible = [(variable, value) for variable, value in list(names.items()) if not variable.startswith("_")]
    for _, value in visible:
        found.update({tool.name: tool for tool in _several(value)})
    for variable, value in visible:
        if isinstance(value, Tool) and not _is_alias(variable, value, names):
            found[value.name] = value
    return found


def _several(value: Any) -> list[AnyTool]:
    """The tools of an MCP server, or of a list of nothing else."""
    if isinstance(value, McpServer):
        return list(value.tools)
    return list(value) if isinstance(value, list | tuple) and all(isinstance(each, Tool) for each in value) else []


def _is_alias(variable: str, tool: AnyTool, names: Mapping[str, Any]) -> bool:
    """Whether another variable, the one of the tool's name, holds a tool of that name."""
    named = names.get(tool.name)
    return variable != tool.name and isinstance(named, Tool) and named.name == tool.name


def chosen_tools(
    wanted: Iterable[str] | None, offered: Mapping[str, Offered], names: Mapping[str, Any]
) -> list[Offered]:
    """The offered tools, or those that are `wanted`, each by its name or by a variable that holds it.

    A variable may also hold several, as in `offered_tools`, and a name be the type of a hosted tool: web_search, ….
    Raises SettingsError with what to do for a name that is no tool's.
    """
    if wanted is None:
        return list(offered.values())
    return [tool for name in wanted for tool in _tools(name, offered, names.get(name))]


def _tools(name: str, offered: Mapping[str, Offered], held: Any) -> Sequence[Offered]:
    if name in offered:
        return [offered[name]]
    return _several(held) or [_tool(name, offered, held)]


def _tool(name: str, offered: Mapping[str, Offered], held: Any) -> Offered:
    if isinstance(held, Tool | HostedTool):
        return held
    if callable(held):
        raise SettingsError(
            f"{name} is a function but no tool. Put @wsn.tool above its definition and run that cell again."
        )
    if name in HOSTED:
        return _hosted(name)
    known = f"The notebook has: {', '.join(sorted(offered))}." if offered else "Define one with @wsn.tool."
    raise SettingsError(f"There is no tool named {name!r}.{nearest(name, offered)} {known}")


def _hosted(name: str) -> HostedTool:
    try:
        return HostedTool(name)
    except ToolError as error:
        raise SettingsError(f"{error} Put it into a variable and name that.") from None
