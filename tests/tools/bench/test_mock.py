from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ws_notebook.exceptions import ToolError
from ws_notebook.tools import tool
from ws_notebook.tools.context import Context

__all__: list[str] = []


@tool
def population(city: str, year: int = 2020) -> int:
    raise AssertionError("the function itself was called")


@tool
async def later(a: int) -> int:
    raise AssertionError("the function itself was called")


class Store:
    @tool
    def left(self, sold: int) -> int:
        return 10 - sold


def test_a_mock_answers_for_the_function_and_keeps_the_arguments() -> None:
    with population.mock(returns=3) as mock:
        assert not mock.called
        assert population("Oslo") == 3
        assert population.try_(city="Bergen", year=1).output == "3"
    assert mock.calls == [{"city": "Oslo", "year": 2020}, {"city": "Bergen", "year": 1}]
    with pytest.raises(AssertionError):
        population("Oslo")


def test_arguments_are_validated_as_ever() -> None:
    with population.mock(returns=3) as mock:
        assert population.try_(town="Oslo").status == "failed"
        with pytest.raises(TypeError):
            population(town="Oslo")  # type: ignore[call-arg]
    assert not mock.called


def test_a_mock_raises_what_it_is_given() -> None:
    with population.mock(raises=KeyError("Atlantis")):
        tried = population.try_(city="Atlantis")
    assert (tried.status, tried.error) == ("failed", "KeyError: 'Atlantis'")
    with population.mock(raises=OSError), pytest.raises(OSError):  # noqa: PT011 - a bare one is raised
        population("Oslo")


def test_a_side_effect_is_called_or_taken_one_after_another() -> None:
    with population.mock(side_effect=lambda city, year=0: len(city) + year):
        assert population("Oslo", year=1) == 5
    with population.mock(side_effect=[1, ValueError("no")]):
        assert [population.try_(city="a").status for _ in range(3)] == ["completed", "failed", "failed"]
        assert "too short" in str(population.last.error)


def test_an_async_tool_stays_awaitable() -> None:
    async def answer(a: int) -> int:
        return a + 1

    with later.mock(side_effect=answer) as mock:
        assert asyncio.run(later(2)) == 3  # type: ignore[arg-type]
        assert later.try_(a=3).output == "4"
    assert mock.calls == [{"a": 2}, {"a": 3}]


def test_generators_give_the_mocks_answer() -> None:
    @tool
    def counting() -> Iterator[int]:
        yield 1

    @tool
    async def counting_later() -> AsyncIterator[int]:
        yield 1

    with counting.mock(returns=7), counting_later.mock(returns=8):
        assert (counting.try_().output, counting_later.try_().output) == ("7", "8")


def test_the_innermost_mock_counts_and_the_outer_one_comes_back() -> None:
    with population.mock(returns=1):
        with population.mock(returns=2):
            assert population("a") == 2
        assert population("a") == 1


def test_a_methods_mock_stands_for_every_object() -> None:
    with Store().left.mock(returns=0) as mock:
        assert Store().left(3) == 0
    assert mock.calls == [{"sold": 3}]


def test_a_mock_runs_here_wherever_the_function_would() -> None:
    with ThreadPoolExecutor(1) as pool:
        far = tool(lambda_free, run_in=pool)
        with far.mock(returns=5):
            assert far.run_in == "thread"
            assert far.try_().output == "5"
        assert far.run_in is pool


def lambda_free() -> int:
    return 1


def test_the_context_is_no_argument_of_the_model() -> None:
    @tool
    def told(a: int, context: Context) -> int:
        return a

    with told.mock(returns=1) as mock:
        assert told.try_(a=2).output == "1"
    assert mock.calls == [{"a": 2}]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "not none"),
        ({"returns": 1, "raises": KeyError}, "not returns and raises"),
        ({"raises": "KeyError"}, "takes an exception, not 'KeyError'"),
        ({"side_effect": 3}, "a function, or a list"),
    ],
)
def test_what_is_no_stand_in_is_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(ToolError, match=message):
        population.mock(**given)


def test_it_tells_how_often_it_was_called() -> None:
    assert repr(population.mock(returns=None)) == "<Mock, called 0 times>"
