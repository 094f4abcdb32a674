"""The server as a process: bind, say so, serve until told to stop."""

from __future__ import annotations

import asyncio
import os
import signal
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.httputil import HTTPServerRequest
from tornado.netutil import bind_sockets
from tornado.routing import PathMatches
from tornado.web import Application

from ws_notebook.faults import Fault, Faults
from ws_notebook.network.child import ProxyProcess
from ws_notebook.network.network import Network
from ws_notebook.network.proxy import Task, input_ended, set_after
from ws_notebook.profiles import USUAL
from ws_notebook.server.access import Access, NotFound
from ws_notebook.server.compact import CompactHandler
from ws_notebook.server.control import FaultsHandler
from ws_notebook.server.gate import Gate
from ws_notebook.server.http import InputTokensHandler, ModelsHandler, ResponsesHandler
from ws_notebook.server.limits import Limits
from ws_notebook.server.models.base import Model
from ws_notebook.server.profiles import PROFILES, Profile
from ws_notebook.server.rate import Rate
from ws_notebook.server.service import Service, Source
from ws_notebook.server.socket import ResponsesSocket
from ws_notebook.server.store import Archive, MemoryStore, Store
from ws_notebook.server.stored import CancelHandler, InputItemsHandler, StoredHandler
from ws_notebook.server.taping import TapedService, Taping

__all__ = ["Bound", "ServerOptions", "bound", "make_app", "serve"]

_LOOK = 0.5
"""Seconds between two looks whether the parent is still there."""


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """How one server runs. ``port`` 0 takes a free one; ``with_parent`` ends it at the end of its standard input."""

    models: Sequence[Model]
    token: str = field(repr=False)
    host: str = "127.0.0.1"
    port: int = 0
    with_parent: bool = False
    parent: int | None = None
    """Where it is the id of the process that started this one, that one's end ends this server too."""
    limits: Limits = field(default_factory=Limits)
    """These count, not the profile's."""
    profile: Profile = field(default_factory=lambda: PROFILES[USUAL.name])
    """How a socket is treated; HTTP is the same for all."""
    more_tokens: Sequence[str] = field(default=(), repr=False)
    """Further tokens, each with responses of its own."""
    faults: Sequence[Fault] = ()
    store: Path | None = None
    """A file for ``store: true``; None keeps responses in memory."""
    certificate: tuple[Path, Path | None] | None = None
    """Files in PEM form for TLS: the certificate and its key, if that is in a file of its own."""
    source: Source = field(default_factory=Source)
    """Where models come from that are not among ``models``."""
    taping: Taping | None = None
    """What writes all answers to a cassette; None: nothing does."""
    network: Network = field(default_factory=Network)
    """How far away it is made to be, and what it spends on context."""


def make_app(options: ServerOptions, store: Store) -> Application:
    """The tornado application: ``/v1/responses`` on both transports, what is stored, and ``/v1/models``."""
    limits = options.limits
    faults = Faults(options.faults)
    names = {options.profile.model_prefix + model.name: model for model in options.models}
    models = {**{model.name: model for model in options.models}, **names}
    rate, overhead = Rate(limits.requests_per_second), options.network.spent if options.network.overhead else None
    kind = Service if options.taping is None else partial(TapedService, taping=options.taping)
    service = kind(models, store, options.source, rate=rate, overhead=overhead)
    guarded = {"access": _access(options), "service": service}
    socket = {**guarded, "limits": limits, "faults": faults, "profile": options.profile}
    routes: list[Any] = [
        (_Method("GET", "/v1/responses"), ResponsesSocket, socket),
        (r"/v1/responses", ResponsesHandler, {**guarded, "faults": faults, "patience": limits.unread_seconds}),
        (r"/v1/responses/compact", CompactHandler, guarded),
        (r"/v1/responses/input_tokens", InputTokensHandler, guarded),
        (r"/v1/responses/([^/]+)", StoredHandler, guarded),
        (r"/v1/responses/([^/]+)/cancel", CancelHandler, guarded),
        (r"/v1/responses/([^/]+)/input_items", InputItemsHandler, guarded),
        (r"/v1/models", ModelsHandler, guarded),
        (r"/control/faults", FaultsHandler, {"access": guarded["access"], "faults": faults}),
    ]
    return Application(
        routes,
        default_handler_class=NotFound,
        log_function=_log_nothing,
        websocket_max_message_size=limits.max_message_bytes,
    )


