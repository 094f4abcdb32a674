"""ws-notebook: the WebSocket mode of the Responses API, in notebooks.

    import ws_notebook as wsn

    session = wsn.Session()
    run = session.ask("What can you do?")

or `%load_ext ws_notebook` and a cell that begins with `%%responses`. Every name here is loaded when
it is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .cassette import Cassette
    from .exceptions import WsNotebookError
    from .session.run import Run
    from .session.session import Session
    from .settings import Profile
    from .tools import HostedTool, Tool, tool, tools_from
    from .tools.approval import Approval
    from .tools.check import check
    from .tools.context import Context
    from .tools.mcp import McpServer
    from .transports.recording import RecordingTransport
    from .transports.replay import ReplayTransport

__all__ = [
    "Approval",
    "Cassette",
    "Context",
    "HostedTool",
    "McpServer",
    "Profile",
    "RecordingTransport",
    "ReplayTransport",
    "Run",
    "Session",
    "Tool",
    "WsNotebookError",
    "__version__",
    "check",
    "tool",
    "tools_from",
]

__version__ = "0.1.0"

_HOME = {
    "Approval": "tools.approval",
    "Cassette": "cassette",
    "Context": "tools.context",
    "HostedTool": "tools",
    "McpServer": "tools.mcp",
    "Profile": "settings",
    "RecordingTransport": "transports.recording",
    "ReplayTransport": "transports.replay",
    "Run": "session.run",
    "Session": "session.session",
    "Tool": "tools",
    "WsNotebookError": "exceptions",
    "check": "tools.check",
    "tool": "tools",
    "tools_from": "tools",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)


def load_ipython_extension(ipython: Any) -> None:
    """`%load_ext ws_notebook`: registers the magics. Prints nothing and contacts nothing."""
    from .magics import load

    load(ipython)


def unload_ipython_extension(ipython: Any) -> None:
    """`%unload_ext ws_notebook`: closes the magics' own session."""
    from .magics import unload

    unload(ipython)


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    return [{"src": "labextension", "dest": "ws-notebook"}]
