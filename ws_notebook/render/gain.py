"""How much less time one way takes than another, with its confidence, and the words for it. Pure arithmetic."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

__all__ = ["MARGIN", "Gain", "gain", "verdict"]

MARGIN: Final = 0.05
"""The part of the time below which nothing is called a difference."""
_CONFIDENCE: Final = 99
_LEAST: Final = 3
"""Rounds from which on there is a confidence."""
_QUANTILES: Final = (63.657, 9.925, 5.841, 4.604, 4.032, 3.707, 3.499, 3.355, 3.250, 3.169)
"""Student's t for 99 % on both sides, by degrees of freedom from 1; beyond them by the expansion below."""


class Gain(msgspec.Struct, frozen=True):
    """The part of the other's time that is saved, and between what it lies; bounds are None for fewer than 3 rounds."""

    part: float
    low: float | None
    high: float | None

    @property
    def verdict(self) -> str:
        """less, more, same, unclear (the rounds differ too much), or unknown (there are too few)."""
        if self.low is None or self.high is None:
            return "unknown"
        if self.low > MARGIN:
            return "less"
        if self.high < -MARGIN:
            return "more"
        return "same" if self.low >= -MARGIN and self.high <= MARGIN else "unclear"

    def words(self) -> str:
        """As in "39 % less time"; only for what is seen."""
        more = self.part < 0
        low, high = (self.low or 0.0, self.high or 0.0) if not more else (-(self.high or 0.0), -(self.low or 0.0))
        return f"{abs(self.part):.0%} {'more' if more else 'less'} time (between {low:.0%} and {high:.0%})"


def gain(ours: Sequence[float], others: Sequence[float]) -> Gain:
    """What `ours` save of the `others`' times, pair by pair of one round.

    The bounds are those of the mean of the pairs' ratios, on a logarithmic scale, with 99 % confidence.
    """
    ratios = [math.log(own / other) for own, other in zip(ours, others, strict=True)]
    middle = statistics.fmean(ratios)
    if len(ratios) < _LEAST:
        return Gain(1 - math.exp(middle), None, None)
    half = _quantile(len(ratios) - 1) * statistics.stdev(ratios) / math.sqrt(len(ratios))
    return Gain(1 - math.exp(middle), 1 - math.exp(middle + half), 1 - math.exp(middle - half))


def _quantile(freedom: int) -> float:
    if freedom <= len(_QUANTILES):
        return _QUANTILES[freedom - 1]
    z = statistics.NormalDist().inv_cdf(0.5 + _CONFIDENCE / 200)
    return z + (z**3 + z) / (4 * freedom) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)


def verdict(first: str, gains: Mapping[str, Gain]) -> str:
    """A sentence about what `first` saves of each other's time, without its full stop: no more than is seen."""
    seen = [f"{each.words()} than {name}" for name, each in gains.items() if each.verdict in ("less", "more")]
    same = [name for name, each in gains.items() if each.verdict == "same"]
    unclear = [name for name, each in gains.items() if each.verdict == "unclear"]
    if not gains:
        return "nothing could be compared"
    if any(each.verdict == "unknown" for each in gains.values()):
        times = ", ".join(f"{abs(each.part):.0%} {_direction(each)} than {name}" for name, each in gains.items())
        return f"{first} took {times}: too few rounds for any confidence, ask for rounds={_LEAST} or more"
    parts = [f"{first} took {_joined(seen)}, with {_CONFIDENCE} % confidence"] if seen else []
    if same:
        parts.append(f"no difference seen between {first} and {_joined(same)}, within {MARGIN:.0%}")
    if unclear:
        parts.append(f"no difference seen to {_joined(unclear)}, but the rounds differ too much to exclude one")
    return "; ".join(parts)


def _direction(found: Gain) -> str:
    return "more time" if found.part < 0 else "less time"


def _joined(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
