"""The way to a provider, step by step, and what it answers."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

from ..engine.local import LocalServer
from ..exceptions import WsNotebookError
from ..secrets import Keys, hidden
from ..settings import Settings, proxy_for
from ..transports.base import Endpoint
from .answer import Seen
from .finding import Finding, Parts
from .posting import ask_over_http
from .probes import probe
from .recognized import profile_of, recognized
from .way import reach

__all__ = ["examine"]


async def examine(settings: Settings, *, ask: bool, patience: float) -> list[Finding]:
    """The findings; each step waits `patience` seconds at most. No text holds the key."""
    parts, keys = Parts("provider"), Keys()
    server: LocalServer | None = None
    try:
        if not settings.base_url:
            server = await _started(parts)
            if server is None:
                return parts.found
        await _examine(parts, settings, server, keys, ask=ask, patience=patience)
    finally:
        if server is not None:
            await asyncio.to_thread(server.stop)
    return parts.cleaned(lambda text: hidden(text, keys))


async def _started(parts: Parts) -> LocalServer | None:
    try:
        return await asyncio.to_thread(LocalServer)
    except WsNotebookError as error:
        parts.failed("embedded server", str(error), "Run ws-notebook serve in a terminal, which says more.")
        return None


async def _examine(
    parts: Parts, settings: Settings, server: LocalServer | None, keys: Keys, *, ask: bool, patience: float
) -> None:
    base_url = settings.base_url or (server.base_url if server else "")
    shown = base_url.partition("?")[0]
    model = f", model {settings.model}" if settings.model else ""
    parts.note("provider", f"{settings.provider} at {shown}, profile {settings.profile.name}{model}")
    if urlsplit(base_url).path.rstrip("/").rpartition("/")[2] not in ("v1", "v2", "v3"):
        parts.warning(
            "base URL", f"{shown} does not end in /v1, as most do.", "Compare it with the server's own documentation."
        )
    key = await _key(parts, settings, server)
    keys.add([key] if key else [])
    keys.add(settings.headers.values())
    if not await _on_the_way(parts, base_url, settings, patience):
        return
    if key is None and settings.profile.needs_key and not settings.headers:
        parts.skipped("answers", "not asked, for want of a key.")
        return
    headers = {**settings.headers, **({"Authorization": f"Bearer {key}"} if key else {})}
    endpoint = Endpoint(base_url=base_url, headers=headers, ssl=settings.ssl)
    seen = Seen()
    if server is None:
        seen.made_for = profile_of(await recognized(parts, endpoint, settings, patience))
    if settings.transport != "http":
        await probe(parts, endpoint, settings, seen, ask=ask, patience=patience)
    over_http = ask and not seen.socket
    await ask_over_http(parts, endpoint, settings, seen, patience=patience, ask=over_http)
    _outcome(parts, settings, seen)


async def _key(parts: Parts, settings: Settings, server: LocalServer | None) -> str | None:
    """The key, told of without being shown."""
    if server is not None:
        parts.ok("key", "made for the embedded server by itself.")
        return server.token
    try:
        key = await asyncio.to_thread(settings.key)
    except WsNotebookError as error:
        parts.failed("key", str(error), "Then run this again.")
        return None
    if settings.key_origin:
        parts.ok("key", f"there is one, from {settings.key_origin}.")
    else:
        parts.note("key", "there is none; this profile needs none. If the server wants one, pass api_key=….")
    return key


async def _on_the_way(parts: Parts, base_url: str, settings: Settings, patience: float) -> bool:
    """DNS, TCP and TLS, or the proxy that stands before them."""
    proxy = proxy_for(base_url)
    if proxy is None:
        return await reach(parts, base_url, settings.ssl, patience)
    parts.note("proxy", f"{proxy}, as the environment says (NO_PROXY makes exceptions).")
    return await reach(parts, proxy, None, patience)


def _outcome(parts: Parts, settings: Settings, seen: Seen) -> None:
    """What a session would do there."""
    if settings.transport == "http" and seen.http:
        parts.ok("sessions", "use HTTP, as asked; each turn sends the full input.")
    elif seen.socket:
        parts.ok("sessions", "use the WebSocket; a turn sends only what is new.")
    elif seen.no_socket_mode and seen.http and settings.transport == "auto":
        parts.warning(
            "sessions", "use HTTP with full input: there is no WebSocket mode.", "Nothing needs to be done for that."
        )
    else:
        advice = 'transport="http" may work meanwhile.' if seen.http else "See what has failed above."
        parts.failed("sessions", "cannot be had that way.", advice)
