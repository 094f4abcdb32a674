"""Replay: a cassette in the provider's place. It answers what was asked then, and says so of anything else."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..cassette import Cassette, Exchange, question_of
from ..core.codec import decode_object
from ..exceptions import ConnectionLost, SettingsError
from ..secrets import hidden_frame
from .base import Endpoint, all_arrived

__all__ = ["ReplayConnection", "ReplayTransport"]

_SHOWN = 80
_ENDED = "The recording ends in the middle of this answer. What had arrived is kept."
_STEER_EVENT = b'"response.steer.'
_COMPARED = ("model", "instructions", "tools", "input", "text", "reasoning", "tool_choice")
"""What an exact replay compares."""


class ReplayTransport:
    """Answers from a cassette.

    speed: 1 as fast as it was, 10 ten times as fast, 0 at once. exact: whether a request must be the recorded
    one in every field; otherwise the same words, and outputs for the same calls, are enough. A recorded answer is
    given again when its question is asked again.
    """

    name = "replay"

    def __init__(self, cassette: Cassette | str | Path, *, speed: float = 1.0, exact: bool = False) -> None:
        given: Any = speed
        if isinstance(given, bool) or not isinstance(given, int | float) or not speed >= 0:
            raise SettingsError(f"speed must be a number of at least 0, not {speed!r}: 1 is as recorded, 0 at once.")
        self.cassette = cassette if isinstance(cassette, Cassette) else Cassette.load(cassette)
        self.speed = speed
        self.exact = exact
        self.memory = self.cassette.transport != "http"
        self._exchanges = self.cassette.exchanges()
        if not self._exchanges:
            raise SettingsError("The cassette holds no request, so there is nothing to replay.")
        self._given = [0] * len(self._exchanges)
        """How often each was given."""
        self._renamed: dict[str, str] = {}
        """The recorded response id for each that was made for an answer given again."""

    @property
    def note(self) -> str:
        """What a view says of it."""
        when = f", recorded {self.cassette.recorded[:10]}" if self.cassette.recorded else ""
        return f"replay of a recording{when}"

    async def connect(self, endpoint: Endpoint) -> ReplayConnection:
        """Nothing is contacted."""
        return ReplayConnection(self)

    def take(self, request: Mapping[str, Any]) -> Exchange | None:
        """The recorded exchange for a request, or None. Of several the one that fits best, the least given first."""
        wanted = question_of(request)
        parent = self._renamed.get(str(request.get("previous_response_id")), request.get("previous_response_id"))
        fitting = [
            place
            for place, each in enumerate(self._exchanges)
            if question_of(each.request) == wanted and not (self.exact and self.difference(request, each))
        ]
        if not fitting:
            return None

        def rank(place: int) -> tuple[bool, int, bool, bool, int]:
            recorded = self._exchanges[place].request
            closed = self._exchanges[place].closed or {}
            # One that was refused unread for its size went over HTTP afterwards.
            unread = closed.get("code") == 1009 and not self._exchanges[place].frames
            other_parent = recorded.get("previous_response_id") != parent
            return unread, self._given[place], recorded.get("model") != request.get("model"), other_parent, place

        place = min(fitting, key=rank)
        self._given[place] += 1
        return self._again(self._exchanges[place], self._given[place])

    def missing(self, request: Mapping[str, Any]) -> str:
        """What to say of a request that was not recorded."""
        near = next((each for place, each in enumerate(self._exchanges) if not self._given[place]), None)
        following = f" Next on it is {_words(near.request)}." if near is not None else " All of it was replayed."
        same = [each for each in self._exchanges if question_of(each.request) == question_of(request)]
        if self.exact and same:
            following = f" It was recorded with another {self.difference(request, same[0])}."
        return (
            f"The cassette holds no answer to {_words(request)}.{following} Ask what was recorded, or record it anew."
        )

    def difference(self, request: Mapping[str, Any], recorded: Exchange) -> str:
        """The first field in which a request differs from the recorded one; empty where none does."""
        return next((key for key in _COMPARED if _plain(request.get(key)) != _plain(recorded.request.get(key))), "")

    def _again(self, exchange: Exchange, count: int) -> Exchange:
        """An exchange that is given once more has response ids of its own: a session takes none twice."""
        if count == 1:
            return exchange
        ids = {found for _, frame in exchange.frames if (found := _response_id(frame))}
        frames = []
        for ms, frame in exchange.frames:
            for old in ids:
                new = f"{old}-{count}"
                self._renamed[new] = old
                frame = frame.replace(json.dumps(old).encode(), json.dumps(new).encode())  # noqa: PLW2901
            frames.append((ms, frame))
        return Exchange(exchange.request, tuple(frames), exchange.closed, exchange.whole)


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
        exchange = self._transport.take(request)
        lane = request.get("stream_id")
        if exchange is None:
            self._arrived.put_nowait(_told("not_recorded", self._transport.missing(request), lane, status=404))
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

    def _steer(self, target: str) -> None:
        """What a recorded steer caused is among the frames; another is refused, and becomes a request of its own."""
        self._steered[target] += 1
        quoted = json.dumps(target).encode()
        played = next((each for each in self._played if any(quoted in frame for _, frame in each[0].frames)), None)
        answers = sum(_STEER_EVENT in frame for _, frame in played[0].frames) if played is not None else 0
        if self._steered[target] <= answers:
            return
        error = {"code": "response_not_active", "message": "The recorded response was not steered."}
        told = {"type": "response.steer.failed", "steer": {"previous_response_id": target}, "error": error}
        lane = played[1] if played is not None else None
        self._arrived.put_nowait(json.dumps({**told, **({"stream_id": lane} if lane else {})}).encode())

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


def _response_id(frame: bytes) -> str:
    try:
        event = json.loads(frame)
        return str(event["response"]["id"])
    except (ValueError, KeyError, TypeError):
        return ""


def _words(request: Mapping[str, Any]) -> str:
    """What a request asks, short."""
    _, *asked = question_of(request)
    said = [" ".join(str(part) for part in each[1:]) for each in asked if each[0] == "user"]
    if said:
        text = " ".join(said)
        return f"“{text if len(text) <= _SHOWN else text[: _SHOWN - 1] + '…'}”"
    return f"the outputs of {', '.join(str(each[1]) for each in asked)}" if asked else "a warm-up"


def _plain(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)
