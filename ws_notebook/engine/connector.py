"""Where a session connects to, settled anew at each connection: the key, the address, the transport."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from ..core.abilities import Abilities, LaneLimits
from ..core.codec import decode_object, encode
from ..core.items import at
from ..core.waits import Waits
from ..dialects import DIALECTS, OTHER
from ..exceptions import ConnectionFailed, ConnectionLost, SettingsError, WsNotebookError
from ..faults import TELL_HEADER
from ..render.header import RunHeader
from ..scenes import shown_name
from ..secrets import Keys, hidden
from ..settings import Settings, Through
from ..transports.base import Connection, Endpoint, Transport
from ..transports.compression import Compression
from ..transports.discovery import Found, recognize
from ..transports.http import HttpTransport, make_client
from ..transports.logs import quiet_loggers
from ..transports.patience import limits, too_slow
from ..transports.tape import Tape, recording
from ..transports.websocket import WebSocketTransport
from .portal import Portal

if TYPE_CHECKING:
    from ..transports.replay import ReplayTransport
    from .local import FarServers, LocalServer

__all__ = ["Connector"]

_NO_WEBSOCKET = frozenset({404, 405, 426, 501})
"""Answers to the upgrade that mean: not here, and not later either."""

_NOT_MEANT = frozenset({1003, 1008, 1011})
"""Codes by which servers close a socket that they accepted and do not serve: not taken, not allowed, not able."""

_OLD = 0.9
"""The part of a provider's age limit after which a connection is left."""

_TO_SPEAK = 1.0
"""Seconds that a transport has beyond its time, to say itself what it waited for."""

_TO_RECOGNIZE = 5.0
"""Seconds in which a server may say what it is."""

_LOCAL_SERVER = "local_server"


