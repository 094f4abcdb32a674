"""Python functions as the model's tools: schema, registry, arguments in, outputs back.

Light to import: pydantic comes with the first tool that is made.
"""

from __future__ import annotations

from ws_notebook.tools.call import BoundCall
from ws_notebook.tools.function import AnyTool, Tool, tool
from ws_notebook.tools.outputs import Output, error_output, exception_output, to_output
from ws_notebook.tools.registry import ToolRegistry

__all__ = [
    "AnyTool",
    "BoundCall",
    "Output",
    "Tool",
    "ToolRegistry",
    "error_output",
    "exception_output",
    "to_output",
    "tool",
]
