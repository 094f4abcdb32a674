"""Budgets: what is set aside, and that they are not passed."""

from __future__ import annotations

from typing import Any

import pytest

from ws_notebook import SettingsError
from ws_notebook.batch.budget import Budget, checked_prices

__all__: list[str] = []

PRICE = (1.0, 0.5, 4.0)


def test_without_a_limit_everything_is_taken_and_counted() -> None:
    budget = Budget(price=PRICE)
    assert all(budget.takes(position, 10**9) for position in range(100))
    assert budget.spend((1_000_000, 500_000, 1_000_000)) == pytest.approx(0.5 + 0.25 + 4.0)
    assert budget.tokens == 2_000_000
    assert Budget().spend((1, 0, 1)) is None


def test_the_first_row_goes_alone_and_teaches_the_rest() -> None:
    budget = Budget(max_tokens=100)
    assert budget.takes(0, 10)
    assert not budget.takes(1, 10)
    budget.spend((10, 0, 10))
    budget.learn(10, 10, 10)
    budget.release(0)
    taken = [position for position in range(1, 50) if budget.takes(position, 10)]
    assert 2 <= len(taken) <= 4  # 20 of 100 are spent, and a row is taken for some 23


def test_a_limit_of_the_answer_is_believed() -> None:
    budget = Budget(max_tokens=100, longest=90)
    assert budget.takes(0, 2)
    budget.release(0)
    assert not Budget(max_tokens=100, longest=90).takes(0, 50)


def test_money_is_set_aside_like_tokens() -> None:
    budget = Budget(max_cost=0.001, price=PRICE, longest=100)
    budget.learn(10, 10, 100)
    assert [budget.takes(position, 10) for position in range(4)] == [True, True, False, False]


@pytest.mark.parametrize("limits", [{"max_tokens": 0}, {"max_tokens": 1.5}, {"max_cost": "1"}, {"max_tokens": True}])
def test_what_is_no_limit_is_refused(limits: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match="must be a number above 0"):
        Budget(**limits, price=PRICE)


def test_money_needs_prices() -> None:
    with pytest.raises(SettingsError, match="prices="):
        Budget(max_cost=1.0)
    assert checked_prices(None, "m") is None
    assert checked_prices({"m": [1, 0, 2]}, "m") == (1.0, 0.0, 2.0)
    for wrong in ({}, {"m": (1, 2)}, {"m": "abc"}, 5):
        with pytest.raises(SettingsError, match="prices must have those of 'm'"):
            checked_prices(wrong, "m")


def test_other_limits_can_be_set() -> None:
    budget = Budget(max_tokens=1)
    assert not budget.takes(0, 100)
    budget.allow(1000, None)
    assert budget.takes(0, 100)
    assert budget.said() == "1,000 tokens"
