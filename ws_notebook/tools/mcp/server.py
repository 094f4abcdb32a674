"""The tools of an MCP server as local tools, over stdio or HTTP, by the `mcp` package."""

from __future__ import annotations

import importlib.util
import shlex
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Self

from ws_notebook.exceptions import SettingsError, ToolError
from ws_notebook.tools.options import nearest

if TYPE_CHECKING:
    from ws_notebook.tools.mcp.line import Line
    from ws_notebook.tools.mcp.tool import McpTool

__all__ = ["McpServer"]


class McpServer:
    """A connection to an MCP server. `tools` are its tools: `session.tools.add(*server.tools)`; `server["x"]` is one,
    by its name here or by the server's.

    server           a command, as a list or as text, that speaks over its stdin and stdout; or an http(s) URL
    headers          extra HTTP headers, such as an Authorization; never shown
    env, cwd         further environment variables, and the folder, of a command
    only, skip       names of the tools to take, or to leave out
    prefix           put before each tool's name
    connect_timeout  seconds in which the server has to answer
    options          for every tool: approve, timeout, max_output, strict

    Connects at once; a connection that was lost is opened again for the next call. Raises ConnectionFailed where no
    server answers, SettingsError without the `mcp` package, `ToolError` for names and options that do not exist.
    """

    def __init__(
        self,
        server: str | Sequence[str],
        /,
        *,
        headers: Mapping[str, str] | None = None,
        env: Mapping[str, str] | None = None,
        cwd: str | None = None,
        only: Iterable[str] | None = None,
        skip: Iterable[str] = (),
        prefix: str = "",
        connect_timeout: float = 30,
        **options: Any,
    ) -> None:
        if importlib.util.find_spec("mcp") is None:
            raise SettingsError('MCP servers need the mcp package. Install it: pip install "ws-notebook[mcp]"')
        from ws_notebook.tools.mcp.line import Line
        from ws_notebook.tools.mcp.tool import checked_options

        self._options = checked_options(options)
        self._only, self._skip, self._prefix = None if only is None else list(only), list(skip), prefix
        self._line: Line = Line(
            _target(server, headers, env, cwd), headers=headers or {}, env=env or {}, cwd=cwd, limit=connect_timeout
        )
        self._origin = self._line.name
        self.refused: dict[str, str] = {}
        """Tools of the server that cannot be offered, with the reason: those whose schema is no object's."""
        self.tools: list[McpTool] = []
        """Its tools, as they were when it was connected or last refreshed."""
        try:
            self.refresh()
        except BaseException:
            self._line.close()
            raise

    @property
    def name(self) -> str:
        """The server's own name, or what it was reached by."""
        return self._line.name

    def refresh(self) -> list[McpTool]:
        """Ask for its tools again and return them."""
        from ws_notebook.tools.mcp.tool import McpTool, fitting_names

        found = {each.name: each for each in self._line.list_tools()}
        self.refused = self._line.refused
        for name in (*(self._only or ()), *self._skip):
            if name not in found and name not in self.refused:
                raise ToolError(f"MCP server {self.name} has no tool {name!r}.{nearest(name, tuple(found))}")
        for name in self._only or ():
            if name not in found:
                raise ToolError(f"Tool {name!r} of MCP server {self.name} cannot be offered: {self.refused[name]}.")
        chosen = [name for name in (found if self._only is None else self._only) if name not in self._skip]
        # Of all its tools: what one is called does not depend on which are chosen.
        names = fitting_names(found, self._prefix)
        self.tools[:] = [
            McpTool(found[name], self._line.call, name=names[name], origin=self._origin, options=self._options)
            for name in chosen
        ]
        return list(self.tools)

    def close(self) -> None:
        """End the connection, and with it a command's process. Calls of its tools fail from then on."""
        self._line.close()

    def __getitem__(self, name: str) -> McpTool:
        for each in self.tools:
            if name in (each.name, each.server_name):
                return each
        if name in self.refused:
            raise KeyError(f"Tool {name!r} of MCP server {self.name} cannot be offered: {self.refused[name]}.")
        names = tuple(each.name for each in self.tools)
        raise KeyError(f"MCP server {self.name} has no tool {name!r}.{nearest(name, names)}")

    def _ipython_key_completions_(self) -> list[str]:
        return [each.name for each in self.tools]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        left_out = f"; left out: {', '.join(self.refused)} (see .refused)" if self.refused else ""
        return f"<McpServer {self.name}: {', '.join(each.name for each in self.tools) or 'no tools'}{left_out}>"


def _target(
    server: Any, headers: Mapping[str, str] | None, env: Mapping[str, str] | None, cwd: str | None
) -> str | list[str]:
    """A URL as text, a command as a list of words."""
    words: Any = server
    if isinstance(server, str):
        if server.lower().startswith(("http://", "https://")):
            if env or cwd:
                raise SettingsError("env and cwd belong to a server that is started as a command, not to a URL.")
            return server
        words = shlex.split(server)
    if not isinstance(words, list | tuple) or not words or not all(isinstance(word, str) for word in words):
        raise SettingsError(
            'McpServer takes a command, such as ["uvx", "mcp-server-time"], or a URL, such as "http://127.0.0.1:8000/mcp".'
        )
    if headers:
        raise SettingsError("headers belong to a server at a URL. Give a command what it needs by env.")
    return list(words)
