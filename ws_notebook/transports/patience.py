"""How long an HTTP request may take: a connection has its bound, whatever stands between, and then silence has one.

`httpx2` is loaded when it is needed.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Any

from ..core.waits import Waits
from ..exceptions import ConnectionFailed, ConnectionLost
from .base import Endpoint
from .proxy import Proxy

if TYPE_CHECKING:
    import httpx2

__all__ = ["connecting", "limits", "nothing_came", "too_slow"]

_OF_ITS_OWN = 1.0
"""Seconds more, in which the library gives up each step by itself: cut off in the midst of TLS, it leaves a socket."""


def limits(waits: Waits) -> httpx2.Timeout:
    """The limits of each step of a request."""
    import httpx2

    return httpx2.Timeout(waits.silence, connect=waits.connect, pool=waits.connect)


@contextlib.asynccontextmanager
async def connecting(seconds: float | None) -> AsyncIterator[Mapping[str, Any]]:
    """Bound the way to the server: name, proxy, tunnel and TLS, all together. Gives the `extensions` of the request.

    Raises TimeoutError unless the request has begun to leave by then; what comes after takes its time.
    """
    async with asyncio.timeout(None if seconds is None else seconds + _OF_ITS_OWN) as limit:

        async def trace(name: str, info: Mapping[str, Any]) -> None:
            ours = name.endswith(".send_request_headers.started") and info["request"].method != b"CONNECT"
            if ours and not limit.expired():
                limit.reschedule(None)

        yield {"trace": trace}


def too_slow(endpoint: Endpoint, seconds: float | None, proxy: Proxy | None = None) -> ConnectionFailed:
    """No connection was there in time; a proxy on the way is named."""
    if proxy is not None:
        return proxy.refused(None, f"it did not answer in time, which is {seconds or 0:g} s")
    return ConnectionFailed(
        f"{endpoint.address(websocket=False)} did not answer in time. No connection was open within "
        f"{seconds or 0:g} s, so nothing was sent. Check the network, then ask again; where it needs longer: "
        "Session(waits=wsn.Waits(connect=…))."
    )


def nothing_came(waits: Waits) -> ConnectionLost:
    """The connection fell silent."""
    return ConnectionLost(
        f"Nothing came over the connection for {waits.silence or 0:g} s. What had arrived is kept. Ask again; where "
        "the provider needs longer: Session(waits=wsn.Waits(silence=…))."
    )
