"""WebSocket transport over the `websockets` library, loaded at the first connection.

Its reader never waits for anybody: the queue of unread frames has no bound, since at 16 unread
frames the library would stop reading, leave pings unanswered and lose the connection.
"""

from __future__ import annotations

import errno
import logging
import ssl as ssl_module
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import urlsplit

from ..core.reason import finite
from ..exceptions import AuthenticationFailed, ConnectionFailed, ConnectionLost, WsNotebookError
from ..faults import rules_in
from .base import Endpoint
from .compression import Compression
from .keepalive import Keepalive
from .proxy import Proxy, proxy_of

if TYPE_CHECKING:
    from websockets.asyncio.client import connect

    from .socket import FastSocket, Socket

__all__ = ["FastConnection", "WebSocketConnection", "WebSocketTransport"]

_AT_ONCE: Final = 64 * 1024
"""Bytes of the largest frame that is handed over without waiting: what the operating system's own buffers take."""

_SILENCE = 1011
"""What Keepalive closes with, as other clients do."""

_TOO_LARGE = 1009
"""What a receiver closes with that does not take a message for its size."""

_ASK_AGAIN = "Ask again: the next turn reconnects and sends the history in full."
_ASK_WITH_LESS = (
    "Ask with less: session.compact() makes the history short, parent=None (--new) leaves it behind; or shorter tool "
    "outputs and smaller pictures."
)
_TAKE_MORE = "It was the answer that was too large: give the WebSocketTransport a larger max_size."

_CLOSE_WORDS = {
    1000: "the server closed it normally",
    1001: "the server is going away or the connection was idle for too long",
    1006: "it broke off without a closing handshake (network, proxy, sleep or a killed server)",
    1008: "the server refused it for its policy",
    _TOO_LARGE: "a frame was larger than the receiver allows",
    _SILENCE: "the server met an error, or missed an answer to a ping of its own",
    1012: "the server restarts",
    1013: "the server is overloaded; wait a little",
    4402: "the account is out of credit",
}


class WebSocketTransport:
    """Opens sockets, each in `open_timeout` seconds (None: `Waits.connect`), and pings every `ping_interval` seconds.

    A server of which nothing is heard for `doubt` seconds after a ping is sent nothing new over that socket; after
    `ping_timeout` seconds the socket is given up. `max_size` is in bytes. `compression`: see Compression.
    """

    name = "websocket"
    memory = True

    def __init__(
        self,
        *,
        open_timeout: float | None = None,
        ping_interval: float = 20,
        doubt: float = 5,
        ping_timeout: float = 120,
        max_size: int | None = None,
        compression: str | None = "auto",
    ) -> None:
        self.open_timeout = open_timeout
        self.ping_interval = ping_interval
        self.doubt = doubt
        self.ping_timeout = ping_timeout
        self.max_size = max_size
        self.compression = Compression(compression)

    async def connect(self, endpoint: Endpoint) -> WebSocketConnection:
        """Open a socket. Raises ConnectionFailed or AuthenticationFailed, in words."""
        from websockets.exceptions import WebSocketException

        from .socket import FastSocket, Socket, is_tried

        patience = endpoint.waits.connect if self.open_timeout is None else self.open_timeout
        proxy = proxy_of(endpoint, websocket=True)
        self.compression.agreed = ""
        options: dict[str, Any] = {"proxy": None if proxy is None else proxy.url}
        if endpoint.ssl is not None:
            options["ssl"] = endpoint.ssl
        socket: Socket | None = None
        failure = None
        if self.compression.offered_to(endpoint):
            from .deflate import Offer

            options["extensions"] = [Offer(self.compression)]
        try:
            opened = await _connector()(
                endpoint.url(websocket=True),
                additional_headers=dict(endpoint.headers),
                user_agent_header="ws-notebook",
                open_timeout=patience,
                ping_interval=None,  # Keepalive does it
                close_timeout=2,
                max_size=self.max_size,
                max_queue=None,
                compression=None,  # Offer does it
                logger=_quiet_logger(),
                create_connection=FastSocket if is_tried() else Socket,
                **options,
            )
            socket = cast(Socket, opened)
        except (OSError, TimeoutError, WebSocketException, ValueError) as error:
            failure = _explained(error, endpoint, proxy, patience)
        if socket is None:
            # Out here it has no context: the variables of the library's frames hold the key.
            raise failure or ConnectionFailed("No connection was made.")
        keepalive = Keepalive(socket, interval=self.ping_interval, doubt=self.doubt, patience=self.ping_timeout)
        if isinstance(socket, FastSocket):
            return FastConnection(socket, keepalive)
        return WebSocketConnection(socket, keepalive)


