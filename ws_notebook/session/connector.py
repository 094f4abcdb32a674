"""Where a session connects to, settled anew at each connection: the key, the address, the transport."""

from __future__ import annotations

import asyncio

from ..exceptions import SettingsError
from ..settings import Redactor, Settings
from ..transports.base import Connection, Endpoint, Transport
from ..transports.http import HttpTransport
from ..transports.websocket import WebSocketTransport
from .local import LocalServer
from .portal import Portal

__all__ = ["Connector"]

_LOCAL_SERVER = "local_server"


class Connector:
    """Opens a session's connections. The embedded server is started for the first one that needs it."""

    def __init__(self, settings: Settings, redactor: Redactor, portal: Portal, transport: Transport | None) -> None:
        self._settings = settings
        self._redactor = redactor
        self._portal = portal
        self.transport: Transport = transport or _transport(settings.transport)

    async def connect(self) -> Connection:
        """Open a connection. Raises SettingsError for a missing key, ConnectionFailed, AuthenticationFailed."""
        endpoint = await self._endpoint()
        return await self.transport.connect(endpoint)

    async def _endpoint(self) -> Endpoint:
        settings = self._settings
        base_url, token = settings.base_url, None
        if not base_url:
            server = await self._local_server()
            base_url, token = server.base_url, server.token
        key = token or await asyncio.to_thread(settings.key)
        headers = dict(settings.headers)
        if key:
            headers["Authorization"] = f"Bearer {key}"
        self._redactor.add([key] if key else [])
        self._redactor.add(value for name, value in settings.headers.items() if _is_secret(name))
        return Endpoint(base_url=base_url, headers=headers, ssl=settings.ssl)

    async def _local_server(self) -> LocalServer:
        async with self._portal.shared.setdefault(f"{_LOCAL_SERVER}_lock", asyncio.Lock()):
            server: LocalServer | None = self._portal.shared.get(_LOCAL_SERVER)
            if server is None or not server.alive:
                server = self._portal.shared[_LOCAL_SERVER] = await asyncio.to_thread(LocalServer)
            return server


def _transport(name: str) -> Transport:
    if name == "http":
        return HttpTransport()
    if name in ("auto", "websocket"):
        return WebSocketTransport()
    raise SettingsError(f"Unknown transport {name!r}.")


def _is_secret(header: str) -> bool:
    return any(word in header.lower() for word in ("auth", "key", "token", "cookie", "secret"))
