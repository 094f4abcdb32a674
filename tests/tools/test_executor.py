"""One tool call: it ends once, with an outcome, however it is run and interrupted."""

from __future__ import annotations

import asyncio
import contextvars
import functools
import json
import signal
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import PIL.Image
import pytest

from ws_notebook import kernel, tool
from ws_notebook.tools.executor import (
    Execution,
    Outcome,
    cancelled_outcome,
    timeout_outcome,
    unknown_tool_outcome,
)

__all__: list[str] = []


class Watched:
    """An execution and what it told."""

    def __init__(
        self, function: Callable[..., Any], arguments: str = "{}", *, may: bool = True, **options: Any
    ) -> None:
        self.outcomes: list[Outcome | None] = []
        self.ended = threading.Event()
        self.asked = 0
        self.may = may
        self.execution = Execution(
            tool(function, **options),
            arguments,
            context=contextvars.copy_context(),
            started=self._started,
            finished=self._finished,
        )

    def _started(self) -> bool:
        self.asked += 1
        return self.may

    def _finished(self, outcome: Outcome | None) -> None:
        self.outcomes.append(outcome)
        self.ended.set()

    @property
    def outcome(self) -> Outcome:
        (found,) = self.outcomes
        assert found is not None
        return found


def add(a: int, b: int = 1) -> int:
    """Add."""
    return a + b


def error_of(outcome: Outcome) -> dict[str, Any]:
    assert isinstance(outcome.output, str)
    error = json.loads(outcome.output)["error"]
    assert isinstance(error, dict)
    return error


def test_a_result_is_an_outcome() -> None:
    watched = Watched(add, '{"a": 2}')
    watched.execution.run()
    assert (watched.outcome.status, watched.outcome.output, watched.outcome.error) == ("completed", "3", None)
    assert watched.asked == 1


def test_it_runs_once_and_only_where_it_may() -> None:
    watched = Watched(add, '{"a": 2}')
    watched.execution.run()
    watched.execution.run()
    assert len(watched.outcomes) == 1
    refused = Watched(add, '{"a": 2}', may=False)
    refused.execution.run()
    assert refused.outcomes == []


def test_an_outcome_says_what_the_model_does_not_read() -> None:
    watched = Watched(lambda_of("x" * 3_000), max_output=500, name="long")
    watched.execution.run()
    assert watched.outcome.note == "The model reads a part: 500 of 3,000 characters."
    whole = Watched(add, '{"a": 1}')
    whole.execution.run()
    assert whole.outcome.note == ""


def test_an_outcome_has_small_copies_of_its_pictures() -> None:
    picture = PIL.Image.new("RGB", (600, 400), "red")
    watched = Watched(lambda_of({"n": 1, "plot": picture}))
    watched.execution.run()
    (copy,) = watched.outcome.pictures
    assert str(copy["url"]).startswith("data:image/")
    assert str(copy["caption"]).startswith("PNG 600 × 400")
    plain = Watched(add, '{"a": 1}')
    plain.execution.run()
    assert plain.outcome.pictures == ()


def lambda_of(value: Any) -> Callable[[], Any]:
    def give() -> Any:
        return value

    return give


def wrapped(function: Callable[..., Any]) -> Callable[..., Any]:
    """What a decorator makes that is not meant for coroutine functions, but does them no harm."""

    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    return wrapper


async def add_later(a: int) -> int:
    await asyncio.sleep(0)
    return a + 1


def test_a_coroutine_of_a_plain_wrapper_is_awaited() -> None:
    watched = Watched(wrapped(add_later), '{"a": 1}')
    assert not watched.execution.tool.is_async
    watched.execution.run()
    assert (watched.outcome.status, watched.outcome.output) == ("completed", "2")


def test_a_coroutine_of_a_plain_wrapper_is_awaited_in_an_engine() -> None:
    with ThreadPoolExecutor(1) as pool:
        watched = Watched(wrapped(add_later), '{"a": 1}', run_in=pool)
        watched.execution.run_with(pool)
        assert watched.ended.wait(20)
    assert watched.outcome.output == "2"


def test_what_was_interrupted_before_it_began_never_runs() -> None:
    watched = Watched(add, '{"a": 2}')
    assert watched.execution.interrupt()
    watched.execution.run()
    assert (watched.asked, watched.outcomes) == (0, [])


