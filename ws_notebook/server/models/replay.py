"""A cassette as the model: what was asked then is answered as it was then."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator, Mapping
from typing import Any

from ws_notebook.cassette import Answers, Exchange
from ws_notebook.core.codec import decode_object
from ws_notebook.faults import CLOSES
from ws_notebook.secrets import hidden_frame
from ws_notebook.server.errors import ApiError
from ws_notebook.server.models.base import Lost, Model, ModelRequest, Passed, Pieces
from ws_notebook.server.service import Source
from ws_notebook.server.wire import ENDS, Event, encode

__all__ = ["ReplayModel", "Replayed", "asked_by"]

_MOST_REASON = 100
"""Characters; the protocol has room for 123 bytes."""
_KIND = "replay_error"
_STEER = "response.steer."


class ReplayModel(Model):
    """The model *name* of a recording. *speed*: 1 as it was, 10 ten times as fast, 0 at once.

    ApiError, with what is next and the first difference, for what was not recorded; Lost where the connection was.
    """

    def __init__(self, answers: Answers, name: str, speed: float = 0.0) -> None:
        self.name = name
        self._answers = answers
        self._speed = speed

    async def respond(self, request: ModelRequest) -> AsyncGenerator[Pieces, None]:
        asked = asked_by(request.fields, request.lane)
        exchange = self._answers.take(asked)
        if exchange is None:
            raise ApiError(self._answers.missing(asked), status=404, code="not_recorded", kind=_KIND)
        began = asyncio.get_running_loop().time()
        ready: list[Passed] = []
        for ms, event in _events(exchange):
            wait = began + ms / 1000 / self._speed - asyncio.get_running_loop().time() if self._speed else 0.0
            if wait > 0:
                if ready:
                    yield ready
                ready = []
                await asyncio.sleep(wait)
            if event["type"] == "error":
                if ready:
                    yield ready
                raise _recorded(event)
            ready.append(Passed(event))
            if event["type"] in ENDS:
                yield ready
                return
        if ready:
            yield ready
        raise _broken_off(exchange)


def asked_by(fields: Mapping[str, Any], lane: str | None) -> dict[str, Any]:
    """A request as a cassette would hold it: without secrets."""
    return decode_object(hidden_frame(encode({**fields, **({} if lane is None else {"stream_id": lane})})))


class Replayed(Source):
    """Where every model's name is that of a recording's."""

    def __init__(self, answers: Answers, said: str, speed: float = 0.0) -> None:
        self._answers = answers
        self._speed = speed
        self.said = said
        """What it is, in words."""

    def model(self, name: str) -> Model:
        return ReplayModel(self._answers, name, self._speed)

    async def names(self) -> list[str]:
        return list(dict.fromkeys(str(each.request.get("model", "")) for each in self._answers.exchanges))

    async def described(self) -> str:
        return self.said


def _events(exchange: Exchange) -> Iterator[tuple[float, Event]]:
    """What came, as this server passes it on: numbers and lanes are its own affair, and so is steering."""
    for ms, frame in exchange.frames:
        event = decode_object(frame)
        kind = event.get("type")
        if kind is None and "error" in event:
            event["type"] = kind = "error"
        if isinstance(kind, str) and not kind.startswith(_STEER):
            yield ms, {name: value for name, value in event.items() if name not in ("stream_id", "sequence_number")}


def _recorded(event: Mapping[str, Any]) -> ApiError:
    """The error that was recorded, of either shape."""
    nested = event.get("error")
    error = nested if isinstance(nested, Mapping) else event
    status = event.get("status") if isinstance(event.get("status"), int) else error.get("status")
    return ApiError(
        str(error.get("message") or "The recorded request was refused."),
        status=status if isinstance(status, int) else 400,
        code=error.get("code"),
        param=error.get("param"),
        kind=str(error.get("type") if error is nested and error.get("type") else "invalid_request_error"),
    )


def _broken_off(exchange: Exchange) -> ApiError | Lost:
    if exchange.closed is not None:
        code = exchange.closed.get("code")
        # 1006 and the like say that there was none.
        sent = code if isinstance(code, int) and code in CLOSES else None
        return Lost(sent, str(exchange.closed.get("reason") or "")[:_MOST_REASON])
    told = "The recording ends in the middle of this answer."
    return ApiError(told, status=502, code="recording_ended", kind=_KIND)
