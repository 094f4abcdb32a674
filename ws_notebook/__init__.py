"""ws-notebook: the WebSocket mode of the Responses API, in notebooks.

    import ws_notebook as wsn

    session = wsn.Session()
    run = session.ask("What can you do?")

or `%load_ext ws_notebook` and a cell that begins with `%%responses`. Every name here is loaded when
it is first used.

Its plugin needs no asserts rewritten, so pytest need not warn where this was imported before: PYTEST_DONT_REWRITE.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from . import exceptions as exceptions

if TYPE_CHECKING:
    from .batch.batch import Batch
    from .cassette import Cassette
    from .checks.check import check
    from .core.changes import (
        CallChanged,
        Change,
        ItemDone,
        ReasoningAppended,
        RunEnded,
        SteerChanged,
        TextAppended,
        ToolCallReady,
        TurnChanged,
        TurnEnded,
        TurnStarted,
    )
    from .core.waits import Waits
    from .exceptions import (
        AuthenticationFailed,
        ConnectionFailed,
        ConnectionLost,
        FormatError,
        MaxTurnsExceeded,
        ProtocolViolation,
        ProviderError,
        RateLimited,
        RunCancelled,
        SettingsError,
        ToolError,
        WsNotebookError,
    )
    from .network.network import NETWORKS, Network
    from .session.compare import compare
    from .session.run import Run
    from .session.session import Session
    from .settings import Profile
    from .tools import HostedTool, Tool, tool, tools_from
    from .tools.approval import Approval
    from .tools.context import Context
    from .tools.mcp.server import McpServer
    from .transports.recording import RecordingTransport
    from .transports.replay import ReplayTransport

__all__ = [
    "Approval",
    "AuthenticationFailed",
    "Batch",
    "CallChanged",
    "Cassette",
    "Change",
    "ConnectionFailed",
    "ConnectionLost",
    "Context",
    "FormatError",
    "HostedTool",
    "ItemDone",
    "MaxTurnsExceeded",
    "McpServer",
    "NETWORKS",
    "Network",
    "Profile",
    "ProtocolViolation",
    "ProviderError",
    "RateLimited",
    "ReasoningAppended",
    "RecordingTransport",
    "ReplayTransport",
    "Run",
    "RunCancelled",
    "RunEnded",
    "Session",
    "SettingsError",
    "SteerChanged",
    "TextAppended",
    "Tool",
    "ToolCallReady",
    "ToolError",
    "TurnChanged",
    "TurnEnded",
    "TurnStarted",
    "Waits",
    "WsNotebookError",
    "__version__",
    "check",
    "compare",
    "tool",
    "tools_from",
]

__version__ = "0.2.0"

_HOME = {
    name: module
    for module, names in {
        "batch.batch": "Batch",
        "cassette": "Cassette",
        "checks.check": "check",
        "core.changes": "CallChanged Change ItemDone ReasoningAppended RunEnded SteerChanged TextAppended "
        "ToolCallReady TurnChanged TurnEnded TurnStarted",
        "core.waits": "Waits",
        "exceptions": "AuthenticationFailed ConnectionFailed ConnectionLost FormatError MaxTurnsExceeded "
        "ProtocolViolation ProviderError RateLimited RunCancelled SettingsError ToolError WsNotebookError",
        "network.network": "NETWORKS Network",
        "session.compare": "compare",
        "session.run": "Run",
        "session.session": "Session",
        "settings": "Profile",
        "tools": "HostedTool Tool tool tools_from",
        "tools.approval": "Approval",
        "tools.context": "Context",
        "tools.mcp.server": "McpServer",
        "transports.recording": "RecordingTransport",
        "transports.replay": "ReplayTransport",
    }.items()
    for name in names.split()
}
"""The module of each name."""


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
