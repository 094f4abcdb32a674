"""Where a session connects to, settled anew at each connection: the key, the address, the transport."""

from __future__ import annotations

import asyncio

from ..core.lane import LaneLimits
from ..exceptions import ConnectionFailed, SettingsError
from ..settings import Redactor, Settings
from ..transports.base import Connection, Endpoint, Transport
from ..transports.http import HttpTransport
from ..transports.websocket import WebSocketTransport
from .local import LocalServer
from .portal import Portal

__all__ = ["Connector"]

_OLD = 0.9
"""The part of a provider's age limit after which a connection is left."""

_LOCAL_SERVER = "local_server"


class Connector:
    """Opens a session's connections. The embedded server is started for the first one that needs it."""

    def __init__(self, settings: Settings, redactor: Redactor, portal: Portal, transport: Transport | None) -> None:
        self._settings = settings
        self._redactor = redactor
        self._portal = portal
        self.transport: Transport = transport or _transport(settings.transport)

    @property
    def lane_limits(self) -> LaneLimits:
        """What may run side by side: the provider's lanes, on a connection that has memory."""
        profile = self._settings.profile
        if not self.transport.memory:
            return LaneLimits()
        return LaneLimits(named=profile.lanes, in_flight=profile.in_flight)

    @property
    def max_age(self) -> float | None:
        """When a connection is left by itself, in seconds: some time before the provider's limit."""
        limit = self._settings.profile.max_age
        return None if limit is None or not self.transport.memory else limit * _OLD

    async def connect(self) -> Connection:
        """Open a connection. Raises SettingsError for a missing key, ConnectionFailed, AuthenticationFailed."""
        if self._settings.base_url:
            return await self.transport.connect(await self._given_endpoint())
        server = await self._local_server()
        try:
            return await self.transport.connect(self._endpoint(server.base_url, server.token))
        except ConnectionFailed:
            # It may just have died, and be known as dead only now.
            if not await asyncio.to_thread(server.ended):
                raise
        server = await self._local_server()
        return await self.transport.connect(self._endpoint(server.base_url, server.token))

    async def _given_endpoint(self) -> Endpoint:
        # A frame of its own: verbose tracebacks show the variables of those that an error passes.
        return self._endpoint(self._settings.base_url, await asyncio.to_thread(self._settings.key))

    def _endpoint(self, base_url: str, key: str | None) -> Endpoint:
        headers = dict(self._settings.headers)
        self._redactor.add(value for name, value in headers.items() if _is_secret(name))
        if key:
            self._redactor.add([key])
            headers = {name: value for name, value in headers.items() if name.lower() != "authorization"}
            headers["Authorization"] = f"Bearer {key}"
        return Endpoint(base_url=base_url, headers=headers, ssl=self._settings.ssl)

    async def _local_server(self) -> LocalServer:
        async with self._portal.shared.setdefault(f"{_LOCAL_SERVER}_lock", asyncio.Lock()):
            server: LocalServer | None = self._portal.shared.get(_LOCAL_SERVER)
            if server is not None and not server.alive:
                await asyncio.to_thread(server.stop)
                server = None
            if server is None:
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