def test_what_is_interrupted_while_it_asks_does_not_run() -> None:
    made: list[int] = []

    def touch() -> None:
        made.append(1)

    watched = Watched(touch)
    ask = watched._started
    watched.execution.started = lambda: ask() and not watched.execution.interrupt()
    watched.execution.run()
    assert (made, watched.outcomes) == ([], [None])


@pytest.mark.parametrize("arguments", ["", "{", "[]", '{"a": "x"}', '{"b": 1}', "null", '{"a": 1, "c": 2}'])
def test_arguments_that_do_not_fit_are_told_to_the_model(arguments: str) -> None:
    watched = Watched(add, arguments)
    watched.execution.run()
    assert watched.outcome.status == "failed"
    assert error_of(watched.outcome)["message"]


def test_the_traceback_begins_in_the_users_code() -> None:
    def fails() -> None:
        raise ValueError("odd")

    watched = Watched(fails)
    watched.execution.run()
    error = watched.outcome.exception
    assert error is not None
    assert error.__traceback__ is not None
    assert error.__traceback__.tb_frame.f_code.co_name == "fails"


def press_when(ready: threading.Event, press: Callable[[], object]) -> threading.Thread:
    def wait() -> None:
        assert ready.wait(20)
        press()

    thread = threading.Thread(target=wait)
    thread.start()
    return thread


def test_an_interruption_ends_a_function_of_the_main_thread() -> None:
    running = threading.Event()

    def slow() -> None:
        running.set()
        while True:
            time.sleep(0.01)

    watched = Watched(slow)
    results: list[bool] = []
    thread = press_when(running, lambda: results.extend(watched.execution.interrupt() for _ in range(2)))
    watched.execution.run()
    thread.join(20)
    assert (watched.outcomes, results) == ([None], [True, False])
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_signal_that_was_lost_is_sent_again_and_counts_once() -> None:
    running = threading.Event()
    taken: list[int] = []

    def stubborn() -> str:
        running.set()
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and len(taken) < 1:
            try:
                time.sleep(0.01)
            except KeyboardInterrupt:
                taken.append(1)
        time.sleep(0.05)  # a second one would end this
        return "went on"

    watched = Watched(stubborn)

    def press() -> None:
        watched.execution.interrupt()
        watched.execution.nudge()
        watched.execution.nudge()

    thread = press_when(running, press)
    watched.execution.run()
    thread.join(20)
    assert taken == [1]
    assert watched.outcome.output == "went on"


def test_a_signal_that_a_finalizer_swallowed_is_sent_again() -> None:
    running, swallowed = threading.Event(), threading.Event()

    class Held:
        def __del__(self) -> None:
            running.set()
            try:
                time.sleep(20)
            finally:
                swallowed.set()

    def slow() -> None:
        held = Held()
        del held
        time.sleep(20)

    watched, hook = Watched(slow), sys.unraisablehook

    def press() -> None:
        watched.execution.interrupt()
        assert swallowed.wait(20)
        # That it was swallowed is told a moment later.
        while not watched.outcomes and time.monotonic() - began < 15:
            watched.execution.nudge()
            time.sleep(0.01)

    began = time.monotonic()
    thread = press_when(running, press)
    watched.execution.run()
    thread.join(20)
    assert watched.outcomes == [None]
    assert time.monotonic() - began < 15
    assert sys.unraisablehook == hook


def test_what_else_a_finalizer_raises_is_reported_as_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda raised: told.append(raised.exc_value))
    error = ValueError("odd")

    class Held:
        def __del__(self) -> None:
            raise error

    def lets_go() -> str:
        Held()
        return "done"

    watched = Watched(lets_go)
    watched.execution.run()
    assert (watched.outcome.output, told) == ("done", [error])


def test_the_users_own_interrupt_passes_through() -> None:
    def presses() -> None:
        signal.raise_signal(signal.SIGINT)

    watched = Watched(presses)
    with pytest.raises(KeyboardInterrupt):
        watched.execution.run()
    assert watched.outcomes == []


def test_an_interrupt_is_taken_although_the_process_ignores_it() -> None:
    def presses() -> None:
        signal.raise_signal(signal.SIGINT)

    watched = Watched(presses)
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with pytest.raises(KeyboardInterrupt):
            watched.execution.run()
        assert signal.getsignal(signal.SIGINT) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_thread_is_not_interrupted() -> None:
    running, over = threading.Event(), threading.Event()

    def waits() -> str:
        running.set()
        assert over.wait(20)
        return "done"

    watched = Watched(waits)
    thread = threading.Thread(target=watched.execution.run)
    thread.start()
    assert running.wait(20)
    assert not watched.execution.interrupt()
    over.set()
    thread.join(20)
    assert watched.outcome.output == "done"


