"""A bound call runs its function once, with the arguments in their places."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from ws_notebook.core.turn import Progress
from ws_notebook.tools import tool
from ws_notebook.tools.call import BoundCall
from ws_notebook.tools.context import Context

__all__: list[str] = []


def test_positional_only_arguments_go_by_position_and_the_rest_by_name() -> None:
    @tool
    def f(a: int, b: int = 2, /, c: int = 3, *, d: int = 4) -> tuple[int, ...]:
        return a, b, c, d

    bound = f.bind('{"a": 1, "d": 5}')
    assert (bound.args, bound.kwargs) == ((1,), {"d": 5})
    assert bound.run() == (1, 2, 3, 5)


def test_a_skipped_positional_default_is_spelled_out() -> None:
    @tool
    def f(a: int = 1, b: int = 2, /) -> tuple[int, int]:
        return a, b

    assert f.bind('{"a": null, "b": 5}').args == (1, 5)
    assert f.bind('{"a": null, "b": 5}').run() == (1, 5)
    assert f.bind("{}").args == ()


def test_a_generator_gives_its_last_value() -> None:
    seen: list[int] = []

    @tool
    def f(n: int) -> Iterator[int]:
        for i in range(n):
            seen.append(i)
            yield i

    assert f.bind('{"n": 3}').run() == 2
    assert seen == [0, 1, 2]
    assert f.bind('{"n": 0}').run() is None


def test_a_generator_that_returns_gives_what_it_returns() -> None:
    @tool
    def f() -> Any:
        yield "halfway"
        return "the end"

    assert f.bind("{}").run() == "the end"


def test_an_iterator_that_a_plain_function_returns_is_not_run() -> None:
    @tool
    def f() -> Any:
        return (i for i in range(3))

    assert list(f.bind("{}").run()) == [0, 1, 2]


def test_async_functions_and_generators_are_awaited() -> None:
    @tool
    async def f(a: int) -> int:
        await asyncio.sleep(0)
        return a

    @tool
    async def g(n: int) -> AsyncIterator[int]:
        for i in range(n):
            yield i

    async def both() -> list[Any]:
        return [await one.run() for one in (f.bind('{"a": 3}'), g.bind('{"n": 3}'))]

    assert asyncio.run(both()) == [3, 2]


def test_what_the_function_raises_passes_through() -> None:
    @tool
    def f() -> None:
        raise LookupError("nothing there")

    with pytest.raises(LookupError, match="nothing there"):
        f.bind("{}").run()


def test_the_tool_itself_stays_a_plain_function() -> None:
    @tool
    def f(n: int) -> Iterator[int]:
        yield n

    assert list(f(3)) == [3]
    assert isinstance(f.bind('{"n": 3}'), BoundCall)


def test_a_generator_is_told_about_and_closed_when_nobody_wants_more() -> None:
    closed: list[bool] = []

    @tool
    def f() -> Iterator[int]:
        try:
            yield from range(10)
        finally:
            closed.append(True)

    @tool
    async def g() -> AsyncIterator[int]:
        try:
            for i in range(10):
                yield i
        finally:
            closed.append(True)

    for one in (f, g):
        told: list[Progress] = []
        call = SimpleNamespace(done=False)

        def report(progress: Progress, told: list[Progress] = told, call: SimpleNamespace = call) -> None:
            told.append(progress)
            call.done = progress.count == 3

        result = one.bind("{}").run(Context(None, call, report))
        assert (asyncio.run(result) if one is g else result) == 2
        assert [each.partial for each in told] == ["0", "1", "2"]
    assert closed == [True, True]
