"""One connection to an MCP server, on a loop of its own: a server that hangs holds up nothing but its own calls.

Imports the `mcp` package, so import this module where that is wanted.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import math
import sys
import tempfile
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from concurrent.futures import CancelledError, Future, wait
from typing import Any, TextIO, TypeVar, cast
from urllib.parse import urlsplit

import anyio
import httpx2
import mcp
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client

from ws_notebook.exceptions import ConnectionFailed, ToolError
from ws_notebook.tools.context import Context
from ws_notebook.tools.mcp.stream import Chatter, mended_transport, without_complaints

__all__ = ["Line"]

T = TypeVar("T")

_POLL = 0.1
"""Seconds between two looks at whether a call was given up."""

_REAPING = 0.1
"""Seconds that the loop stays after its connection has ended."""

_LAST_WORDS = 600
"""Characters of a command's stderr that an error repeats."""

_GONE = (anyio.ClosedResourceError, anyio.BrokenResourceError, anyio.EndOfStream, httpx2.TransportError, OSError)
_READ_SECONDS = 300.0
_MAX_PAGES = 1_000
"""Pages of a list of tools that are asked for."""


class Line:
    """Opens a connection when it is needed and there is none. `name` is the server's.

    `target` is a URL, or a command as a list. Callable from any thread.
    """

    def __init__(
        self,
        target: str | list[str],
        *,
        headers: Mapping[str, str],
        env: Mapping[str, str],
        cwd: str | None,
        limit: float,
    ) -> None:
        self._target, self._headers, self._env, self._cwd = target, dict(headers), dict(env), cwd
        self._limit = limit
        self._lock = threading.Lock()
        self._open: _Connection | None = None
        self._closed = False
        self._chatter = Chatter()
        self.name = target.partition("?")[0] if isinstance(target, str) else " ".join(target[:2])

    def open(self) -> _Connection:
        """The connection, made if need be. Raises ConnectionFailed with the cause, ToolError after `close`."""
        if self._closed:
            raise ToolError(f"The connection to MCP server {self.name} was closed. Make another with McpServer(…).")
        with self._lock:
            if self._open is None or self._open.gone:
                # Windows gives another kind of file, which does as well. The connection closes it.
                errors = cast(TextIO, tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace"))  # noqa: SIM115
                made = _Connection(lambda: self._client(errors), errors)
                try:
                    info = made.start(self._limit)
                except Exception as error:  # noqa: BLE001 - whatever a transport or a server may raise
                    raise ConnectionFailed(self._explained(error, made.last_words)) from None
                self._open, self.name = made, info or self.name
            return self._open

    def list_tools(self) -> list[Any]:
        """Every tool, as `mcp.types.Tool`. Raises ConnectionFailed.

        The end is where a page has no cursor (the first was asked for without), one that was asked for before, or
        nothing new on it.
        """
        connection = self.open()
        found: dict[str, Any] = {}
        cursor: str | None = None
        asked: set[str | None] = set()
        while cursor not in asked and len(asked) < _MAX_PAGES:
            asked.add(cursor)
            try:
                page = connection.wait(lambda client, at=cursor: client.list_tools(cursor=at), self._limit)  # type: ignore[misc]
            except Exception as error:  # noqa: BLE001 - see open
                if cursor == "" and isinstance(_leaf(error), mcp.MCPError):
                    break  # to this server it means the end
                connection.stop()
                raise ConnectionFailed(self._explained(error, connection.last_words)) from None
            named = {each.name: each for each in page.tools}
            if cursor and not named.keys() - found.keys():
                break  # a new cursor each time, and never a new tool
            found.update(named)
            cursor = page.next_cursor
        return list(found.values())

    @property
    def refused(self) -> dict[str, str]:
        """Tools of the server that cannot be tools here, and why."""
        return dict(self._chatter.refused)

    def call(self, name: str, arguments: dict[str, Any], context: Context) -> Any:
        """Make a call and wait for its result; it is cancelled once `context` says that nobody waits for it.

        Raises ToolError with the server's words, or with what became of the connection, and what `open` raises.
        """
        connection = self.open()

        async def tell(progress: float, total: float | None, message: str | None) -> None:
            context.progress(progress / total if total else None, message or "")

        try:
            return connection.wait(
                lambda client: client.call_tool(name, arguments, progress_callback=tell), context=context
            )
        except CancelledError:
            raise ToolError(f"MCP server {self.name} was told that the call is given up.") from None
        except Exception as error:  # noqa: BLE001 - see open
            cause = _leaf(error)
            if isinstance(cause, _GONE) or getattr(cause, "code", None) == mcp.types.CONNECTION_CLOSED:
                connection.stop()
                raise ToolError(
                    f"The connection to MCP server {self.name} was lost during the call: {_words(cause)}. "
                    "Whether it was carried out is not known. The next call connects again."
                ) from None
            raise ToolError(f"MCP server {self.name}: {_words(cause)}") from None

    def close(self) -> None:
        """End the connection for good."""
        self._closed = True
        if self._open is not None:
            self._open.stop()

    @contextlib.asynccontextmanager
    async def _client(self, errors: TextIO) -> AsyncIterator[mcp.Client]:
        """The client, connected. What a command writes to stderr goes to `errors`."""
        async with contextlib.AsyncExitStack() as stack:
            if isinstance(self._target, str):
                # A proxy of the environment knows nothing of this machine's own ports.
                http = httpx2.AsyncClient(
                    headers=self._headers,
                    timeout=httpx2.Timeout(self._limit, read=_READ_SECONDS),
                    trust_env=not _is_loopback(self._target),
                )
                await stack.enter_async_context(http)
                transport: Any = streamable_http_client(self._target, http_client=http)
            else:
                command, *words = self._target
                started = mcp.StdioServerParameters(
                    command=command, args=words, env=self._env, cwd=self._cwd, encoding_error_handler="replace"
                )
                transport = stdio_client(started, errlog=errors)
            stack.enter_context(without_complaints())
            mended = mended_transport(transport, self._chatter)
            info = mcp.types.Implementation(name="ws-notebook", version=_version())
            yield await stack.enter_async_context(mcp.Client(mended, client_info=info))

    def _explained(self, error: BaseException, last_words: str) -> str:
        cause = _leaf(error)
        if isinstance(cause, TimeoutError):
            what = f"did not answer within {self._limit:g} s"
        else:
            what = f"cannot be reached: {_words(cause)}"
        if isinstance(self._target, str):
            what = what.replace(self._target, self._target.partition("?")[0])
            advice = "Check the URL and that the server is running."
        else:
            advice = "Check that the command runs in a terminal and speaks MCP over stdin and stdout."
        words = " ".join(filter(None, (last_words, self._chatter.words)))[-_LAST_WORDS:]
        said = f" It wrote: “{words}”." if words else ""
        return f"MCP server {self.name} {what}.{said} {advice}"


class _Connection:
    """A thread with a loop that holds one client open until it is stopped."""

    def __init__(self, make: Callable[[], contextlib.AbstractAsyncContextManager[mcp.Client]], errors: TextIO) -> None:
        self._make = make
        self._errors = errors
        self._client: Future[mcp.Client] = Future()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self.last_words = ""
        """What the command wrote to stderr last, on one line; known once it has ended."""
        self._thread = threading.Thread(target=self._run, name="ws-notebook mcp", daemon=True)

    @property
    def gone(self) -> bool:
        return not self._thread.is_alive()

    def start(self, limit: float) -> str:
        """Connect, within `limit` seconds; returns the server's name, or nothing. Raises what went wrong."""
        self._thread.start()
        try:
            info = self._client.result(limit).server_info
        except BaseException:
            self.stop()
            raise
        return "" if info is None else str(info.name)

    def wait(
        self,
        make: Callable[[mcp.Client], Coroutine[Any, Any, T]],
        limit: float = math.inf,
        context: Context | None = None,
    ) -> T:
        """Run a request on the loop and wait for it: `limit` seconds, or until `context` is cancelled."""
        loop = self._loop
        if loop is None or self.gone:
            raise anyio.ClosedResourceError
        future = asyncio.run_coroutine_threadsafe(make(self._client.result()), loop)
        left = limit
        try:
            while not (future.done() or wait([future], _POLL).done):
                left -= _POLL
                if left <= 0 or self.gone:
                    raise TimeoutError
                if context is not None and context.cancelled:
                    future.cancel()
            return future.result()
        except BaseException:
            future.cancel()
            raise

    def stop(self) -> None:
        """End it and wait for that a moment."""
        loop, task = self._loop, self._task
        if loop is not None and task is not None:
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(task.cancel)
        if self._thread.is_alive() and threading.current_thread() is not self._thread:
            self._thread.join(5)

    def _run(self) -> None:
        try:
            asyncio.run(self._live())
        except BaseException as error:  # noqa: BLE001 - whoever waits is told
            if not self._client.done():
                self._client.set_exception(error)
        finally:
            with self._errors as errors:
                errors.seek(0)
                self.last_words = " ".join(errors.read().split())[-_LAST_WORDS:]

    async def _live(self) -> None:
        self._loop, self._task = asyncio.get_running_loop(), asyncio.current_task()
        try:
            with contextlib.suppress(asyncio.CancelledError):
                async with self._make() as client:
                    self._client.set_result(client)
                    await asyncio.Event().wait()
        finally:
            # Of a process's end the loop hears from another thread.
            await asyncio.sleep(_REAPING)
        if not self._client.done():
            self._client.cancel()


def _leaf(error: BaseException) -> BaseException:
    """The first error in a group of errors."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _words(error: BaseException) -> str:
    text = str(error).strip().rstrip(".") or type(error).__name__
    return f"{type(error).__name__}: {text}" if isinstance(error, OSError) and text.isdigit() else text


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _version() -> str:
    """Ours; it stands at the package's root, above this floor."""
    return str(sys.modules[__name__.partition(".")[0]].__version__)