class WebSocketConnection:
    """One open socket, read by the library alone."""

    memory = True

    def __init__(self, socket: Socket, keepalive: Keepalive) -> None:
        self._socket = socket
        self._keepalive = keepalive

    @property
    def usable(self) -> bool:
        return self._socket.is_open and not self._keepalive.in_doubt

    async def answers(self) -> bool:
        return await self._keepalive.answers()

    async def send(self, frame: bytes) -> None:
        from websockets.exceptions import ConnectionClosed

        try:
            await self._socket.send(frame, text=True)
        except ConnectionClosed as closed:
            raise _lost(closed) from None

    async def receive(self) -> list[bytes]:
        from websockets.exceptions import ConnectionClosed

        try:
            frame: Any = await self._socket.recv(decode=False)
        except ConnectionClosed as closed:
            raise _lost(closed) from None
        return [frame]

    async def close(self) -> None:
        """Say goodbye for at most the close timeout, without making anybody wait for it."""
        await self._keepalive.end()


class FastConnection(WebSocketConnection):
    """One open socket: all messages of a read are handed over at once, and a request leaves without a task of its own.

    What does not fit into the buffers waits as `send` always does: a slow peer holds up the sender.
    """

    def __init__(self, socket: FastSocket, keepalive: Keepalive) -> None:
        super().__init__(socket, keepalive)
        self._fast = socket

    async def receive(self) -> list[bytes]:
        frames = await self._fast.arrived()
        if not frames:
            raise _lost(self._fast.protocol.close_exc)
        return frames

    async def listen(self, take: Callable[[list[bytes]], bool]) -> None:
        await self._fast.listen(take)
        if self._fast.state.name == "CLOSED":
            raise _lost(self._fast.protocol.close_exc)

    def takes_now(self, size: int) -> bool:
        ready = size <= _AT_ONCE and self._fast.is_open and self._keepalive.fresh
        return ready and not self._fast.transport.get_write_buffer_size()

    def send_now(self, frame: bytes) -> None:
        self._fast.protocol.send_text(frame)
        self._fast.send_data()


def _connector() -> type[connect]:
    """The library's way to connect, but never on to another origin: the key is not for everybody."""
    from websockets.asyncio.client import connect

    class Connect(connect):
        def process_redirect(self, exc: Exception) -> Exception | str:
            found = super().process_redirect(exc)
            if isinstance(found, str) and _origin(found) != _origin(self.uri):
                return exc
            return found

    return Connect


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port


def _quiet_logger() -> logging.Logger:
    """A logger of our own that is never heard below WARNING: at DEBUG the library logs the key."""
    logger = logging.getLogger("ws_notebook.websocket")
    logger.setLevel(logging.WARNING)
    logger.propagate = False
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
    return logger


def _lost(closed: Any) -> ConnectionLost:
    frame = closed.rcvd or closed.sent
    code = frame.code if frame is not None else 1006
    reason = frame.reason if frame is not None else ""
    words = _CLOSE_WORDS.get(code, "the server closed it")
    said = f" It said: {reason}." if reason and closed.rcvd is not None else ""
    if code == _SILENCE and closed.rcvd is None:
        words = "the server fell silent, a keepalive ping was not answered in time"
    # Where this side refused a message, the other one repeats the code.
    by_peer = closed.rcvd is not None and (closed.sent is None or bool(closed.rcvd_then_sent))
    advice = _ASK_AGAIN if code != _TOO_LARGE else _ASK_WITH_LESS if by_peer else _TAKE_MORE
    text = f"The connection was lost: {words} (code {code}).{said} What had arrived is kept. {advice}"
    return ConnectionLost(text, code=code, reason=reason, unread=code == _TOO_LARGE and by_peer)


