"""Which recorded answer a request gets, and what is said of one that was not recorded."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ..core.codec import decode, response_id
from .difference import first_difference, shown
from .exchanges import Exchange, outputs_of, question_of
from .recorded import Cassette

__all__ = ["Answers"]

_NEAR = 2000
"""Characters of a question by which the nearest recorded one is found."""


class Answers:
    """The answers of a cassette. exact: whether a request must be the recorded one in every field; otherwise the same
    words, and outputs for the same calls, are enough. A recorded answer is given again when its question is.
    """

    def __init__(self, cassette: Cassette, *, exact: bool = False) -> None:
        self.exact = exact
        self.exchanges = cassette.exchanges()
        self._questions = [question_of(each.request) for each in self.exchanges]
        self._given = [0] * len(self.exchanges)
        """How often each was given."""
        self._renamed: dict[str, str] = {}
        """The recorded response id for each that was made for an answer given again."""
        self._outputs = outputs_of(self.exchanges)
        self._told: dict[str, int] = {}
        """How many outputs of each call id were told."""

    @property
    def left(self) -> list[Exchange]:
        """Those that were not given yet."""
        return [each for each, count in zip(self.exchanges, self._given, strict=True) if not count]

    def take(self, request: Mapping[str, Any]) -> Exchange | None:
        """The recorded exchange for a request, or None. Of several the one that fits best, the least given first."""
        fitting = self._fitting(request)
        parent = self._renamed.get(str(request.get("previous_response_id")), request.get("previous_response_id"))
        if not fitting:
            return None

        def rank(place: int) -> tuple[bool, int, bool, bool, int]:
            recorded = self.exchanges[place].request
            closed = self.exchanges[place].closed or {}
            # One that was refused unread for its size went over HTTP afterwards.
            unread = closed.get("code") == 1009 and not self.exchanges[place].frames
            other_parent = recorded.get("previous_response_id") != parent
            return unread, self._given[place], recorded.get("model") != request.get("model"), other_parent, place

        place = min(fitting, key=rank)
        self._given[place] += 1
        return self._again(self.exchanges[place], self._given[place])

    def has(self, request: Mapping[str, Any]) -> bool:
        """Whether there is an answer to a request."""
        return bool(self._fitting(request))

    def output(self, call_id: str) -> Any | None:
        """What the call of that id was answered then: text or parts; None: it was not. The last one again and again."""
        known = self._outputs.get(call_id)
        if not known:
            return None
        place = min(self._told.get(call_id, 0), len(known) - 1)
        self._told[call_id] = place + 1
        return known[place]

    def missing(self, request: Mapping[str, Any]) -> str:
        """What to say of a request that was not recorded."""
        left = self.left
        following = f"Next on it is {_words(left[0].request)}." if left else "All of it was replayed."
        nearest = self._nearest(request, left or self.exchanges)
        different = "" if nearest is None else first_difference(nearest.request, request, whole=self.exact)
        told = f"The cassette holds no answer to {_words(request)}. {following}"
        hint = "Ask what was recorded, or record it anew."
        return f"{told}\n{different}\n{hint}" if different else f"{told} {hint}"

    def _fitting(self, request: Mapping[str, Any]) -> list[int]:
        wanted = question_of(request)
        return [
            place
            for place, question in enumerate(self._questions)
            if question == wanted and not (self.exact and first_difference(self.exchanges[place].request, request))
        ]

    def _nearest(self, request: Mapping[str, Any], among: list[Exchange]) -> Exchange | None:
        """The exchange that asks what is most like it, the first of several."""
        from difflib import SequenceMatcher

        wanted = _asked(request)[:_NEAR]

        def likeness(exchange: Exchange) -> float:
            return SequenceMatcher(None, _asked(exchange.request)[:_NEAR], wanted, autojunk=False).quick_ratio()

        return max(among, key=likeness, default=None)

    def _again(self, exchange: Exchange, count: int) -> Exchange:
        """An exchange that is given once more has response ids of its own: a session takes none twice."""
        if count == 1:
            return exchange
        ids = {found for _, frame in exchange.frames if (found := response_id(decode(frame)))}
        frames = []
        for ms, frame in exchange.frames:
            for old in ids:
                new = f"{old}-{count}"
                self._renamed[new] = old
                frame = frame.replace(json.dumps(old).encode(), json.dumps(new).encode())  # noqa: PLW2901
            frames.append((ms, frame))
        return Exchange(exchange.request, tuple(frames), exchange.closed, exchange.whole)


def _asked(request: Mapping[str, Any]) -> str:
    return " ".join(str(part) for each in question_of(request)[1:] for part in each)


def _words(request: Mapping[str, Any]) -> str:
    """What a request asks, short."""
    _, *asked = question_of(request)
    said = [" ".join(str(part) for part in each[1:]) for each in asked if each[0] == "user"]
    if said:
        return f"“{shown(' '.join(said))}”"
    return f"the outputs of {', '.join(str(each[1]) for each in asked)}" if asked else "a warm-up"
