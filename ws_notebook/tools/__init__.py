"""Python functions as the model's tools: schema, registry, arguments in, outputs back.

The way in is `function.tool`; `contract.ToolLike` is what others know of a tool. schema/ leads from a signature to the
arguments of a call, values/ from its result to the output, bench/ is for people who try a tool, mcp/ for tools of
servers. Light to import: pydantic comes with the first tool that is made.
"""

from __future__ import annotations

from ws_notebook.tools.function import AnyTool, Tool, tool
from ws_notebook.tools.hosted import HostedTool
from ws_notebook.tools.registry import Offered, Toolable, ToolRegistry
from ws_notebook.tools.toolset import tools_from

__all__ = ["AnyTool", "HostedTool", "Offered", "Tool", "ToolRegistry", "Toolable", "tool", "tools_from"]
