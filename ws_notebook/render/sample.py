"""A run as a sample of a comparison: what each of its turns took, in milliseconds and bytes."""

from __future__ import annotations

import statistics
from collections.abc import Sequence

import msgspec

from ..core.items import at
from ..core.run import RunState
from ..core.turn import TurnState

__all__ = ["Sample", "TurnSample", "middle", "sample_of"]


class TurnSample(msgspec.Struct, frozen=True, kw_only=True):
    """One turn. Milliseconds; `at_ms` is its end, from the question on."""

    number: int
    connect_ms: float
    send_ms: float
    wait_ms: float
    """From the request being sent to the first token: the way there and back, the server's work, the model's start."""
    stream_ms: float
    tool_ms: float
    total_ms: float
    at_ms: float
    bytes_sent: int
    bytes_received: int
    bytes_full_context: int


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """One run, by one way, in one round."""

    label: str
    round: int
    status: str
    error: str
    text: str
    calls: int
    total_ms: float
    first_token_ms: float | None
    input_tokens: int
    cached_tokens: int
    output_tokens: int
    turns: tuple[TurnSample, ...]

    @property
    def completed(self) -> bool:
        return self.status == "completed"

    def sum(self, name: str) -> float:
        """Of all turns, as of `bytes_sent`."""
        return float(sum(getattr(turn, name) for turn in self.turns))


def sample_of(run: RunState, label: str, number: int) -> Sample:
    """A run that has ended, as round `number` of the way `label`."""
    turns = tuple(_turn(turn, index, run.asked) for index, turn in enumerate(run.turns, 1))
    first = next((turn.timing.first_token for turn in run.turns if turn.timing.first_token is not None), None)
    usage = run.usage
    return Sample(
        label=label,
        round=number,
        status=run.status,
        error="" if run.error is None else " ".join(str(run.error).split()),
        text=run.text,
        calls=len(run.tool_calls),
        total_ms=((run.asked if run.ended is None else run.ended) - run.asked) * 1000,
        first_token_ms=None if first is None else (first - run.asked) * 1000,
        input_tokens=int(usage.get("input_tokens", 0)),
        cached_tokens=int(at(usage, "input_tokens_details", "cached_tokens") or 0),
        output_tokens=int(usage.get("output_tokens", 0)),
        turns=turns,
    )


def _turn(turn: TurnState, number: int, asked: float) -> TurnSample:
    timing = turn.timing
    ended = timing.started if timing.ended is None else timing.ended
    sent = ended if timing.sent is None else timing.sent
    first = next((at for at in (timing.first_token, timing.first_event) if at is not None), ended)
    return TurnSample(
        number=number,
        connect_ms=timing.connect_ms or 0.0,
        send_ms=timing.send_ms or 0.0,
        wait_ms=max(0.0, first - sent) * 1000,
        stream_ms=max(0.0, ended - first) * 1000,
        tool_ms=turn.tool_ms if turn.tool_calls else 0.0,
        total_ms=timing.total_ms or 0.0,
        at_ms=(ended - asked) * 1000,
        bytes_sent=turn.bytes_sent,
        bytes_received=turn.bytes_received,
        bytes_full_context=turn.bytes_full_context,
    )


def middle(values: Sequence[float]) -> float:
    """The median; not a number where there is none."""
    return statistics.median(values) if values else float("nan")
