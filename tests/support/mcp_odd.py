"""An MCP server by hand, for what the `mcp` package's own server would never send. `python mcp_odd.py JSON`

The JSON says what is odd: `before` is written to stdout first and `between` before each answer, as they are; `glued`
stands on the line of each answer; `tools` are the tools as they are listed, on every page; `cursors` the pages'
cursors, the last again and again ("count" makes a new one each time); `result` what each call gives.
"""

from __future__ import annotations

import itertools
import json
import sys
from typing import Any

__all__ = ["Odd"]

VERSION = "2025-06-18"


class Odd:
    """The server's side of stdin and stdout."""

    def __init__(self, options: dict[str, Any]) -> None:
        self._options = options
        self._pages = itertools.count(1)

    def run(self) -> None:
        self._write(self._options.get("before", ""))
        for line in sys.stdin:
            message = json.loads(line)
            if "id" in message:
                self._answer(message)

    def _answer(self, message: dict[str, Any]) -> None:
        answers = {"initialize": self._greeting, "tools/list": self._listing, "tools/call": self._called}
        make = answers.get(message["method"])
        found = (
            {"error": {"code": -32601, "message": "no"}}
            if make is None
            else {"result": make(message.get("params") or {})}
        )
        if found.get("result", 0) is None:
            found = {"error": {"code": -32602, "message": "no such page"}}
        self._write(self._options.get("between", ""))
        answer: Any = {"jsonrpc": "2.0", "id": message["id"], **found}
        written = json.dumps([answer] if self._options.get("list") else answer)
        self._write(f"{self._options.get('glued', '')}{written}\n")

    def _greeting(self, params: dict[str, Any]) -> dict[str, Any]:
        return {
            "protocolVersion": VERSION,
            "capabilities": {"tools": {}},
            "serverInfo": {"name": "odd", "version": "1"},
        }

    def _listing(self, params: dict[str, Any]) -> dict[str, Any] | None:
        page = next(self._pages)
        pages = self._options.get("pages")
        tools = self._options["tools"] if pages is None else pages[min(page, len(pages)) - 1]
        cursors = self._options.get("cursors", [])
        if cursors == "count":
            return {"tools": tools, "nextCursor": str(page)}
        if tools is None:
            return None
        return {"tools": tools, **({"nextCursor": cursors[min(page, len(cursors)) - 1]} if cursors else {})}

    def _called(self, params: dict[str, Any]) -> dict[str, Any]:
        said = f"{params['name']} {json.dumps(params.get('arguments') or {}, sort_keys=True)}"
        result: dict[str, Any] = self._options.get("result", {"content": [{"type": "text", "text": said}]})
        return result

    def _write(self, text: str) -> None:
        sys.stdout.buffer.write(text.encode("latin-1" if self._options.get("latin") else "utf-8"))
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    Odd(json.loads(sys.argv[1])).run()