def _explained(error: Exception, endpoint: Endpoint, proxy: Proxy | None, patience: float | None) -> Exception:
    """What kept the socket from opening, and what to do. The key is in no part of it."""
    from websockets.exceptions import InvalidProxyStatus, InvalidStatus, ProxyError

    url = endpoint.address(websocket=True)
    if isinstance(error, InvalidStatus):
        answer = error.response
        found = _refused(answer.status_code, url, endpoint.missing_version(), answer.headers.get("Retry-After"))
        found.struck = rules_in(answer.headers)
        if proxy is not None:
            found.args = (f"{found} {proxy.hint()}",)
        return found
    if proxy is not None and isinstance(error, ProxyError):
        status = error.response.status_code if isinstance(error, InvalidProxyStatus) else None
        return proxy.refused(status, str(error.__cause__ or error))
    if isinstance(error, ssl_module.SSLCertVerificationError):
        return ConnectionFailed(
            f"TLS failed for {url}: {error.verify_message}. If the server has a private certificate authority, "
            "pass ssl=ssl.create_default_context(cafile=…) to the Session."
        )
    if isinstance(error, ssl_module.SSLError):
        return ConnectionFailed(f"TLS failed for {url}: {error.reason or error}. Does the server speak https (wss)?")
    if isinstance(error, ConnectionResetError) and url.startswith("wss:"):
        return ConnectionFailed(f"{url} broke off the TLS handshake. Does the server speak https (wss)?")
    if proxy is not None and isinstance(error, OSError):
        # Behind a proxy that answers, the library raises no other errors of the network than those above.
        late = isinstance(error, TimeoutError)
        return proxy.refused(None, "it did not answer in time") if late else proxy.unreachable(_reason(error))
    if _is_refusal(error):
        return ConnectionFailed(
            f"Nothing listens at {url} (connection refused). Is the server running, is the port right?"
        )
    if isinstance(error, TimeoutError):
        within = "" if patience is None else f" within {patience:g} s"
        return ConnectionFailed(
            f"{url} did not answer in time. No connection was open{within}, so nothing was sent. Check the network and "
            "any proxy, then ask again; where it needs longer: Session(waits=wsn.Waits(connect=…))."
        )
    text = f"No connection to {url}: {_reason(error)}. Check the address and the network, then ask again."
    return ConnectionFailed(text)


def _is_refusal(error: Exception) -> bool:
    # Where a name has several addresses, the refusals come in one error.
    return isinstance(error, ConnectionRefusedError) or f"[Errno {errno.ECONNREFUSED}]" in str(error)


def _reason(error: Exception) -> str:
    if _is_refusal(error):
        return "nothing listens there (connection refused)"
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def _refused(status: int, url: str, hint: str, retry_after: str | None) -> WsNotebookError:
    where = f"{url} refused the WebSocket with HTTP {status}"
    if status in (401, 403):
        return AuthenticationFailed(
            f"{where}: the API key is missing, wrong or not allowed. Correct it and ask again "
            "(%responses connect asks for another one).",
            status=status,
        )
    if status in (404, 405, 426, 501):
        advice = hint if hint and status == 404 else 'Check the base URL, or use transport="http".'
        return ConnectionFailed(f"{where}: it has no WebSocket mode there. {advice}", status=status)
    if 300 <= status < 400:
        return ConnectionFailed(f"{where}: it points to another address. Check the base URL.", status=status)
    if status == 429:
        seconds = _seconds(retry_after)
        wait = "Wait a moment" if seconds is None else f"Wait {seconds:g} s"
        return ConnectionFailed(
            f"{where}: too many requests. {wait} and ask again.", status=status, retry_after=seconds
        )
    text = f"{where}. Ask again in a moment; if it stays, check the base URL."
    return ConnectionFailed(text, status=status, retry_after=_seconds(retry_after))


def _seconds(value: str | None) -> float | None:
    """A Retry-After header as seconds; None for its other form, a date, which is not used with this status."""
    seconds = finite(value)
    return seconds if seconds is not None and seconds >= 0 else None
