"""What one request over a socket was answered with, in a form that can be judged."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

from ..core.codec import decode_object, encode
from ..core.events import ErrorInfo
from ..core.reason import failure_info
from ..exceptions import ConnectionLost, WsNotebookError
from ..transports.base import Connection, Endpoint
from ..transports.websocket import WebSocketTransport

__all__ = ["Answer", "Seen", "exchange"]

_ENDS = frozenset(
    {"response.completed", "response.incomplete", "response.failed", "response.steer.failed", "response.steer.accepted"}
)


@dataclass
class Seen:
    """What was learned of a server; None: nobody knows."""

    socket: bool = False
    """Whether it answered events over a WebSocket."""
    no_socket_mode: bool = False
    """Whether the upgrade was refused in a way that means: not here."""
    http: bool = False
    lanes: bool | None = None
    steering: bool | None = None
    warm_up: bool | None = None
    made_for: str | None = None
    """The profile that is made for it, where it was recognised."""


@dataclass
class Answer:
    """The events up to the first that ends a turn."""

    events: list[dict[str, Any]] = field(default_factory=list)
    failure: str = ""
    """Why there is no answer, in words; empty where there is one."""
    opened_ms: float = 0.0
    """From nothing to an open socket."""
    compression: str = ""
    """How its socket compressed, in words; empty: the server did not agree to that."""
    ms: float = 0.0
    """From the request to the last event."""

    @property
    def last(self) -> dict[str, Any]:
        return self.events[-1] if self.events else {}

    @property
    def error(self) -> ErrorInfo | None:
        """What an error frame, in any of its forms, or a failed response says."""
        kind = self.last.get("type")
        if kind == "response.failed":
            return failure_info(self.response.get("error"))
        return failure_info(self.last) if kind in ("error", "response.error") else None

    @property
    def response(self) -> dict[str, Any]:
        found = self.last.get("response")
        return found if isinstance(found, dict) else {}


async def exchange(endpoint: Endpoint, request: dict[str, Any], patience: float) -> Answer:
    """Send one request over a socket of its own and read to the turn's end.

    A socket of its own: some servers close after an error, and no late event may be taken for another's answer.
    Raises ConnectionFailed or AuthenticationFailed where there is no socket.
    """
    begun = time.monotonic()
    transport = WebSocketTransport(open_timeout=patience, compression="deflate")
    connection = await transport.connect(endpoint)
    answer = Answer(opened_ms=(time.monotonic() - begun) * 1000, compression=transport.compression.agreed or "")
    begun = time.monotonic()
    try:
        await connection.send(encode(request))
        await asyncio.wait_for(_read(connection, answer), patience)
    except TimeoutError:
        answer.failure = "no answer came in time."
    except ConnectionLost as error:
        answer.failure = str(error).partition(" What had arrived")[0]
    except WsNotebookError as error:
        answer.failure = str(error)
    finally:
        await connection.close()
    answer.ms = (time.monotonic() - begun) * 1000
    return answer


async def _read(connection: Connection, answer: Answer) -> None:
    while True:
        for frame in await connection.receive():
            event = decode_object(frame)
            if not isinstance(event.get("type"), str):
                answer.failure = f"what came is no event: {frame[:80].decode(errors='replace')!r}."
                return
            answer.events.append(event)
            if event["type"] in _ENDS or event["type"] in ("error", "response.error"):
                return
