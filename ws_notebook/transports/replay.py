"""Replay: a cassette in the provider's place. It answers what was asked then, and says so of anything else."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..cassette import Answers, Cassette, Exchange
from ..core.codec import decode_object
from ..exceptions import ConnectionLost, SettingsError
from ..secrets import hidden_frame
from .base import Endpoint, all_arrived

__all__ = ["ReplayConnection", "ReplayTransport"]

_ENDED = "The recording ends in the middle of this answer. What had arrived is kept."
_STEER_EVENT = b'"response.steer.'


class ReplayTransport:
    """Answers from a cassette.

    speed: 1 as fast as it was, 10 ten times as fast, 0 at once. exact: whether a request must be the recorded
    one in every field; otherwise the same words, and outputs for the same calls, are enough. A recorded answer is
    given again when its question is asked again. tools: "live" has the functions run as always, "recorded" answers
    their calls with what they gave back then, and runs none.
    """

    name = "replay"

    def __init__(
        self,
        cassette: Cassette | str | Path,
        *,
        speed: float = 1.0,
        exact: bool = False,
        tools: str = "live",
        empty: bool = False,
    ) -> None:
        given: Any = speed
        if isinstance(given, bool) or not isinstance(given, int | float) or not speed >= 0:
            raise SettingsError(f"speed must be a number of at least 0, not {speed!r}: 1 is as recorded, 0 at once.")
        if tools not in ("live", "recorded"):
            raise SettingsError(f"tools must be 'live' (functions run) or 'recorded' (none does), not {tools!r}.")
        self.cassette = cassette if isinstance(cassette, Cassette) else Cassette.load(cassette)
        self.speed = speed
        self.memory = self.cassette.transport != "http"
        self.answers = Answers(self.cassette, exact=exact)
        self.outputs = self.answers.output if tools == "recorded" else None
        """What answers a call of that id in its tool's place; None: the tools do."""
        if not self.answers.exchanges and not empty:
            raise SettingsError("The cassette holds no request, so there is nothing to replay.")

    @property
    def note(self) -> str:
        """What a view says of it."""
        when = f", recorded {self.cassette.recorded[:10]}" if self.cassette.recorded else ""
        broken = f"; {self.cassette.broken_off}" if self.cassette.broken_off else ""
        return f"replay of a recording{when}{broken}"

    async def connect(self, endpoint: Endpoint) -> ReplayConnection:
        """Nothing is contacted."""
        return ReplayConnection(self)


class ReplayConnection:
    """What stands for a connection."""

    usable = True

    def __init__(self, transport: ReplayTransport) -> None:
        self.memory = transport.memory
        self._transport = transport
        self._arrived: asyncio.Queue[bytes | Exception] = asyncio.Queue()
        self._playing: set[asyncio.Task[None]] = set()
        self._played: list[tuple[Exchange, str | None]] = []
        self._steered: Counter[str] = Counter()
        """How many steers came for each response."""

    async def answers(self) -> bool:
        return True

    async def send(self, frame: bytes) -> None:
        request = json.loads(hidden_frame(frame))
        if request.get("type", "response.create") != "response.create":
            self._steer(str(request.get("previous_response_id")))
            return
        exchange = self._transport.answers.take(request)
        lane = request.get("stream_id")
        if exchange is None:
            self._arrived.put_nowait(_told("not_recorded", self._transport.answers.missing(request), lane, status=404))
            return
        self._played.append((exchange, lane))
        task = asyncio.get_running_loop().create_task(self._play(exchange, lane))
        self._playing.add(task)
        task.add_done_callback(self._playing.discard)

    async def receive(self) -> list[bytes]:
        return await all_arrived(self._arrived)

    async def close(self) -> None:
        for task in self._playing:
            task.cancel()
        self._arrived.put_nowait(ConnectionLost("The replay was closed.", code=1000))

    def arrive(self, frame: bytes | Exception) -> None:
        """Give a frame, or the end, to whoever receives."""
        self._arrived.put_nowait(frame)

    def played(self, steer: Mapping[str, Any]) -> bool:
        """Whether a steer is for a response that was replayed."""
        return self._answered(str(steer.get("previous_response_id"))) is not None

    def _steer(self, target: str) -> None:
        """What a recorded steer caused is among the frames; another is refused, and becomes a request of its own."""
        self._steered[target] += 1
        played = self._answered(target)
        answers = sum(_STEER_EVENT in frame for _, frame in played[0].frames) if played is not None else 0
        if self._steered[target] <= answers:
            return
        error = {"code": "response_not_active", "message": "The recorded response was not steered."}
        told = {"type": "response.steer.failed", "steer": {"previous_response_id": target}, "error": error}
        lane = played[1] if played is not None else None
        self._arrived.put_nowait(json.dumps({**told, **({"stream_id": lane} if lane else {})}).encode())

    def _answered(self, response_id: str) -> tuple[Exchange, str | None] | None:
        """What was played with this response in it, and on which lane."""
        quoted = json.dumps(response_id).encode()
        return next((each for each in self._played if any(quoted in frame for _, frame in each[0].frames)), None)

    async def _play(self, exchange: Exchange, lane: str | None) -> None:
        loop = asyncio.get_running_loop()
        began, speed = loop.time(), self._transport.speed
        for ms, frame in exchange.frames:
            wait = began + ms / 1000 / speed - loop.time() if speed else 0.0
            if wait > 0:
                await asyncio.sleep(wait)
            self._arrived.put_nowait(_on_lane(frame, exchange.request.get("stream_id"), lane))
        if exchange.closed is not None:
            code, reason = exchange.closed.get("code"), str(exchange.closed.get("reason") or "")
            text = f"The connection was lost when this was recorded (code {code}). What had arrived is kept."
            self._arrived.put_nowait(ConnectionLost(text, code=code, reason=reason))
        elif not exchange.whole:
            self._arrived.put_nowait(_told("recording_ended", _ENDED, lane))


def _told(code: str, message: str, lane: str | None, **more: Any) -> bytes:
    """An error of the replay itself."""
    error = {"code": code, "message": message, "type": "replay_error"}
    return json.dumps({"type": "error", **more, "error": error, **({"stream_id": lane} if lane else {})}).encode()


def _on_lane(frame: bytes, recorded: str | None, lane: str | None) -> bytes:
    """The frame on the lane of today's request."""
    if recorded == lane:
        return frame
    event = decode_object(frame)
    if not event:
        return frame  # no event, so it names no lane
    event.pop("stream_id", None)
    return json.dumps({**event, **({"stream_id": lane} if lane else {})}, ensure_ascii=False).encode()
