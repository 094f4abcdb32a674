"""What a server answers, written to a cassette as its clients have it; what was recorded before, answered from that."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any

from ws_notebook.cassette import Answers
from ws_notebook.server.create import Create
from ws_notebook.server.errors import ApiError
from ws_notebook.server.generation import Generation
from ws_notebook.server.models.base import Model
from ws_notebook.server.models.replay import ReplayModel, asked_by
from ws_notebook.server.service import Service
from ws_notebook.server.wire import ENDS, Event, encode
from ws_notebook.transports.recording import Recorder

__all__ = ["Taping", "TapedGeneration", "TapedService"]


class Taping:
    """A recording of what a server answers. *known*: what needs not be asked again, and is not written again."""

    def __init__(self, recorder: Recorder, known: Answers | None = None) -> None:
        self.recorder = recorder
        self.known = known
        self._requests = 0

    def next_number(self) -> int:
        """Of a request's own connection: clients may ask side by side."""
        self._requests += 1
        return self._requests

    def sent(self, number: int, create: Create, lane: str | None) -> None:
        fields = {name: value for name, value in create.fields.items() if name not in ("stream", "stream_id")}
        frame = {"type": "response.create", **fields, **({} if lane is None else {"stream_id": lane})}
        self.recorder.frame("sent", number, encode(frame))

    def received(self, number: int, events: Sequence[Event], lane: str | None) -> None:
        for event in events:
            self.recorder.frame("received", number, encode(event if lane is None else {**event, "stream_id": lane}))

    def gone(self, number: int) -> None:
        """The client went away before the end."""
        self.recorder.frame("closed", number, b'{"code":1006,"reason":"the client went away"}')


class TapedGeneration(Generation):
    """A response that is written down."""

    taping: Taping
    lane: str | None = None

    async def batches(self) -> AsyncGenerator[list[Event], None]:
        taping, number, over = self.taping, self.taping.next_number(), False
        taping.sent(number, self.create, self.lane)
        try:
            async with aclosing(super().batches()) as batches:
                async for events in batches:
                    taping.received(number, events, self.lane)
                    over = over or events[-1]["type"] in ENDS
                    yield events
        except ApiError as error:
            over = True
            taping.received(number, [error.frame(self.lane)], None)
            raise
        finally:
            if not over:
                taping.gone(number)


class TapedService(Service):
    """A service whose answers are written down; those that are known come from the cassette."""

    def __init__(self, *args: Any, taping: Taping, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._taping = taping

    def make(self, model: Model, create: Create, lane: str | None, **asked: Any) -> Generation:
        known = self._taping.known
        if known is not None and known.has(asked_by(create.fields, lane)):
            return super().make(ReplayModel(known, model.name), create, lane, **asked)
        made = TapedGeneration(model, create, lane=lane, **asked)
        made.taping, made.lane = self._taping, lane
        return made
