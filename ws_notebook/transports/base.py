"""The seam to the network: open a connection, send frames, receive frames, close."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeVar, runtime_checkable
from urllib.parse import urlsplit, urlunsplit

import msgspec

from ..core.waits import Waits

__all__ = ["Connection", "Endpoint", "Prompt", "Transport", "all_arrived"]

_T = TypeVar("_T")


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """Where to connect, with the headers that prove who asks. Its repr shows no header."""

    base_url: str
    headers: Mapping[str, str] = msgspec.field(default_factory=dict)
    ssl: Any = None
    waits: Waits = Waits()
    """How long each step may take, where the transport was not told otherwise."""

    def __repr__(self) -> str:
        return f"Endpoint({self.base_url.partition('?')[0]})"

    def address(self, *, websocket: bool) -> str:
        """`url` as it may be shown: a query may hold a key."""
        return self.url(websocket=websocket).partition("?")[0]

    def url(self, *, websocket: bool, resource: str = "") -> str:
        """The address of the Responses resource, or of one below it: base URL + /responses, query kept."""
        parts = urlsplit(self.base_url)
        scheme = parts.scheme.replace("http", "ws") if websocket else parts.scheme
        return urlunsplit((scheme, parts.netloc, f"{parts.path.rstrip('/')}/responses{resource}", parts.query, ""))

    def missing_version(self) -> str:
        """What to try where the address is not known to the server and holds no version; empty where it holds one."""
        base, _, _ = self.base_url.partition("?")
        if re.search(r"/v\d", urlsplit(base).path):
            return ""
        return f"Most servers want /v1 at the end of the base URL: try {base.rstrip('/')}/v1."

    @property
    def loopback(self) -> bool:
        """Whether it is on this machine, where no proxy is wanted."""
        return (urlsplit(self.base_url).hostname or "") in ("127.0.0.1", "localhost", "::1")


class Connection(Protocol):
    """An open connection. One task may send while another receives."""

    memory: bool
    """As its transport's."""

    @property
    def usable(self) -> bool:
        """Whether a frame may be sent: False as soon as the end is known or to be feared, before `receive` tells it."""

    async def answers(self) -> bool:
        """Whether the peer is there, asked without sending anything of the API's. Never raises."""

    async def send(self, frame: bytes) -> None:
        """Hand one frame to the network. Raises ConnectionLost where that is no longer possible."""

    async def receive(self) -> list[bytes]:
        """Wait for frames and return all that are there. Raises ConnectionLost at the end."""

    async def close(self) -> None:
        """End it; a pending `receive` raises ConnectionLost. Never raises."""


@runtime_checkable
class Prompt(Connection, Protocol):
    """A connection that does at once what others do in a task. All of it is called on the loop."""

    async def listen(self, take: Callable[[list[bytes]], bool]) -> None:
        """Have `take` called with all frames that are there, as they come, until it gives False.

        Raises ConnectionLost at the end, when everything that had come was taken.
        """

    def takes_now(self, size: int) -> bool:
        """Whether a frame of so many bytes would leave without any wait, to a peer that was heard of a moment ago."""

    def send_now(self, frame: bytes) -> None:
        """Hand such a frame to the network."""


@runtime_checkable
class Transport(Protocol):
    """A way to open connections."""

    name: str
    """What tables call it: "websocket" or "http"."""
    memory: bool
    """Whether a connection remembers the latest response, so that a turn sends only what is new."""

    async def connect(self, endpoint: Endpoint) -> Connection:
        """Open a connection. Raises ConnectionFailed (or AuthenticationFailed); nothing was sent then."""


async def all_arrived(queue: asyncio.Queue[_T | Exception]) -> list[_T]:
    """Wait for frames and return all that are there. Raises an exception among them when it is the first."""
    found = [await queue.get()]
    while not queue.empty() and not isinstance(found[-1], Exception):
        found.append(queue.get_nowait())
    frames, last = [each for each in found if not isinstance(each, Exception)], found[-1]
    if isinstance(last, Exception):
        if not frames:
            raise last
        queue.put_nowait(last)
    return frames
