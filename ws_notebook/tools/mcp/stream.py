"""The messages of an MCP server on their way to the `mcp` package, mended, with what is no message taken out.

Imports the `mcp` package, so import this module where that is wanted.
"""

from __future__ import annotations

import contextlib
import json
import logging
import threading
from collections import deque
from collections.abc import AsyncIterator, Iterator
from typing import Any

import anyio.abc
import mcp
from mcp.shared.message import SessionMessage
from pydantic import ValidationError

from ws_notebook.tools.mcp.mend import mended, messages_in

__all__ = ["Chatter", "MendedStream", "mended_transport", "without_complaints"]

_READERS = ("mcp.client.stdio", "mcp.client.streamable_http")
_KEPT = 600
"""Characters of chatter that are kept, the last ones."""


class Chatter:
    """What a server wrote that is no message, and which of its tools cannot be."""

    def __init__(self) -> None:
        self.words = ""
        """The last words, on one line."""
        self.refused: dict[str, str] = {}
        """The reasons, by the tools' names."""

    def heard(self, line: str) -> None:
        self.words = f"{self.words} {' '.join(line.split())}".strip()[-_KEPT:]


class MendedStream(anyio.abc.ObjectReceiveStream[Any]):
    """A stream of what the transport read: `SessionMessage`, or what was wrong with a line."""

    def __init__(self, stream: Any, chatter: Chatter) -> None:
        self._stream, self._chatter = stream, chatter
        self._waiting: deque[Any] = deque()

    @property
    def last_context(self) -> Any:
        return getattr(self._stream, "last_context", None)

    async def receive(self) -> Any:
        """The next message. Raises `anyio.EndOfStream` at the end."""
        while not self._waiting:
            self._waiting.extend(self._taken(await self._stream.receive()))
        return self._waiting.popleft()

    async def aclose(self) -> None:
        await self._stream.aclose()

    def close(self) -> None:
        self._stream.close()

    def _taken(self, item: Any) -> Iterator[Any]:
        if isinstance(item, ValidationError):
            line = item.errors(include_url=False, include_context=False)[0]["input"]
            yield from self._found(line if isinstance(line, str) else json.dumps(line, default=str))
            return
        result = getattr(getattr(item, "message", None), "result", None)
        if isinstance(result, dict):
            item.message.result = mended(result, self._chatter.refused)
        yield item

    def _found(self, line: str) -> Iterator[Any]:
        """The messages in a line that is not one."""
        found = list(messages_in(line))
        if not found:
            self._chatter.heard(line)
        for one in found:
            with contextlib.suppress(ValidationError):
                message = mcp.types.jsonrpc_message_adapter.validate_python(one, by_name=False)
                yield from self._taken(SessionMessage(message))


@contextlib.asynccontextmanager
async def mended_transport(transport: Any, chatter: Chatter) -> AsyncIterator[tuple[Any, Any]]:
    """A transport of the `mcp` package whose messages are mended."""
    async with transport as (reading, writing):
        yield MendedStream(reading, chatter), writing


@contextlib.contextmanager
def without_complaints() -> Iterator[None]:
    """In this thread, chatter is not logged: it is told where something failed, and of no interest elsewhere."""
    thread = threading.get_ident()

    def passes(record: logging.LogRecord) -> bool:
        return record.thread != thread or "parse" not in record.getMessage().lower()

    loggers = [logging.getLogger(name) for name in _READERS]
    for logger in loggers:
        logger.addFilter(passes)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeFilter(passes)
