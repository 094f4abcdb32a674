"""Tools of a run: where they run, how they fail, how long they may take, and how they are stopped."""

from __future__ import annotations

import asyncio
import contextvars
import json
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from typing import Any

import pytest
from support import engines
from support.behind import waited

from ws_notebook import Session, tool
from ws_notebook.exceptions import RunCancelled

__all__: list[str] = []

Open = Callable[..., Session]


def said(run: Any, index: int = 0) -> dict[str, Any]:
    """The error that the model was told of a call."""
    error = json.loads(run.tool_calls[index].output)["error"]
    assert isinstance(error, dict)
    return error


def stop_when(session: Session, ready: threading.Event) -> threading.Thread:
    """Stops the latest run from another thread, once `ready` is set and its turn is over."""
    over = threading.Event()
    run = session.runs[-1]

    def look(state: Any, change: Any) -> None:
        if state.turns[0].done:
            over.set()

    run.observe(look)

    def stop() -> None:
        assert ready.wait(20)
        while not over.is_set() and not run.turns[0].done:
            over.wait(0.05)
        run.cancel()

    thread = threading.Thread(target=stop)
    thread.start()
    return thread


# Where they run.


def test_without_a_kernel_tools_run_one_after_another_in_the_thread_that_waits(local: Open) -> None:
    threads: list[threading.Thread] = []
    inside: list[int] = []

    @tool
    def here(n: int) -> int:
        inside.append(n)
        threads.append(threading.current_thread())
        assert len(inside) == 1
        inside.pop()
        return n

    run = local(tools=[here]).ask("call here(n=1) and here(n=2) and here(n=3)")
    assert [each.output for each in run.tool_calls] == ["1", "2", "3"]
    assert threads == [threading.current_thread()] * 3


def test_tools_of_a_run_that_nobody_waits_for_wait_for_somebody(local: Open) -> None:
    where: list[threading.Thread] = []

    @tool
    def here() -> str:
        where.append(threading.current_thread())
        return "ok"

    run = local(tools=[here]).start("call here()")
    waiting = threading.Thread(target=run.result)
    waiting.start()
    waiting.join(20)
    assert where == [waiting]
    assert run.status == "completed"


def test_tools_in_threads_run_beside_each_other(local: Open) -> None:
    meet = threading.Barrier(3, timeout=20)

    @tool(run_in="thread")
    def beside(n: int) -> int:
        meet.wait()
        assert threading.current_thread() is not threading.main_thread()
        return n

    run = local(tools=[beside]).start("call beside(n=1) and beside(n=2) and beside(n=3)")
    assert [each.output for each in run.result(30).tool_calls] == ["1", "2", "3"]


def test_a_coroutine_runs_where_a_plain_function_would(local: Open) -> None:
    @tool
    async def here() -> bool:
        await asyncio.sleep(0)
        return threading.current_thread() is threading.main_thread()

    @tool(run_in="thread")
    async def there() -> bool:
        await asyncio.sleep(0)
        return threading.current_thread() is threading.main_thread()

    run = local(tools=[here, there]).ask("call here() and there()")
    assert [each.output for each in run.tool_calls] == ["true", "false"]


@pytest.fixture(scope="module")
def processes() -> Iterator[ProcessPoolExecutor]:
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        yield pool


def on(executor: Executor, function: Any) -> Any:
    """The tool, run by this executor."""
    return tool(function, run_in=executor)


def test_tools_run_in_other_processes(local: Open, processes: ProcessPoolExecutor) -> None:
    tools = [on(processes, each) for each in (engines.whose, engines.boom, engines.exits)]
    run = local(tools=tools).ask("call whose() and boom() and exits()")
    assert run.status == "completed"
    whose, boom, exits = run.tool_calls
    assert int(whose.output) != os.getpid()
    assert (boom.status, exits.status) == ("failed", "failed")
    assert said(run, 1) == {"type": "ValueError", "message": "odd"}
    assert "SystemExit" in str(exits.error)


