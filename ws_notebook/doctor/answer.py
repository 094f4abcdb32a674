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
    unauthorized: bool = False
    http: bool = False
    lanes: bool | None = None
    steering: bool | None = None
    warm_up: bool | None = None
    made_for: str | None = None
    """The profile that is made for it, where it was recognised."""


@dataclass
class Answer:
    """The events up to the first that ends a turn; `lost` and `silent` say why there is none."""

    events: list[dict[str, Any]] = field(default_factory=list)
    lost: str = ""
    silent: bool = False
    unreadable: bytes = b""
    opened_ms: float = 0.0
    """From nothing to an open socket."""
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
            failure = (self.last.get("response") or {}).get("error")
        elif kind in ("error", "response.error"):
            failure = self.last.get("error", self.last)
        else:
            return None
        status = self.last.get("status", self.last.get("status_code"))
        fields = failure if isinstance(failure, dict) else {"message": failure}
        return failure_info(fields, status=status if isinstance(status, int) else None)

    @property
    def response(self) -> dict[str, Any]:
        found = self.last.get("response")
        return found if isinstance(found, dict) else {}

    @property
    def failure(self) -> str:
        """Why there is no answer, in words; empty where there is one."""
        if self.unreadable:
            return f"what came is no event: {self.unreadable[:80].decode(errors='replace')!r}."
        if self.lost:
            return self.lost
        return "no answer came in time." if self.silent else ""


async def exchange(endpoint: Endpoint, request: dict[str, Any], patience: float) -> Answer:
    """Send one request over a socket of its own and read to the turn's end.

    A socket of its own: some servers close after an error, and no late event may be taken for another's answer.
    Raises ConnectionFailed or AuthenticationFailed where there is no socket.
    """
    begun = time.monotonic()
    connection = await WebSocketTransport(open_timeout=patience).connect(endpoint)
    answer = Answer(opened_ms=(time.monotonic() - begun) * 1000)
    begun = time.monotonic()
    try:
        await connection.send(encode(request))
        await asyncio.wait_for(_read(connection, answer), patience)
    except TimeoutError:
        answer.silent = True
    except ConnectionLost as error:
        answer.lost = str(error).partition(" What had arrived")[0]
    except WsNotebookError as error:
        answer.lost = str(error)
    finally:
        await connection.close()
    answer.ms = (time.monotonic() - begun) * 1000
    return answer


async def _read(connection: Connection, answer: Answer) -> None:
    while True:
        for frame in await connection.receive():
            event = decode_object(frame)
            if not isinstance(event.get("type"), str):
                answer.unreadable = frame
                return
            answer.events.append(event)
            if event["type"] in _ENDS or event["type"] in ("error", "response.error"):
                return
