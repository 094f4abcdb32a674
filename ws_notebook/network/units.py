"""Times, rates and overheads as people write them: 80ms, 10mbit, 20ms + 0.2ms/kB."""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec

from ..exceptions import SettingsError

__all__ = ["Overhead", "Rates", "parse_overhead", "parse_rates", "parse_time"]

_NUMBER = r"\d+(?:\.\d+)?|\.\d+"
_TIME = re.compile(rf"\s*({_NUMBER})\s*(ms|s)\s*", re.IGNORECASE)
_RATE = re.compile(rf"\s*({_NUMBER})\s*([kmg])?(?:bit(?:/s|ps)?|bps)\s*", re.IGNORECASE)
_PER_KB = re.compile(rf"\s*({_NUMBER})\s*(ms|s)\s*/\s*kb\s*", re.IGNORECASE)
_SECONDS: Final = {"ms": 1e-3, "s": 1.0}
_BITS: Final = {"": 1.0, "k": 1e3, "m": 1e6, "g": 1e9}
_LONGEST = 60.0
"""Seconds of the longest time that is taken for one that was meant."""


class Rates(msgspec.Struct, frozen=True):
    """Bytes a second in each direction; None: without a bound."""

    up: float | None = None
    down: float | None = None


class Overhead(msgspec.Struct, frozen=True):
    """What a server spends, in seconds, on context that the connection does not remember."""

    fixed: float = 0.0
    """For a request that continues nothing which the connection remembers."""
    per_kb: float = 0.0
    """For each 1,000 bytes of context that have to be read."""

    def seconds(self, *, unread: int, remembered: bool) -> float:
        """What a request costs of whose context so many bytes are not remembered."""
        return (0.0 if remembered else self.fixed) + self.per_kb * unread / 1000


def parse_time(text: Any, what: str = "A time") -> float:
    """Seconds. Raises SettingsError for what is no time, or one of over a minute."""
    found = _TIME.fullmatch(text) if isinstance(text, str) else None
    seconds = None if found is None else float(found[1]) * _SECONDS[found[2].lower()]
    if seconds is None or seconds > _LONGEST:
        raise SettingsError(f"{what} is written like '80ms' or '0.3s', at most a minute, not {text!r}.")
    return seconds


def parse_rates(text: Any) -> Rates:
    """The rates of "10mbit", or of "1mbit:10mbit" as up and down. Raises SettingsError for what is none."""
    up, _, down = text.partition(":") if isinstance(text, str) else ("", "", "")
    return Rates(_rate(up, text), _rate(down or up, text))


def _rate(part: str, text: object) -> float:
    found = _RATE.fullmatch(part)
    rate = 0.0 if found is None else float(found[1]) * _BITS[(found[2] or "").lower()] / 8
    if rate < 1:
        raise SettingsError(
            f"A bandwidth is written like '10mbit' or '384kbit', or '1mbit:10mbit' for up and down, not {text!r}."
        )
    return rate


def parse_overhead(text: Any) -> Overhead:
    """The sum that is written there. Raises SettingsError for what is none."""
    fixed = per_kb = 0.0
    for part in text.split("+") if isinstance(text, str) else [""]:
        if found := _PER_KB.fullmatch(part):
            per_kb += float(found[1]) * _SECONDS[found[2].lower()]
        elif found := _TIME.fullmatch(part):
            fixed += float(found[1]) * _SECONDS[found[2].lower()]
        else:
            raise SettingsError(f"An overhead is written like '20ms + 0.2ms/kB', '56ms' or '0.2ms/kB', not {text!r}.")
    if fixed > _LONGEST or per_kb > 1:
        raise SettingsError(f"An overhead is at most a minute, and a second for a kB, not {text!r}.")
    return Overhead(fixed, per_kb)