def test_a_tool_of_another_process_that_takes_too_long_is_said_to_run_on(
    local: Open, processes: ProcessPoolExecutor
) -> None:
    slow = tool(engines.sleepy, run_in=processes, timeout=0.1)
    run = local(tools=[slow]).ask("call sleepy(seconds=1)")
    assert run.tool_calls[0].status in ("timed_out", "late")
    assert "still be running" in str(run.tool_calls[0].error)


def test_tools_run_in_a_pool_of_the_users(local: Open) -> None:
    @tool
    def named() -> str:
        return threading.current_thread().name

    with ThreadPoolExecutor(1, thread_name_prefix="mine") as pool:
        run = local(tools=[on(pool, named)]).ask("call named()")
    assert run.tool_calls[0].output.startswith("mine")


class Stubborn(Executor):
    """An engine that takes long to accept a call, or refuses it."""

    def __init__(self, accept: threading.Event) -> None:
        self.accept = accept

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        assert self.accept.wait(20)
        raise RuntimeError("no room")


def test_an_engine_that_is_slow_to_accept_keeps_nobody_waiting(local: Open) -> None:
    accept = threading.Event()
    session = local(tools=[on(Stubborn(accept), engines.whose)])
    run = session.start("call whose()")
    other = local()
    assert other.ask('say "meanwhile"').text == "meanwhile"
    accept.set()
    assert run.result(20).tool_calls[0].error == "RuntimeError: no room"


def test_a_pool_that_drops_its_calls_answers_them(local: Open) -> None:
    hold = threading.Event()
    pool = ThreadPoolExecutor(1)
    pool.submit(hold.wait, 20)
    run = local(tools=[on(pool, engines.whose)]).start("call whose()")
    threading.Thread(target=drop, args=(run, pool, hold)).start()
    assert run.result(20).tool_calls[0].status == "failed"
    assert "dropped" in str(run.tool_calls[0].error)


def drop(run: Any, pool: ThreadPoolExecutor, hold: threading.Event) -> None:
    waited(run, lambda: any(call.status == "running" for call in run.tool_calls))
    while not pool._work_queue.qsize():
        time.sleep(0.001)
    pool.shutdown(wait=False, cancel_futures=True)
    hold.set()


# How they fail.


class Unwritable:
    """Has no form that could be sent."""

    def __repr__(self) -> str:
        raise ValueError("not even this")


class Speechless(Exception):
    def __str__(self) -> str:
        raise ValueError("not even this")


class Rude(BaseException):
    """No Exception at all."""


def raises_value() -> None:
    raise ValueError("odd")


def exits_process() -> None:
    sys.exit(3)


def returns_unwritable() -> object:
    return Unwritable()


def raises_speechless() -> None:
    raise Speechless


def raises_rude() -> None:
    raise Rude("no")


def cancels_itself() -> None:
    raise asyncio.CancelledError


FAULTS = [raises_value, exits_process, returns_unwritable, raises_speechless, raises_rude, cancels_itself]


def coroutine_of(function: Callable[[], object]) -> Any:
    async def wrapped() -> object:
        await asyncio.sleep(0)
        return function()

    wrapped.__name__ = function.__name__
    return wrapped


@pytest.mark.parametrize("run_in", ["kernel", "thread"])
@pytest.mark.parametrize("asynchronous", [False, True], ids=["plain", "coroutine"])
@pytest.mark.parametrize("fault", FAULTS, ids=lambda each: each.__name__)
def test_a_tool_that_fails_in_any_way_is_an_answer(local: Open, fault: Any, asynchronous: bool, run_in: Any) -> None:
    name = fault.__name__
    made = tool(coroutine_of(fault) if asynchronous else fault, run_in=run_in)
    run = local(tools=[made]).start(f"call {name}()").result(20)
    assert run.status == "completed"
    assert run.tool_calls[0].status == "failed"
    assert said(run)["type"]
    assert run.tool_calls[0].error


def test_a_tool_that_raises_shows_its_traceback_and_no_other(local: Open) -> None:
    run = local(tools=[tool(raises_value)]).ask("call raises_value()")
    call = run.tool_calls[0]
    assert (call.error, said(run)) == ("ValueError: odd", {"type": "ValueError", "message": "odd"})
    assert "raise ValueError" in call.traceback
    assert "executor.py" not in call.traceback