class Connector:
    """Opens a session's connections. The embedded server is started for the first one that needs it."""

    def __init__(
        self,
        settings: Settings,
        keys: Keys,
        portal: Portal,
        transport: Transport | None,
        waits: Waits,
    ) -> None:
        self.waits = waits
        self._settings = settings
        self._keys = keys
        # Before the first connection: a prompt may hold one.
        keys.add(settings.secrets)
        quiet_loggers()
        self._portal = portal
        http = settings.transport == "http"
        self.transport: Transport = transport or (
            HttpTransport() if http else WebSocketTransport(compression=settings.compression)
        )
        self._may_fall_back = transport is None and settings.transport == "auto"
        self.found: Found | None = None
        """What answers at a base URL that says nothing of itself, once it was asked."""
        self._far_server: LocalServer | None = None
        """Held as long as this session is: nobody else may need it."""
        self._spoke = False
        """Whether anything ever came over a socket."""
        self.tape = Tape()
        """Where connections find the recorder, while there is one."""
        self._replay = replay = _replay(self.transport)
        self.provider = settings.provider if replay is None else replay.cassette.provider or "replay"
        """What a header calls the provider."""
        self.address = "" if replay is not None else hidden(settings.address, keys)
        """What `provider` must be given to reach it again, where the name is not enough; no secrets are in it."""
        self._here: dict[str, str] = {}
        """What is known of models on this machine, by the names that were asked."""
        self.note = replay.note if replay is not None else settings.note
        """What a header says besides the provider's name."""
        if replay is not None and self.provider == settings.provider:
            self.note = f"{settings.note}; {replay.note}"

    @property
    def abilities(self) -> Abilities:
        """What the protocol is told of the provider; its lanes are for connections that have memory."""
        profile, memory = self._settings.serving, self.transport.memory
        return Abilities(
            transport=self.transport.name,
            memory=memory,
            trusts_store=profile.trusts_store,
            documented=profile.embedded or bool(profile.hosts),
            limits=LaneLimits(named=profile.lanes, in_flight=profile.in_flight) if memory else LaneLimits(),
            sockets=profile.sockets,
            steers=profile.steering,
            encrypts=profile.encrypted_reasoning,
            max_message=profile.max_message,
            aside=self._may_fall_back,
        )

    @property
    def compression(self) -> Compression | None:
        """That of its transport's sockets; None where it has none."""
        found = getattr(self.transport, "compression", None)
        return found if isinstance(found, Compression) else None

    @property
    def outputs(self) -> Callable[[str], Any] | None:
        """What answers calls, by their ids, in their tools' place: a replay's; None: the tools do."""
        return None if self._replay is None else self._replay.outputs

    @property
    def max_age(self) -> float | None:
        """When a connection is left by itself, in seconds: some time before the provider's limit."""
        limit = self._settings.serving.max_age
        return None if limit is None or not self.transport.memory else limit * _OLD

    def header(self, model: str, transport: str) -> RunHeader:
        """What a view writes over a run. `model`: the one that it asked, or nothing for the session's own."""
        return RunHeader(
            provider=self.provider,
            model=shown_name(model or self._settings.model),
            transport=transport,
            note=self._note_of(model or self._settings.model),
            address=self.address,
            profile=self._settings.chosen_profile if self.address else "",
            keys=self._keys,
        )

    async def control(self, method: str, rules: Sequence[str] = ()) -> list[dict[str, Any]]:
        """The faults that are set in the embedded server, after a GET, a PUT of others or a DELETE of all.

        Raises SettingsError where another server answers, and for a rule that cannot be read.
        """
        if not self._settings.serving.embedded or self._replay is not None:
            raise SettingsError(
                f"Faults happen in the embedded server, and {self.provider} answers here. Take a session of it: "
                '-s NAME after NAME = wsn.Session(provider="local"), or %config ResponsesMagics.provider = "local".'
            )
        endpoint = await self.endpoint()
        url = f"{endpoint.base_url.rpartition('/v1')[0]}/control/faults"
        body = encode({"rules": list(rules)}) if method == "PUT" else None
        async with make_client(endpoint, limits(self.waits)) as client:
            answer = decode_object((await client.request(method, url, content=body)).content)
        if "rules" not in answer:
            said = at(answer, "error", "message")
            raise SettingsError(str(said or "The embedded server has no switch for faults. Start it anew."))
        found: list[dict[str, Any]] = answer["rules"]
        return found

    def _note_of(self, model: str) -> str:
        """What a reader must know of an answer of this model: of one on this machine, what it is."""
        settings = self._settings
        if not settings.profile.embedded or self._replay is not None:
            return self.note
        if model not in self._here:
            with contextlib.suppress(SettingsError, OSError):
                self._here[model] = "" if model == settings.profile.model else _said_of(model)
        return self._here.get(model) or self.note

    async def endpoint(self) -> Endpoint:
        """Where questions over plain HTTP go. Raises SettingsError for a missing key, and for a replay: nowhere."""
        if self._replay is not None:
            raise SettingsError("A replay holds only what went over its connections. Ask a provider for this.")
        if self._settings.base_url and not self._settings.through:
            return await self._given_endpoint()
        return await self._local_endpoint(await self._local_server())

    def leave_socket(self, connection: Connection, error: WsNotebookError) -> bool:
        """A socket has ended. Whether the provider closed it, and none ever said a word: HTTP is used from then on."""
        self._spoke = self._spoke or getattr(connection, "heard", True)
        closed = isinstance(error, ConnectionLost) and error.code in _NOT_MEANT
        if self._spoke or not (closed and self._may_fall_back and self._settings.base_url and self.transport.memory):
            return False
        self.transport = HttpTransport()
        self._add_note("its WebSocket closes before it says anything, so HTTP with full input")
        return True

    def _add_note(self, note: str) -> None:
        self.note = f"{self.note}; {note}" if self.note else note

    async def connect(self, *, aside: bool = False) -> Connection:
        """Open a connection. Raises SettingsError for a missing key, ConnectionFailed, AuthenticationFailed.

        `aside`: one over HTTP, whatever the session's transport is.
        """
        opened = HttpTransport().connect(await self.endpoint()) if aside else self._connect()
        return recording(await opened, self.tape)

    async def _connect_in_time(self, transport: Transport, endpoint: Endpoint) -> Connection:
        """Have a transport connect. One that keeps no time of its own is given up when its time is over."""
        seconds = None if getattr(transport, "open_timeout", None) is not None else self.waits.connect
        try:
            async with asyncio.timeout(None if seconds is None else seconds + _TO_SPEAK):
                return await transport.connect(endpoint)
        except TimeoutError:
            raise too_slow(endpoint, seconds) from None

    async def _connect(self) -> Connection:
        if self._replay is not None:
            return await self._replay.connect(Endpoint(base_url="replay://cassette"))
        if self._settings.base_url and not self._settings.through:
            return await self._connect_or_fall_back(await self._given_endpoint())
        server = await self._local_server()
        try:
            return await self._connect_in_time(self.transport, await self._local_endpoint(server))
        except ConnectionFailed:
            # It may just have died, and be known as dead only now.
            if not await asyncio.to_thread(server.ended):
                raise
        server = await self._local_server()
        return await self._connect_in_time(self.transport, await self._local_endpoint(server))

    async def _local_endpoint(self, server: LocalServer) -> Endpoint:
        """The embedded server, told in front of whom it is to stand, where it is."""
        settings = self._settings
        if not settings.through:
            return self._endpoint(server.base_url, server.token, ssl=server.ssl)
        key = await self._key()
        self._keys.add([key] if key else [])
        through = Through(url=settings.base_url, key=key, headers=tuple(settings.headers.items()))
        endpoint = self._endpoint(server.base_url, server.token, through.header(), server.ssl)
        await self._tell_what_it_stands_before(endpoint)
        return endpoint

    async def _tell_what_it_stands_before(self, endpoint: Endpoint) -> None:
        """Say, once, what the embedded server found the upstream to be."""
        if self.found is not None:
            return
        self.found = Found()
        with contextlib.suppress(Exception):  # what is wrong there is the answer to the question
            async with make_client(endpoint, limits(self.waits)) as client:
                told = decode_object((await client.get(f"{endpoint.base_url}/models")).content).get("upstream")
            if isinstance(told, str) and told:
                self._add_note(told)

    async def _given_endpoint(self) -> Endpoint:
        # A frame of its own: verbose tracebacks show the variables of those that an error passes.
        return self._endpoint(self._settings.base_url, await self._key())

    async def _key(self) -> str | None:
        """The key of now: a function of the user's may take its time, if it was given none."""
        asked = self._portal.aside.submit(self._settings.key)
        try:
            async with asyncio.timeout(self.waits.key):
                return await asyncio.wrap_future(asked)
        except TimeoutError:
            self._portal.aside.let_go(asked)
            raise ConnectionFailed(
                f"The function that is to give the key has not returned within {self.waits.key or 0:g} s. Nothing was "
                "sent. Correct it, pass the key itself as api_key=…, or allow more: Session(waits=wsn.Waits(key=…))."
            ) from None

    async def _connect_or_fall_back(self, endpoint: Endpoint) -> Connection:
        """With transport="auto", a server that has no WebSocket mode is spoken to over HTTP, and the note says so."""
        tried = self.transport
        if isinstance(tried, HttpTransport):
            return await self._connect_in_time(await self._in_its_dialect(tried, endpoint), endpoint)
        try:
            return await self._connect_in_time(tried, endpoint)
        except ConnectionFailed as error:
            if not self._may_fall_back or error.status not in _NO_WEBSOCKET:
                raise
            if self.transport is tried:
                # Not yet said by another connection that was tried at the same time.
                self.transport = HttpTransport()
                self._add_note(f"no WebSocket mode there (HTTP {error.status}), so HTTP with full input")
            return await self._connect_or_fall_back(endpoint)

    async def _in_its_dialect(self, transport: HttpTransport, endpoint: Endpoint) -> HttpTransport:
        """The transport to a server that says nothing of itself: it is asked, once, by its list of models."""
        profile = self._settings.profile
        if self.found is not None or not (profile.generic or profile.name in DIALECTS):
            return transport
        self.found = Found(dialect=DIALECTS.get(profile.name, OTHER))
        connect = min(_TO_RECOGNIZE, self.waits.connect or _TO_RECOGNIZE)
        waits = msgspec.structs.replace(self.waits, silence=_TO_RECOGNIZE, connect=connect)
        with contextlib.suppress(Exception):  # whoever does not answer that is asked as it is
            # The library keeps these times itself: cut off in the midst of TLS, it would leave a socket.
            async with make_client(endpoint, limits(waits)) as client:
                self.found = await recognize(client, endpoint.base_url)
        if not self.found.dialect.differs:
            return transport
        if profile.generic:
            self._add_note(self.found.dialect.title)
        if self.found.tools is False:
            self._add_note("the template of its model knows no tools, and leaves them out without a word")
        self.transport = HttpTransport(timeout=transport.timeout, dialect=self.found.dialect, keep=transport.keep)
        return self.transport

    def _endpoint(
        self, base_url: str, key: str | None, headers: Mapping[str, str] | None = None, ssl: Any = None
    ) -> Endpoint:
        headers = dict(self._settings.headers if headers is None else headers)
        if self._settings.serving.embedded:
            headers[TELL_HEADER] = "yes"
        if key:
            self._keys.add([key])
            headers = {name: value for name, value in headers.items() if name.lower() != "authorization"}
            headers["Authorization"] = f"Bearer {key}"
        trusted = self._settings.ssl if ssl is None else ssl
        return Endpoint(base_url=base_url, headers=headers, ssl=trusted, waits=self.waits)

    async def _local_server(self) -> LocalServer:
        # Most sessions need none, and it brings much along.
        from .local import FarServers, LocalServer

        shared, network = self._portal.shared, self._settings.network
        async with shared.setdefault(f"{_LOCAL_SERVER}_lock", asyncio.Lock()):
            far: FarServers = shared.setdefault(f"{_LOCAL_SERVER}s_far_away", FarServers())
            server: LocalServer | None = shared.get(_LOCAL_SERVER) if network is None else far.get(network)
            if server is not None and not server.alive:
                await asyncio.to_thread(server.stop)
                server = None
            if server is None:
                server = await asyncio.to_thread(LocalServer, self.waits.server, network)
            if network is None:
                shared[_LOCAL_SERVER] = server
            else:
                self._far_server = server
                far.put(network, server)
            return server


def _replay(transport: Transport) -> ReplayTransport | None:
    """The transport, where it plays a recording; None where it is another: then nothing of recordings is loaded."""
    if transport.name != "replay":
        return None
    from ..transports.replay import ReplayTransport

    return transport if isinstance(transport, ReplayTransport) else None


def _said_of(model: str) -> str:
    """What a model on this machine is, in words; empty: none of that name is there."""
    from ..shelf.shelf import shelf

    found = shelf().find(model)
    return "" if found is None else found.said
