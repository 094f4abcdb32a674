"""HTTP transport: the same frames over `POST /v1/responses` with server-sent events.

It remembers nothing, so each request carries the full input; events are the same as over a socket.
`httpx2` is loaded at the first connection.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import msgspec

from ..core.codec import decode, decode_object, encode
from ..core.reduce import is_terminal
from ..core.spoken import mended, spoken
from ..dialects import OTHER, Dialect
from ..exceptions import ConnectionFailed, ConnectionLost, WsNotebookError
from ..faults import STRUCK, rules_in
from .answer import answer_frame, error_frame
from .base import Endpoint, all_arrived
from .logs import quiet_loggers
from .patience import connecting, limits, nothing_came, too_slow
from .proxy import Proxy, proxy_of

if TYPE_CHECKING:
    import httpx2

__all__ = ["HttpConnection", "HttpTransport", "make_client", "not_connected"]

_BEHIND = 0.3
"""Seconds in which the rest of a body is read behind its response: some give the reason of a failure there."""

_FREE = 0.05
"""Seconds in which a connection may become free whose response is there, but not the end of its body: a new one takes
several round trips."""

_BROKEN_OFF = "The answer broke off before its end. What had arrived is kept. Ask again."


class HttpTransport:
    """Opens kept-alive HTTP clients; `timeout` is the wait for a connection, in seconds (None: `Waits.connect`).

    `dialect`: how the server speaks, where it is not what the API says. `keep`: whether a connection is kept for the
    next request; False opens a new one for each, to measure what that costs.
    """

    name = "http"
    memory = False

    def __init__(self, *, timeout: float | None = None, dialect: Dialect = OTHER, keep: bool = True) -> None:
        self.timeout = timeout
        self.keep = keep
        self.dialect = dialect

    async def connect(self, endpoint: Endpoint) -> HttpConnection:
        """Make the client; the network is first touched by `send`."""
        if self.timeout is not None:
            waits = msgspec.structs.replace(endpoint.waits, connect=self.timeout)
            endpoint = msgspec.structs.replace(endpoint, waits=waits)
        return HttpConnection(make_client(endpoint, limits(endpoint.waits), keep=self.keep), endpoint, self.dialect)


class HttpConnection:
    """A client whose `send` posts a request and whose `receive` gives the events of its answer."""

    usable = True
    """Each request may open a socket of its own."""

    memory = False

    def __init__(self, client: httpx2.AsyncClient, endpoint: Endpoint, dialect: Dialect) -> None:
        self._client = client
        self._dialect = dialect
        self._limit: int | None = None
        """Tokens that the present answer may have."""
        self._endpoint = endpoint
        self._url = endpoint.url(websocket=False)
        self._proxy = proxy_of(endpoint, websocket=False)
        self._arrived: asyncio.Queue[bytes | Exception] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None
        """The request whose answer is awaited; the others only read their bodies to the end."""
        self._tasks: set[asyncio.Task[None]] = set()

    async def answers(self) -> bool:
        return True

    async def send(self, frame: bytes) -> None:
        # What is left of the answer before is of no interest to this one.
        while not self._arrived.empty():
            self._arrived.get_nowait()
        if self._dialect is not OTHER:
            frame = self._spoken(frame)
        self._task = asyncio.get_running_loop().create_task(self._post(frame, list(self._tasks)))
        self._tasks.add(self._task)
        self._task.add_done_callback(self._tasks.discard)

    async def receive(self) -> list[bytes]:
        return await all_arrived(self._arrived)

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await self._client.aclose()
        self._arrived.put_nowait(ConnectionLost("The connection was closed."))

    def _hint(self, status: int) -> str:
        """What to try where the address lacks its version, and where a server breaks for want of a key, as some do."""
        if status == 404:
            return self._endpoint.missing_version()
        sent = any(name.lower() in ("authorization", "api-key") for name in self._endpoint.headers)
        return "" if status != 500 or sent else "No key was sent: if it wants one, pass api_key=…."

    def _spoken(self, frame: bytes) -> bytes:
        body = spoken(decode_object(frame), self._dialect)
        self._limit = limit if isinstance(limit := body.get("max_output_tokens"), int) else None
        return encode(body)

    def _mended(self, event: bytes) -> bytes:
        """An end as the server meant it."""
        if self._dialect is OTHER or b"response.completed" not in event[:200]:
            return event
        return encode(mended(decode_object(event), self._dialect, self._limit))

    def _give(self, what: bytes | WsNotebookError) -> None:
        if self._task is asyncio.current_task():
            self._arrived.put_nowait(what)

    async def _post(self, frame: bytes, before: list[asyncio.Task[None]]) -> None:
        import httpx2

        if before:
            await asyncio.wait(before, timeout=_FREE)
        headers, waits = {"Content-Type": "application/json", "Accept": "text/event-stream"}, self._endpoint.waits
        try:
            async with (
                connecting(waits.connect) as bounded,
                self._client.stream("POST", self._url, content=frame, headers=headers, extensions=bounded) as answer,
            ):
                for rule in rules_in(answer.headers):
                    self._give(json.dumps({"type": STRUCK, "rule": rule, "event": "post"}).encode())
                if self._proxy is not None and answer.status_code == 407:
                    self._give(self._proxy.refused(407))
                elif answer.is_success:
                    await self._take(answer)
                else:
                    hint = self._hint(answer.status_code)
                    self._give(error_frame(answer.status_code, await answer.aread(), answer.headers, hint))
        except (TimeoutError, httpx2.ConnectTimeout, httpx2.PoolTimeout):
            self._give(too_slow(self._endpoint, waits.connect, self._proxy))
        except httpx2.TimeoutException:
            self._give(nothing_came(waits))
        except (httpx2.ConnectError, httpx2.ProxyError) as error:
            self._give(not_connected(error, self._endpoint, self._proxy))
        except httpx2.HTTPError as error:
            said = str(error).rstrip(".") or type(error).__name__
            self._give(ConnectionLost(f"The connection was lost: {said}. What had arrived is kept. Ask again."))
        except Exception as error:  # noqa: BLE001 - whatever it was, somebody waits for the answer
            self._give(ConnectionLost(f"The answer could not be read: {error!r}. Ask again."))

    async def _take(self, answer: httpx2.Response) -> None:
        """Pass events on up to the response's end; what comes behind it on the same body fails and delays nothing.

        A body that is read to its very end leaves a connection that the next request can use.
        """
        lines = _lines(answer.aiter_bytes())
        events = _events(answer, lines)
        async for told in events:
            event = self._mended(told)
            self._give(event)
            if is_terminal(decode(event)):
                break
        else:
            self._give(ConnectionLost(_BROKEN_OFF))
            return
        with contextlib.suppress(Exception):
            async with asyncio.timeout(_BEHIND):
                async for told in events:
                    self._give(told)
                async for _ in lines:
                    pass


def make_client(endpoint: Endpoint, timeout: httpx2.Timeout, *, keep: bool = True) -> httpx2.AsyncClient:
    """A client for one endpoint, with the headers that prove who asks.

    Raises ConnectionFailed where a proxy is named that cannot be used.
    """
    import httpx2

    quiet_loggers()
    proxy = proxy_of(endpoint, websocket=False)
    # To read all authorities' certificates takes longer than many an answer.
    needs_tls = proxy is not None or not endpoint.base_url.startswith("http://")
    return httpx2.AsyncClient(
        headers={"User-Agent": "ws-notebook", **endpoint.headers},
        timeout=timeout,
        limits=httpx2.Limits(max_connections=100, max_keepalive_connections=20 if keep else 0),
        # The environment's certificates hold; its proxies are chosen as they are for sockets.
        verify=endpoint.ssl or (httpx2.create_ssl_context() if needs_tls else False),
        trust_env=False,
        proxy=None if proxy is None else proxy.url,
    )


def not_connected(error: Exception, endpoint: Endpoint, proxy: Proxy | None) -> ConnectionFailed:
    """What kept a request from being sent, in words: the proxy is named where it was that."""
    import httpx2

    said = str(error).strip() or type(error).__name__
    if proxy is not None and isinstance(error, httpx2.ProxyError):
        status, _, _ = said.partition(" ")
        return proxy.refused(int(status) if status.isdigit() else None, said)
    if proxy is not None and "SSL" not in said:
        return proxy.unreachable(said)
    address = endpoint.address(websocket=False)
    return ConnectionFailed(f"No connection to {address}: {said}. Is the server running, is the address right?")


async def _events(answer: httpx2.Response, lines: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The data of each server-sent event in the lines, as bytes; an answer that is not a stream is one event, its end.

    Which it is shows in its lines: not every server names the type of its content, or the right one.
    """
    named = answer.headers.get("content-type", "").startswith("text/event-stream")
    data, plain = list[bytes](), list[bytes]()
    name, streams = b"", False
    async for line in lines:
        field, colon, value = line.partition(b":")
        if (plain and not (named or streams)) or (line and not (colon and field in _FIELDS)):
            plain.append(line)
        elif field == b"data":
            streams = True
            data.append(value.removeprefix(b" "))
        elif field == b"event":
            name = value.strip()
        elif not line and data:
            joined, data = b"\n".join(data), []
            if joined.strip() == b"[DONE]":
                return
            yield _named(joined, name)
            name = b""
    if not streams:
        yield answer_frame(b"\n".join(plain), answer.headers)


_FIELDS = frozenset({b"data", b"event", b"id", b"retry", b""})


def _named(data: bytes, name: bytes) -> bytes:
    """An event whose type stands beside its data only."""
    if b'"type"' in data or not name:
        return data
    fields = decode_object(data)
    return json.dumps({"type": name.decode(errors="replace"), **fields}).encode() if fields else data


async def _lines(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Lines as server-sent events end them: \\n, \\r\\n or \\r, and at no other character that may stand in a text."""
    rest: list[bytes] = []
    after_return = False
    async for chunk in chunks:
        fresh = chunk.removeprefix(b"\n") if after_return else chunk
        after_return = chunk.endswith(b"\r") if chunk else after_return
        *whole, last = fresh.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        for line in whole:
            yield b"".join([*rest, line])
            rest = []
        rest.append(last)
    if any(rest):
        yield b"".join(rest)
