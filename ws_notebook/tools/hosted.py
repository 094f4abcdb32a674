"""Tools that the provider runs itself: web search, a code interpreter, pictures, remote MCP servers, …

They are passed through as they are; the calls come back as items of the turn, and no function here is called.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from ws_notebook.exceptions import ToolError
from ws_notebook.manual import did_you_mean

__all__ = ["HOSTED", "HostedTool", "secrets_of"]

HOSTED: Mapping[str, str] = {
    "apply_patch": "",
    "code_interpreter": "",
    "computer_use_preview": "display_width, display_height and environment",
    "file_search": "vector_store_ids",
    "image_generation": "",
    "mcp": "server_label and server_url",
    "shell": "",
    "tool_search": "",
    "web_search": "",
    "web_search_preview": "",
}
"""Types that are known by name, each with the fields that it cannot do without, in words. Others pass as well."""

_OWN = ("function", "custom")
_USUAL: Mapping[str, Mapping[str, Any]] = {"code_interpreter": {"container": {"type": "auto"}}}
"""What a bare name stands for besides its type."""


class HostedTool:
    """A tool of the provider's, by its type: `HostedTool("web_search")`, `HostedTool({"type": "mcp", …})`.

    `options` are its other fields. It goes wherever tools go: `Session(tools=[…])`, `session.tools.add(…)`; in
    `-t` a bare type will do. Raises `ToolError` for what is none and for a type that needs more than its name.
    """

    def __init__(self, tool: str | Mapping[str, Any], /, **options: Any) -> None:
        given: Any = {"type": tool} if isinstance(tool, str) else tool
        kind = given.get("type") if isinstance(given, Mapping) else None
        if not isinstance(kind, str) or not kind:
            raise ToolError('A hosted tool is a dict with its "type", such as {"type": "web_search"}.')
        if kind in _OWN:
            raise ToolError(
                f'A tool of type "{kind}" is called here, so it needs its Python function: decorate one with @wsn.tool.'
            )
        if isinstance(tool, str):
            _check_name(tool, bool(options))
            given = {"type": tool, **_USUAL.get(tool, {})}
        self._definition: dict[str, Any] = copy.deepcopy({**given, **options})

    @property
    def type(self) -> str:
        """Its type, as the provider calls it."""
        return str(self._definition["type"])

    @property
    def name(self) -> str:
        """What `-t` and `session.tools` call it: its type; for an MCP server the server's label."""
        return str(self._definition.get("server_label") or self._definition.get("name") or self.type)

    @property
    def description(self) -> str:
        """What it is, in a few words."""
        where = self._definition.get("server_url") or self._definition.get("connector_id")
        return f"run by the provider: {self.type}" + (f" at {where}" if where else "")

    @property
    def definition(self) -> dict[str, Any]:
        """The tool as it goes into a request. May hold secrets: an MCP server's authorization."""
        return copy.deepcopy(self._definition)

    def __repr__(self) -> str:
        return f"<HostedTool {self.name}: {self.description}>"


def secrets_of(definition: Mapping[str, Any]) -> list[str]:
    """The values in a tool's definition that nobody may be shown: an MCP server's authorization and headers."""
    headers = definition.get("headers")
    values = list(headers.values()) if isinstance(headers, Mapping) else []
    return [value for value in (definition.get("authorization"), *values) if isinstance(value, str) and value]


def _check_name(name: str, has_options: bool) -> None:
    if name not in HOSTED:
        hint = did_you_mean(name, HOSTED).strip() or f"Those are {', '.join(HOSTED)}."
        raise ToolError(
            f"{name!r} is not the name of a hosted tool. {hint} Give any other as a dict with its type; "
            "for a Python function, give the function itself."
        )
    if HOSTED[name] and not has_options:
        raise ToolError(f'The hosted tool {name!r} needs {HOSTED[name]}: HostedTool("{name}", …).')