def test_a_thread_tool_that_raises_an_interrupt_of_its_own_is_an_answer(local: Open) -> None:
    @tool(run_in="thread")
    def interrupts() -> None:
        raise KeyboardInterrupt

    run = local(tools=[interrupts]).start("call interrupts()").result(20)
    assert run.tool_calls[0].status == "failed"


def test_ten_megabytes_are_cut_to_what_a_model_may_read(local: Open) -> None:
    @tool
    def much() -> str:
        return "x" * 10_000_000

    run = local(tools=[much]).ask("call much()")
    output = run.tool_calls[0].output
    assert len(output) <= 100_000
    assert "10,000,000 characters in all" in output


def test_parts_that_cannot_be_written_are_an_error_of_the_tool(local: Open) -> None:
    @tool
    def parts() -> list[Any]:
        return [{"type": "input_text", "text": "a", "more": object()}]

    run = local(tools=[parts]).ask("call parts()")
    assert (run.status, run.tool_calls[0].status) == ("completed", "failed")
    assert "cannot be written" in said(run)["message"]


def test_a_tool_that_the_model_made_up_is_named_with_those_there_are(local: Open) -> None:
    run = local(tools=[engines.whose]).ask("call no_such_tool(x=1)")
    assert run.status == "completed"
    assert run.tool_calls[0].status == "failed"
    assert said(run)["type"] == "unknown_tool"
    assert "whose" in said(run)["message"]


def test_arguments_that_do_not_fit_are_an_answer(local: Open) -> None:
    run = local(tools=[engines.sleepy]).ask('call sleepy(seconds="long")')
    assert (run.status, run.tool_calls[0].status) == ("completed", "failed")


# Time limits.


def test_a_tool_in_time_is_left_alone(local: Open) -> None:
    @tool(timeout=20)
    def quick() -> str:
        return "done"

    assert local(tools=[quick]).ask("call quick()").tool_calls[0].output == "done"


def test_a_tool_that_takes_too_long_is_interrupted_once(local: Open) -> None:
    interrupts: list[int] = []

    @tool(timeout=0.05)
    def slow() -> None:
        try:
            time.sleep(100)
        except KeyboardInterrupt:
            interrupts.append(1)
            raise

    run = local(tools=[slow]).ask("call slow()")
    call = run.tool_calls[0]
    assert (run.status, call.status, interrupts) == ("completed", "timed_out", [1])
    assert said(run)["type"] == "timeout"
    assert "still be running" not in str(call.error)


def test_a_tool_that_swallows_the_interrupt_and_returns_is_timed_out(local: Open) -> None:
    @tool(timeout=0.05)
    def swallows() -> str:
        try:
            time.sleep(100)
        except KeyboardInterrupt:
            return "swallowed"
        return "slept"

    run = local(tools=[swallows]).ask("call swallows()")
    assert run.tool_calls[0].status == "timed_out"
    assert "swallowed" not in run.tool_calls[0].output


def test_a_tool_that_ignores_the_interrupt_is_said_to_run_on_and_its_result_is_late(local: Open) -> None:
    told = threading.Event()

    @tool(timeout=0.05)
    def ignores() -> str:
        while not told.is_set():
            try:
                told.wait(20)
            except KeyboardInterrupt:
                continue
        return "at last"

    session = local(tools=[ignores])
    run = session.start("call ignores()")

    def watch(state: Any, change: Any) -> None:
        if any(each.status == "timed_out" for each in run.tool_calls):
            told.set()

    assert run.observe(watch)
    run.result(20)
    call = run.tool_calls[0]
    assert "still be running" in str(call.error)
    assert said(run)["type"] == "timeout"
    waited(run, lambda: call.status == "late")
    assert call.status == "late"


def test_a_coroutine_that_takes_too_long_is_cancelled(local: Open) -> None:
    @tool(timeout=0.05)
    async def slow() -> None:
        await asyncio.sleep(100)

    run = local(tools=[slow]).ask("call slow()")
    assert (run.tool_calls[0].status, said(run)["type"]) == ("timed_out", "timeout")


