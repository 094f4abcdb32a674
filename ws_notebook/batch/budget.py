"""What a batch may spend, in tokens or in money: it stops before that is passed.

What a row will take is known only once it is answered. Before that it is taken to be as large as the largest so far for
its length, and its answer as long as the longest, or as `max_output_tokens` allows; the first row goes alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil
from typing import Any

from ..exceptions import SettingsError

__all__ = ["Budget", "checked_prices"]

_MILLION = 1_000_000
_LETTERS = 2
"""Characters of a token, before anything is known."""
_MARGIN = 1.1


class Budget:
    """`max_tokens` of input and output together, `max_cost` in the unit of the model's `price`. None: no limit."""

    def __init__(
        self,
        max_tokens: int | None = None,
        max_cost: float | None = None,
        price: tuple[float, float, float] | None = None,
        longest: int | None = None,
    ) -> None:
        _check(max_tokens, max_cost)
        self._price = price
        self._need_price(max_cost)
        self.max_tokens, self.max_cost, self._longest = max_tokens, max_cost, longest
        self.tokens = 0
        """Spent so far."""
        self.cost = 0.0
        self._reserved: dict[int, tuple[int, int]] = {}
        self._seen = 0
        self._by_letter = 1 / _LETTERS
        self._answer = 0

    @property
    def limited(self) -> bool:
        """Whether there is anything to heed."""
        return self.max_tokens is not None or self.max_cost is not None

    @property
    def priced(self) -> bool:
        """Whether it is known what tokens cost."""
        return self._price is not None

    @property
    def spent(self) -> float | None:
        """The money so far; None where no prices are given."""
        return self.cost if self.priced else None

    def allow(self, max_tokens: int | None, max_cost: float | None) -> None:
        """Set other limits."""
        _check(max_tokens, max_cost)
        self._need_price(max_cost)
        self.max_tokens, self.max_cost = max_tokens, max_cost

    def spend(self, tokens: tuple[int, int, int]) -> float | None:
        """Count input, cached and output tokens of something answered. What it costs, where prices are given."""
        read, cached, written = tokens
        self.tokens += read + written
        if self._price is None:
            return None
        price = self._price
        cost = ((read - cached) * price[0] + cached * price[1] + written * price[2]) / _MILLION
        self.cost += cost
        return cost

    def takes(self, position: int, letters: int) -> bool:
        """Set aside what a row of so many characters may take. False: in sum it could be too much."""
        if not self.limited:
            return True
        if not self._seen and self._reserved:
            return False  # the first goes alone
        wanted = self._guess(letters)
        held = [*self._reserved.values(), wanted]
        read, written = sum(each[0] for each in held), sum(each[1] for each in held)
        if self.max_tokens is not None and self.tokens + read + written > self.max_tokens:
            return False
        if self.max_cost is not None and self._price is not None:
            expected = (read * self._price[0] + written * self._price[2]) / _MILLION
            if self.cost + expected > self.max_cost:
                return False
        self._reserved[position] = wanted
        return True

    def release(self, position: int) -> None:
        """The row is not asked, or over."""
        self._reserved.pop(position, None)

    def learn(self, letters: int, read: int, written: int) -> None:
        """A row of so many characters took so many tokens."""
        if not self._seen:
            self._by_letter = 0.0
        self._seen += 1
        self._by_letter = max(self._by_letter, read / max(1, letters))
        self._answer = max(self._answer, written)

    def said(self) -> str:
        """The limits in words."""
        words = [f"{self.max_tokens:,} tokens"] if self.max_tokens is not None else []
        words += [f"a cost of {self.max_cost:g}"] if self.max_cost is not None else []
        return " and ".join(words)

    def _need_price(self, max_cost: float | None) -> None:
        if max_cost is not None and self._price is None:
            raise SettingsError(
                "max_cost needs to know what tokens cost: prices={'model': (input, cached, output)} per million tokens."
            )

    def _guess(self, letters: int) -> tuple[int, int]:
        written = self._longest if self._longest is not None else ceil(self._answer * _MARGIN)
        return ceil(letters * self._by_letter * (_MARGIN if self._seen else 1)) + 1, written


def _check(max_tokens: Any, max_cost: Any) -> None:
    for name, value, kinds in (("max_tokens", max_tokens, int), ("max_cost", max_cost, int | float)):
        if value is not None and (isinstance(value, bool) or not isinstance(value, kinds) or not value > 0):
            raise SettingsError(f"{name} must be a number above 0, or None for no limit, not {value!r}.")


def checked_prices(prices: Any, model: str) -> tuple[float, float, float] | None:
    """The model's prices. Raises SettingsError for what are none; None where none are given."""
    if prices is None:
        return None
    found = prices.get(model) if isinstance(prices, Mapping) else None
    numbers = isinstance(found, tuple | list) and all(isinstance(each, int | float) for each in found)
    if not isinstance(found, tuple | list) or not numbers or len(found) != 3:
        raise SettingsError(
            f"prices must have those of {model!r}, per million tokens: prices={{{model!r}: (input, cached, output)}}."
        )
    return float(found[0]), float(found[1]), float(found[2])
