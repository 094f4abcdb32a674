"""A real MCP server for the tests: over stdio, or over HTTP at a port. `python mcp_server.py [PORT TOKEN]`"""

from __future__ import annotations

import asyncio
import os
import sys
from typing import Any

from mcp.server.mcpserver import Context, Image, MCPServer

__all__ = ["make_server"]

PIXEL = b"\x89PNG\r\n\x1a\n"


def make_server() -> Any:
    """Tools of every kind."""
    server = MCPServer("bookshop")

    @server.tool()
    def price(title: str, copies: int = 1) -> int:
        """The price of a book."""
        return len(title) * copies

    @server.tool(name="sell.one")
    def sell(title: str) -> dict[str, Any]:
        """Sell a book."""
        return {"sold": title}

    @server.tool(structured_output=False)
    def cover(title: str) -> list[Any]:
        return [title, Image(data=PIXEL, format="png")]

    @server.tool()
    def environment(name: str) -> str:
        return f"{os.environ.get(name)} in {os.getcwd()}"

    @server.tool()
    async def wait(seconds: float, context: Context) -> str:
        await context.report_progress(1, 4, "looking")
        await asyncio.sleep(seconds)
        return "found"

    @server.tool()
    def crash() -> str:
        os._exit(3)

    return server


def guarded(app: Any, token: str) -> Any:
    """The app for those who know the token."""

    async def call(scope: Any, receive: Any, send: Any) -> None:
        headers = dict(scope.get("headers", ()))
        if scope["type"] == "http" and headers.get(b"authorization") != f"Bearer {token}".encode():
            await send({"type": "http.response.start", "status": 401, "headers": []})
            await send({"type": "http.response.body", "body": b""})
        else:
            await app(scope, receive, send)

    return call


def main() -> None:
    server = make_server()
    if len(sys.argv) == 1:
        server.run("stdio")
        return
    import uvicorn

    port, token = sys.argv[1:]
    uvicorn.run(guarded(server.streamable_http_app(), token), host="127.0.0.1", port=int(port), log_level="warning")


if __name__ == "__main__":
    main()