class Bound:
    """A server at its address, on the loop that runs."""

    def __init__(self, server: HTTPServer, host: str, port: int, *, tls: bool) -> None:
        self._server = server
        self._scheme, self._host = "https" if tls else "http", host
        self.port = port

    def base_url(self, port: int | None = None) -> str:
        """Where clients find it; `port`: of what stands before it."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"{self._scheme}://{host}:{self.port if port is None else port}/v1"

    def stop(self) -> None:
        """Take no more connections."""
        self._server.stop()

    async def close(self) -> None:
        """The same, and end those that there are."""
        self._server.stop()
        await self._server.close_all_connections()


def bound(options: ServerOptions, store: Store) -> Bound:
    """Bind the address and serve there. OSError where it cannot be bound, or the certificate not be used."""
    tls = _tls(options.certificate) if options.certificate else None
    # Behind a proxy it is on this machine alone, and the proxy where the options say.
    behind = options.network.delays
    sockets = bind_sockets(0, "127.0.0.1") if behind else bind_sockets(options.port, options.host)
    limit = options.limits.max_body_bytes
    server = HTTPServer(
        Gate(make_app(options, store), _access(options)),
        ssl_options=tls,
        max_body_size=limit,
        max_buffer_size=limit + 1024 * 1024,
    )
    server.add_sockets(sockets)
    return Bound(server, options.host, sockets[0].getsockname()[1], tls=tls is not None)


async def serve(options: ServerOptions, *, ready: Callable[[str], None]) -> None:
    """Serve until SIGTERM, SIGINT, cancellation or (``with_parent``) the end of standard input.

    *ready* is called once with the base URL. OSError when the address cannot be bound, or the store or the
    certificate not be used; ValueError for a token that is none.
    """
    kept = options.limits.stored_responses
    # Asked before anybody is told that this is ready: who heard it may be gone a moment later.
    parent = options.parent if options.parent == os.getppid() else None
    store: Store = Archive(options.store, kept) if options.store else MemoryStore(kept)
    server = bound(options, store)
    stop = asyncio.Event()
    _stop_on_signals(stop, with_parent=options.with_parent)
    if options.with_parent:
        set_after(input_ended, stop, "ws-notebook-parent")
    orphaned = asyncio.create_task(_stop_without(parent, stop))
    proxy: ProxyProcess | None = None
    try:
        if options.network.delays:
            proxy = await asyncio.to_thread(ProxyProcess, _task(options, server.port))
            # Nobody reaches the server any more when it has ended.
            set_after(proxy.wait, stop, "ws-notebook-proxy")
        await options.source.look()
        ready(server.base_url(None if proxy is None else proxy.port))
        await stop.wait()
        if proxy is not None and not proxy.alive:
            raise OSError("The delaying proxy has ended, and nobody reaches the server without it. Start it again.")
    finally:
        orphaned.cancel()
        server.stop()
        if proxy is not None:
            await asyncio.to_thread(proxy.stop)
        store.close()
        if options.taping is not None:
            options.taping.recorder.stop()
        await options.source.close()


def _task(options: ServerOptions, port: int) -> Task:
    """What the proxy before a server at *port* does."""
    network, rates = options.network, options.network.rates
    return Task(host=options.host, port=options.port, to=port, rtt=network.seconds, up=rates.up, down=rates.down)


def _access(options: ServerOptions) -> Access:
    return Access((options.token, *options.more_tokens), options.host)


class _Method(PathMatches):
    """A path for one HTTP method: the WebSocket and HTTP handlers share ``/v1/responses``."""

    def __init__(self, method: str, path: str) -> None:
        super().__init__(path)
        self._method = method

    def match(self, request: HTTPServerRequest) -> dict[str, Any] | None:
        return super().match(request) if request.method == self._method else None


def _tls(certificate: tuple[Path, Path | None]) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(*certificate)
    except OSError as error:  # ssl.SSLError is one
        raise OSError(f"The certificate cannot be used: {error.strerror or error} ({certificate[0]}).") from None
    return context


def _log_nothing(_: object) -> None:
    """Every turn is a request; a line for each would bury what matters."""


def _stop_on_signals(stop: asyncio.Event, *, with_parent: bool) -> None:
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        # ■ and Ctrl-C interrupt a whole process group; a server that ends with its parent is not what they mean.
        action = (lambda: None) if with_parent and name is signal.SIGINT else stop.set
        try:
            loop.add_signal_handler(name, action)
        except NotImplementedError:  # Windows: Ctrl-C raises KeyboardInterrupt instead
            if with_parent and name is signal.SIGINT:
                signal.signal(name, signal.SIG_IGN)


async def _stop_without(parent: int | None, stop: asyncio.Event) -> None:
    """Stop when *parent* is gone, for its forked children may still hold this process's standard input open.

    An orphan gets another parent. Where *parent* did not start this process itself (None), that says nothing.
    """
    if parent is None:
        return
    while os.getppid() == parent:  # noqa: ASYNC110  the system tells nobody
        await asyncio.sleep(_LOOK)
    stop.set()