def test_a_coroutine_on_a_running_loop_can_be_cancelled() -> None:
    async def waits() -> None:
        await asyncio.sleep(100)

    async def story() -> None:
        watched = Watched(waits)
        task = watched.execution.start_on(asyncio.get_running_loop())
        assert task is not None
        await asyncio.sleep(0)
        assert watched.execution.interrupt()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.sleep(0)
        assert watched.outcomes == [None]

    asyncio.run(story())


def test_a_coroutine_that_leaves_by_itself_is_a_failure() -> None:
    async def leaves() -> None:
        raise SystemExit(3)

    async def gives_up() -> None:
        raise asyncio.CancelledError

    async def story() -> None:
        for function in (leaves, gives_up):
            watched = Watched(function)
            task = watched.execution.start_on(asyncio.get_running_loop())
            assert task is not None
            await asyncio.wait({task})
            await asyncio.sleep(0)
            assert watched.outcome.status == "failed"

    asyncio.run(story())


def test_an_interrupt_that_comes_when_the_coroutine_has_ended_with_its_loop_harms_nothing() -> None:
    async def quick() -> int:
        return 1

    watched = Watched(quick)
    watched.execution.run()
    assert watched.execution.interrupt()
    assert watched.outcome.status == "completed"


def test_an_interrupt_while_the_loop_of_a_coroutine_is_made_does_not_strike_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ran: list[str] = []

    async def work() -> None:
        ran.append("work")

    def nested(start: Callable[[asyncio.AbstractEventLoop], asyncio.Task[Any]]) -> Any:
        watched.execution.interrupt()
        time.sleep(0.01)  # where a signal would be taken
        ran.append("loop")
        return run_nested(start)

    run_nested = kernel.run_nested
    monkeypatch.setattr(kernel, "run_nested", nested)
    watched = Watched(work)
    watched.execution.run()
    assert (ran, watched.outcomes) == (["loop"], [None])


def test_an_interrupt_in_the_midst_of_a_coroutine_is_no_failure_of_the_tool() -> None:
    async def interrupted() -> None:
        raise KeyboardInterrupt

    watched = Watched(interrupted)

    async def story() -> None:
        watched.execution.start_on(asyncio.get_running_loop())
        await asyncio.sleep(0)

    with pytest.raises(KeyboardInterrupt):
        asyncio.run(story())
    assert watched.outcomes == [None]


def test_an_engine_gets_the_call_and_gives_the_result() -> None:
    with ThreadPoolExecutor(1) as pool:
        watched = Watched(add, '{"a": 2, "b": 3}')
        watched.execution.run_with(pool)
        assert watched.ended.wait(20)
        assert watched.outcome.output == "5"
        wrong = Watched(add, "{")
        wrong.execution.run_with(pool)
        assert wrong.outcome.status == "failed"
    closed = Watched(add, '{"a": 2}')
    closed.execution.run_with(pool)
    assert closed.outcome.status == "failed"


def test_a_call_that_waits_in_an_engine_is_taken_back() -> None:
    hold = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        pool.submit(hold.wait, 20)
        watched = Watched(add, '{"a": 2}')
        watched.execution.run_with(pool)
        assert watched.execution.interrupt()
        hold.set()
    assert watched.outcomes == [None]


def test_a_coroutine_runs_in_an_engine() -> None:
    async def there() -> str:
        await asyncio.sleep(0)
        return threading.current_thread().name

    with ThreadPoolExecutor(1, thread_name_prefix="engine") as pool:
        watched = Watched(there)
        watched.execution.run_with(pool)
        assert watched.ended.wait(20)
    assert watched.outcome.output == "engine_0"


def test_the_outcomes_that_nothing_ran_for() -> None:
    assert error_of(unknown_tool_outcome("x", ["a", "b"]))["message"].endswith("Available: a, b.")
    assert error_of(unknown_tool_outcome("x", []))["message"].endswith("Available: none.")
    assert (cancelled_outcome().status, error_of(cancelled_outcome())["type"]) == ("cancelled", "cancelled")
    over, running = timeout_outcome(2.5, still_running=False), timeout_outcome(2.5, still_running=True)
    assert "2.5 s" in error_of(over)["message"]
    assert "still be running" not in str(over.error)
    assert "still be running" in str(running.error)
    assert over.output == running.output