def test_a_thread_tool_that_takes_too_long_is_left_to_itself(local: Open) -> None:
    over = threading.Event()

    @tool(timeout=0.05, run_in="thread")
    def slow() -> str:
        assert over.wait(20)
        return "at last"

    session = local(tools=[slow])
    run = session.ask("call slow()")
    call = run.tool_calls[0]
    assert call.status == "timed_out"
    assert "still be running" in str(call.error)
    over.set()
    waited(run, lambda: call.status == "late")
    assert call.status == "late"


# Stopping.


@pytest.mark.parametrize("kind", ["plain", "coroutine", "thread"])
def test_a_run_is_stopped_while_its_tool_runs(local: Open, kind: str) -> None:
    running, over = threading.Event(), threading.Event()

    def plain() -> str:
        running.set()
        time.sleep(100)
        return "slept"

    async def coroutine() -> str:
        running.set()
        await asyncio.sleep(100)
        return "slept"

    def thread() -> str:
        running.set()
        assert over.wait(20)
        return "woken"

    functions: dict[str, Any] = {"plain": plain, "coroutine": coroutine, "thread": thread}
    made = tool(functions[kind], run_in="thread" if kind == "thread" else "kernel")
    session = local(tools=[made])
    run = session.start(f"call {kind}()")
    stopping = stop_when(session, running)
    with pytest.raises(RunCancelled):
        run.result(20)
    stopping.join(20)
    over.set()
    assert "between two responses" in run.stopped
    if kind == "thread":
        waited(run, lambda: run.tool_calls[0].status == "late")
    assert run.tool_calls[0].status == ("late" if kind == "thread" else "cancelled")
    assert session.ask('say "next"').text == "next"
    assert session.connections == 1
    sent = session._engine.protocol.frames.records()
    assert b"The user stopped the run" in next(r.data for r in reversed(sent) if r.direction == "sent")


def test_calls_that_wait_behind_a_stopped_one_are_never_made(local: Open) -> None:
    running = threading.Event()
    made: list[int] = []

    @tool
    def one(n: int) -> None:
        made.append(n)
        running.set()
        time.sleep(100)

    session = local(tools=[one])
    run = session.start("call one(n=1) and one(n=2) and one(n=3)")
    stopping = stop_when(session, running)
    with pytest.raises(RunCancelled):
        run.result(20)
    stopping.join(20)
    assert made == [1]
    assert [each.status for each in run.tool_calls] == ["cancelled"] * 3
    assert not session._engine.portal.work._jobs


def test_an_interrupt_by_the_user_stops_the_tool_and_the_run(local: Open) -> None:
    @tool
    def slow() -> None:
        running.set()
        while True:
            time.sleep(0.01)

    running = threading.Event()
    session = local(tools=[slow])
    run = session.start("call slow()")

    def press() -> None:
        assert running.wait(20)
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    thread = threading.Thread(target=press)
    thread.start()
    with pytest.raises(KeyboardInterrupt):
        run.result()
    thread.join(20)
    assert (run.status, run.tool_calls[0].status) == ("cancelled", "cancelled")
    assert session.ask('say "next"').text == "next"


def test_a_tool_prints_into_the_context_of_the_one_who_asked(local: Open) -> None:
    cell: contextvars.ContextVar[str] = contextvars.ContextVar("cell", default="none")
    seen: list[str] = []

    @tool
    def look() -> None:
        seen.append(cell.get())

    @tool(run_in="thread")
    def look_there() -> None:
        seen.append(cell.get())

    @tool
    async def look_async() -> None:
        seen.append(cell.get())

    session = local(tools=[look, look_there, look_async])
    token = cell.set("first")
    run = session.start("call look() then call look_there() then call look_async()")
    cell.reset(token)
    run.result(20)
    assert seen == ["first"] * 3


def test_the_time_that_tools_take_is_measured(local: Open) -> None:
    @tool
    def timed() -> None:
        began = time.monotonic()
        while time.monotonic() - began < 0.05:
            time.sleep(0.01)

    run = local(tools=[timed]).ask("call timed()")
    call = run.tool_calls[0]
    assert call.run_ms is not None
    assert call.run_ms > 49.9
    assert call.queued_ms is not None
    assert run.turns[0].tool_ms == pytest.approx(call.run_ms)
