"""Calls that travel: to threads with all they know, to other processes with their arguments alone."""

from __future__ import annotations

import contextvars
import multiprocessing
import os
import threading
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest

from ws_notebook import Context, tool
from ws_notebook.tools import engines
from ws_notebook.tools.call import BoundCall
from ws_notebook.tools.engines import submitted, withdrawn

__all__: list[str] = []


class Post(Executor):
    """Keeps what it is handed, and does it here."""

    def __init__(self) -> None:
        self.handed: list[tuple[Any, ...]] = []

    def submit(self, function: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.handed.append(args)
        done: Future[Any] = Future()
        done.set_result(function(*args, **kwargs))
        return done


def sent(executor: Executor, bound: BoundCall, inside: Context) -> Future[Any]:
    return submitted(executor, bound, inside, contextvars.Context())


@pytest.fixture(scope="module")
def processes() -> Iterator[ProcessPoolExecutor]:
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield pool


@tool
def where(word: str) -> tuple[str, int]:
    return word, os.getpid()


def test_a_thread_knows_its_call() -> None:
    @tool
    def look(ctx: Context) -> Any:
        return ctx, threading.current_thread() is threading.main_thread()

    inside = Context("the run")
    with ThreadPoolExecutor(1) as pool:
        assert sent(pool, look.bind("{}"), inside).result(20) == (inside, False)


def test_another_process_gets_the_arguments_and_a_context_of_no_call(processes: ProcessPoolExecutor) -> None:
    @tool
    def look(word: str, ctx: Context) -> Any:
        ctx.progress(0.5)
        return word, os.getpid(), ctx.run

    word, process, run = sent(processes, look.bind('{"word": "hey"}'), Context("the run")).result(30)
    assert (word, run) == ("hey", None)
    assert process != os.getpid()


def test_functions_and_classes_that_only_this_process_has_travel_by_value(processes: ProcessPoolExecutor) -> None:
    @dataclass
    class Point:
        x: int

    @tool
    def move(point: Point, by: int) -> int:
        return point.x + by

    bound = move.bind('{"point": {"x": 1}, "by": 4}')
    assert sent(processes, bound, Context()).result(30) == 5


def test_a_coroutine_function_and_a_generator_run_there(processes: ProcessPoolExecutor) -> None:
    @tool
    async def later() -> int:
        return 1

    @tool
    def several() -> Any:
        yield 1
        yield 2

    assert sent(processes, later.bind("{}"), Context()).result(30) == 1
    assert sent(processes, several.bind("{}"), Context()).result(30) == 2


def test_equal_calls_are_not_the_same_call() -> None:
    post = Post()
    for _ in range(2):
        sent(post, where.bind('{"word": "a"}'), Context())
    first, second = post.handed
    assert first != second


def test_without_cloudpickle_functions_of_a_module_travel_by_name(
    monkeypatch: pytest.MonkeyPatch, processes: ProcessPoolExecutor
) -> None:
    monkeypatch.setattr(engines, "_cloudpickle", lambda: None)
    post = Post()
    assert sent(post, where.bind('{"word": "a"}'), Context()).result() == ("a", os.getpid())
    assert post.handed[0][0].tool is where


def test_a_call_is_taken_back_before_it_begins_and_never_surely_from_an_engine() -> None:
    with ThreadPoolExecutor(1) as pool:
        begun, go_on = threading.Event(), threading.Event()

        def first() -> None:
            begun.set()
            go_on.wait(20)

        running, waiting = pool.submit(first), pool.submit(first)
        assert begun.wait(20)
        assert not withdrawn(running, pool)
        assert withdrawn(waiting, pool)
        go_on.set()
    pending: Future[None] = Future()
    assert not withdrawn(pending, Post())
    assert pending.cancelled()
